/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESTORE_WINDOW_H
#define RESTORE_WINDOW_H

#include "map/map.h"
#include "record/result.h"

/*
 * The bytes of the BAR that a run will store to, as found. Read and put back through the plain
 * mapping, 4 bytes at a time: some systems lose wider accesses (BCM2711). No other mapping of the
 * pages may be open.
 */
struct window {
	struct map_range range;
	uint32_t *words; /* owned; NULL: nothing saved */
	size_t n;
};

/* 0, or -errno after logging: -EFAULT when the device faults on reads. */
int window_save(struct window *w, const struct map_range *range);

/*
 * Puts everything back, reads it again, and frees. *differing: words that did not keep their value
 * (then the BAR is not plain memory). 0, or -errno after logging that what was found is lost: it cannot
 * be mapped, faults, or reads as ones all over.
 */
int window_restore(struct window *w, size_t *differing);

/* Says that it cannot be put back, and forgets it. */
void window_give_up(struct window *w);

/* Forgets what was saved; for --leave-window. */
void window_drop(struct window *w);

#endif
