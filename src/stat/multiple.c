// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>
#include "stat/multiple.h"

/* Places of p in ascending order; NULL for n 0, too. */
static size_t *order_of(const double *p, size_t n)
{
	size_t *order = n ? calloc(n, sizeof(*order)) : NULL;

	if (order)
		gsl_sort_index(order, p, 1, n);
	return order;
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
