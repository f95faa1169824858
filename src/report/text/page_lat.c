// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <string.h>
#include "report/text/page.h"

#define LABEL  26
#define COLUMN 14

static bool belongs(const struct result *r, const struct cell_record *c)
{
	return cell_is_on(c, EXP_LAT, run_mappings(r)[0]);
}

static bool is_alone(const struct cell_record *c)
{
	return !strcmp(c->spec.access_pattern, "single");
}

static bool is_parallel(const struct cell_record *c)
{
	return c->spec.is_load && strcmp(c->spec.barrier, "none") && strcmp(c->spec.barrier, "dep");
}

static void label_of(char *buf, size_t n, const struct cell_record *c)
{
	bool barrier = strcmp(c->spec.barrier, "none") != 0;

	if (!strcmp(c->spec.barrier, "dep"))
		snprintf(buf, n, "load, dependent");
	else
		snprintf(buf, n, "%s%s%.24s", c->spec.is_load ? "load" : "store", barrier ? " + " : "",
			 barrier ? c->spec.barrier : "");
}

static void print_costs(FILE *out, const struct result *r)
{
	struct table t;
	char label[48];

	table_begin(&t, LABEL, "back to back, mean of many");
	for_each_mapping(m, r)
		table_column(&t, COLUMN, "%s", map_name(*m));
	for_each_cell(c, r) {
		if (!belongs(r, c) || is_alone(c) || is_parallel(c))
			continue;
		label_of(label, sizeof(label), c);
		page_row(&t, r, c, run_mappings(r), label);
	}
	table_end(&t, out);
}

/* Loads in flight: a row for each mapping, columns by how many. */
static void print_parallel(FILE *out, const struct result *r)
{
	struct table t;

	table_begin(&t, LABEL, "loads in flight");
	for_each_cell(c, r)
		if (belongs(r, c) && is_parallel(c))
			table_column(&t, COLUMN - 2, "%u", c->spec.interval_bytes / c->spec.width_bytes);
	for_each_mapping(m, r) {
		table_row(&t, "  each, through %s", map_name(*m));
		for_each_cell(c, r)
			if (belongs(r, c) && is_parallel(c))
				page_cell(&t, result_find_beside(r, c, *m));
	}
	table_end(&t, out);
}

/* Of accesses timed one by one: 5, 50, 95, 99 % of them were no longer. */
static const struct {
	double share;
	const char *title;
} percentiles[] = { { 0.05, "5 %" }, { 0.5, "median" }, { 0.95, "95 %" }, { 0.99, "99 %" } };

#define PERCENTILES (sizeof(percentiles) / sizeof(percentiles[0]))

static void add_percentiles(struct table *t, const struct result *r, const struct cell_record *c)
{
	double at[PERCENTILES], ns[PERCENTILES];
	char text[24];

	for (size_t i = 0; i < PERCENTILES; i++)
		at[i] = percentiles[i].share;
	if (!lat_percentiles(ns, at, PERCENTILES, r, c))
		return;
	table_row(t, "  %s%s, %s", c->spec.is_load ? "load" : "store", c->spec.flushed ? ", flushed" : "",
		  map_name(c->spec.mapping));
	for (size_t i = 0; i < PERCENTILES; i++)
		table_cell(t, "%s", figure_ns(text, sizeof(text), ns[i]));
}

static void print_alone(FILE *out, const struct result *r)
{
	bool coarse = false;
	struct table t;

	table_begin(&t, LABEL, "timed alone, clock incl.");
	for (size_t i = 0; i < PERCENTILES; i++)
		table_column(&t, COLUMN, "%s", percentiles[i].title);
	for_each_cell(c, r) {
		coarse |= cell_is(c, EXP_LAT) && is_alone(c) && c->status == CELL_COARSE;
		for_each_mapping(m, r)
			if (belongs(r, c) && is_alone(c))
				add_percentiles(&t, r, result_find_beside(r, c, *m));
	}
	table_end(&t, out);
	if (coarse)
		page_note(out, "some single accesses are too short for this clock: not measured");
}

void page_lat(FILE *out, const struct result *r, const struct verdict *v)
{
	(void)v;
	print_costs(out, r);
	print_parallel(out, r);
	print_alone(out, r);
}
