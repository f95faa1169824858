// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <string.h>
#include "exp/exp.h"

/*
 * Throughput. A timed interval is many passes over a region. Posted: it ends when the last store
 * has issued. Flushed: it ends when a read from the device has come back after them.
 */

/* Regions; but for quick runs all that there is follows them. */
static const struct {
	unsigned int bytes;
	enum exp_profile from;
} sizes[] = {
	{ 64, EXP_QUICK },	 { 128, EXP_FULL },	   { 256, EXP_DEFAULT },
	{ 512, EXP_FULL },	 { 1024, EXP_DEFAULT },	   { 2048, EXP_FULL },
	{ 4096, EXP_QUICK },	 { 8192, EXP_FULL },	   { 16384, EXP_DEFAULT },
	{ 32768, EXP_FULL },	 { 65536, EXP_QUICK },	   { 131072, EXP_FULL },
	{ 262144, EXP_DEFAULT }, { 524288, EXP_FULL },	   { 1048576, EXP_FULL },
	{ 2097152, EXP_FULL },	 { 4194304, EXP_FULL },	   { 8388608, EXP_FULL },
};

/* Where barriers stand, in bytes; 0: at the end of a pass, 1: after each access */
static const struct {
	unsigned int bytes;
	enum exp_profile from;
} intervals[] = {
	{ 1, EXP_DEFAULT }, { 64, EXP_QUICK }, { 256, EXP_DEFAULT }, { 4096, EXP_DEFAULT },
	{ 0, EXP_DEFAULT },
};

#define N_OF(a)       (sizeof(a) / sizeof((a)[0]))
#define BARRIER_REGION 16384u /* above the largest interval */
#define WIDTH_REGION   4096u
#define LOADS_UP_TO    65536u /* a load is a round trip: larger regions only cost time */
#define QUICK_LOADS_UP_TO 4096u

/* All of it, in whole blocks of every loop. */
static uint64_t largest_region(const struct exp_limits *l)
{
	return l->region_bytes & ~4095ull;
}

static int add_store(struct cell_list *out, const struct experiment *e,
		     const struct exp_limits *l, struct cell_want want)
{
	int ret;

	want.flushed = false;
	ret = cell_add(out, e, l, &want);
	want.flushed = true;
	return ret ? ret : cell_add(out, e, l, &want);
}

/* One size: 8-byte stores, and loads where the region is not too large for round trips. */
static int expand_size(const struct experiment *e, const struct exp_limits *l,
		       struct cell_list *out, enum map_type type, uint64_t region)
{
	struct cell_want want = { type, "store8", "none", 0, region, false, "B/s" };
	int ret = add_store(out, e, l, want);

	want.kernel = "load8";
	if (!ret && region <= (l->profile == EXP_QUICK ? QUICK_LOADS_UP_TO : LOADS_UP_TO))
		ret = cell_add(out, e, l, &want);
	return ret;
}

/* The other widths, over one region. */
static int expand_widths(const struct experiment *e, const struct exp_limits *l,
			 struct cell_list *out, enum map_type type)
{
	static const struct {
		const char *store, *load;
		enum exp_profile from;
	} widths[] = {
		{ "store1", "load1", EXP_FULL },
		{ "store2", "load2", EXP_FULL },
		{ "store4", "load4", EXP_DEFAULT },
	};
	int ret = 0;

	for (size_t i = 0; i < N_OF(widths) && !ret; i++) {
		struct cell_want want = { type,		widths[i].store, "none", 0,
					  WIDTH_REGION, false,		 "B/s" };

		if (widths[i].from > l->profile)
			continue;
		ret = add_store(out, e, l, want);
		want.kernel = widths[i].load;
		if (!ret)
			ret = cell_add(out, e, l, &want);
	}
	return ret;
}

static int expand_sizes(const struct experiment *e, const struct exp_limits *l,
			struct cell_list *out, enum map_type type)
{
	uint64_t largest = largest_region(l);
	bool with_largest = l->profile == EXP_QUICK;
	int ret = 0;

	for (size_t i = 0; i < N_OF(sizes) && !ret; i++) {
		if (sizes[i].from > l->profile || sizes[i].bytes > largest)
			continue;
		ret = expand_size(e, l, out, type, sizes[i].bytes);
		with_largest |= sizes[i].bytes == largest;
	}
	if (!ret && !with_largest)
		ret = expand_size(e, l, out, type, largest);
	return ret || l->profile == EXP_QUICK ? ret : expand_widths(e, l, out, type);
}

/* Barriers that order stores and are no read: those rows have an end-of-pass loop for store8. */
static int expand_barriers(const struct experiment *e, const struct exp_limits *l,
			   struct cell_list *out, enum map_type type)
{
	uint64_t region = l->region_bytes < BARRIER_REGION ? WIDTH_REGION : BARRIER_REGION;
	int ret = 0;

	for (const struct barrier *b = arch_barriers; b->name; b++) {
		if (!strcmp(b->name, "none") || !strcmp(b->name, "read-flush") ||
		    (!b->common && l->profile != EXP_FULL))
			continue;
		for (size_t i = 0; i < N_OF(intervals) && !ret; i++) {
			uint32_t at = intervals[i].bytes == 1 ? 8 : intervals[i].bytes;
			struct cell_want want = { type,	  "store8", b->name, at,
						  region, false,    "B/s" };

			if (intervals[i].from > l->profile)
				continue;
			ret = l->profile == EXP_QUICK ? cell_add(out, e, l, &want) :
							add_store(out, e, l, want);
		}
	}
	return ret;
}

int exp_bw_expand(const struct experiment *e, const struct exp_limits *l, struct cell_list *out)
{
	int ret = 0;

	for (size_t i = 0; i < l->n_types && !ret; i++) {
		ret = expand_sizes(e, l, out, l->types[i]);
		if (!ret)
			ret = expand_barriers(e, l, out, l->types[i]);
	}
	return ret;
}
