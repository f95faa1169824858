// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <errno.h>
#include <float.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <string.h>
#include <cmocka.h>
#include "stat/rank.h"
#include "stat/ratio.h"
#include "stat/summary.h"

#define NEAR 1e-12

static int ratio_of(double *ratio, double *low, double *high, const double *a, size_t na,
		    const double *b, size_t nb, unsigned long seed)
{
	struct ratio r;
	int ret = ratio_make(&r, a, na, b, nb, seed);

	if (ret)
		return ret;
	*ratio = r.value;
	*low = r.low;
	*high = r.high;
	/* but for how quantiles of equal numbers are rounded */
	assert_true(r.low <= r.low90 * (1 + NEAR) && r.low90 <= r.high90 * (1 + NEAR) &&
		    r.high90 <= r.high * (1 + NEAR));
	return 0;
}

static void assert_near(double expected, double value)
{
	if (!(fabs(expected - value) <= NEAR * (1 + fabs(expected))))
		fail_msg("%.17g is not %.17g", value, expected);
}

static void assert_summary(const struct summary *e, double *values, size_t n)
{
	struct summary s;

	assert_int_equal(0, summary_make(&s, values, n));
	assert_int_equal(n, s.n);
	assert_near(e->min, s.min);
	assert_near(e->p5, s.p5);
	assert_near(e->median, s.median);
	assert_near(e->p95, s.p95);
	assert_near(e->max, s.max);
	assert_near(e->mad, s.mad);
	assert_near(e->ci_low, s.ci_low);
	assert_near(e->ci_high, s.ci_high);
	assert_near(e->coverage, s.coverage);
	for (size_t i = 1; i < n; i++)
		assert_true(values[i - 1] <= values[i]);
}

/*
 * The expected values: python3, numpy 1.24.2, scipy 1.10.1, for each x
 *   x = np.sort(x); n = len(x); q = lambda p: np.quantile(x, p)
 *   k = max([k for k in range(1, n//2+1) if 1 - 2*st.binom.cdf(k-1, n, .5) >= .95] or [1])
 *   x[0], q(.05), q(.5), q(.95), x[-1], st.median_abs_deviation(x, scale=1), x[k-1], x[n-k],
 *   1 - 2*st.binom.cdf(k-1, n, .5)
 */
static const double ten[] = { 3.5, 1.25, 9, 4.75, 2, 8.5, 6.25, 7, 5.5, 12 };

static void test_summary(void **state)
{
	static const struct summary of_10 = { 10, 1.25, 1.5875, 5.875, 10.649999999999997, 12.0,
					      2.5, 2.0, 9.0, 0.978515625 };
	static const struct summary of_6 = { 6, 1.25, 1.4375, 4.125, 8.875, 9.0, 2.5, 1.25, 9.0,
					     0.96875 };
	static const struct summary of_5 = { 5, 1.25, 1.4, 3.5, 8.149999999999999, 9.0, 1.5, 1.25,
					     9.0, 0.9375 };
	static const struct summary of_30 = { 30, 0.5, 2.95, 54.5, 94.05, 99.5, 19.5, 39.5, 63.5,
					      0.9572260547429323 };
	static const struct summary of_100 = { 100, 0.0, 41.0, 476.0, 931.35, 974.0, 259.0, 362.0,
					       593.0, 0.9647997997822951 };
	double v[100];

	(void)state;
	memcpy(v, ten, sizeof(ten));
	assert_summary(&of_10, v, 10);
	memcpy(v, ten, sizeof(ten));
	assert_summary(&of_6, v, 6);
	memcpy(v, ten, sizeof(ten));
	assert_summary(&of_5, v, 5);
	for (int i = 0; i < 30; i++) /* [(i*i*7)%101+0.5 for i in range(30)] */
		v[i] = i * i * 7 % 101 + 0.5;
	assert_summary(&of_30, v, 30);
	for (int i = 0; i < 100; i++) /* [(i*i*13)%997 for i in range(100)] */
		v[i] = i * i * 13 % 997;
	assert_summary(&of_100, v, 100);
}

static void test_summary_edges(void **state)
{
	static const struct summary of_1 = { 1, 7, 7, 7, 7, 7, 0, 7, 7, 0 };
	static const struct summary of_2 = { 2, 2.0, 2.1, 3.0, 3.9, 4.0, 1.0, 2.0, 4.0, 0.5 };
	static const struct summary equal = { 8, 5, 5, 5, 5, 5, 0, 5, 5, 0.9921875 };
	double one[] = { 7 }, two[] = { 4, 2 }, same[] = { 5, 5, 5, 5, 5, 5, 5, 5 };

	(void)state;
	assert_summary(&of_1, one, 1);
	assert_summary(&of_2, two, 2);
	assert_summary(&equal, same, 8);
}

