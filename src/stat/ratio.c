// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "stat/rank.h"
#include "stat/ratio.h"
#include "stat/summary.h"

/* one resampled median of v, in work */
static double resample(gsl_rng *rng, const double *v, size_t n, double *work)
{
	for (size_t i = 0; i < n; i++)
		work[i] = v[gsl_rng_uniform_int(rng, n)];
	return summary_median(work, n);
}

static double median_of(const double *v, size_t n, double *work)
{
	memcpy(work, v, n * sizeof(*work));
	return summary_median(work, n);
}

static double quantile(const double *boot, double q)
{
	return gsl_stats_quantile_from_sorted_data(boot, 1, RATIO_RESAMPLES, q);
}

int ratio_make(struct ratio *r, const double *a, size_t na, const double *b, size_t nb,
	       unsigned long seed)
{
	double *work, *boot, ma, mb;
	gsl_rng *rng;
	int ret = -ENOMEM;

	if (!na || !nb || !summary_all_finite(a, na) || !summary_all_finite(b, nb))
		return -EINVAL;
	work = calloc(na > nb ? na : nb, sizeof(*work));
	boot = calloc(RATIO_RESAMPLES, sizeof(*boot));
	rng = gsl_rng_alloc(gsl_rng_mt19937);
	if (!work || !boot || !rng)
		goto out;
	ma = median_of(a, na, work);
	mb = median_of(b, nb, work);
	ret = -EINVAL;
	if (!(mb > 0) || !isfinite(ma / mb))
		goto out;
	gsl_rng_set(rng, seed);
	for (size_t i = 0; i < RATIO_RESAMPLES; i++) {
		double x = resample(rng, a, na, work), y = resample(rng, b, nb, work);

		boot[i] = x / y;
		if (!(y > 0) || !isfinite(boot[i]))
			goto out;
	}
	gsl_sort(boot, 1, RATIO_RESAMPLES);
	*r = (struct ratio){ .value = ma / mb,
			     .low = quantile(boot, 0.025),
			     .high = quantile(boot, 0.975),
			     .low90 = quantile(boot, 0.05),
			     .high90 = quantile(boot, 0.95) };
	ret = 0;
out:
	if (rng)
		gsl_rng_free(rng);
	free(boot);
	free(work);
	return ret;
}

/* How small the standard error of the logarithm must become for a decision. */
static double se_needed(double distance, const struct ratio_ask *ask)
{
	double z = gsl_cdf_ugaussian_Qinv(ask->alpha / 2);

	if (distance > ask->margin)
		return fmin((distance - ask->margin) / gsl_cdf_ugaussian_Qinv(0.025), distance / z);
	return (ask->margin - distance) / gsl_cdf_ugaussian_Qinv(ask->alpha_same);
}

size_t ratio_further(const struct ratio *r, size_t na, size_t nb, const struct ratio_ask *ask)
{
	double distance, se, need, now;
	bool apart;

	if (!na || !nb || !(r->low > 0) || !(ask->alpha > 0))
		return 0;
	distance = fabs(log(r->value));
	apart = distance > ask->margin;
	se = log(r->high / r->low) / (2 * gsl_cdf_ugaussian_Qinv(0.025));
	need = se_needed(distance, ask);
	/* on the edge no number of rounds decides; and nothing is the same within nothing */
	if (!(need > 0))
		return 0;
	now = 1.0 / (double)na + 1.0 / (double)nb;
	for (size_t k = 1; k <= RATIO_FURTHER_MOST; k++) {
		double then = 1.0 / (double)(na + k) + 1.0 / (double)(nb + k);
		double least = rank_least_p(na + k, nb + k);

		/* a rank test needs its numbers, however little they spread */
		if (apart ? least > ask->alpha : least / 2 > ask->alpha_same)
			continue;
		if (se * sqrt(then / now) <= need)
			return k;
	}
	return 0;
}
