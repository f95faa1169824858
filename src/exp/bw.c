// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <string.h>
#include "base/array.h"
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

/* Where barriers stand: each time that so many bytes are stored; 0: at the end of a pass */
static const struct {
	unsigned int bytes;
	enum exp_profile from;
} intervals[] = {
	{ 8, EXP_DEFAULT }, { 64, EXP_QUICK }, { 256, EXP_DEFAULT }, { 4096, EXP_DEFAULT },
	{ 0, EXP_DEFAULT },
};

/* Other ways through a region than upwards. */
static const char *const patterns[] = { "reverse", "stride64", "stride256", "random", "one" };

#define USUAL_STORE    "store8"
#define USUAL_LOAD     "load8"
#define BARRIER_REGION 16384u /* above the largest interval */
#define KERNEL_REGION  4096u
#define LOADS_UP_TO    65536u /* a load is a round trip: larger regions only cost time */
#define QUICK_LOADS_UP_TO 4096u

/* Stores posted and flushed, loads as they are. */
static void add(const struct expansion *x, struct cell_want want, enum kernel_direction direction)
{
	cell_add(x, want);
	want.flushed = true;
	if (direction == KERNEL_STORE)
		cell_add(x, want);
}

static void add_kernel(const struct expansion *x, const struct kernel *k, uint64_t region)
{
	add(x, (struct cell_want){ .kernel = k->name, .barrier = "none", .region_bytes = region,
				   .unit = UNIT_RATE }, k->direction);
}

static bool is_usual(const struct kernel *k)
{
	return !strcmp(k->name, USUAL_STORE) || !strcmp(k->name, USUAL_LOAD);
}

/* One size with the usual kernels, or with those that were asked for. */
static void expand_size(const struct expansion *x, uint64_t region)
{
	const struct request *r = x->request;
	uint64_t loads_up_to = r->profile == EXP_QUICK ? QUICK_LOADS_UP_TO : LOADS_UP_TO;

	for (const struct kernel *k = arch_kernels; k->name; k++)
		if ((r->kernels || is_usual(k)) &&
		    (k->direction == KERNEL_STORE || region <= loads_up_to || r->n_sizes))
			add_kernel(x, k, region);
}

/* The other kernels, over one region. The narrowest are rare, and slow. */
static void expand_kernels(const struct expansion *x)
{
	for (const struct kernel *k = arch_kernels; k->name; k++)
		if (!is_usual(k) && (k->width_bytes > 2 || x->request->profile == EXP_FULL))
			add_kernel(x, k, KERNEL_REGION);
}

static uint64_t barrier_region(const struct expansion *x)
{
	return x->region_bytes < BARRIER_REGION ? KERNEL_REGION : BARRIER_REGION;
}

static void expand_patterns(const struct expansion *x, const char *kernel)
{
	for (size_t i = 0; i < ARRAY_SIZE(patterns); i++)
		cell_add(x, (struct cell_want){ .kernel = kernel,
						.barrier = "none",
						.pattern = patterns[i],
						.region_bytes = barrier_region(x),
						.unit = UNIT_RATE });
}

static void expand_sizes(const struct expansion *x)
{
	const struct request *r = x->request;
	uint64_t largest = x->region_bytes & ~4095ull; /* whole blocks of nearly every loop */
	bool with_largest = r->profile == EXP_QUICK;

	for (size_t i = 0; i < r->n_sizes; i++)
		expand_size(x, r->sizes[i]);
	if (r->n_sizes)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		if (sizes[i].from > r->profile || sizes[i].bytes > largest)
			continue;
		expand_size(x, sizes[i].bytes);
		with_largest |= sizes[i].bytes == largest;
	}
	if (!with_largest)
		expand_size(x, largest);
}

static void expand_intervals(const struct expansion *x, const struct barrier *b)
{
	enum exp_profile profile = x->request->profile;

	for (size_t i = 0; i < ARRAY_SIZE(intervals); i++) {
		struct cell_want want = { .kernel = USUAL_STORE,
					  .barrier = b->name,
					  .interval_bytes = intervals[i].bytes,
					  .region_bytes = barrier_region(x),
					  .unit = UNIT_RATE };

		if (intervals[i].from > profile)
			continue;
		if (profile == EXP_QUICK)
			cell_add(x, want);
		else
			add(x, want, KERNEL_STORE);
	}
}

/* Barriers that order stores and are no read: those rows have an end-of-pass loop for store8. */
static void expand_barriers(const struct expansion *x)
{
	for (const struct barrier *b = arch_here()->barriers; b->name; b++)
		if (strcmp(b->name, "none") && !(b->purposes & FOR_LOADS_TOO) &&
		    (b->common || x->request->barriers || x->request->profile == EXP_FULL))
			expand_intervals(x, b);
}

static void expand(const struct expansion *x)
{
	expand_sizes(x);
	if (x->request->n_sizes)
		return;
	expand_barriers(x);
	if (x->request->profile == EXP_QUICK)
		return;
	/* asked for, a kernel has all sizes already */
	if (!x->request->kernels)
		expand_kernels(x);
	expand_patterns(x, USUAL_STORE);
	expand_patterns(x, USUAL_LOAD);
}

const struct experiment exp_bw = {
	.id = EXP_BW,
	.question = "how many bytes per second can be stored and loaded, by size, width and barrier?",
	.from = EXP_QUICK,
	.expand = expand,
	.visit = exp_loop_visit,
};
