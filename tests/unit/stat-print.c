// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "stat/rank.h"
#include "stat/ratio.h"

/*
 * What src/stat makes of numbers on stdin, one case a line, for tests/unit/stat-scipy.test:
 *   pair SEED NA NB A... B...   many N P...   further NA NB VALUE LOW HIGH MARGIN ALPHA
 */

static double *read_numbers(size_t n)
{
	double *v = calloc(n + 1, sizeof(*v));

	for (size_t i = 0; v && i < n; i++)
		if (scanf("%lf", &v[i]) != 1)
			exit(2);
	if (!v)
		exit(2);
	return v;
}

static void print_pair(void)
{
	unsigned long seed;
	struct rank_test t;
	struct ratio r;
	size_t na, nb;
	double *a, *b;

	if (scanf("%lu %zu %zu", &seed, &na, &nb) != 3)
		exit(2);
	a = read_numbers(na);
	b = read_numbers(nb);
	if (rank_test(&t, a, na, b, nb) || ratio_make(&r, a, na, b, nb, seed))
		exit(3);
	printf("%.17g %.17g %.17g %.17g %d %.17g ", t.u, t.p, t.p_less, t.p_greater, t.exact,
	       rank_least_p(na, nb));
	printf("%.17g %.17g %.17g %.17g %.17g\n", r.value, r.low, r.high, r.low90, r.high90);
	free(a);
	free(b);
}

static void print_many(void)
{
	double *p, *adjusted;
	size_t n;

	if (scanf("%zu", &n) != 1)
		exit(2);
	p = read_numbers(n);
	adjusted = calloc(n + 1, sizeof(*adjusted));
	if (!adjusted || multiple_holm(adjusted, p, n))
		exit(3);
	for (size_t i = 0; i < n; i++)
		printf("%.17g ", adjusted[i]);
	if (multiple_bh(p, p, n)) /* in place */
		exit(3);
	for (size_t i = 0; i < n; i++)
		printf("%.17g ", p[i]);
	putchar('\n');
	free(p);
	free(adjusted);
}

static void print_further(void)
{
	struct ratio_ask ask = { .alpha_same = 0.05 };
	struct ratio r = { 0 };
	size_t na, nb;

	if (scanf("%zu %zu %lf %lf %lf %lf %lf", &na, &nb, &r.value, &r.low, &r.high, &ask.margin,
		  &ask.alpha) != 7)
		exit(2);
	printf("%zu\n", ratio_further(&r, na, nb, &ask));
}

int main(void)
{
	char what[16];

	while (scanf("%15s", what) == 1) {
		if (!strcmp(what, "pair"))
			print_pair();
		else if (!strcmp(what, "many"))
			print_many();
		else if (!strcmp(what, "further"))
			print_further();
		else
			return 2;
	}
	return 0;
}
