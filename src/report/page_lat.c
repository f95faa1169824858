// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <stdlib.h>
#include <string.h>
#include "report/page.h"

#define LABEL  26
#define COLUMN 14

static bool belongs(const struct result *r, const struct cell_record *c)
{
	return !strcmp(c->experiment, "lat") && !strcmp(c->mapping, page_mappings(r)[0]);
}

static bool is_alone(const struct cell_record *c)
{
	return !strcmp(c->access_pattern, "single");
}

static bool is_parallel(const struct cell_record *c)
{
	return c->is_load && strcmp(c->barrier, "none") && strcmp(c->barrier, "dep");
}

static void label_of(char *buf, size_t n, const struct cell_record *c)
{
	bool barrier = strcmp(c->barrier, "none") != 0;

	if (!strcmp(c->barrier, "dep"))
		snprintf(buf, n, "load, dependent");
	else
		snprintf(buf, n, "%s%s%.24s", c->is_load ? "load" : "store", barrier ? " + " : "",
			 barrier ? c->barrier : "");
}

static void print_costs(FILE *out, const struct result *r)
{
	struct table t;
	char label[48];

	table_begin(&t, LABEL, "back to back, mean of many");
	for (const char *const *m = page_mappings(r); *m; m++)
		table_column(&t, COLUMN, *m);
	for (size_t i = 0; i < r->n_cells; i++) {
		const struct cell_record *c = &r->cells[i];
		struct table_row row;

		if (!belongs(r, c) || is_alone(c) || is_parallel(c))
			continue;
		label_of(label, sizeof(label), c);
		table_row_begin(&row, "%s", label);
		for (const char *const *m = page_mappings(r); *m; m++)
			page_row_cell(&row, page_sibling(r, c, *m));
		table_add(&t, &row);
	}
	table_end(&t, out);
}

/* Loads in flight: a row for each mapping, columns by how many. */
static void print_parallel(FILE *out, const struct result *r)
{
	struct table_row rows[2];
	const char *const *m = page_mappings(r);
	char in_flight[16];
	struct table t;
	int n = 0;

	table_begin(&t, LABEL, "loads in flight");
	for (; m[n]; n++)
		table_row_begin(&rows[n], "  each, through %s", m[n]);
	for (size_t i = 0; i < r->n_cells; i++) {
		const struct cell_record *c = &r->cells[i];

		if (!belongs(r, c) || !is_parallel(c))
			continue;
		snprintf(in_flight, sizeof(in_flight), "%u", c->interval_bytes / c->width_bytes);
		table_column(&t, COLUMN - 2, in_flight);
		for (int k = 0; k < n; k++)
			page_row_cell(&rows[k], page_sibling(r, c, m[k]));
	}
	for (int k = 0; k < n; k++)
		table_add(&t, &rows[k]);
	table_end(&t, out);
}

/* Of accesses timed one by one, all rounds': 5, 50, 95, 99 % of them were no longer. */
static void add_percentiles(struct table *t, const struct result *r, const struct cell_record *c)
{
	static const double at[] = { 0.05, 0.5, 0.95, 0.99 };
	struct table_row row;
	char text[24];
	double *ns;
	size_t n = 0;

	if (!page_measured(c))
		return;
	for (unsigned int i = 0; i < c->n_rounds; i++)
		n += c->rounds[i].n;
	ns = calloc(n + 1, sizeof(*ns));
	if (!ns)
		return;
	n = 0;
	for (unsigned int i = 0; i < c->n_rounds; i++)
		for (unsigned int k = 0; k < c->rounds[i].n; k++)
			ns[n++] = (double)c->rounds[i].ticks[k] * 1e9 / r->clock_hz;
	gsl_sort(ns, 1, n);
	table_row_begin(&row, "  %s%s, %s", c->is_load ? "load" : "store",
		       c->flushed ? ", flushed" : "", c->mapping);
	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++)
		table_row_text(&row, text_ns(text, sizeof(text), gsl_stats_quantile_from_sorted_data(ns, 1, n, at[i])));
	table_add(t, &row);
	free(ns);
}

static void print_alone(FILE *out, const struct result *r)
{
	static const char *const titles[] = { "5 %", "median", "95 %", "99 %" };
	bool coarse = false;
	struct table t;

	table_begin(&t, LABEL, "timed alone, clock incl.");
	for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
		table_column(&t, COLUMN, titles[i]);
	for (size_t i = 0; i < r->n_cells; i++) {
		if (strcmp(r->cells[i].experiment, "lat") || !is_alone(&r->cells[i]))
			continue;
		coarse |= r->cells[i].status == CELL_COARSE;
	}
	for (size_t i = 0; i < r->n_cells; i++)
		if (belongs(r, &r->cells[i]) && is_alone(&r->cells[i]))
			for (const char *const *m = page_mappings(r); *m; m++)
				add_percentiles(&t, r, page_sibling(r, &r->cells[i], *m));
	table_end(&t, out);
	if (coarse)
		page_note(out, "some single accesses are too short for this clock: not measured");
}

void page_lat(FILE *out, const struct result *r)
{
	if (!page_has(r, "lat"))
		return;
	page_head(out, r, "lat: how long is a read, how many overlap, what does a store cost to issue?");
	print_costs(out, r);
	print_parallel(out, r);
	print_alone(out, r);
	fputc('\n', out);
}
