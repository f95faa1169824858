// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdlib.h>
#include <string.h>
#include "base/parse.h"
#include "judge/ceiling.h"
#include "judge/rules.h"
#include "report/page.h"

#define LABEL  14
#define COLUMN 12
#define RATIO  9

/* Stores posted, stores flushed, loads: of each mapping. */
static void begin_table(struct table *t, const struct result *r, const char *what)
{
	const char *const *m = page_mappings(r);

	table_begin(t, LABEL, what);
	t->group = 3;
	for (; *m; m++) {
		table_column(t, COLUMN, *m);
		table_column(t, COLUMN, "flushed");
		table_column(t, COLUMN, "loads");
	}
	if (!r->is_ram)
		table_column(t, RATIO, "wc/plain");
}

/* "16_sse" of "store16_sse" and "load16_sse" */
static const char *stem_of(const struct cell_record *c)
{
	return c->kernel + strlen(c->is_load ? "load" : "store");
}

/* The same place, no barrier, by the other direction's kernel of that stem; NULL: none. */
static const struct cell_record *other_way(const struct result *r, const struct cell_record *c,
					   const char *mapping)
{
	struct cell_record want = *c;

	snprintf(want.mapping, sizeof(want.mapping), "%s", mapping);
	snprintf(want.kernel, sizeof(want.kernel), "%s%.18s", c->is_load ? "store" : "load",
		 stem_of(c));
	want.flushed = false;
	return page_find(r, &want);
}

static void add_row(struct table *t, const struct result *r, const struct cell_record *c,
		    const char *label)
{
	const struct cell_record *wc = page_sibling(r, c, "wc");
	struct table_row row;
	char ratio[16] = "";

	table_row_begin(&row, "%s", label);
	for (const char *const *m = page_mappings(r); *m; m++) {
		struct cell_record flushed = *c;

		flushed.flushed = true;
		page_row_cell(&row, c->is_load ? NULL : page_sibling(r, c, *m));
		page_row_cell(&row, c->is_load ? NULL : page_sibling(r, &flushed, *m));
		page_row_cell(&row, c->is_load ? page_sibling(r, c, *m) : other_way(r, c, *m));
	}
	if (page_measured(c) && page_measured(wc) && !r->is_ram)
		snprintf(ratio, sizeof(ratio), "%.2f", wc->summary.median / c->summary.median);
	if (!r->is_ram)
		table_row_text(&row, ratio);
	table_add(t, &row);
}

/* A row: posted stores without barrier through the page's first mapping, or loads without stores. */
static bool is_base(const struct result *r, const struct cell_record *c)
{
	return !strcmp(c->experiment, "bw") && !strcmp(c->mapping, page_mappings(r)[0]) &&
	       !c->flushed && !strcmp(c->barrier, "none") &&
	       !strncmp(c->kernel, c->is_load ? "load" : "store", c->is_load ? 4 : 5) &&
	       !(c->is_load && other_way(r, c, c->mapping));
}

static bool walks_up(const struct cell_record *c)
{
	return !strcmp(c->access_pattern, "seq") || !strncmp(c->access_pattern, "span", 4);
}

static bool is_size(const struct cell_record *c)
{
	return !strcmp(stem_of(c), "8") && walks_up(c);
}

static bool is_kernel(const struct cell_record *c)
{
	return strcmp(stem_of(c), "8") && walks_up(c);
}

static bool is_pattern(const struct cell_record *c)
{
	return !walks_up(c);
}

static void label_size(char *buf, size_t n, const struct cell_record *c)
{
	format_size(buf, n, c->region_bytes);
}

static void label_kernel(char *buf, size_t n, const struct cell_record *c)
{
	snprintf(buf, n, "%.18s", stem_of(c));
}

static void label_pattern(char *buf, size_t n, const struct cell_record *c)
{
	snprintf(buf, n, "%.15s", c->access_pattern);
}

static int by_region(const void *a, const void *b)
{
	const struct cell_record *x = *(const struct cell_record *const *)a;
	const struct cell_record *y = *(const struct cell_record *const *)b;

	if (x->region_bytes != y->region_bytes)
		return x->region_bytes < y->region_bytes ? -1 : 1;
	return x < y ? -1 : x > y; /* else in the plan's order */
}