static void test_summary_refuses(void **state)
{
	static const double bad[] = { NAN, INFINITY, -INFINITY };
	struct summary s = { .n = 4711 };
	double v[3];

	(void)state;
	assert_int_equal(-EINVAL, summary_make(&s, v, 0));
	for (int where = 0; where < 3; where++)
		for (int b = 0; b < 3; b++) {
			v[0] = 1, v[1] = 2, v[2] = 3;
			v[where] = bad[b];
			assert_int_equal(-EINVAL, summary_make(&s, v, 3));
		}
	assert_int_equal(4711, s.n);
}

/* Of samples with a known median, at least 95 % of the intervals must hold it where n >= 6. */
static void test_interval_coverage(void **state)
{
	static const unsigned int ns[] = { 3, 6, 10, 20, 30 };
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	double v[30];

	(void)state;
	assert_non_null(rng);
	gsl_rng_set(rng, 42);
	for (size_t k = 0; k < sizeof(ns) / sizeof(ns[0]); k++) {
		const int trials = 4000;
		struct summary s = { 0 };
		int agreement = 0;

		for (int i = 0; i < trials; i++) {
			for (unsigned int j = 0; j < ns[k]; j++)
				v[j] = gsl_ran_lognormal(rng, 2, 1);
			assert_int_equal(0, summary_make(&s, v, ns[k]));
			agreement += s.ci_low <= exp(2) && exp(2) <= s.ci_high;
		}
		/* within 4 standard errors of what the interval says of itself */
		assert_true(fabs((double)agreement / trials - s.coverage) <
			    4 * sqrt(s.coverage * (1 - s.coverage) / trials));
		assert_true(ns[k] < 6 || s.coverage >= 0.95);
	}
	gsl_rng_free(rng);
}

static void test_median(void **state)
{
	double odd[] = { 3, 1, 2 }, even[] = { 4, 1, 3, 2 }, one[] = { 9 };

	(void)state;
	assert_near(2, summary_median(odd, 3));
	assert_near(2.5, summary_median(even, 4));
	assert_near(9, summary_median(one, 1));
}

/*
 * The bootstrap's distribution of a median of n odd values is known: P(median <= x(i)) =
 * sum(comb(n,j) * (i/n)**j * (1-i/n)**(n-j) for j in range(n//2+1, n+1)). With python3, the 2.5 %
 * and 97.5 % points of median(a)/median(b) over all pairs are 89/57 (from 0.0126 to 0.0381) and
 * 114/50 (from 0.962 to 0.987): 2000 resamples cannot miss them.
 */
static void test_ratio_exact(void **state)
{
	static const double a[] = { 107, 80, 124, 89, 92, 114, 108 };
	static const double b[] = { 54, 48, 58, 50, 57 };
	double r, lo, hi, lo2, hi2;

	(void)state;
	for (unsigned long seed = 1; seed <= 5; seed++) {
		assert_int_equal(0, ratio_of(&r, &lo, &hi, a, 7, b, 5, seed));
		assert_near(107.0 / 54, r);
		assert_near(89.0 / 57, lo);
		assert_near(114.0 / 50, hi);
	}
	/* the inputs are left as they were, and a seed decides everything */
	assert_near(107, a[0]);
	assert_int_equal(0, ratio_of(&r, &lo2, &hi2, a, 7, b, 5, 5));
	assert_true(lo == lo2 && hi == hi2);
}

