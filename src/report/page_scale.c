// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <string.h>
#include "report/page.h"

#define LABEL  12
#define COLUMN 11

/* Stores posted, flushed, loads: each on lines of its own; stores to the same line. */
static void add_row(struct table *t, const struct result *r, unsigned int threads, const char *where)
{
	static const struct {
		const char *what;
		bool load, flushed;
	} columns[] = { { "own", false, false }, { "own", false, true }, { "own", true, false },
			{ "same", false, false } };
	char place[24];
	struct table_row row;

	table_row_begin(&row, "%u %s", threads, where);
	for (const char *const *m = page_mappings(r); *m; m++)
		for (size_t k = 0; k < 4; k++) {
			const struct cell_record *found = NULL;

			snprintf(place, sizeof(place), "%s-%s", where, columns[k].what);
			for (size_t i = 0; i < r->n_cells && !found; i++) {
				const struct cell_record *c = &r->cells[i];

				if (!strcmp(c->experiment, "scale") && !strcmp(c->mapping, *m) &&
				    c->threads == threads && !strcmp(c->place, place) &&
				    c->is_load == columns[k].load && c->flushed == columns[k].flushed)
					found = c;
			}
			page_row_cell(&row, found && found->status == CELL_SKIPPED ? NULL : found);
		}
	table_add(t, &row);
}

void page_scale(FILE *out, const struct result *r)
{
	unsigned int most = 0;
	struct table t;

	if (!page_has(r, "scale"))
		return;
	page_head(out, r, "scale: how much more do several CPUs store and load?");
	page_note(out, "all CPUs together; divided by their number it is what the slowest one got");
	table_begin(&t, LABEL, "CPUs");
	t.group = 4;
	for (const char *const *m = page_mappings(r); *m; m++) {
		table_column(&t, COLUMN, *m);
		table_column(&t, COLUMN, "flushed");
		table_column(&t, COLUMN, "loads");
		table_column(&t, COLUMN, "same line");
	}
	for (size_t i = 0; i < r->n_cells; i++)
		if (!strcmp(r->cells[i].experiment, "scale") && r->cells[i].threads > most)
			most = r->cells[i].threads;
	for (unsigned int n = 1; n && n <= most; n *= 2) {
		add_row(&t, r, n, "near");
		add_row(&t, r, n, "far");
	}
	table_end(&t, out);
	fputc('\n', out);
}
