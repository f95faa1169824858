/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef JUDGE_LAUNCHES_H
#define JUDGE_LAUNCHES_H

#include "judge/compare_cells.h"

/*
 * Names of mmiobench --launches are numbers: x-4.json of four launches stays where three are made
 * anew, and x-*.json takes it in. Pure.
 *
 * 0 when a side's launches are of one start, or each start's are all there; else -EINVAL, *bad: one
 * that is not with the first, and in why what is left over.
 */
int launches_check(const struct compare_side *side, size_t *bad, char *why, size_t n);

#endif
