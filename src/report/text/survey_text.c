// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdlib.h>
#include <string.h>
#include "base/text.h"
#include "report/report.h"
#include "report/text/text.h"

#define CLUSTER       26 /* behind "    12345  inconclusive  " */
#define CLUSTERS_MOST 20 /* more are counted, not shown */
#define NAMES_MOST    10 /* of each sort */

static enum text_style style_of(unsigned int verdict)
{
	return verdict == SURVEY_NO_VERDICT ? TEXT_PLAIN : text_outcome_style(verdict);
}

/* One of them tells how they came to be. */
static void print_copies(FILE *out, const struct survey *s)
{
	size_t n = s->n_copies;

	if (n)
		text_line(out, "copies", "%zu cop%s of a run left out%s %s, which is %s again%s", n,
			  n == 1 ? "y" : "ies", n == 1 ? ":" : ", such as", s->copies[0].file,
			  s->copies[0].text, n == 1 ? "" : ": see --json FILE");
}

static void print_head(FILE *out, const struct survey *s)
{
	const size_t *n = s->n_states;
	char copies[32] = "";

	text_head(out, "mmiocompare: %zu result%s, by machine, kernel and device", n[SURVEY_RESULT],
		  plural(n[SURVEY_RESULT]));
	if (s->oldest && !strcmp(s->oldest, s->newest))
		text_line(out, "run", "at %s", s->oldest);
	else if (s->oldest)
		text_line(out, "runs", "from %s to %s", s->oldest, s->newest);
	if (n[SURVEY_COPY])
		snprintf(copies, sizeof(copies), ", %zu cop%s", n[SURVEY_COPY],
			 n[SURVEY_COPY] == 1 ? "y" : "ies");
	text_line(out, "files", "%zu *.json: %zu result%s of mmiobench%s, %zu other file%s, %zu that "
	    "cannot be read", s->n_files, n[SURVEY_RESULT],
	    plural(n[SURVEY_RESULT]), copies, n[SURVEY_OTHER], plural(n[SURVEY_OTHER]),
	    n[SURVEY_BROKEN]);
	if (n[SURVEY_CLOSED])
		text_line(out, "", "and %zu director%s that cannot be looked into", n[SURVEY_CLOSED],
		    n[SURVEY_CLOSED] == 1 ? "y" : "ies");
	print_copies(out, s);
	if (s->n_untimed)
		text_line(out, "EMULATED", "%zu result%s of emulated CPUs or recorded trees: times "
		    "count for nothing", s->n_untimed, plural(s->n_untimed));
}

/* "; 12 are slower, about 310 MB/s" */
static void add_far(char *buf, size_t n, enum unit unit, const char *word, size_t far, double about)
{
	size_t at = strlen(buf);
	char v[32];

	if (far)
		snprintf(buf + at, n - at, "; %zu %s, about %s", far, word,
			 figure_value(v, sizeof(v), unit, about));
}

static void print_figures(FILE *out, const struct survey_cluster *c)
{
	char m[32], lo[32], hi[32], far[128];

	for (int i = 0; i < COMPARE_GATES; i++) {
		const struct survey_figure *f = &c->figures[i];
		enum unit unit = f->gate->spec.unit;

		if (f->n < SURVEY_LEAST)
			continue;
		far[0] = 0;
		add_far(far, sizeof(far), unit, "slower", f->n_slower, f->slower);
		add_far(far, sizeof(far), unit, "faster", f->n_faster, f->faster);
		text_say(out, "", CLUSTER, "%s: %s (90 %% within %s to %s)%s", f->gate->what,
			 figure_value(m, sizeof(m), unit, f->median),
			 figure_value(lo, sizeof(lo), unit, f->low),
			 figure_value(hi, sizeof(hi), unit, f->high), far);
	}
}

static void print_cluster(FILE *out, const struct survey_cluster *c)
{
	const struct survey_record *rec = c->sample;
	char label[48], kind[1024] = "";
	size_t at = 0;

	for (int k = 0; k < SURVEY_KEYS; k++)
		if (rec->keys[k][0] && at < sizeof(kind))
			at += (size_t)snprintf(kind + at, sizeof(kind) - at, "%s%s", at ? ", " : "",
					       rec->keys[k]);
	snprintf(label, sizeof(label), "%10zu  %s", c->n, survey_verdict_name(rec->verdict));
	text_style_begin(out, style_of(rec->verdict));
	text_wrapped(out, label, CLUSTER, kind);
	text_style_end(out);
	if (c->n_proved)
		text_say(out, "", CLUSTER, "proved in %zu", c->n_proved);
	if (c->n_wrong)
		text_say(out, "", CLUSTER, "WRONG: %zu saw what must not be", c->n_wrong);
	if (c->odd)
		text_say(out, "", CLUSTER, "odd: the other %zu of this kind say otherwise",
		    c->n_kind - c->n);
	print_figures(out, c);
}

