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
	char label[48];

	fprintf(out, "  %-*s", LABEL - 2, "back to back, each");
	for (const char *const *m = page_mappings(r); *m; m++)
		fprintf(out, "%*s", COLUMN, *m);
	fputc('\n', out);
	for (size_t i = 0; i < r->n_cells; i++) {
		const struct cell_record *c = &r->cells[i];
		struct page_row row;

		if (!belongs(r, c) || is_alone(c) || is_parallel(c))
			continue;
		label_of(label, sizeof(label), c);
		page_row_begin(&row, LABEL, COLUMN, "%s", label);
		for (const char *const *m = page_mappings(r); *m; m++)
			page_row_cell(&row, page_sibling(r, c, *m));
		page_row_end(&row, out);
	}
}

/* Loads in flight: a row for each mapping, columns by how many. */
static void print_parallel(FILE *out, const struct result *r)
{
	struct page_row rows[2];
	const char *const *m = page_mappings(r);
	bool any = false;
	int n = 0;

	for (; m[n]; n++)
		page_row_begin(&rows[n], LABEL, COLUMN - 2, "  each, through %s", m[n]);
	for (size_t i = 0; i < r->n_cells; i++) {
		const struct cell_record *c = &r->cells[i];

		if (!belongs(r, c) || !is_parallel(c))
			continue;
		if (!any)
			fprintf(out, "  %-*s", LABEL - 2, "loads in flight");
		any = true;
		fprintf(out, "%*u", COLUMN - 2, c->interval_bytes / c->width_bytes);
		for (int k = 0; k < n; k++)
			page_row_cell(&rows[k], page_sibling(r, c, m[k]));
	}
	if (any)
		fputc('\n', out);
	for (int k = 0; k < n; k++)
		page_row_end(&rows[k], out);
}

/* Of accesses timed one by one, all rounds': 5, 50, 95, 99 % of them were no longer. */
static void print_percentiles(FILE *out, const struct result *r, const struct cell_record *c)
{
	static const double at[] = { 0.05, 0.5, 0.95, 0.99 };
	struct page_row row;
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
	page_row_begin(&row, LABEL, COLUMN, "  %s%s, %s", c->is_load ? "load" : "store",
		       c->flushed ? ", flushed" : "", c->mapping);
	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++)
		page_row_text(&row, text_ns(text, sizeof(text), gsl_stats_quantile_from_sorted_data(ns, 1, n, at[i])));
	page_row_end(&row, out);
	free(ns);
}

static void print_alone(FILE *out, const struct result *r)
{
	bool coarse = false, any = false;

	for (size_t i = 0; i < r->n_cells; i++) {
		if (strcmp(r->cells[i].experiment, "lat") || !is_alone(&r->cells[i]))
			continue;
		coarse |= r->cells[i].status == CELL_COARSE;
		any |= page_measured(&r->cells[i]);
	}
	if (any)
		fprintf(out, "  %-*s%*s%*s%*s%*s\n", LABEL - 2, "timed alone, clock incl.", COLUMN,
			"5 %", COLUMN, "median", COLUMN, "95 %", COLUMN, "99 %");
	for (size_t i = 0; i < r->n_cells && any; i++)
		if (belongs(r, &r->cells[i]) && is_alone(&r->cells[i]))
			for (const char *const *m = page_mappings(r); *m; m++)
				print_percentiles(out, r, page_sibling(r, &r->cells[i], *m));
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