static void print_table(FILE *out, const struct result *r, const char *title,
			bool (*belongs)(const struct cell_record *c),
			void (*label)(char *buf, size_t n, const struct cell_record *c))
{
	const struct cell_record **v = calloc(r->n_cells + 1, sizeof(const struct cell_record *));
	char text[32], size[24], full[64];
	struct table t;
	size_t n = 0;

	for (size_t i = 0; i < r->n_cells && v; i++)
		if (is_base(r, &r->cells[i]) && belongs(&r->cells[i]))
			v[n++] = &r->cells[i];
	if (n) {
		qsort(v, n, sizeof(const struct cell_record *), by_region);
		snprintf(full, sizeof(full), title,
			 format_size(size, sizeof(size), v[0]->region_bytes));
		begin_table(&t, r, full);
		for (size_t i = 0; i < n; i++) {
			label(text, sizeof(text), v[i]);
			add_row(&t, r, v[i], text);
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
	for (const char *const *m = page_mappings(r); *m; m++) {
		struct cell_record want = *c;
		struct table_row row;

		table_row_begin(&row, "%-14s %s", c->barrier, *m);
		for (size_t i = 0; i < N_OF(intervals); i++) {
			want.interval_bytes = intervals[i].bytes;
			page_row_cell(&row, page_sibling(r, &want, *m));
		}
		table_add(t, &row);
	}
}

static void print_barriers(FILE *out, const struct result *r)
{
	const char *last = "";
	struct table t;

	table_begin(&t, 26, "barrier after ... bytes");
	for (size_t k = 0; k < N_OF(intervals); k++)
		table_column(&t, COLUMN, intervals[k].title);
	for (size_t i = 0; i < r->n_cells; i++) {
		const struct cell_record *c = &r->cells[i];

		if (strcmp(c->experiment, "bw") || strcmp(c->mapping, page_mappings(r)[0]) ||
		    strcmp(c->kernel, "store8") || c->flushed || !strcmp(c->barrier, "none") ||
		    !strcmp(c->barrier, last))
			continue;
		last = c->barrier;
		add_barrier(&t, r, c);
	}
	table_end(&t, out);
}

/* The best that has arrived: posted figures may exceed the link. */
static double best_flushed(const struct result *r, const char *mapping, const char *kernel)
{
	double best = 0;

	for (size_t i = 0; i < r->n_cells; i++) {
		const struct cell_record *c = &r->cells[i];

		if (!strcmp(c->experiment, "bw") && !strcmp(c->mapping, mapping) && c->flushed &&
		    (!kernel || !strcmp(c->kernel, kernel)) && !strcmp(c->access_pattern, "seq") &&
		    c->region_bytes >= 4096 && page_measured(c) && c->summary.median > best)
			best = c->summary.median;
	}
	return best;
}

/* What the link can carry with TLPs as the mappings would make them, and how near they came. */
static void print_ceiling(FILE *out, const struct result *r)
{
	double raw = ceiling_raw(&r->device.link), plain, wc;
	char a[24], b[24], c[24], reached[128] = "";

	if (r->is_ram || !(raw > 0))
		return;
	plain = best_flushed(r, "plain", "store8");
	wc = best_flushed(r, "wc", NULL);
	if (page_may_answer(r) && plain > 0 && wc > 0)
		snprintf(reached, sizeof(reached), "; wc reached %.0f %% of the 64 B ceiling, "
			 "plain %.0f %% of the 8 B ceiling (flushed)",
			 100 * wc / (raw * ceiling_share(64)),
			 100 * plain / (raw * ceiling_share(8)));
	page_say(out, "link: %s x%u%s, %s raw; ceilings: 8 B TLPs %s, 64 B %s%s", r->device.link.speed,
		 r->device.link.width,
		 r->env.virt.guest == ENV_GUEST ? " (as this guest sees it: may be virtual)" : "",
		 text_rate(a, sizeof(a), raw), text_rate(b, sizeof(b), raw * ceiling_share(8)),
		 text_rate(c, sizeof(c), raw * ceiling_share(64)), reached);
}

/* In QEMU's target/arm/ptw.c what stage 1 said of alignment checks, which cost the time, is lost. */
static bool is_levelled(const struct result *r)
{
	struct wc_ratio ratio = judge_wc_ratio(r);

	return r->env.emulated && r->env.virt.guest != ENV_BARE_METAL && !strcmp(r->arch, "aarch64") &&
	       ratio.most > 0 && ratio.most < 1.5;
}

void page_bw(FILE *out, const struct result *r)
{
	if (!page_has(r, "bw"))
		return;
	page_head(out, r, "bw: how many bytes per second can be stored and loaded?");
	page_note(out, "stores are posted (issue cost; may exceed the link), flushed: a read from the device "
		  "ends them");
	if (is_levelled(r))
		page_note(out, "under QEMU's emulation stage 2 alone decides how fast a guest's page "
			  "is: plain is what wc is. On hardware plain stays Device");
	print_table(out, r, "8 B, over", is_size, label_size);
	print_table(out, r, "%s, widths", is_kernel, label_kernel);
	print_table(out, r, "%s, order", is_pattern, label_pattern);
	print_barriers(out, r);
	print_ceiling(out, r);
	fputc('\n', out);
}
