// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <string.h>
#include "judge/correct.h"
#include "report/compare_cells.h"
#include "report/format.h"
#include "report/report.h"
#include "report/text.h"

static void print_side(FILE *out, const struct comparison *c, int side, const struct result *r)
{
	bool is_host = !strcmp(compare_label(c, side), "host");
	const char *kernel = fact_get(&r->env.facts, "kernel_release");
	char line[400], what[64] = "ordinary memory";

	if (!r->is_ram)
		snprintf(what, sizeof(what), "[%04x:%04x] %s BAR %u", r->device.vendor,
			 r->device.device, r->device.bdf, r->bar.index);
	/* a host that is a VM itself: nested, and no files in the wrong order */
	snprintf(line, sizeof(line), "Linux %s, %s%s, %s, run at %s", kernel ? kernel : "?",
		 r->env.virt.guest == ENV_GUEST && is_host ? "itself " : "",
		 text_role(r), what, r->started);
	text_wrapped(out, compare_label(c, side), 11, line);
}

/* The lines that count, strongest first. */
static void print_reasons(FILE *out, const struct verdict *v)
{
	const char *label = "evidence";
	char line[512];

	for (int s = STRENGTH_PROOF; s > STRENGTH_NONE; s--)
		for (unsigned int i = 0; i < v->n_evidence; i++) {
			const struct evidence *e = &v->evidence[i];

			if (e->strength != (enum strength)s)
				continue;
			snprintf(line, sizeof(line), "%s (%s): %s; %s", e->line,
				 strength_name(e->strength), e->observed, e->why);
			text_wrapped(out, label, 11, line);
			label = "";
		}
}

void compare_verdict_text(char *buf, size_t n, const struct comparison *c)
{
	const struct verdict *v = &c->verdict;

	if (!v->judged)
		snprintf(buf, n, "none: %.300s", v->reason);
	else if (!v->about_guest)
		snprintf(buf, n, "none: %s of bare metal (confidence: %s), there is no hypervisor to "
			 "judge", c->ask.baseline ? "it is" : "the second result is",
			 confidence_name(v->confidence));
	else
		snprintf(buf, n, "%s (confidence: %s): %s %s", verdict_word_name(v->word),
			 confidence_name(v->confidence),
			 v->word == VERDICT_PRESERVED	 ? "the hypervisor preserved" :
			 v->word == VERDICT_INCONCLUSIVE ? "nothing shows whether the hypervisor "
							   "preserved" :
							   "the hypervisor did NOT preserve",
			 c->guest->asks[1]);
}

static void print_verdict(FILE *out, const struct comparison *c)
{
	const struct verdict *v = &c->verdict;
	const char *asks = c->guest->asks[1], *means = text_means(v, c->guest);
	enum text_style style = v->word == VERDICT_PRESERVED	? TEXT_GOOD :
				v->word == VERDICT_INCONCLUSIVE ? TEXT_UNSURE :
								  TEXT_BAD;
	char line[512];

	/* before the verdict: that, and what to do, must stand on the last screen */
	print_reasons(out, v);
	text_style_begin(out, style);
	compare_verdict_text(line, sizeof(line), c);
	text_wrapped(out, "VERDICT", 11, line);
	text_style_end(out);
	snprintf(line, sizeof(line), "asked for %s, got %s", asks,
		 effective_name(v->effective, c->guest->arch));
	if (v->judged)
		text_wrapped(out, "", 11, line);
	if (verdict_doubt(v))
		text_wrapped(out, "why likely", 11, verdict_doubt(v));
	if (means)
		text_wrapped(out, "means", 11, means);
	if (v->judged && v->effective == EFFECTIVE_UNKNOWN)
		text_wrapped(out, "", 11, v->reason);
	for (unsigned int i = 0; i < v->n_advice; i++)
		text_wrapped(out, i ? "" : "what to do", 11, v->advice[i]);
}

/* The verdict may be right; the device is worse off. */
static void print_left(FILE *out, const struct comparison *c, int side, const struct result *r)
{
	char line[400];

	if (!result_is_left(r))
		return;
	snprintf(line, sizeof(line), "%s, run at %s: the device is not as it was found: %s%s",
		 compare_label(c, side), r->started,
		 r->disturbance.power_lost ? "COMMAND, power state or power/control are not put back; " : "",
		 text_window(r->window));
	text_style_begin(out, TEXT_BAD);
	text_wrapped(out, "LEFT", 11, line);
	text_style_end(out);
}

/* Cells that saw what must not be, by the side's own verdict. */
static void print_wrong(FILE *out, const struct comparison *c, int side, const struct result *r)
{
	struct verdict v;
	char why[256], line[400];

	print_left(out, c, side, r);
	compare_judge(&v, c, side, r);
	for (size_t i = 0; i < r->n_cells; i++) {
		if (!cell_failed(r, &v, &r->cells[i], why, sizeof(why)))
			continue;
		snprintf(line, sizeof(line), "%s, %s: %s", compare_label(c, side),
			 r->cells[i].id, why);
		text_style_begin(out, TEXT_BAD);
		text_wrapped(out, "WRONG", 11, line);
		text_style_end(out);
	}
}

