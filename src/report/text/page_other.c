// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include "record/figure.h"
#include "report/text/page.h"

/* Experiments without a section: those of a newer mmiobench, or one that nobody has written a page for yet. */

#define LABEL  64
#define COLUMN 14

/* "probe" has its tables at the top, and in the evidence. */
static bool has_section(int experiment)
{
	for (const struct page_section *s = page_sections; s->question; s++)
		if ((int)s->experiment == experiment)
			return true;
	return experiment == EXP_PROBE;
}

/* The first cell of its experiment, of which something was measured. */
static bool is_first(const struct result *r, const struct cell_record *cell)
{
	const struct cell_record *first = NULL;
	bool some = false;

	for_each_cell(c, r) {
		if (!word_is_same(&c->spec.experiment, &cell->spec.experiment))
			continue;
		first = first ? first : c;
		some |= c->n_rounds;
	}
	return some && first == cell;
}

static void add_row(struct table *t, const struct cell_record *c)
{
	char figure[32];

	table_row(t, "%s", c->id);
	page_cell(t, c);
	if (!c->has_summary)
		return;
	table_cell(t, "%s", figure_value(figure, sizeof(figure), c->spec.unit, c->summary.ci_low));
	table_cell(t, "%s", figure_value(figure, sizeof(figure), c->spec.unit, c->summary.ci_high));
}

static void print_table(FILE *out, const struct result *r, const struct word *experiment)
{
	struct table t;

	table_begin(&t, LABEL, "cell");
	table_column(&t, COLUMN, "median");
	table_column(&t, COLUMN - 4, "from");
	table_column(&t, COLUMN - 4, "to");
	for_each_cell(c, r)
		if (word_is_same(&c->spec.experiment, experiment))
			add_row(&t, c);
	table_end(&t, out);
}

void page_print_others(FILE *out, const struct result *r)
{
	for_each_cell(c, r) {
		const struct word *experiment = &c->spec.experiment;
		char question[80];

		if (has_section(experiment->is) || !is_first(r, c))
			continue;
		snprintf(question, sizeof(question), "%s: its cells, medians and their intervals",
			 word_text(experiment, &words_experiment));
		page_question(out, question, r->env.emulated);
		print_table(out, r, experiment);
		fputc('\n', out);
	}
}
