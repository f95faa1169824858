/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef STAT_RATIO_H
#define STAT_RATIO_H

#include <stddef.h>

/* How much one set of numbers is above another. Pure. */

/* Of medians, with percentile bootstrap intervals (Efron, Tibshirani 1993, section 13.3). */
struct ratio {
	double value;
	double low, high;        /* 95 % */
	double low90, high90;    /* 90 %, what an equivalence test at 5 % looks at */
};

/*
 * median(a) / median(b), both sides resampled RATIO_RESAMPLES times by GSL's mt19937 from a seed:
 * the same numbers give the same interval. a and b are left as they are; all of them finite, b's
 * medians above 0, and no ratio beyond what a double holds. With one number a side the intervals are the value
 * itself, and mean nothing. 0, -EINVAL, -ENOMEM.
 */
#define RATIO_RESAMPLES 2000
int ratio_make(struct ratio *r, const double *a, size_t na, const double *b, size_t nb,
	       unsigned long seed);

/*
 * Estimates how many more numbers a side would decide, as the interval narrows by the root of n. One number a
 * side shows no spread: then it is the least that any rank test needs.
 */
struct ratio_ask {
	double margin;           /* log of the smallest ratio that matters; >= 0 */
	double alpha;            /* below which a rank test's p must be for a difference */
	double alpha_same;       /* the same for each side of an equivalence test */
};

#define RATIO_FURTHER_MOST 1000
/* 0: not by RATIO_FURTHER_MOST more. */
size_t ratio_further(const struct ratio *r, size_t na, size_t nb, const struct ratio_ask *ask);

#endif
