// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <string.h>
#include "report/text/page.h"

static const enum map_type mappings[] = { MAP_DEVMEM, MAP_PLAIN, MAP_WC, MAP_TYPES };

/* Whether nGnRnE, which waits for the endpoint, costs more than nGnRE with the same DSB. */
static void print_answer(FILE *out, const struct result *r, const struct cell_record *plain)
{
	const struct cell_record *slow = result_find_beside(r, plain, MAP_DEVMEM);

	if (!cell_is_measured(slow) || !cell_is_measured(plain))
		return;
	if (slow->summary.ci_low > plain->summary.ci_high)
		page_say(out, "%s: early acknowledgement is visible: without it a store costs %.1f times "
			 "as much", plain->spec.barrier, slow->summary.median / plain->summary.median);
	else
		page_say(out, "%s: no early acknowledgement is visible: not used on the way, or the type "
			 "was changed", plain->spec.barrier);
}

void page_early_ack(FILE *out, const struct result *r, const struct verdict *v)
{
	struct table t;

	(void)v;
	table_begin(&t, 26, "a store and");
	for (const enum map_type *m = mappings; *m < MAP_TYPES; m++)
		table_column(&t, 14, "%s", map_name(*m));
	for_each_cell(c, r)
		if (cell_is_on(c, EXP_EARLY_ACK, MAP_PLAIN))
			page_row(&t, r, c, mappings, c->spec.barrier);
	table_end(&t, out);
	for_each_cell(c, r)
		if (cell_is_on(c, EXP_EARLY_ACK, MAP_PLAIN) && !r->env.emulated)
			print_answer(out, r, c);
}
