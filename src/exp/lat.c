// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <string.h>
#include "exp/exp.h"

/*
 * Cost of one access. The round trip: each load's address depends on the value of the one before;
 * and loads timed one by one, whose distribution tells more than a mean. Parallelism: N loads of N
 * lines, then a barrier that waits for them. A store's issue cost, alone and with each barrier after
 * every store within one 64-byte line, back to back and one by one into an empty queue.
 */
#define LINE_BYTES   64u
#define REGION_BYTES 4096u
#define WORD_BYTES   8u

static void expand_loads(const struct expansion *x)
{
	struct cell_want want = { .kernel = "load8",
				  .barrier = exp_barrier(FOR_DEPENDENCE),
				  .interval_bytes = WORD_BYTES,
				  .region_bytes = LINE_BYTES,
				  .unit = UNIT_NS };

	cell_add(x, want);
	if (x->request->profile == EXP_QUICK)
		return;
	want.barrier = "none";
	want.interval_bytes = 0;
	want.pattern = "single";
	cell_add(x, want);
	want.pattern = "stride64";
	want.region_bytes = REGION_BYTES;
	want.barrier = exp_barrier(FOR_WAITING_FOR_LOADS);
	for (unsigned int n = 1; n <= 16; n *= 2) {
		want.interval_bytes = n * WORD_BYTES;
		cell_add(x, want);
	}
}

static void expand_stores(const struct expansion *x)
{
	struct cell_want want = { .kernel = "store8", .region_bytes = LINE_BYTES, .unit = UNIT_NS };

	for (const struct barrier *b = arch_here()->barriers; b->name; b++) {
		if (!b->common && x->request->profile != EXP_FULL)
			continue;
		want.barrier = b->name;
		want.interval_bytes = strcmp(b->name, "none") ? WORD_BYTES : 0;
		cell_add(x, want);
	}
	if (x->request->profile == EXP_QUICK)
		return;
	want.barrier = "none";
	want.interval_bytes = 0;
	want.pattern = "single";
	cell_add(x, want);
	want.flushed = true;
	cell_add(x, want);
}

static void expand(const struct expansion *x)
{
	expand_loads(x);
	expand_stores(x);
}

const struct experiment exp_lat = {
	.id = EXP_LAT,
	.question = "how long is a read's round trip, how many reads overlap, and what does a store cost "
		    "with each barrier?",
	.from = EXP_QUICK,
	.expand = expand,
	.visit = exp_loop_visit,
};
