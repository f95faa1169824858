// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/parse.h"
#include "plot/build.h"
#include "verdict/findings.h"
#include "verdict/link_limit.h"

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

/* Stores or loads without a barrier, from a region's beginning to its end. */
static bool is_plain_walk(const struct cell_record *c)
{
	return cell_is(c, EXP_BW) && !strcmp(c->spec.barrier, "none") && bw_walks_up(c);
}

static bool belongs(const struct cell_record *c, int way)
{
	return is_plain_walk(c) && c->spec.is_load == ways[way].load &&
	       c->spec.flushed == ways[way].flushed && c->spec.unit == UNIT_RATE;
}

/* A kernel that was measured over one size only is no curve: it is in the other picture. */
static bool has_sizes(const struct result *r, const char *stem)
{
	uint64_t first = 0;

	for_each_cell(c, r) {
		if (!is_plain_walk(c) || strcmp(cell_kernel_stem(c), stem))
			continue;
		if (first && c->spec.region_bytes != first)
			return true;
		first = c->spec.region_bytes;
	}
	return false;
}

static void list_kernels(struct picture *p, const struct result *r, struct picture_names *kernels)
{
	const char *last = "";

	for_each_cell(c, r) {
		const char *stem = cell_kernel_stem(c);

		if (!cell_is(c, EXP_BW) || !strcmp(stem, last) || strcmp(c->spec.barrier, "none"))
			continue;
		last = stem;
		if (!strcmp(stem, USUAL) || has_sizes(r, stem))
			build_name(p, kernels, stem);
	}
}

static void add_side(struct picture *p, struct picture_panel *panel, const struct picture_input *in,
		     size_t side, int way, const struct picture_names *kernels)
{
	for_each_cell(c, &in->sides[side].runs[0]) {
		const char *stem = cell_kernel_stem(c);
		/* kernels in the order in which they are met, over all cells of both sides */
		int mark = build_find_name(kernels, stem);
		char kernel[32] = "";

		if (!belongs(c, way) || mark < 0)
			continue;
		if (kernels->n > 1)
			snprintf(kernel, sizeof(kernel), "%.20s%s", stem,
				 strspn(stem, "0123456789") == strlen(stem) ? " B" : "");
		build_curve(p, panel, in, side,
			    build_mapping(p, in, side, c->spec.mapping, kernel, (unsigned int)mark),
			    c, (double)c->spec.region_bytes);
	}
}

/* What the link can carry: only what has arrived may be compared with it. */
static void add_limits(struct picture_panel *panel, const struct picture_input *in)
{
	static const struct {
		const char *name;
		unsigned int payload_bytes; /* 0: all of it */
	} limits[PICTURE_LIMITS] = { { "link, raw", 0 }, { "64 B TLPs", 64 }, { "8 B TLPs", 8 } };
	const struct result *r = &in->sides[0].runs[0];
	double raw = r->is_ram ? 0 : link_limit_raw(&r->device.link);
	/* a host's link is real; a guest's may be what the VMM made up */
	bool virtual = in->n_sides == 1 && r->env.virt.guest == ENV_GUEST;

	for (size_t i = 0; i < PICTURE_LIMITS && raw > 0; i++) {
		struct picture_limit *l = &panel->limits[panel->n_limits++];

		l->y = limits[i].payload_bytes ? raw * link_limit_share(limits[i].payload_bytes) : raw;
		snprintf(l->name, sizeof(l->name), "%s%s", limits[i].name,
			 virtual ? " (virtual?)" : "");
	}
}

void picture_build_bw(struct picture *p, const struct picture_input *in)
{
	struct picture_names kernels = { .n = 0 };

	for (size_t side = 0; side < in->n_sides; side++)
		list_kernels(p, &in->sides[side].runs[0], &kernels);
	snprintf(p->title, sizeof(p->title), "Throughput by size%s",
		 kernels.n > 1 ? " and width" : ", 8-byte accesses");
	for (int way = 0; way < WAYS; way++) {
		struct picture_panel *panel = build_panel(p, ways[way].title, "region, bytes",
							  PICTURE_BYTES, PICTURE_RATE);

		/* a load is a round trip, a store is not: orders of magnitude lie between */
		panel->own_scale = ways[way].load;
		for (size_t side = 0; side < in->n_sides; side++)
			add_side(p, panel, in, side, way, &kernels);
		if (way == FLUSHED)
			add_limits(panel, in);
		build_sort(panel);
	}
}

static bool is_wide(const struct cell_record *c)
{
	return is_plain_walk(c) && strcmp(cell_kernel_stem(c), USUAL);
}

static size_t count_wide(const struct result *r, uint64_t region)
{
	size_t n = 0;

	for_each_cell(c, r)
		n += is_wide(c) && c->spec.region_bytes == region;
	return n;
}

/* The region that most cells are of, those of other kernels than the usual; 0: there are none. */
static uint64_t region_of(const struct result *r)
{
	uint64_t region = 0;
	size_t most = 0;

	for_each_cell(c, r) {
		size_t n = is_wide(c) ? count_wide(r, c->spec.region_bytes) : 0;

		/* all of them over all sizes: the one that is usual */
		if (n > most || (n && n == most && c->spec.region_bytes == KERNEL_REGION)) {
			most = n;
			region = c->spec.region_bytes;
		}
	}
	return region;
}

void picture_build_widths(struct picture *p, const struct picture_input *in)
{
	static const int shown[] = { FLUSHED, LOADS };
	uint64_t region = region_of(&in->sides[0].runs[0]);
	char size[24];

	snprintf(p->title, sizeof(p->title), "Throughput by kernel, over %s",
		 format_size(size, sizeof(size), region));
	for (size_t i = 0; i < 2 && region; i++) {
		struct picture_panel *panel = build_panel(p, ways[shown[i]].title, "bytes per second",
							  PICTURE_RATE, PICTURE_NO_UNIT);

		panel->own_scale = ways[shown[i]].load;
		for (size_t side = 0; side < in->n_sides; side++)
			for_each_cell(c, &in->sides[side].runs[0])
				if (belongs(c, shown[i]) && c->spec.region_bytes == region)
					build_bar(p, panel, in, side, c, c->spec.kernel);
	}
}
