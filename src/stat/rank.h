/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef STAT_RANK_H
#define STAT_RANK_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Does one set of numbers tend to be above another? Mann and Whitney's test. Pure. It assumes
 * nothing about the distribution but that the numbers of a set are independent of each other.
 */
struct rank_test {
	double u;                /* pairs in which a's number is above b's; equal ones count half */
	double p_less, p_greater; /* one-sided: a tends to be below, above b */
	double p;                /* two-sided: twice the smaller one, at most 1 */
	bool exact;              /* else the normal approximation, with both corrections */
};

/* Exact, ties or not, up to so many numbers on both sides together: 30 rounds a side. */
#define RANK_EXACT_MOST 60

/* All of them finite. 0, -EINVAL (none on a side, not finite), -ENOMEM. */
int rank_test(struct rank_test *t, const double *a, size_t na, const double *b, size_t nb);

/* The same of a's numbers times a factor. */
int rank_test_scaled(struct rank_test *t, const double *a, size_t na, double factor, const double *b,
		     size_t nb);

/* The smallest two-sided p that so many numbers can give, when none are equal. */
double rank_least_p(size_t na, size_t nb);

/*
 * Many tests at once: p adjusted so that it can be compared with the threshold of one alone.
 * adjusted has room for n, in p's order; it may be p itself. 0, -ENOMEM.
 */

/* Holm 1979, step-down: bounds the chance of even one false alarm. */
int multiple_holm(double *adjusted, const double *p, size_t n);

/* Benjamini, Hochberg 1995, step-up: bounds the share of false ones among the alarms. */
int multiple_bh(double *adjusted, const double *p, size_t n);

#endif
