// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/parse.h"
#include "judge/ceiling.h"
#include "plot/build.h"

/* Throughput: by size, and by kernel over one size. */

#define KERNEL_REGION 4096u
#define USUAL	      "8" /* bytes of the accesses that sizes are measured with unasked */

enum { POSTED, FLUSHED, LOADS, WAYS };

static const struct {
	const char *title;
	bool load, flushed;
} ways[WAYS] = {
	[POSTED] = { "stores, posted (issue cost)", false, false },
	[FLUSHED] = { "stores, flushed (arrived)", false, true },
	[LOADS] = { "loads", true, false },
};

static bool walks_up(const struct cell_record *c)
{
	return !strcmp(c->access_pattern, "seq") || !strncmp(c->access_pattern, "span", 4);
}

static bool belongs(const struct cell_record *c, int way)
{
	return !strcmp(c->experiment, "bw") && !strcmp(c->barrier, "none") && walks_up(c) &&
	       c->is_load == ways[way].load && c->flushed == ways[way].flushed &&
	       !strcmp(c->unit, "B/s");
}

/* "16_sse" of "store16_sse" and "load16_sse" */
static const char *stem_of(const struct cell_record *c)
{
	size_t n = strcspn(c->kernel, "0123456789");

	return c->kernel[n] ? c->kernel + n : c->kernel;
}

/* Kernels in the order in which they are met, over all cells of both sides: their markers. */
static unsigned int mark_of(const struct picture_names *kernels, const char *stem)
{
	for (size_t i = 0; i < kernels->n; i++)
		if (!strcmp(kernels->v[i], stem))
			return (unsigned int)i;
	return 0;
}

/* A kernel that was measured over one size only is no curve: it is in the other picture. */
static bool has_sizes(const struct result *r, const char *stem)
{
	uint64_t first = 0;

	for (size_t i = 0; i < r->n_cells; i++) {
		const struct cell_record *c = &r->cells[i];

		if (strcmp(c->experiment, "bw") || strcmp(c->barrier, "none") || !walks_up(c) ||
		    strcmp(stem_of(c), stem))
			continue;
		if (first && c->region_bytes != first)
			return true;
		first = c->region_bytes;
	}
	return false;
}

static int list_kernels(struct picture *p, const struct picture_input *in,
			struct picture_names *kernels)
{
	const char *last = "";

	for (size_t side = 0; side < in->n_sides; side++) {
		const struct result *r = &in->sides[side].runs[0];

		for (size_t i = 0; i < r->n_cells; i++) {
			const char *stem = stem_of(&r->cells[i]);

			if (strcmp(r->cells[i].experiment, "bw") || !strcmp(stem, last) ||
			    strcmp(r->cells[i].barrier, "none"))
				continue;
			last = stem;
			if ((!strcmp(stem, USUAL) || has_sizes(r, stem)) &&
			    build_name(p, kernels, stem) == -ENOMEM)
				return -ENOMEM;
		}
	}
	return 0;
}

static bool is_listed(const struct picture_names *kernels, const char *stem)
{
	for (size_t i = 0; i < kernels->n; i++)
		if (!strcmp(kernels->v[i], stem))
			return true;
	return false;
}

static int add_side(struct picture *p, struct picture_panel *panel, const struct picture_input *in,
		    size_t side, int way, const struct picture_names *kernels)
{
	const struct result *r = &in->sides[side].runs[0];
	int ret = 0;

	for (size_t i = 0; i < r->n_cells && !ret; i++) {
		const struct cell_record *c = &r->cells[i];
		struct build_series want = { .mapping = c->mapping, .kernel = "", .side = side };
		char kernel[32];

		if (!belongs(c, way) || !is_listed(kernels, stem_of(c)))
			continue;
		snprintf(kernel, sizeof(kernel), "%.20s%s", stem_of(c),
			 strspn(stem_of(c), "0123456789") == strlen(stem_of(c)) ? " B" : "");
		if (kernels->n > 1)
			want.kernel = kernel;
		want.mark = mark_of(kernels, stem_of(c));
		ret = build_curve(p, panel, in, &want, c, (double)c->region_bytes);
	}
	return ret;
}

