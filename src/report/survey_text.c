// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "base/parse.h"
#include "report/survey.h"
#include "report/text.h"

#define LABEL         11 /* as wide as the other pages' labels */
#define CLUSTER       26 /* behind "    12345  inconclusive  " */
#define CLUSTERS_MOST 20 /* so many are a page */
#define NAMES_MOST    10 /* of each sort */

/* "label      words", wrapped. */
static void say(FILE *out, int indent, const char *label, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

static void say(FILE *out, int indent, const char *label, const char *fmt, ...)
{
	char line[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	text_wrapped(out, label, indent, line);
}

static const char *value(char *buf, size_t n, int figure, double v)
{
	return compare_gates[figure].is_time ? text_ns(buf, n, v) : text_rate(buf, n, v);
}

static enum text_style style_of(const struct survey_record *rec)
{
	if (!rec->about_guest || !rec->judged)
		return TEXT_PLAIN;
	return rec->word == VERDICT_PRESERVED	 ? TEXT_GOOD :
	       rec->word == VERDICT_INCONCLUSIVE ? TEXT_UNSURE :
						   TEXT_BAD;
}

/* One of them tells how they came to be. */
static void print_copies(FILE *out, const struct survey *s, const struct survey_files *files)
{
	size_t n = s->n_states[SURVEY_COPY], i = 0;

	if (!n)
		return;
	while (s->records[i].state != SURVEY_COPY)
		i++;
	say(out, LABEL, "copies", "%zu cop%s of a run left out%s %s, which is %s again%s", n,
	    n == 1 ? "y" : "ies", n == 1 ? ":" : ", such as", survey_file_name(files, i),
	    survey_file_name(files, s->records[i].copy_of), n == 1 ? "" : ": see --json FILE");
}

static void print_head(FILE *out, const struct survey *s, const struct survey_files *files)
{
	const size_t *n = s->n_states;
	char copies[32] = "";

	text_style_begin(out, TEXT_HEAD);
	fprintf(out, "mmiocompare: %zu result%s, each held against its like\n", n[SURVEY_RESULT],
		plural(n[SURVEY_RESULT]));
	text_style_end(out);
	if (s->oldest && !strcmp(s->oldest, s->newest))
		say(out, LABEL, "run", "at %s", s->oldest);
	else if (s->oldest)
		say(out, LABEL, "runs", "from %s to %s", s->oldest, s->newest);
	if (n[SURVEY_COPY])
		snprintf(copies, sizeof(copies), ", %zu cop%s", n[SURVEY_COPY],
			 n[SURVEY_COPY] == 1 ? "y" : "ies");
	say(out, LABEL, "files", "%zu *.json: %zu result%s of mmiobench%s, %zu other file%s, %zu that "
	    "cannot be read", s->n_records - n[SURVEY_CLOSED], n[SURVEY_RESULT],
	    plural(n[SURVEY_RESULT]), copies, n[SURVEY_OTHER], plural(n[SURVEY_OTHER]),
	    n[SURVEY_BROKEN]);
	if (n[SURVEY_CLOSED])
		say(out, LABEL, "", "and %zu director%s that cannot be looked into", n[SURVEY_CLOSED],
		    n[SURVEY_CLOSED] == 1 ? "y" : "ies");
	print_copies(out, s, files);
	if (s->n_untimed)
		say(out, LABEL, "EMULATED", "%zu result%s of emulated CPUs or recorded trees: times "
		    "count for nothing", s->n_untimed, plural(s->n_untimed));
}

/* "; 12 are slower, about 310 MB/s" */
static void add_far(char *buf, size_t n, int figure, const char *word, size_t far, double about)
{
	size_t at = strlen(buf);
	char v[32];

	if (far)
		snprintf(buf + at, n - at, "; %zu %s, about %s", far, word,
			 value(v, sizeof(v), figure, about));
}

static void print_figures(FILE *out, const struct survey_cluster *c)
{
	char m[32], lo[32], hi[32], far[128];

	for (int i = 0; i < COMPARE_GATES; i++) {
		const struct survey_figure *f = &c->figures[i];

		if (f->n < SURVEY_LEAST)
			continue;
		far[0] = 0;
		add_far(far, sizeof(far), i, "slower", f->n_slower, f->slower);
		add_far(far, sizeof(far), i, "faster", f->n_faster, f->faster);
		say(out, CLUSTER, "", "%s: %s (90 %% within %s to %s)%s", compare_gates[i].what,
		    value(m, sizeof(m), i, f->median), value(lo, sizeof(lo), i, f->low),
		    value(hi, sizeof(hi), i, f->high), far);
	}
}

static void print_cluster(FILE *out, const struct survey *s, const struct survey_cluster *c)
{
	const struct survey_record *rec = &s->records[s->order[c->first]];
	char label[48], kind[1024] = "";
	size_t at = 0;

	for (int k = 0; k < SURVEY_KEYS; k++)
		if (rec->keys[k][0] && at < sizeof(kind))
			at += (size_t)snprintf(kind + at, sizeof(kind) - at, "%s%s", at ? ", " : "",
					       rec->keys[k]);
	snprintf(label, sizeof(label), "%10zu  %s", c->n, survey_verdict_name(rec));
	text_style_begin(out, style_of(rec));
	text_wrapped(out, label, CLUSTER, kind);
	text_style_end(out);
	if (c->n_proved)
		say(out, CLUSTER, "", "proved in %zu", c->n_proved);
	if (c->n_wrong)
		say(out, CLUSTER, "", "WRONG: %zu saw what must not be", c->n_wrong);
	if (c->odd)
		say(out, CLUSTER, "", "odd: the other %zu of this kind say otherwise",
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
		print_cluster(out, s, &s->clusters[i]);
	if (s->n_clusters > CLUSTERS_MOST)
		say(out, CLUSTER, "", "and %zu more, of fewer results: see --json FILE",
		    s->n_clusters - CLUSTERS_MOST);
	fputc('\n', out);
}

static void print_more(FILE *out, size_t n)
{
	if (n > NAMES_MOST)
		say(out, LABEL, "", "and %zu more: see --json FILE", n - NAMES_MOST);
}

/* Guests that say otherwise than nearly all of their kind. */
static void print_odd_verdicts(FILE *out, const struct survey *s, const struct survey_files *files)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_clusters; i++) {
		const struct survey_cluster *c = &s->clusters[i];

		for (size_t k = c->first; c->odd && k < c->first + c->n; k++)
			if (n++ < NAMES_MOST)
				say(out, LABEL, n == 1 ? "odd" : "", "%s: %s, unlike %zu of its kind",
				    survey_file_name(files, s->order[k]), survey_verdict_name(&s->records[s->order[k]]),
				    c->n_kind - c->n);
	}
	print_more(out, n);
}

static void print_odd_figures(FILE *out, const struct survey *s, const struct survey_files *files)
{
	char v[32], t[32];

	for (size_t i = 0; i < s->n_odds && i < NAMES_MOST; i++) {
		const struct survey_odd *o = &s->odds[i];

		say(out, LABEL, i ? "" : "far off", "%s: %s %s, its kind %s (%s)", survey_file_name(files, o->record),
		    compare_gates[o->figure].what, value(v, sizeof(v), o->figure, o->value),
		    value(t, sizeof(t), o->figure, o->typical), o->slower ? "slower" : "faster");
	}
	print_more(out, s->n_odds);
}

static void print_wrong(FILE *out, const struct survey *s, const struct survey_files *files)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_records && s->n_wrong; i++)
		if (s->records[i].state == SURVEY_RESULT && s->records[i].n_wrong &&
		    n++ < NAMES_MOST)
			say(out, LABEL, n == 1 ? "WRONG" : "", "%s: in %zu cell%s what must not be",
			    survey_file_name(files, i), s->records[i].n_wrong,
			    plural(s->records[i].n_wrong));
	print_more(out, n);
}

