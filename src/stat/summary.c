// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>
#include "base/memory.h"
#include "stat/summary.h"

double summary_median(double *values, size_t n)
{
	gsl_sort(values, 1, n);
	return gsl_stats_median_from_sorted_data(values, 1, n);
}

/*
 * P(x(k) <= median <= x(n+1-k)) = 1 - 2 P(Binomial(n, 1/2) < k): the largest k that keeps 95 %.
 */
static void median_interval(struct summary *s, const double *sorted)
{
	unsigned int n = (unsigned int)s->n, k = 1;

	while (2 * (k + 1) <= n && 1 - 2 * gsl_cdf_binomial_P(k, 0.5, n) >= 0.95)
		k++;
	s->ci_low = sorted[k - 1];
	s->ci_high = sorted[n - k];
	s->coverage = n == 1 ? 0 : 1 - 2 * gsl_cdf_binomial_P(k - 1, 0.5, n);
}

bool summary_all_finite(const double *values, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isfinite(values[i]))
			return false;
	return true;
}

int summary_make(struct summary *s, double *values, size_t n)
{
	struct summary new = { .n = n };
	double *work;

	if (!n || !summary_all_finite(values, n))
		return -EINVAL;
	work = memory_alloc(n * sizeof(*work));
	if (!work)
		return -ENOMEM;
	gsl_sort(values, 1, n);
	new.min = values[0];
	new.p5 = gsl_stats_quantile_from_sorted_data(values, 1, n, 0.05);
	new.median = gsl_stats_median_from_sorted_data(values, 1, n);
	new.p95 = gsl_stats_quantile_from_sorted_data(values, 1, n, 0.95);
	new.max = values[n - 1];
	new.mad = gsl_stats_mad0(values, 1, n, work);
	median_interval(&new, values);
	free(work);
	*s = new;
	return 0;
}

double summary_deviation(double *values, size_t n)
{
	struct summary s;

	return summary_make(&s, values, n) ? -1 : 1.4826 * s.mad;
}
