// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/memory.h"
#include "witness/witness.h"

/* What the ranges of a BAR say together. */

static uint64_t range_end(const struct witness_range *r)
{
	return r->offset_bytes + r->size_bytes;
}

static int compare_offset(const void *pa, const void *pb)
{
	const struct witness_range *a = *(const struct witness_range *const *)pa;
	const struct witness_range *b = *(const struct witness_range *const *)pb;

	return (a->offset_bytes > b->offset_bytes) - (a->offset_bytes < b->offset_bytes);
}

/* The bytes that n ranges in order of offset cover, each counted once. */
static uint64_t covered(const struct witness_range *const *v, size_t n)
{
	uint64_t bytes = 0, end = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t from = v[i]->offset_bytes > end ? v[i]->offset_bytes : end;

		if (range_end(v[i]) <= from)
			continue;
		bytes += range_end(v[i]) - from;
		end = range_end(v[i]);
	}
	return bytes;
}

/* Ranges of a BAR lie in order of pid. */
static void count_vmm(struct witness_seen *seen, const struct witness_range *r)
{
	if (seen->n_vmms && seen->pid == r->pid)
		return;
	seen->n_vmms++;
	seen->pid = r->pid;
	memcpy(seen->comm, r->comm, sizeof(seen->comm));
}

int witness_bar_seen(struct witness_seen *seen, const struct witness *w, unsigned int bar)
{
	const struct witness_range **v = memory_alloc((w->n_ranges ? w->n_ranges : 1) * sizeof(*v));
	size_t n = 0;

	if (!v)
		return -ENOMEM;
	*seen = (struct witness_seen){ 0 };
	for (size_t i = 0; i < w->n_ranges; i++) {
		const struct witness_range *r = &w->ranges[i];

		if (r->bar != bar)
			continue;
		seen->mixed |= n && v[0]->type != r->type;
		seen->count += r->count;
		seen->again += r->again;
		count_vmm(seen, r);
		v[n++] = r;
	}
	if (n && !seen->mixed)
		seen->type = v[0]->type;
	qsort(v, n, sizeof(*v), compare_offset);
	seen->bytes = covered(v, n);
	free(v);
	return 0;
}