static void test_ratio_edges(void **state)
{
	static const double six[] = { 6 }, three[] = { 3 }, two[] = { 2, 4 };
	static const double same[] = { 8, 8, 8, 8 }, zero[] = { 0, 0, 5 }, some[] = { 0, 5, 5 };
	static const double bad[] = { 1, NAN, 2 }, endless[] = { 1, 2, INFINITY };
	double r = 4711, lo = 4711, hi = 4711;

	(void)state;
	assert_int_equal(-EINVAL, ratio_of(&r, &lo, &hi, six, 0, three, 1, 1));
	assert_int_equal(-EINVAL, ratio_of(&r, &lo, &hi, six, 1, three, 0, 1));
	assert_int_equal(-EINVAL, ratio_of(&r, &lo, &hi, six, 1, zero, 3, 1));
	/* the median is fine, but some resamples' is not */
	assert_int_equal(-EINVAL, ratio_of(&r, &lo, &hi, six, 1, some, 3, 1));
	assert_int_equal(-EINVAL, ratio_of(&r, &lo, &hi, bad, 3, three, 1, 1));
	assert_int_equal(-EINVAL, ratio_of(&r, &lo, &hi, three, 1, bad, 3, 1));
	assert_int_equal(-EINVAL, ratio_of(&r, &lo, &hi, endless, 3, three, 1, 1));
	assert_int_equal(-EINVAL, ratio_of(&r, &lo, &hi, three, 1, endless, 3, 1));
	assert_true(r == 4711 && lo == 4711 && hi == 4711);

	assert_int_equal(0, ratio_of(&r, &lo, &hi, six, 1, three, 1, 1));
	assert_true(r == 2 && lo == 2 && hi == 2);
	assert_int_equal(0, ratio_of(&r, &lo, &hi, same, 4, same, 4, 1));
	assert_true(r == 1 && lo == 1 && hi == 1);
	assert_int_equal(0, ratio_of(&r, &lo, &hi, two, 2, six, 1, 1));
	assert_near(0.5, r);
	assert_near(2.0 / 6, lo);
	assert_near(4.0 / 6, hi);
	assert_int_equal(0, ratio_of(&r, &lo, &hi, zero, 3, six, 1, 1));
	assert_true(r == 0 && lo == 0);
}

/* Percentile intervals of medians are a little too narrow for very few rounds: see the bounds. */
static void test_ratio_coverage(void **state)
{
	static const struct {
		unsigned int n;
		double least;
	} v[] = { { 3, 0.85 }, { 6, 0.92 }, { 10, 0.93 } };
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	double a[10], b[10], r, lo, hi;

	(void)state;
	assert_non_null(rng);
	gsl_rng_set(rng, 7);
	for (size_t k = 0; k < sizeof(v) / sizeof(v[0]); k++) {
		const int trials = 300;
		int agreement = 0;

		for (int i = 0; i < trials; i++) {
			for (unsigned int j = 0; j < v[k].n; j++) {
				a[j] = 3 * gsl_ran_lognormal(rng, 0, 0.1);
				b[j] = gsl_ran_lognormal(rng, 0, 0.1);
			}
			assert_int_equal(0, ratio_of(&r, &lo, &hi, a, v[k].n, b, v[k].n, 1));
			assert_true(lo <= r && r <= hi);
			agreement += lo <= 3 && 3 <= hi;
		}
		if (agreement < v[k].least * trials)
			fail_msg("n %u: %d of %d intervals hold the ratio", v[k].n, agreement, trials);
	}
	gsl_rng_free(rng);
}

/* Counted by hand; stat-scipy.test does many more. */
static void test_rank(void **state)
{
	static const double low[] = { 1, 2, 3 }, high[] = { 4, 5, 6 };
	static const double tied[] = { 1, 2, 2 }, equal[] = { 7, 7, 7 };
	struct rank_test t;

	(void)state;
	/* choose(6, 3) = 20 ways to deal six numbers */
	assert_int_equal(0, rank_test(&t, low, 3, high, 3));
	assert_near(0, t.u);
	assert_near(0.05, t.p_less);
	assert_near(1, t.p_greater);
	assert_near(0.1, t.p);
	assert_true(t.exact);
	assert_int_equal(0, rank_test(&t, high, 3, low, 3));
	assert_near(9, t.u);
	assert_near(0.05, t.p_greater);
	assert_int_equal(0, rank_test(&t, equal, 3, equal, 3));
	assert_near(4.5, t.u);
	assert_near(1, t.p);
	/* 1 2 2 | 2 3: a has its lowest rank sum, 7, in 3 of 10 ways: any two of the three 2s */
	assert_int_equal(0, rank_test(&t, tied, 3, (const double[]){ 2, 3 }, 2));
	assert_near(1, t.u);
	assert_near(0.3, t.p_less);
	assert_near(0.1, rank_least_p(3, 3));
	assert_near(2.0 / 184756, rank_least_p(10, 10));
	assert_near(1, rank_least_p(1, 1));
	assert_near(1, rank_least_p(0, 5));
}

