// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <string.h>
#include "report/text/page.h"

#define COLUMN 11

/* Each on lines of its own, or stores to the same line. */
static const struct {
	const char *title, *what; /* title NULL: the mapping's name */
	bool load, flushed;
} columns[] = {
	{ NULL, "own", false, false },
	{ "flushed", "own", false, true },
	{ "loads", "own", true, false },
	{ "same line", "same", false, false },
};

#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

static void add_row(struct table *t, const struct result *r, unsigned int threads, const char *where)
{
	char place[24];

	table_row(t, "%u %s", threads, where);
	for_each_mapping(m, r)
		for (size_t k = 0; k < COLUMNS; k++) {
			snprintf(place, sizeof(place), "%s-%s", where, columns[k].what);
			page_cell(t, scale_cell(r, *m, threads, place, columns[k].load, columns[k].flushed));
		}
}

void page_scale(FILE *out, const struct result *r, const struct verdict *v)
{
	unsigned int most = 0;
	struct table t;

	(void)v;
	page_note(out, "all CPUs together; divided by their number it is what the slowest one got");
	table_begin(&t, 12, "CPUs");
	t.group = COLUMNS;
	for_each_mapping(m, r)
		for (size_t k = 0; k < COLUMNS; k++)
			table_column(&t, COLUMN, "%s", columns[k].title ? columns[k].title : map_name(*m));
	for_each_cell(c, r)
		if (cell_is(c, EXP_SCALE) && c->spec.threads > most)
			most = c->spec.threads;
	for (unsigned int n = 1; n && n <= most; n *= 2) {
		add_row(&t, r, n, "near");
		add_row(&t, r, n, "far");
	}
	table_end(&t, out);
}