/* The worst of several guests' runs is the one that the verdict is about. */
const char *compare_runs_text(char *line, size_t size, const struct comparison *c)
{
	static const enum verdict_word words[] = { VERDICT_PRESERVED, VERDICT_INCONCLUSIVE,
						   VERDICT_DEMOTED, VERDICT_TRAPPED,
						   VERDICT_WRITE_BACK };
	size_t used, first;

	line[0] = '\0';
	if (c->sides[1].n_runs == 1 || !c->verdict.about_guest)
		return line;
	first = used = (size_t)snprintf(line, size, "%zu runs %s: ", c->sides[1].n_runs,
					c->ask.baseline ? "now" : "in the guest");
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (c->n_verdicts[words[i]])
			used += (size_t)snprintf(line + used, size - used, "%s%u %s",
						 used > first ? ", " : "", c->n_verdicts[words[i]],
						 verdict_word_name(words[i]));
	snprintf(line + used, size - used, "; the verdict is the worst, that of %s",
		 c->guest->started);
	return line;
}

const char *compare_witness_text(char *line, size_t size, const struct comparison *c)
{
	line[0] = '\0';
	if (!c->ask.witness)
		return line;
	snprintf(line, size, "%s: %s%s", c->held == HELD_DISAGREES ? "DISAGREES" :
		 held_name(c->held), c->held_why, c->held == HELD_DISAGREES ?
		 ". Was it another VM, or another time? If not, one of them is wrong: report it" : "");
	return line;
}

static void print_witness(FILE *out, const struct comparison *c)
{
	char line[400];

	if (!*compare_witness_text(line, sizeof(line), c))
		return;
	text_style_begin(out, c->held == HELD_DISAGREES ? TEXT_BAD : TEXT_PLAIN);
	text_wrapped(out, "witness", 11, line);
	text_style_end(out);
}

/* "baseline" is the side's label, too: that is its first run. */
static void print_baseline(FILE *out, const struct comparison *c)
{
	char line[256];

	if (*compare_baseline_text(line, sizeof(line), c))
		text_wrapped(out, "against", 11, line);
}

static void print_differences(FILE *out, const struct comparison *c)
{
	char line[700];

	for (size_t i = 0; *compare_difference_text(line, sizeof(line), c, i); i++)
		text_wrapped(out, i ? "" : "differs", 11, line);
}

static void print_notes(FILE *out, const struct comparison *c)
{
	struct compare_notes notes;

	compare_notes_make(&notes, c);
	text_style_begin(out, TEXT_UNSURE);
	for (size_t i = 0; i < notes.n; i++)
		text_wrapped(out, i ? "" : "NOTE", 11, notes.lines[i]);
	text_style_end(out);
}

/* The page is longer than a screen: whoever sees its beginning knows how it ends. */
static void print_short(FILE *out, const struct comparison *c, int status)
{
	char verdict[120] = "no verdict", line[200];

	if (c->verdict.judged)
		text_short(verdict, sizeof(verdict), c->guest, &c->verdict);
	snprintf(line, sizeof(line), "%s, exit status %d; reasons at the end", verdict, status);
	text_wrapped(out, "in short", 11, line);
}

void compare_text(FILE *out, const struct comparison *c)
{
	char line[320], why[160];
	int status = compare_status_why(c, why, sizeof(why));

	text_style_begin(out, TEXT_HEAD);
	fprintf(out, "mmiocompare: %s\n", compare_title(c));
	text_style_end(out);
	print_short(out, c, status);
	print_baseline(out, c);
	print_side(out, c, 0, c->host);
	print_side(out, c, 1, c->guest);
	print_differences(out, c);
	print_notes(out, c);
	if (format_emulated(c)) {
		text_style_begin(out, TEXT_UNSURE);
		snprintf(line, sizeof(line), "a side ran on an emulated CPU: times say nothing about "
			 "hardware. %s", text_emulated_rests);
		text_wrapped(out, "EMULATED", 11, line);
		text_style_end(out);
	}
	if (c->host->replayed || c->guest->replayed)
		text_wrapped(out, "REPLAYED", 11, "a side ran on a recorded tree (--sysroot): no real "
			     "device");
	compare_cells_text(out, c);
	for (size_t i = 0; i < c->sides[0].n_runs; i++)
		print_wrong(out, c, 0, &c->sides[0].runs[i]);
	for (size_t i = 0; i < c->sides[1].n_runs; i++)
		print_wrong(out, c, 1, &c->sides[1].runs[i]);
	if (*compare_runs_text(line, sizeof(line), c))
		text_wrapped(out, "verdicts", 11, line);
	print_verdict(out, c);
	print_witness(out, c);
	snprintf(line, sizeof(line), "%d%s%s", status, why[0] ? ": " : "", why);
	text_wrapped(out, "status", 11, line);
}
