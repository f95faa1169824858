// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <string.h>
#include "compare/compare.h"
#include "compare/spread.h"
#include "report/report.h"
#include "report/text/text.h"

#define ID 42

static void print_launch(FILE *out, const struct result *r, const char *name)
{
	struct verdict v;
	char word[64];

	judge_run(&v, r, NULL);
	if (v.judged)
		snprintf(word, sizeof(word), "%s (%s)", verdict_outcome_name(v.outcome),
			 confidence_name(v.confidence));
	else
		snprintf(word, sizeof(word), "none to give");
	fprintf(out, "  %6u  %-26s  %-10s  %s\n", r->launch.index, word, window_state_name(r->window),
		name);
}

static void print_row(FILE *out, const struct spread_row *row)
{
	char median[32];

	fprintf(out, "  %-*s%10s%9.2f %%%9.2f %%%9.2f %%  %s\n", ID, row->id,
		figure_value(median, sizeof(median), row->unit, row->median),
		100 * row->between, 100 * row->explained, 100 * row->within,
		row->between > row->within ? "launches" : "rounds");
}

static void print_spread(FILE *out, const struct spread *s)
{
	if (!s->n_rows)
		return;
	fprintf(out, "\n  %-*s%10s%11s%11s%11s  %s\n", ID, "spread of gating cells", "median",
		"launches", "explained", "rounds", "noisiest");
	for (size_t i = 0; i < s->n_rows; i++)
		print_row(out, &s->rows[i]);
	text_wrapped(out, "  launches", 13, "the launches' medians, 1.4826 median absolute deviations: a standard "
		     "deviation where they are normal");
	text_wrapped(out, "  explained", 13, "what the rounds alone would make of that; where launches "
		     "differ by more, one run a side cannot tell two sides from two launches");
	text_wrapped(out, "  rounds", 13, "the rounds' medians of one launch");
}

int launches_text(FILE *out, const struct compare_side *launches, const char *const *names,
		  unsigned int of)
{
	struct spread spread = { .n_rows = 0 };
	int ret = launches->n_runs > 1 ? spread_make(&spread, launches) : 0;

	if (ret)
		return ret;
	fputc('\n', out);
	text_styled(out, TEXT_HEAD, "launches", "%zu of %u, each with a result of its own", launches->n_runs,
		    of);
	if (launches->runs[0].env.emulated)
		text_line(out, "EMULATED", "the times below say nothing about hardware");
	if (launches->runs[0].replayed)
		text_line(out, "REPLAYED", "a recorded tree (--sysroot): no real device");
	fprintf(out, "  %6s  %-26s  %-10s  %s\n", "launch", "verdict", "window", "result");
	for (size_t i = 0; i < launches->n_runs; i++)
		print_launch(out, &launches->runs[i], names[i]);
	print_spread(out, &spread);
	return 0;
}
