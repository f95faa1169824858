// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <math.h>
#include "stat/rate.h"

#define HALVINGS 60

/* x log(x / y), which is 0 for x = 0 */
static double term(double x, double y)
{
	return x > 0 ? x * log(x / y) : 0;
}

/* How far a coin of that rate is from one that shows value (Kullback and Leibler). */
static double divergence(double value, double rate)
{
	return term(value, rate) + term(1 - value, 1 - rate);
}

/* Where the divergence from value reaches most, between value and end. */
static double bound(double value, double end, double most)
{
	double inside = value, outside = end;

	if (value == end)
		return end;
	for (int i = 0; i < HALVINGS; i++) {
		double middle = (inside + outside) / 2;

		if (divergence(value, middle) <= most)
			inside = middle;
		else
			outside = middle;
	}
	return inside;
}

void rate_make(struct rate *r, double value, size_t independent)
{
	double most = log(2 / RATE_ALPHA) / (double)independent;

	*r = (struct rate){ value, bound(value, 0, most), bound(value, 1, most) };
}

size_t rate_needed(double rate)
{
	return (size_t)ceil(log(2 / RATE_ALPHA) / -log1p(-rate));
}
