// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdlib.h>
#include <string.h>
#include "base/xalloc.h"
#include "compare/compare_wording.h"
#include "record/figure.h"
#include "report/html/html_page.h"
#include "report/html/html_write.h"

/* Completes the title "All cells, %s". */
static const char *what_of(const struct comparison *c)
{
	if (c->before_after)
		return "before and after";
	return c->verdict.about_guest ? "the guest compared with its host" :
					"the second run compared with the first";
}

/* A side's median; a cell without one shows its status. */
static void put_side(FILE *out, const struct compare_row *row, int side)
{
	const struct compare_figure *of = &row->sides[side];
	char shown[40];

	if (row->is_timed)
		html_figure(out, of->median, "%s",
			    figure_value(shown, sizeof(shown), row->unit, of->median));
	else
		html_put(out, "<td class=\"number soft\">%s</td>",
			 of->cell ? figure_cell(shown, sizeof(shown), of->cell) : "absent");
}

static void put_ratio(FILE *out, const struct compare_row *row, bool judged)
{
	char shown[24], low[24], high[24];

	if (!row->is_timed) {
		fputs("<td></td><td></td><td></td>", out);
		return;
	}
	html_figure(out, row->ratio.value, "%s",
		    compare_ratio_text(shown, sizeof(shown), row->ratio.value));
	html_put(out, "<td class=\"number\">%s to %s</td>",
		 compare_ratio_text(low, sizeof(low), row->ratio.low),
		 compare_ratio_text(high, sizeof(high), row->ratio.high));
	if (judged)
		html_figure(out, row->p_adjusted, row->p_adjusted < 0.0005 ? "< 0.001" : "%.3f",
			    row->p_adjusted);
	else
		fputs("<td></td>", out);
}

/* Why gates look at the row, and why one side lacks it. */
static void put_note(FILE *out, const struct comparison *c, const struct compare_row *row)
{
	bool lacking = row->state != COMPARE_MEASURED && row->state != COMPARE_COUNTED;
	char sides[400] = "";

	if (lacking)
		compare_sides_text(sides, sizeof(sides), c, row);
	html_put(out, "<td class=\"long\">%s%s%s</td>", row->gate ? row->gate : "",
		 row->gate && lacking ? "; " : "", sides);
}

static const char *word_tone(const struct compare_row *row)
{
	if (row->word == COMPARE_SLOWER || row->state == COMPARE_FAILED ||
	    row->state == COMPARE_ABSENT)
		return "bad";
	return row->word == COMPARE_FASTER || row->word == COMPARE_SAME ? "good" : "none";
}

static void put_row(FILE *out, const struct comparison *c, const struct compare_row *row)
{
	html_put(out, "<tr><td class=\"word %s\">%s</td><td class=\"id\">%s</td>", word_tone(row),
		 compare_row_word(row), row->id);
	put_side(out, row, 0);
	put_side(out, row, 1);
	put_ratio(out, row, c->cells.judged);
	put_note(out, c, row);
	fputs("</tr>\n", out);
}

/* Rows that fail a comparison by themselves come first, then those with a ratio, then the rest. */
static int rank_of(const struct compare_row *row)
{
	if (row->state == COMPARE_FAILED || row->state == COMPARE_ABSENT)
		return 0;
	return row->is_timed ? 1 : 2;
}

static void put_rows(FILE *out, const struct comparison *c, const struct compare_row *const *rows,
		     bool gates)
{
	const char *first = compare_label(c, 0), *second = compare_label(c, 1);
	char is[24], ratio[48];
	const struct html_column columns[] = {
		{ is, false },	    { "cell", false }, { first, true },
		{ second, true },   { ratio, true },   { "95 % interval", true },
		{ "p", true },	    { "note", false }, { NULL, false }
	};

	snprintf(is, sizeof(is), "%s is", second);
	snprintf(ratio, sizeof(ratio), "%s / %s", second, first);

	html_table(out, !c->cells.judged ? compare_not_judged(c) :
		   gates ? "The few cells that --fail-on looks at." :
			   "The worst first. Medians; of a rate less than 1 is slower, of a time more.",
		   columns);
	for (int rank = 0; rank < 3; rank++)
		for (size_t i = 0; i < c->cells.n_rows; i++)
			if (rank_of(rows[i]) == rank && (!gates || rows[i]->gate))
				put_row(out, c, rows[i]);
	html_table_end(out);
}

static void put_counts(FILE *out, const struct comparison *c)
{
	const struct compare_cells *t = &c->cells;
	char line[400], where[32];

	snprintf(where, sizeof(where), "In the %s", compare_label(c, 1));
	fputs("<dl>\n", out);
	html_line(out, "Cells", compare_states_text(line, sizeof(line), c));
	if (t->judged) {
		html_line(out, where, compare_words_text(line, sizeof(line), c, t->n_words));
		html_line(out, "Gating cells",
			  compare_words_text(line, sizeof(line), c, t->n_gate_words));
		html_line(out, "Unit", compare_unit_text(line, sizeof(line), c));
	} else {
		html_line(out, where, compare_not_judged(c));
	}
	fputs("</dl>\n", out);
}

void html_figures_compared(FILE *out, const struct comparison *c)
{
	size_t n = c->cells.n_rows;
	const struct compare_row **rows = xcalloc(n, sizeof(*rows));
	char all[64];

	for (size_t i = 0; i < n; i++)
		rows[i] = &c->cells.rows[i];
	qsort(rows, n, sizeof(*rows), compare_worst_first);
	html_section(out, "figures", "Figures");
	put_counts(out, c);
	if (c->cells.n_gates)
		put_rows(out, c, rows, true);
	snprintf(all, sizeof(all), "All cells, %s", what_of(c));
	html_fold(out, false, all, n);
	put_rows(out, c, rows, false);
	html_fold_end(out);
	html_section_end(out);
	free(rows);
}