static void print_clusters(FILE *out, const struct survey *s)
{
	if (!s->n_clusters)
		return;
	fputc('\n', out);
	text_wrapped(out, "   results  verdict", CLUSTER, "machine, CPU, where, kernel, device");
	for (size_t i = 0; i < s->n_clusters && i < CLUSTERS_MOST; i++)
		print_cluster(out, &s->clusters[i]);
	if (s->n_clusters > CLUSTERS_MOST)
		text_say(out, "", CLUSTER, "and %zu more, of fewer results: see --json FILE",
		    s->n_clusters - CLUSTERS_MOST);
	fputc('\n', out);
}

static void print_more(FILE *out, size_t n)
{
	if (n > NAMES_MOST)
		text_line(out, "", "and %zu more: see --json FILE", n - NAMES_MOST);
}

/* Guests that say otherwise than nearly all of their kind. */
static void print_odd_verdicts(FILE *out, const struct survey *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_clusters; i++) {
		const struct survey_cluster *c = &s->clusters[i];

		for (size_t k = 0; c->odd && k < c->n; k++)
			if (n++ < NAMES_MOST)
				text_line(out, n == 1 ? "odd" : "", "%s: %s, unlike %zu of its kind",
					  c->results[k]->file, survey_verdict_name(c->sample->verdict),
					  c->n_kind - c->n);
	}
	print_more(out, n);
}

static void print_odd_figures(FILE *out, const struct survey *s)
{
	char v[32], t[32];

	for (size_t i = 0; i < s->n_odds && i < NAMES_MOST; i++) {
		const struct survey_odd *o = &s->odds[i];
		enum unit unit = o->gate->spec.unit;

		text_line(out, i ? "" : "far off", "%s: %s %s, its kind %s (%s)", o->record->file,
			  o->gate->what, figure_value(v, sizeof(v), unit, o->value),
			  figure_value(t, sizeof(t), unit, o->typical),
			  o->slower ? "slower" : "faster");
	}
	print_more(out, s->n_odds);
}

static void print_wrong(FILE *out, const struct survey *s)
{
	for (size_t i = 0; i < s->n_wrong && i < NAMES_MOST; i++)
		text_line(out, i ? "" : "WRONG", "%s: in %zu cell%s what must not be",
			  s->wrong[i].file, s->wrong[i].n_wrong, plural(s->wrong[i].n_wrong));
	print_more(out, s->n_wrong);
}

static void print_unreadable(FILE *out, const struct survey *s)
{
	for (size_t i = 0; i < s->n_unreadable && i < NAMES_MOST; i++)
		text_line(out, i ? "" : "unreadable", "%s", s->unreadable[i].text);
	print_more(out, s->n_unreadable);
}

static void print_verdicts(FILE *out, const struct survey *s)
{
	char line[400] = "";
	size_t at = 0;

	for (int w = VERDICTS - 1; w >= 0; w--) {
		enum verdict_outcome word = (enum verdict_outcome)w;

		if (s->n_verdicts[w])
			at += (size_t)snprintf(line + at, sizeof(line) - at, "%s%zu %s (%zu proved)",
					       at ? ", " : "", s->n_verdicts[w], verdict_outcome_name(word),
					       s->n_proved[w]);
	}
	if (s->n_verdicts[SURVEY_NO_VERDICT])
		snprintf(line + at, sizeof(line) - at, "%s%zu without one: bare metal, ordinary memory "
			 "or no resourceN_wc", at ? ", " : "", s->n_verdicts[SURVEY_NO_VERDICT]);
	text_styled(out, TEXT_HEAD, "VERDICTS", "%s", line[0] ? line : "none");
}

void survey_text(FILE *out, const struct survey *s, const struct compare_ask *ask)
{
	char why[160];
	int status = survey_status(s, ask, why, sizeof(why));

	print_head(out, s);
	print_clusters(out, s);
	print_unreadable(out, s);
	print_wrong(out, s);
	print_odd_figures(out, s);
	print_odd_verdicts(out, s);
	print_verdicts(out, s);
	text_line(out, "status", "%d%s%s", status, why[0] ? ": " : "", why);
}
