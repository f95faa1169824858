/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef COMPARE_SELF_CHECK_H
#define COMPARE_SELF_CHECK_H

#include "compare/compare_cells.h"

/*
 * A against A: launches of one machine and one plan, of which any two are the same but for chance.
 * Pure; the comparisons are mmiocompare's own.
 *
 * Rates: of comparisons of one launch with another, and of half of the launches with the others,
 * those that would have called something slower or faster. Many share launches, so the intervals
 * count only as many as can be made of different ones (stat/rate.h).
 *
 * Shifts: by how much one side of such a comparison must be slowed down to be called slower; the
 * shift is what that needs in SELF_CHECK_POWER of them, in either direction. As a share, 0.05: 5 %.
 * Without a smallest effect: with one, a shift must be (1 + shift) (1 + it) - 1.
 */
#define SELF_CHECK_DEFAULT     10   /* five a side is the least that a gating cell needs */
#define SELF_CHECK_POWER       0.9

/* At least SELF_CHECK_LEAST runs that compare_check_side allows. 0, -ENOMEM. */
int self_check_make(struct self_check *s, const struct compare_side *launches);

/*
 * The smallest shift of that cell that a comparison of n runs a side (0: of one's rounds) would find,
 * by what the side's machine has checked; with more runs than were checked as if it narrowed with
 * the root of their number, with fewer at least as much. 0: not known, or none would be found.
 */
double self_check_shift(const struct compare_side *side, const char *id, size_t n);

#endif
