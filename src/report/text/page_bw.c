// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdlib.h>
#include <string.h>
#include "base/parse.h"
#include "report/text/page.h"
#include "verdict/link_limit.h"

#define LABEL  14
#define COLUMN 12
#define RATIO  9

/* Stores posted, stores flushed, loads: of each mapping. */
static void begin_table(struct table *t, const struct result *r, const char *what)
{
	table_begin(t, LABEL, what);
	t->group = 3;
	for_each_mapping(m, r) {
		table_column(t, COLUMN, "%s", map_name(*m));
		table_column(t, COLUMN, "flushed");
		table_column(t, COLUMN, "loads");
	}
	if (!r->is_ram)
		table_column(t, RATIO, "wc/plain");
}

/* The same place, no barrier, by the other direction's kernel of that stem; NULL: none. */
static const struct cell_record *other_way(const struct result *r, const struct cell_record *c,
					   enum map_type mapping)
{
	struct cell_record want = *c;

	snprintf(want.spec.kernel, sizeof(want.spec.kernel), "%s%.18s", c->spec.is_load ? "store" : "load",
		 cell_kernel_stem(c));
	want.spec.is_load = !c->spec.is_load;
	want.spec.flushed = false;
	return result_find_beside(r, &want, mapping);
}

static void add_row(struct table *t, const struct result *r, const struct cell_record *c)
{
	const struct cell_record *wc = result_find_beside(r, c, MAP_WC);
	struct cell_record flushed = *c;

	flushed.spec.flushed = true;
	for_each_mapping(m, r) {
		page_cell(t, c->spec.is_load ? NULL : result_find_beside(r, c, *m));
		page_cell(t, c->spec.is_load ? NULL : result_find_beside(r, &flushed, *m));
		page_cell(t, c->spec.is_load ? result_find_beside(r, c, *m) : other_way(r, c, *m));
	}
	if (cell_is_measured(c) && cell_is_measured(wc) && !r->is_ram)
		table_cell(t, "%.2f", wc->summary.median / c->summary.median);
}

/* A row: posted stores without barrier through the page's first mapping, or loads without stores. */
static bool is_base(const struct result *r, const struct cell_record *c)
{
	const char *direction = c->spec.is_load ? "load" : "store";

	return cell_is_on(c, EXP_BW, run_mappings(r)[0]) && !c->spec.flushed &&
	       !strcmp(c->spec.barrier, "none") &&
	       !strncmp(c->spec.kernel, direction, strlen(direction)) &&
	       !(c->spec.is_load && other_way(r, c, c->spec.mapping));
}

/* Tables: 8-byte accesses by region; other widths; other orders than upwards. */
enum section { SIZES, WIDTHS, ORDERS, SECTIONS };

static const struct {
	const char *title, *of_several; /* with the region, or without where the rows have several */
} sections[SECTIONS] = {
	[SIZES] = { "8 B, over", "8 B, over" },
	[WIDTHS] = { "%s, widths", "widths, over" },
	[ORDERS] = { "%s, order", "order" },
};

static enum section section_of(const struct cell_record *c)
{
	if (!bw_walks_up(c))
		return ORDERS;
	return strcmp(cell_kernel_stem(c), "8") ? WIDTHS : SIZES;
}

/* same_region: the title says which one it is; --kernels has all sizes of each. */
static void begin_row(struct table *t, const struct cell_record *c, bool same_region)
{
	enum section s = section_of(c);
	char size[24];

	format_size(size, sizeof(size), c->spec.region_bytes);
	if (s == SIZES)
		table_row(t, "%s", size);
	else if (s == ORDERS)
		table_row(t, "%.15s", c->spec.access_pattern);
	else
		table_row(t, "%.18s%s%s", cell_kernel_stem(c), same_region ? "" : " ",
			  same_region ? "" : size);
}

static int by_region(const void *a, const void *b)
{
	const struct cell_record *x = *(const struct cell_record *const *)a;
	const struct cell_record *y = *(const struct cell_record *const *)b;

	if (x->spec.region_bytes != y->spec.region_bytes)
		return x->spec.region_bytes < y->spec.region_bytes ? -1 : 1;
	return x < y ? -1 : x > y; /* else in the plan's order */
}

