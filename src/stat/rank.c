// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sf_gamma.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "stat/rank.h"
#include "stat/summary.h"

/* Both sides' numbers, ranked: of equal ones each has twice their mean rank, a whole number. */
struct ranking {
	size_t n, na;
	unsigned int *ranks2; /* owned; ascending */
	size_t sum2;	      /* of a's */
	double ties;	      /* sum of t^3 - t over groups of t equal ones */
};

/* values, n of them, ascending by order; those of a are the first na before sorting. */
static void rank_all(struct ranking *r, const double *values, const size_t *order)
{
	for (size_t i = 0, end; i < r->n; i = end) {
		double t;

		for (end = i + 1; end < r->n && values[order[end]] == values[order[i]];)
			end++;
		t = (double)(end - i);
		r->ties += t * t * t - t;
		for (size_t k = i; k < end; k++) {
			r->ranks2[k] = (unsigned int)(i + 1 + end);
			r->sum2 += order[k] < r->na ? r->ranks2[k] : 0;
		}
	}
}

/* Places of p in ascending order; NULL for n 0, too. */
static size_t *order_of(const double *p, size_t n)
{
	size_t *order = n ? calloc(n, sizeof(*order)) : NULL;

	if (order)
		gsl_sort_index(order, p, 1, n);
	return order;
}

static int ranking_make(struct ranking *r, const double *a, size_t na, const double *b, size_t nb)
{
	struct ranking new = { .n = na + nb, .na = na };
	double *values = calloc(new.n, sizeof(*values));
	size_t *order = NULL;

	new.ranks2 = calloc(new.n, sizeof(*new.ranks2));
	if (values && new.ranks2) {
		memcpy(values, a, na * sizeof(*a));
		memcpy(values + na, b, nb * sizeof(*b));
		order = order_of(values, new.n);
	}
	if (order)
		rank_all(&new, values, order);
	else
		free(new.ranks2);
	free(values);
	if (!order)
		return -ENOMEM;
	free(order);
	*r = new;
	return 0;
}

/*
 * ways[k][s]: so many choices of k of the ranks so far have the (doubled) sum s. Counts are beyond
 * 2^53, but all are added and none taken off, so that a double's relative error stays near 1e-15.
 */
static void count_ways(double *ways, size_t k_most, size_t s_most, const struct ranking *r)
{
	size_t so_far = 0;

	ways[0] = 1;
	for (size_t i = 0; i < r->n; i++) {
		size_t rank2 = r->ranks2[i];
		size_t k = i + 1 < k_most ? i + 1 : k_most, top;

		so_far += rank2;
		top = so_far < s_most ? so_far : s_most;
		for (; k > 0; k--) {
			double *to = ways + k * (s_most + 1), *from = to - (s_most + 1);

			for (size_t s = top; s >= rank2; s--)
				to[s] += from[s - rank2];
		}
	}
}

static int exact_p(struct rank_test *t, const struct ranking *r)
{
	size_t most = 0;
	double *ways, *row, less = 0, greater = 0, all = 0;

	for (size_t i = r->n - r->na; i < r->n; i++)
		most += r->ranks2[i];
	ways = calloc((r->na + 1) * (most + 1), sizeof(*ways));
	if (!ways)
		return -ENOMEM;
	count_ways(ways, r->na, most, r);
	row = ways + r->na * (most + 1);
	for (size_t s = 0; s <= most; s++) {
		all += row[s];
		less += s <= r->sum2 ? row[s] : 0;
		greater += s >= r->sum2 ? row[s] : 0;
	}
	free(ways);
	t->p_less = less / all;
	t->p_greater = greater / all;
	t->exact = true;
	return 0;
}

/* Corrected for ties and continuity. Of all equal ones none can be above. */
static void normal_p(struct rank_test *t, const struct ranking *r)
{
	double n = (double)r->n, na = (double)r->na, nb = n - na, mean = na * nb / 2;
	double sd = sqrt(na * nb / 12 * (n + 1 - r->ties / (n * (n - 1))));

	t->exact = false;
	t->p_less = t->p_greater = 1;
	if (!(sd > 0))
		return;
	t->p_less = gsl_cdf_ugaussian_P((t->u - mean + 0.5) / sd);
	t->p_greater = gsl_cdf_ugaussian_Q((t->u - mean - 0.5) / sd);
}

int rank_test(struct rank_test *t, const double *a, size_t na, const double *b, size_t nb)
{
	struct rank_test new = { 0 };
	struct ranking r = { 0 };
	int ret;

	if (!na || !nb || !summary_all_finite(a, na) || !summary_all_finite(b, nb))
		return -EINVAL;
	ret = ranking_make(&r, a, na, b, nb);
	if (ret)
		return ret;
	new.u = (double)r.sum2 / 2 - (double)na * (double)(na + 1) / 2;
	if (r.n <= RANK_EXACT_MOST)
		ret = exact_p(&new, &r);
	else
		normal_p(&new, &r);
	free(r.ranks2);
	if (ret)
		return ret;
	new.p = fmin(1, 2 * fmin(new.p_less, new.p_greater));
	*t = new;
	return 0;
}

int rank_test_scaled(struct rank_test *t, const double *a, size_t na, double factor, const double *b,
		     size_t nb)
{
	double *scaled = calloc(na + 1, sizeof(*scaled));
	int ret = -ENOMEM;

	for (size_t i = 0; i < na && scaled; i++)
		scaled[i] = a[i] * factor;
	if (scaled)
		ret = rank_test(t, scaled, na, b, nb);
	free(scaled);
	return ret;
}

double rank_least_p(size_t na, size_t nb)
{
	if (!na || !nb)
		return 1;
	return fmin(1, 2 * exp(-gsl_sf_lnchoose((unsigned int)(na + nb), (unsigned int)na)));
}

int multiple_holm(double *adjusted, const double *p, size_t n)
{
	size_t *order = order_of(p, n);
	double most = 0;

	if (!order)
		return n ? -ENOMEM : 0;
	for (size_t i = 0; i < n; i++) {
		most = fmax(most, fmin(1, (double)(n - i) * p[order[i]]));
		adjusted[order[i]] = most;
	}
	free(order);
	return 0;
}

int multiple_bh(double *adjusted, const double *p, size_t n)
{
	size_t *order = order_of(p, n);
	double least = 1;

	if (!order)
		return n ? -ENOMEM : 0;
	for (size_t i = n; i-- > 0;) {
		least = fmin(least, (double)n / (double)(i + 1) * p[order[i]]);
		adjusted[order[i]] = least;
	}
	free(order);
	return 0;
}
