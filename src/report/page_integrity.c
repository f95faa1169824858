// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <inttypes.h>
#include <string.h>
#include "judge/correct.h"
#include "report/page.h"

#define LABEL  16
#define COLUMN 40

struct sum {
	unsigned int cells, skipped;
	uint64_t words, wrong, device;
};

static struct sum sum_of(const struct result *r, const char *mapping, const char *set)
{
	struct sum s = { 0 };

	for (size_t i = 0; i < r->n_cells; i++) {
		const struct cell_record *c = &r->cells[i];

		if (strcmp(c->experiment, "integrity") || strcmp(c->mapping, mapping) ||
		    strcmp(c->shape, set))
			continue;
		s.cells++;
		s.skipped += !c->tries;
		s.words += c->tries;
		*(integrity_is_device(r, c) ? &s.device : &s.wrong) += c->events;
	}
	return s;
}

static void add_sum(struct table_row *row, const struct sum *s)
{
	char text[64] = "-";

	if (s->cells == s->skipped && s->cells)
		snprintf(text, sizeof(text), "not measured");
	else if (s->cells)
		snprintf(text, sizeof(text), "%s, %" PRIu64 " of %" PRIu64 " words wrong",
			 s->wrong  ? "WRONG" :
			 s->device ? "as plain" :
				     "right",
			 s->wrong ? s->wrong : s->device, s->words);
	table_row_text(row, text);
}

void page_integrity(FILE *out, const struct result *r)
{
	static const char *const sets[] = { "aligned", "gaps", "contiguous", "unaligned" };
	uint64_t device = 0;
	struct table t;

	if (!page_has(r, "integrity"))
		return;
	page_head(out, NULL, "integrity: does what was stored arrive, there, and only there?");
	table_begin(&t, LABEL, "stores");
	for (const char *const *m = page_mappings(r); *m; m++)
		table_column(&t, COLUMN, *m);
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		struct table_row row;

		table_row_begin(&row, "%s", sets[i]);
		for (const char *const *m = page_mappings(r); *m; m++) {
			struct sum s = sum_of(r, *m, sets[i]);

			device += s.device;
			add_sum(&row, &s);
		}
		table_add(&t, &row);
	}
	table_end(&t, out);
	if (device)
		page_note(out, "as plain: the same stores go wrong through plain, too: the device's "
			  "doing, and nothing is known of the mapping");
	fputc('\n', out);
}