static void print_section(FILE *out, const struct result *r, enum section s)
{
	const struct cell_record **v = calloc(r->n_cells + 1, sizeof(const struct cell_record *));
	char size[24], title[64];
	struct table t;
	size_t n = 0;
	bool same;

	for_each_cell(c, r)
		if (v && is_base(r, c) && section_of(c) == s)
			v[n++] = c;
	if (n) {
		qsort(v, n, sizeof(const struct cell_record *), by_region);
		same = v[0]->spec.region_bytes == v[n - 1]->spec.region_bytes;
		snprintf(title, sizeof(title), same ? sections[s].title : sections[s].of_several,
			 format_size(size, sizeof(size), v[0]->spec.region_bytes));
		begin_table(&t, r, title);
		for (size_t i = 0; i < n; i++) {
			begin_row(&t, v[i], same);
			add_row(&t, r, v[i]);
		}
		table_end(&t, out);
	}
	free(v);
}

static const struct {
	uint32_t bytes;
	const char *title;
} intervals[] = { { 8, "each" }, { 64, "64" }, { 256, "256" }, { 4096, "4K" }, { 0, "pass" } };

#define N_OF(a) (sizeof(a) / sizeof((a)[0]))

static void add_barrier(struct table *t, const struct result *r, const struct cell_record *c)
{
	struct cell_record want = *c;

	for_each_mapping(m, r) {
		table_row(t, "%-14s %s", c->spec.barrier, map_name(*m));
		for (size_t i = 0; i < N_OF(intervals); i++) {
			want.spec.interval_bytes = intervals[i].bytes;
			page_cell(t, result_find_beside(r, &want, *m));
		}
	}
}

static void print_barriers(FILE *out, const struct result *r)
{
	const char *last = "";
	struct table t;

	table_begin(&t, 26, "barrier after ... bytes");
	for (size_t k = 0; k < N_OF(intervals); k++)
		table_column(&t, COLUMN, "%s", intervals[k].title);
	for_each_cell(c, r) {
		if (!cell_is_on(c, EXP_BW, run_mappings(r)[0]) || strcmp(c->spec.kernel, "store8") ||
		    c->spec.flushed || !strcmp(c->spec.barrier, "none") || !strcmp(c->spec.barrier, last))
			continue;
		last = c->spec.barrier;
		add_barrier(&t, r, c);
	}
	table_end(&t, out);
}

/* What the link can carry with TLPs as the mappings would make them, and how near they came. */
static void print_ceiling(FILE *out, const struct result *r)
{
	double raw = link_limit_raw(&r->device.link), plain, wc;
	char a[24], b[24], c[24], reached[128] = "";

	if (r->is_ram || !(raw > 0))
		return;
	plain = bw_best_flushed(r, MAP_PLAIN, "store8");
	wc = bw_best_flushed(r, MAP_WC, NULL);
	if (!r->env.emulated && plain > 0 && wc > 0)
		snprintf(reached, sizeof(reached), "; wc reached %.0f %% of the 64 B ceiling, "
			 "plain %.0f %% of the 8 B ceiling (flushed)",
			 100 * wc / (raw * link_limit_share(64)),
			 100 * plain / (raw * link_limit_share(8)));
	page_say(out, "link: %s x%u%s, %s raw; ceilings: 8 B TLPs %s, 64 B %s%s", r->device.link.speed,
		 r->device.link.width,
		 r->env.virt.guest == ENV_GUEST ? " (as this guest sees it: may be virtual)" : "",
		 figure_rate(a, sizeof(a), raw), figure_rate(b, sizeof(b), raw * link_limit_share(8)),
		 figure_rate(c, sizeof(c), raw * link_limit_share(64)), reached);
}

void page_bw(FILE *out, const struct result *r, const struct verdict *v)
{
	(void)v;
	page_note(out, "stores are posted (issue cost; may exceed the link), flushed: a read from the device "
		  "ends them");
	if (bw_plain_is_fast(r) && r->env.virt.guest != ENV_BARE_METAL)
		page_note(out, "under QEMU's emulation stage 2 alone decides how fast a guest's page "
			  "is: plain is what wc is. On hardware plain stays Device");
	for (int s = 0; s < SECTIONS; s++)
		print_section(out, r, (enum section)s);
	print_barriers(out, r);
	print_ceiling(out, r);
}
