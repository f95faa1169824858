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

static int expand_loads(const struct experiment *e, const struct exp_limits *l,
			struct cell_list *out, struct cell_want want)
{
	int ret;

	want.kernel = "load8";
	want.barrier = "dep";
	want.interval_bytes = WORD_BYTES;
	want.region_bytes = LINE_BYTES;
	ret = cell_add(out, e, l, &want);
	if (ret || l->profile == EXP_QUICK)
		return ret;
	want.barrier = "none";
	want.interval_bytes = 0;
	want.pattern = "single";
	ret = cell_add(out, e, l, &want);
	want.pattern = "stride64";
	want.region_bytes = REGION_BYTES;
	for (size_t b = 0; b < 2; b++) {
		want.barrier = exp_load_barriers[b];
		for (unsigned int n = 1; n <= 16 && !ret; n *= 2) {
			want.interval_bytes = n * WORD_BYTES;
			ret = cell_add(out, e, l, &want);
		}
	}
	return ret;
}

static int expand_stores(const struct experiment *e, const struct exp_limits *l,
			 struct cell_list *out, struct cell_want want)
{
	int ret = 0;

	want.kernel = "store8";
	want.region_bytes = LINE_BYTES;
	for (const struct barrier *b = arch_barriers; b->name && !ret; b++) {
		if (!b->common && l->profile != EXP_FULL)
			continue;
		want.barrier = b->name;
		want.interval_bytes = strcmp(b->name, "none") ? WORD_BYTES : 0;
		ret = cell_add(out, e, l, &want);
	}
	if (ret || l->profile == EXP_QUICK)
		return ret;
	want.barrier = "none";
	want.interval_bytes = 0;
	want.pattern = "single";
	ret = cell_add(out, e, l, &want);
	want.flushed = true;
	return ret ? ret : cell_add(out, e, l, &want);
}

int exp_lat_expand(const struct experiment *e, const struct exp_limits *l, struct cell_list *out)
{
	int ret = 0;

	for (size_t i = 0; i < l->n_types && !ret; i++) {
		struct cell_want want = { .type = l->types[i], .unit = "ns" };

		ret = expand_loads(e, l, out, want);
		if (!ret)
			ret = expand_stores(e, l, out, want);
	}
	return ret;
}
