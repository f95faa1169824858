/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef STAT_SUMMARY_H
#define STAT_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>

/*
 * What a set of numbers says. Pure. No number is left out as an outlier. Quantiles interpolate
 * linearly between order statistics (GSL gsl_stats_quantile_from_sorted_data).
 */
struct summary {
	size_t n;
	double min, p5, median, p95, max;
	double mad;              /* median absolute deviation, not scaled */
	/*
	 * Distribution-free interval for the median from order statistics (binomial), at least 95 %
	 * where n >= 6; below, the range of the data, and coverage says what that is worth.
	 */
	double ci_low, ci_high;
	double coverage;
};

/* values is sorted in place. 0; -EINVAL when n is 0 or a value is not finite. */
int summary_make(struct summary *s, double *values, size_t n);

bool summary_all_finite(const double *values, size_t n);

/*
 * 1.4826 median absolute deviations: of a normal distribution the standard deviation, and half of the
 * numbers may be anything. Sorts values. Below 0: none, not finite, or out of memory.
 */
double summary_deviation(double *values, size_t n);

/* Median of n numbers, sorted in place; n >= 1. */
double summary_median(double *values, size_t n);

#endif
