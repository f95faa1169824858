/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef STAT_MULTIPLE_H
#define STAT_MULTIPLE_H

#include <stddef.h>

/*
 * Many tests at once: p adjusted so that it can be held against the same threshold as one alone.
 * adjusted has room for n, in p's order; it may be p itself. 0, -ENOMEM.
 */

/* Holm 1979, step-down: bounds the chance of even one false alarm. */
int multiple_holm(double *adjusted, const double *p, size_t n);

/* Benjamini, Hochberg 1995, step-up: bounds the share of false ones among the alarms. */
int multiple_bh(double *adjusted, const double *p, size_t n);

#endif
