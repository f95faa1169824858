// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "witness/ranges.h"

const char *witness_who_name(enum witness_who who)
{
	static const char *const names[WITNESS_WHOS] = { "vm", "process", "driver" };

	return names[who];
}

const char *witness_state_name(enum witness_state state)
{
	static const char *const names[WITNESS_STATES] = { "mapped", "untouched", "trapped", "unreadable" };

	return names[state];
}

const char *witness_through_name(enum witness_through through)
{
	static const char *const names[WITNESS_THROUGHS] = {
		[WITNESS_THROUGH_UNKNOWN] = "unknown",
		[WITNESS_THROUGH_RESOURCE] = "resource",
		[WITNESS_THROUGH_RESOURCE_WC] = "resource_wc",
		[WITNESS_THROUGH_VFIO] = "vfio",
		[WITNESS_THROUGH_DEV_MEM] = "dev-mem",
		[WITNESS_THROUGH_UIO] = "uio",
		[WITNESS_THROUGH_FILE] = "file",
		[WITNESS_THROUGH_KERNEL] = "kernel",
		[WITNESS_THROUGH_KVM] = "kvm",
	};

	return names[through];
}

const char *witness_flag_name(enum witness_flag flag)
{
	static const char *const names[WITNESS_FLAGS] = { "unknown", "clear", "set" };

	return names[flag];
}

const char *witness_tables_name(enum witness_tables tables)
{
	static const char *const names[WITNESS_TABLES] = { "read", "protected", "shadow", "empty", "broken" };

	return names[tables];
}

const char *witness_fwb_name(enum witness_fwb fwb)
{
	static const char *const names[WITNESS_FWBS] = { "unknown", "no", "yes" };

	return names[fwb];
}

void witness_free(struct witness *w)
{
	facts_free(&w->env.facts);
	free(w->command);
	free(w->functions);
	free(w->vms);
	free(w->ranges);
	memset(w, 0, sizeof(*w));
}

bool witness_watches(const struct bar *bar)
{
	return bar->kind == BAR_MEMORY && bar->size_bytes && bar->phys_bytes && !bar->unset;
}

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

int witness_compare(const struct witness_range *a, const struct witness_range *b)
{
	const int by[] = {
		COMPARE(a->function, b->function), COMPARE(a->bar, b->bar), COMPARE(a->who, b->who),
		COMPARE(a->pid, b->pid), COMPARE(a->nested, b->nested), COMPARE(a->address, b->address),
	};

	for (size_t i = 0; i < sizeof(by) / sizeof(by[0]); i++)
		if (by[i])
			return by[i];
	return 0;
}

bool witness_same_user(const struct witness_range *a, const struct witness_range *b)
{
	return a->function == b->function && a->bar == b->bar && a->who == b->who && a->pid == b->pid &&
	       a->nested == b->nested;
}

bool witness_alike(const struct witness_range *a, const struct witness_range *b)
{
	return witness_same_user(a, b) && a->type == b->type && a->forced == b->forced &&
	       a->state == b->state && a->through == b->through && a->any_uncached == b->any_uncached &&
	       !strcmp(a->comm, b->comm) && !strcmp(a->path, b->path);
}

/* b begins where a ends, in each sense that is known. */
static bool ranges_join(const struct witness_range *a, const struct witness_range *b)
{
	return witness_alike(a, b) && a->address + a->size_bytes == b->address &&
	       (a->function < 0 || a->offset_bytes + a->size_bytes == b->offset_bytes) &&
	       (a->phys ? a->phys + a->size_bytes == b->phys : !b->phys);
}

static void range_join(struct witness_range *a, const struct witness_range *b)
{
	a->size_bytes += b->size_bytes;
	if (b->leaf_least_bytes < a->leaf_least_bytes)
		a->leaf_least_bytes = b->leaf_least_bytes;
	if (b->leaf_most_bytes > a->leaf_most_bytes)
		a->leaf_most_bytes = b->leaf_most_bytes;
}

int witness_add(struct witness *w, const struct witness_range *r)
{
	struct witness_range *v = w->ranges;

	if (w->n_ranges && ranges_join(&v[w->n_ranges - 1], r)) {
		range_join(&v[w->n_ranges - 1], r);
		return 0;
	}
	if (w->n_ranges == WITNESS_RANGES_MAX) {
		w->left_out++;
		return 0;
	}
	/* doubles at powers of two */
	if (!(w->n_ranges & (w->n_ranges - 1))) {
		v = realloc(v, (w->n_ranges ? 2 * w->n_ranges : 1) * sizeof(*v));
		if (!v)
			return -ENOMEM;
		w->ranges = v;
	}
	v[w->n_ranges++] = *r;
	return 0;
}

static int compare_ranges(const void *a, const void *b)
{
	return witness_compare(a, b);
}

void witness_sort(struct witness *w)
{
	if (w->n_ranges)
		qsort(w->ranges, w->n_ranges, sizeof(*w->ranges), compare_ranges);
}

const struct witness_vm *witness_find_vm(const struct witness *w, unsigned int pid, unsigned int nested)
{
	for (size_t i = 0; i < w->n_vms; i++)
		if (w->vms[i].pid == pid && w->vms[i].nested == nested)
			return &w->vms[i];
	return NULL;
}

void witness_lack(struct witness *w, enum witness_who what, const char *fmt, ...)
{
	struct witness_lack *lack = &w->lacks[w->n_lacks];
	va_list args;

	if (w->n_lacks == WITNESS_LACKS_MAX)
		return;
	w->n_lacks++;
	lack->what = what;
	va_start(args, fmt);
	vsnprintf(lack->why, sizeof(lack->why), fmt, args);
	va_end(args);
}

static bool same_vm(const struct witness_vm *a, const struct witness_vm *b)
{
	return a->pid == b->pid && a->nested == b->nested && a->tables == b->tables;
}

bool witness_same(const struct witness *a, const struct witness *b)
{
	bool same = a->n_vms == b->n_vms && a->n_ranges == b->n_ranges && a->n_functions == b->n_functions;

	for (size_t i = 0; same && i < a->n_vms; i++)
		same = same_vm(&a->vms[i], &b->vms[i]);
	for (size_t i = 0; same && i < a->n_ranges; i++)
		same = witness_alike(&a->ranges[i], &b->ranges[i]) && !witness_compare(&a->ranges[i], &b->ranges[i]) &&
		       a->ranges[i].size_bytes == b->ranges[i].size_bytes;
	return same;
}
