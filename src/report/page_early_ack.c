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
	if (!page_has(r, "early-ack"))
		return;
	page_head(out, r, "early-ack: is the early write acknowledgement visible?");
	fprintf(out, "  %-*s", LABEL - 2, "a store and");
	for (int m = 0; m < 3; m++)
		fprintf(out, "%*s", COLUMN, mappings[m]);
	fputc('\n', out);
	for (size_t i = 0; i < r->n_cells; i++) {
		const struct cell_record *c = &r->cells[i];
		struct page_row row;

		if (strcmp(c->experiment, "early-ack") || strcmp(c->mapping, "plain"))
			continue;
		page_row_begin(&row, LABEL, COLUMN, "%s", c->barrier);
		for (int m = 0; m < 3; m++)
			page_row_cell(&row, page_sibling(r, c, mappings[m]));
		page_row_end(&row, out);
		if (page_may_answer(r))
			print_answer(out, r, c);
	}
	fputc('\n', out);
}
