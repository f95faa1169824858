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

/* Other ways through a region than upwards. */
static const char *const patterns[] = { "reverse", "stride64", "stride256", "random", "one" };

#define N_OF(a) (sizeof(a) / sizeof((a)[0]))
#define USUAL_STORE    "store8"
#define USUAL_LOAD     "load8"
#define BARRIER_REGION 16384u /* above the largest interval */
#define KERNEL_REGION  4096u
#define LOADS_UP_TO    65536u /* a load is a round trip: larger regions only cost time */
#define QUICK_LOADS_UP_TO 4096u

/* Stores posted and flushed, loads as they are. */
static int add(struct cell_list *out, const struct experiment *e, const struct exp_limits *l,
	       struct cell_want want, enum kernel_direction direction)
{
	int ret = cell_add(out, e, l, &want);

	want.flushed = true;
	return ret || direction == KERNEL_LOAD ? ret : cell_add(out, e, l, &want);
}

static bool is_usual(const struct kernel *k)
{
	return !strcmp(k->name, USUAL_STORE) || !strcmp(k->name, USUAL_LOAD);
}

/* One size with the usual kernels, or with those that were asked for. */
static int expand_size(const struct experiment *e, const struct exp_limits *l,
		       struct cell_list *out, enum map_type type, uint64_t region)
{
	uint64_t loads_up_to = l->profile == EXP_QUICK ? QUICK_LOADS_UP_TO : LOADS_UP_TO;
	int ret = 0;

	for (const struct kernel *k = arch_kernels; k->name && !ret; k++) {
		struct cell_want want = { .type = type,
					  .kernel = k->name,
					  .barrier = "none",
					  .region_bytes = region,
					  .unit = "B/s" };

		if (!l->kernels && !is_usual(k))
			continue;
		if (k->direction == KERNEL_LOAD && region > loads_up_to && !l->sizes)
			continue;
		ret = add(out, e, l, want, k->direction);
	}
	return ret;
}

/* The other kernels, over one region. */
static int expand_kernels(const struct experiment *e, const struct exp_limits *l,
			  struct cell_list *out, enum map_type type)
{
	int ret = 0;

	for (const struct kernel *k = arch_kernels; k->name && !ret; k++) {
		struct cell_want want = { .type = type,
					  .kernel = k->name,
					  .barrier = "none",
					  .region_bytes = KERNEL_REGION,
					  .unit = "B/s" };

		/* the narrowest are rare, and slow */
		if (!is_usual(k) && (k->width_bytes > 2 || l->profile == EXP_FULL))
			ret = add(out, e, l, want, k->direction);
	}
	return ret;
}

static int expand_patterns(const struct experiment *e, const struct exp_limits *l,
			   struct cell_list *out, enum map_type type)
{
	uint64_t region = l->region_bytes < BARRIER_REGION ? KERNEL_REGION : BARRIER_REGION;
	int ret = 0;

	for (size_t i = 0; i < 2 * N_OF(patterns) && !ret; i++) {
		bool load = i >= N_OF(patterns);
		struct cell_want want = { .type = type,
					  .kernel = load ? USUAL_LOAD : USUAL_STORE,
					  .barrier = "none",
					  .pattern = patterns[i % N_OF(patterns)],
					  .region_bytes = region,
					  .unit = "B/s" };

		ret = cell_add(out, e, l, &want);
	}
	return ret;
}

static int expand_sizes(const struct experiment *e, const struct exp_limits *l,
			struct cell_list *out, enum map_type type)
{
	uint64_t largest = l->region_bytes & ~4095ull; /* whole blocks of nearly every loop */
	bool with_largest = l->profile == EXP_QUICK;
	int ret = 0;

	for (size_t i = 0; i < l->n_sizes && !ret; i++)
		ret = expand_size(e, l, out, type, l->sizes[i]);
	if (l->sizes)
		return ret;
	for (size_t i = 0; i < N_OF(sizes) && !ret; i++) {
		if (sizes[i].from > l->profile || sizes[i].bytes > largest)
			continue;
		ret = expand_size(e, l, out, type, sizes[i].bytes);
		with_largest |= sizes[i].bytes == largest;
	}
	if (!ret && !with_largest)
		ret = expand_size(e, l, out, type, largest);
	return ret;
}

/* Barriers that order stores and are no read: those rows have an end-of-pass loop for store8. */
static int expand_barriers(const struct experiment *e, const struct exp_limits *l,
			   struct cell_list *out, enum map_type type)
{
	uint64_t region = l->region_bytes < BARRIER_REGION ? KERNEL_REGION : BARRIER_REGION;
	int ret = 0;

	for (const struct barrier *b = arch_barriers; b->name; b++) {
		if (!strcmp(b->name, "none") || !strcmp(b->name, "read-flush") ||
		    (!b->common && !l->barriers && l->profile != EXP_FULL))
			continue;
		for (size_t i = 0; i < N_OF(intervals) && !ret; i++) {
			struct cell_want want = { .type = type,
						  .kernel = USUAL_STORE,
						  .barrier = b->name,
						  .interval_bytes = intervals[i].bytes == 1 ?
									    8 :
									    intervals[i].bytes,
						  .region_bytes = region,
						  .unit = "B/s" };

			if (intervals[i].from > l->profile)
				continue;
			ret = l->profile == EXP_QUICK ? cell_add(out, e, l, &want) :
							add(out, e, l, want, KERNEL_STORE);
		}
	}
	return ret;
}

int exp_bw_expand(const struct experiment *e, const struct exp_limits *l, struct cell_list *out)
{
	int ret = 0;

	for (size_t i = 0; i < l->n_types && !ret; i++) {
		ret = expand_sizes(e, l, out, l->types[i]);
		if (ret || l->sizes)
			continue;
		ret = expand_barriers(e, l, out, l->types[i]);
		if (ret || l->profile == EXP_QUICK)
			continue;
		/* asked for, a kernel has all sizes already */
		ret = l->kernels ? 0 : expand_kernels(e, l, out, l->types[i]);
		if (!ret)
			ret = expand_patterns(e, l, out, l->types[i]);
	}
	return ret;
}
