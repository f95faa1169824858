/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WITNESS_RANGES_H
#define WITNESS_RANGES_H

#include "witness/witness.h"

/* How ranges of a witness compare. Pure. */

/* The order that they have: < 0, 0, > 0. */
int witness_compare(const struct witness_range *a, const struct witness_range *b);

/* Both are one VM's (or one nested table's), one process's, or the drivers', of one BAR: neighbours. */
bool witness_same_user(const struct witness_range *a, const struct witness_range *b);

/* And of one type and state, through one file: they differ in nothing but their place. */
bool witness_alike(const struct witness_range *a, const struct witness_range *b);

#endif
