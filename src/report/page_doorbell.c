// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <string.h>
#include "base/parse.h"
#include "report/page.h"

#define LABEL   26
#define COLUMN  18
#define NARROW  8  /* without a rate, for many sizes */
#define SIZES   16
#define FASTER  0.95 /* wc pays from here on */

static bool belongs(const struct result *r, const struct cell_record *c)
{
	return !strcmp(c->experiment, "doorbell") && !strcmp(c->mapping, page_mappings(r)[0]) &&
	       c->doorbell_bytes == 4;
}

/* The descriptors' sizes, ascending as the plan has them. */
static size_t sizes_of(const struct result *r, uint32_t *sizes)
{
	size_t n = 0, k;

	for (size_t i = 0; i < r->n_cells; i++) {
		if (!belongs(r, &r->cells[i]))
			continue;
		for (k = 0; k < n && sizes[k] != r->cells[i].interval_bytes; k++)
			;
		if (k == n && n < SIZES)
			sizes[n++] = r->cells[i].interval_bytes;
	}
	return n;
}

static const struct cell_record *of(const struct result *r, const struct cell_record *like,
				    const char *mapping, uint32_t bytes)
{
	struct cell_record want = *like;

	want.interval_bytes = bytes;
	snprintf(want.mapping, sizeof(want.mapping), "%s", mapping);
	return page_find(r, &want);
}

static unsigned int column_of(size_t n)
{
	return n > 4 ? NARROW : COLUMN;
}

static void add_row(struct table *t, const struct result *r, const struct cell_record *c,
		    const char *mapping, const uint32_t *sizes, size_t n)
{
	struct table_row row;
	char text[48], ns[16];
	double per_s;

	table_row_begin(&row, "%-16s %s", c->barrier, mapping);
	for (size_t i = 0; i < n; i++) {
		const struct cell_record *cell = of(r, c, mapping, sizes[i]);

		if (!page_measured(cell) || column_of(n) == NARROW) {
			page_row_cell(&row, cell);
			continue;
		}
		per_s = 1e3 / cell->summary.median; /* millions */
		snprintf(text, sizeof(text), "%s, %.*f M/s",
			 text_ns(ns, sizeof(ns), cell->summary.median),
			 per_s < 9.995 ? 2 : per_s < 99.95 ? 1 : 0, per_s);
		table_row_text(&row, text);
	}
	table_add(t, &row);
}

/* From which size on wc is cheaper than plain, with the first real barrier. */
static void print_answer(FILE *out, const struct result *r, const struct cell_record *like,
			 const uint32_t *sizes, size_t n)
{
	uint32_t from = 0;
	char size[24];

	for (size_t i = 0; i < n; i++) {
		const struct cell_record *plain = of(r, like, "plain", sizes[i]);
		const struct cell_record *wc = of(r, like, "wc", sizes[i]);

		if (!page_measured(plain) || !page_measured(wc))
			return;
		if (wc->summary.median >= FASTER * plain->summary.median)
			from = 0;
		else if (!from)
			from = sizes[i];
	}
	if (from)
		page_say(out, "with %s wc pays from descriptors of %s on", like->barrier,
			 format_size(size, sizeof(size), from));
	else
		page_say(out, "with %s wc never pays here", like->barrier);
}

void page_doorbell(FILE *out, const struct result *r)
{
	const struct cell_record *real = NULL;
	uint32_t sizes[SIZES];
	size_t n = sizes_of(r, sizes);
	const char *last = "";
	struct table t;
	char size[24];

	if (!page_has(r, "doorbell") || !n)
		return;
	page_head(out, r, "doorbell: what does it cost to write a descriptor and ring?");
	table_begin(&t, LABEL, "barrier, descriptor by");
	for (size_t i = 0; i < n; i++)
		table_column(&t, column_of(n), format_size(size, sizeof(size), sizes[i]));
	for (size_t i = 0; i < r->n_cells; i++) {
		const struct cell_record *c = &r->cells[i];

		if (!belongs(r, c) || !strcmp(c->barrier, last))
			continue;
		last = c->barrier;
		if (!real && strcmp(c->barrier, "none"))
			real = c;
		for (const char *const *m = page_mappings(r); *m; m++)
			add_row(&t, r, c, *m, sizes, n);
	}
	table_end(&t, out);
	if (real && !r->is_ram && page_may_answer(r))
		print_answer(out, r, real, sizes, n);
	fputc('\n', out);
}
