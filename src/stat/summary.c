// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include "stat/summary.h"

#define BOOTSTRAP_RESAMPLES 2000

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

static bool all_finite(const double *values, size_t n)
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

	if (!n || !all_finite(values, n))
		return -EINVAL;
	work = malloc(n * sizeof(*work));
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

/* one resampled median of v, in work */
static double resample(gsl_rng *rng, const double *v, size_t n, double *work)
{
	for (size_t i = 0; i < n; i++)
		work[i] = v[gsl_rng_uniform_int(rng, n)];
	return summary_median(work, n);
}

int summary_ratio(double *ratio, double *low, double *high, const double *a, size_t na,
		  const double *b, size_t nb, unsigned long seed)
{
	size_t nwork = na > nb ? na : nb;
	double *work, *boot, ma, mb;
	gsl_rng *rng;
	int ret = -ENOMEM;

	if (!na || !nb || !all_finite(a, na) || !all_finite(b, nb))
		return -EINVAL;
	work = malloc(nwork * sizeof(*work));
	boot = malloc(BOOTSTRAP_RESAMPLES * sizeof(*boot));
	rng = gsl_rng_alloc(gsl_rng_mt19937);
	if (!work || !boot || !rng)
		goto out;
	for (size_t i = 0; i < na; i++)
		work[i] = a[i];
	ma = summary_median(work, na);
	for (size_t i = 0; i < nb; i++)
		work[i] = b[i];
	mb = summary_median(work, nb);
	ret = -EINVAL;
	if (!(mb > 0))
		goto out;
	gsl_rng_set(rng, seed);
	for (size_t i = 0; i < BOOTSTRAP_RESAMPLES; i++) {
		double x = resample(rng, a, na, work), y = resample(rng, b, nb, work);

		if (!(y > 0))
			goto out;
		boot[i] = x / y;
	}
	gsl_sort(boot, 1, BOOTSTRAP_RESAMPLES);
	*ratio = ma / mb;
	*low = gsl_stats_quantile_from_sorted_data(boot, 1, BOOTSTRAP_RESAMPLES, 0.025);
	*high = gsl_stats_quantile_from_sorted_data(boot, 1, BOOTSTRAP_RESAMPLES, 0.975);
	ret = 0;
out:
	if (rng)
		gsl_rng_free(rng);
	free(boot);
	free(work);
	return ret;
}