/* What the link can carry: only what has arrived may be held against it. */
static void add_limits(struct picture_panel *panel, const struct picture_input *in)
{
	static const struct {
		const char *name;
		unsigned int payload_bytes; /* 0: all of it */
	} limits[PICTURE_LIMITS] = { { "link, raw", 0 }, { "64 B TLPs", 64 }, { "8 B TLPs", 8 } };
	const struct result *r = &in->sides[0].runs[0];
	double raw = r->is_ram ? 0 : ceiling_raw(&r->device.link);
	/* a host's link is real; a guest's may be what the VMM made up */
	bool virtual = in->n_sides == 1 && r->env.virt.guest == ENV_GUEST;

	for (size_t i = 0; i < PICTURE_LIMITS && raw > 0; i++) {
		struct picture_limit *l = &panel->limits[panel->n_limits++];

		l->y = limits[i].payload_bytes ? raw * ceiling_share(limits[i].payload_bytes) : raw;
		snprintf(l->name, sizeof(l->name), "%s%s", limits[i].name,
			 virtual ? " (virtual?)" : "");
	}
}

int picture_build_bw(struct picture *p, const struct picture_input *in)
{
	struct picture_names kernels = { 0 };
	int ret = list_kernels(p, in, &kernels);

	snprintf(p->title, sizeof(p->title), "Throughput by size%s",
		 kernels.n > 1 ? " and width" : ", 8-byte accesses");
	for (int way = 0; way < WAYS && !ret; way++) {
		struct picture_panel *panel =
			build_panel(p, ways[way].title, "region, bytes", PICTURE_BYTES,
				    "bytes per second", PICTURE_RATE);

		panel->x.log = panel->y.log = true;
		/* a load is a round trip, a store is not: orders of magnitude lie between */
		panel->own_values = ways[way].load;
		for (size_t side = 0; side < in->n_sides && !ret; side++)
			ret = add_side(p, panel, in, side, way, &kernels);
		if (way == FLUSHED && panel->n_series)
			add_limits(panel, in);
		build_sort(panel);
		if (!panel->n_series)
			p->n_panels--;
	}
	free(kernels.v);
	return ret;
}

static bool is_wide(const struct cell_record *c)
{
	return !strcmp(c->experiment, "bw") && !strcmp(c->barrier, "none") && walks_up(c) &&
	       strcmp(stem_of(c), USUAL);
}

/* The region that most cells are of, those of other kernels than the usual; 0: there are none. */
static uint64_t region_of(const struct picture_input *in)
{
	const struct result *r = &in->sides[0].runs[0];
	uint64_t region = 0;
	size_t most = 0;

	for (size_t i = 0; i < r->n_cells; i++) {
		const struct cell_record *c = &r->cells[i];
		size_t n = 0;

		if (!is_wide(c) || c->region_bytes == region)
			continue;
		for (size_t k = i; k < r->n_cells; k++)
			n += is_wide(&r->cells[k]) && r->cells[k].region_bytes == c->region_bytes;
		/* all of them over all sizes: the one that is usual */
		if (n > most || (n == most && c->region_bytes == KERNEL_REGION)) {
			most = n;
			region = c->region_bytes;
		}
	}
	return region;
}

static int add_widths(struct picture *p, struct picture_panel *panel,
		      const struct picture_input *in, size_t side, int way, uint64_t region)
{
	const struct result *r = &in->sides[side].runs[0];
	int ret = 0;

	for (size_t i = 0; i < r->n_cells && !ret; i++) {
		const struct cell_record *c = &r->cells[i];

		if (belongs(c, way) && c->region_bytes == region)
			ret = build_bar(p, panel, in, side, c, c->kernel);
	}
	return ret;
}

int picture_build_widths(struct picture *p, const struct picture_input *in)
{
	static const int shown[] = { FLUSHED, LOADS };
	uint64_t region = region_of(in);
	char size[24];
	int ret = 0;

	if (!region)
		return -ENODATA;
	snprintf(p->title, sizeof(p->title), "Throughput by kernel, over %s",
		 format_size(size, sizeof(size), region));
	for (size_t i = 0; i < 2 && !ret; i++) {
		struct picture_panel *panel =
			build_panel(p, ways[shown[i]].title, "bytes per second", PICTURE_RATE, "",
				    PICTURE_COUNT);

		panel->own_values = ways[shown[i]].load;
		for (size_t side = 0; side < in->n_sides && !ret; side++)
			ret = add_widths(p, panel, in, side, shown[i], region);
		if (!panel->n_series)
			p->n_panels--;
	}
	return ret;
}