static void print_broken(FILE *out, const struct survey *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_records; i++)
		if (survey_is_unreadable(&s->records[i]) && n++ < NAMES_MOST)
			say(out, LABEL, n == 1 ? "unreadable" : "", "%s", s->records[i].why);
	print_more(out, n);
}

static void print_verdicts(FILE *out, const struct survey *s)
{
	char line[400] = "";
	size_t at = 0;

	for (int w = VERDICTS - 1; w >= 0; w--) {
		enum verdict_word word = (enum verdict_word)w;

		if (s->n_words[w])
			at += (size_t)snprintf(line + at, sizeof(line) - at, "%s%zu %s (%zu proved)",
					       at ? ", " : "", s->n_words[w], verdict_word_name(word),
					       s->n_proved[w]);
	}
	if (s->n_unjudged)
		snprintf(line + at, sizeof(line) - at, "%s%zu without one: bare metal, ordinary memory "
			 "or no resourceN_wc", at ? ", " : "", s->n_unjudged);
	text_style_begin(out, TEXT_HEAD);
	say(out, LABEL, "VERDICTS", "%s", line[0] ? line : "none");
	text_style_end(out);
}

void survey_text(FILE *out, const struct survey *s, const struct survey_files *files,
		 const struct compare_ask *ask)
{
	char why[160];
	int status = survey_status(s, ask, why, sizeof(why));

	print_head(out, s, files);
	print_clusters(out, s);
	print_broken(out, s);
	print_wrong(out, s, files);
	print_odd_figures(out, s, files);
	print_odd_verdicts(out, s, files);
	print_verdicts(out, s);
	say(out, LABEL, "status", "%d%s%s", status, why[0] ? ": " : "", why);
}
