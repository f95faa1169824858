// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <math.h>
#include "compare/self_check.h"
#include "report/report.h"
#include "report/text/text.h"

#define ID 42

/* What an interval should come down to before a rate says anything about a gate. */
#define RATE_OF_USE 0.1

static void print_rate(FILE *out, const struct rate *r)
{
	char interval[40];

	snprintf(interval, sizeof(interval), "[%.1f, %.1f]", 100 * r->low, 100 * r->high);
	fprintf(out, "%8.1f %%%14s", 100 * r->value, interval);
}

static void print_sizes(FILE *out, const struct self_check *s)
{
	fprintf(out, "  %-11s%13s%13s%10s%14s%10s%14s\n", "runs a side", "comparisons",
		"independent", "gating", "95% interval", "others", "95% interval");
	for (unsigned int i = 0; i < s->n_sizes; i++) {
		const struct self_check_rate *r = &s->sizes[i];

		fprintf(out, "  %-11u%13u%13u", r->runs, r->comparisons, r->independent);
		if (s->n_cells)
			print_rate(out, &r->gating);
		else
			fprintf(out, "%10s%14s", "none", ""); /* that could have raised one */
		print_rate(out, &r->others);
		fputc('\n', out);
	}
}

static void print_uncertain(FILE *out, const struct self_check *s)
{
	const struct self_check_rate *r = &s->sizes[0];

	if (!s->n_cells || r->gating.high <= RATE_OF_USE)
		return;
	text_style_begin(out, TEXT_UNSURE);
	text_say(out, "  uncertain", 13, "only %u comparisons of one run a side share no launch, so the rate "
		 "may be anything up to %.0f %%; %zu launches without an alarm would show that it is below "
		 "%.0f %%", r->independent, 100 * r->gating.high, 2 * rate_needed(RATE_OF_USE),
		 100 * RATE_OF_USE);
	text_style_end(out);
}

static void print_drift(FILE *out, const struct self_check *s)
{
	text_style_begin(out, s->drift_gating ? TEXT_BAD : TEXT_PLAIN);
	text_say(out, "  drift", 13, "of the first %u launches against the last %u, %u gating cells and "
		 "%u of %u others differ%s", s->launches / 2, s->launches / 2, s->drift_gating,
		 s->drift_others, s->drift_cells, s->drift_gating ? ": something drifted. Alternate the "
		 "sides, or find out what" : "");
	text_style_end(out);
}

static void print_shift(FILE *out, double shift, double min_effect)
{
	if (shift > 0)
		fprintf(out, "%8.1f %% %8.1f %%", 100 * shift,
			100 * ((1 + shift) * (1 + min_effect) - 1));
	else
		fprintf(out, "%10s %10s", "none", "none");
}

static void print_cells(FILE *out, const struct self_check *s)
{
	char head[64];

	if (!s->n_cells)
		return;
	fprintf(out, "\n  %-*s", ID, "smallest shift that is found");
	for (unsigned int i = 0; i < s->n_sizes; i++) {
		snprintf(head, sizeof(head), "%u run%s a side", s->sizes[i].runs,
			 s->sizes[i].runs > 1 ? "s" : "");
		fprintf(out, "%21s", head);
	}
	fprintf(out, "\n  %-*s", ID, "  beyond chance; and for --min-effect");
	for (unsigned int i = 0; i < s->n_sizes; i++)
		fprintf(out, "%10s %8g %%", "", 100 * s->min_effect);
	fputc('\n', out);
	for (unsigned int k = 0; k < s->n_cells; k++) {
		fprintf(out, "  %-*s", ID, s->cells[k].id);
		for (unsigned int i = 0; i < s->n_sizes; i++)
			print_shift(out, s->cells[k].shifts[i].shift, s->min_effect);
		fputc('\n', out);
	}
	text_say(out, "  found", 13, "in %.0f of 100 such comparisons of these launches; with two to four "
		 "runs a side none is, five are the least that a gating cell needs then",
		 100 * SELF_CHECK_POWER);
}

void self_check_text(FILE *out, const struct self_check *s)
{
	fputc('\n', out);
	text_styled(out, TEXT_HEAD, "self-check", "%u launches of this machine compared with each other: "
		    "whatever differs is a false alarm", s->launches);
	if (!s->judged) {
		text_line(out, "", "not judged: times of an emulated CPU, or of files, say nothing "
			     "about hardware");
		return;
	}
	text_line(out, "", "false alarms at --min-effect %g%%: of gating cells, comparisons with "
		 "at least one; of the others, cells", 100 * s->min_effect);
	print_sizes(out, s);
	print_uncertain(out, s);
	print_drift(out, s);
	print_cells(out, s);
}
