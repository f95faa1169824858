// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <inttypes.h>
#include "report/text/page.h"

static void add_sum(struct table *t, const struct integrity_sum *s)
{
	if (!s->cells)
		table_cell(t, "-");
	else if (s->cells == s->skipped)
		table_cell(t, "not measured");
	else
		table_cell(t, "%s, %" PRIu64 " of %" PRIu64 " words wrong",
			   s->wrong  ? "WRONG" :
			   s->device ? "as plain" :
				       "right",
			   s->wrong ? s->wrong : s->device, s->words);
}

void page_integrity(FILE *out, const struct result *r, const struct verdict *v)
{
	static const char *const sets[] = { "aligned", "gaps", "contiguous", "unaligned" };
	uint64_t device = 0;
	struct table t;

	(void)v;
	table_begin(&t, 16, "stores");
	for_each_mapping(m, r)
		table_column(&t, 40, "%s", map_name(*m));
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		table_row(&t, "%s", sets[i]);
		for_each_mapping(m, r) {
			struct integrity_sum s = integrity_sum(r, *m, sets[i]);

			device += s.device;
			add_sum(&t, &s);
		}
	}
	table_end(&t, out);
	if (device)
		page_note(out, "as plain: the same stores go wrong through plain, too: the device's "
			  "doing, and nothing is known of the mapping");
}