static void test_rank_refuses(void **state)
{
	static const double v[] = { 1, 2, 3 }, bad[] = { NAN, INFINITY, -INFINITY };
	struct rank_test t = { .u = 4711 };

	(void)state;
	assert_int_equal(-EINVAL, rank_test(&t, v, 0, v, 3));
	assert_int_equal(-EINVAL, rank_test(&t, v, 3, v, 0));
	for (int i = 0; i < 3; i++) {
		assert_int_equal(-EINVAL, rank_test(&t, v, 3, &bad[i], 1));
		assert_int_equal(-EINVAL, rank_test(&t, &bad[i], 1, v, 3));
	}
	assert_true(t.u == 4711);
}

static void test_rank_approximation(void **state)
{
	double a[31], b[31];
	struct rank_test t;

	(void)state;
	for (int i = 0; i < 31; i++) {
		a[i] = i;
		b[i] = i + 0.5;
	}
	assert_int_equal(0, rank_test(&t, a, 30, b, 30));
	assert_true(t.exact);
	assert_int_equal(0, rank_test(&t, a, 31, b, 30));
	assert_false(t.exact);
	for (int i = 0; i < 31; i++)
		a[i] = b[i] = 7;
	assert_int_equal(0, rank_test(&t, a, 31, b, 31));
	assert_near(1, t.p);
}

static void test_multiple(void **state)
{
	static const double p[] = { 0.03, 0.01, 0.5, 0.02 };
	static const double holm[] = { 0.06, 0.04, 0.5, 0.06 };
	static const double bh[] = { 0.04, 0.04, 0.5, 0.04 };
	double out[4], one = 0.2;

	(void)state;
	assert_int_equal(0, multiple_holm(out, p, 4));
	for (int i = 0; i < 4; i++)
		assert_near(holm[i], out[i]);
	assert_int_equal(0, multiple_bh(out, p, 4));
	for (int i = 0; i < 4; i++)
		assert_near(bh[i], out[i]);
	assert_int_equal(0, multiple_holm(&one, &one, 1));
	assert_near(0.2, one);
	assert_int_equal(0, multiple_bh(&one, &one, 1));
	assert_near(0.2, one);
	assert_int_equal(0, multiple_holm(out, p, 0));
	assert_int_equal(0, multiple_bh(out, p, 0));
}

static void test_further(void **state)
{
	const struct ratio_ask ask = { .margin = log(1.05), .alpha = 0.05, .alpha_same = 0.05 };
	const struct ratio_ask any = { .margin = 0, .alpha = 0.05, .alpha_same = 0.05 };
	const struct ratio_ask never = { .margin = log(1.05), .alpha = 0, .alpha_same = 0.05 };
	struct ratio r = { .value = 1, .low = 0.9, .high = 1 / 0.9 };
	size_t wide, narrow;

	(void)state;
	wide = ratio_further(&r, 10, 10, &ask);
	/* (log(1/0.9) / 1.96 * 1.645 / log(1.05))^2 = 3.28 times as many */
	assert_int_equal(23, wide);
	r.low = 0.94;
	r.high = 1 / 0.94;
	narrow = ratio_further(&r, 10, 10, &ask);
	assert_true(narrow > 0 && narrow < wide);
	/* on the edge nothing decides, nor is anything the same within nothing */
	r.value = 1.05;
	assert_int_equal(0, ratio_further(&r, 10, 10, &ask));
	r.value = 1;
	assert_int_equal(0, ratio_further(&r, 10, 10, &any));
	assert_int_equal(0, ratio_further(&r, 10, 10, &never));
	/* without a spread: what a rank test needs, 1 of 20 orders */
	r.low = r.high = 1;
	assert_int_equal(2, ratio_further(&r, 1, 1, &ask));
	/* beyond what is bearable */
	r.low = 0.1;
	r.high = 10;
	assert_int_equal(0, ratio_further(&r, 3, 3, &ask));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_summary),		cmocka_unit_test(test_summary_edges),
		cmocka_unit_test(test_summary_refuses), cmocka_unit_test(test_interval_coverage),
		cmocka_unit_test(test_median),		cmocka_unit_test(test_ratio_exact),
		cmocka_unit_test(test_ratio_edges),	cmocka_unit_test(test_ratio_coverage),
		cmocka_unit_test(test_rank),		cmocka_unit_test(test_rank_refuses),
		cmocka_unit_test(test_rank_approximation), cmocka_unit_test(test_multiple),
		cmocka_unit_test(test_further),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
