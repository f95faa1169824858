// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <string.h>
#include "report/page.h"

#define LABEL  26
#define COLUMN 14

static const char *const mappings[] = { "devmem", "plain", "wc" };

/* Whether nGnRnE, which waits for the endpoint, costs more than nGnRE with the same DSB. */
static void print_answer(FILE *out, const struct result *r, const struct cell_record *c)
{
	const struct cell_record *slow = page_sibling(r, c, "devmem");
	const struct cell_record *plain = page_sibling(r, c, "plain");

	if (!page_measured(slow) || !page_measured(plain))
		return;
	if (slow->summary.ci_low > plain->summary.ci_high)
		page_say(out, "%s: early acknowledgement is visible: without it a store costs %.1f times "
			 "as much", c->barrier, slow->summary.median / plain->summary.median);
	else
		page_say(out, "%s: no early acknowledgement is visible: not used on the way, or the type "
			 "was changed", c->barrier);
}

void page_early_ack(FILE *out, const struct result *r)
{
	struct table t;

	if (!page_has(r, "early-ack"))
		return;
	page_head(out, r, "early-ack: is the early write acknowledgement visible?");
	table_begin(&t, LABEL, "a store and");
	for (int m = 0; m < 3; m++)
		table_column(&t, COLUMN, mappings[m]);
	for (size_t i = 0; i < r->n_cells; i++) {
		const struct cell_record *c = &r->cells[i];
		struct table_row row;

		if (strcmp(c->experiment, "early-ack") || strcmp(c->mapping, "plain"))
			continue;
		table_row_begin(&row, "%s", c->barrier);
		for (int m = 0; m < 3; m++)
			page_row_cell(&row, page_sibling(r, c, mappings[m]));
		table_add(&t, &row);
	}
	table_end(&t, out);
	for (size_t i = 0; i < r->n_cells && page_may_answer(r); i++)
		if (!strcmp(r->cells[i].experiment, "early-ack") &&
		    !strcmp(r->cells[i].mapping, "plain"))
			print_answer(out, r, &r->cells[i]);
	fputc('\n', out);
}
