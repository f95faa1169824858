/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef STAT_RATE_H
#define STAT_RATE_H

#include <stddef.h>

/*
 * A rate that was counted in comparisons of a few runs with each other, each run used many times: so
 * many comparisons are not so many observations. Pure.
 *
 * Their mean is a U-statistic. Hoeffding (1963, section 5) writes one as a mean over arrangements, in
 * each of which the comparisons share no run, so that his bound for independent ones holds with
 * their number: P(mean off by so much) <= exp(-independent * KL(mean, rate)) either way. It holds
 * for shares between 0 and 1 as well as for yes and no, and is wider than Clopper and Pearson's.
 */
struct rate {
	double value;            /* 0 .. 1 */
	double low, high;        /* 95 %, for runs that are independent and alike */
};

/* value: the mean seen; independent >= 1: comparisons that share no run. */
void rate_make(struct rate *r, double value, size_t independent);

#define RATE_ALPHA 0.05

/* So many independent comparisons without one alarm bring the interval below rate, 0 < rate < 1. */
size_t rate_needed(double rate);

#endif
