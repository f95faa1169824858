// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "compare/self_check.h"
#include "stat/rank.h"

#define SEED	 1 /* of which launches are put on which side */
#define HALVINGS 24

/* One size of comparisons, while it is counted. */
struct tally {
	const struct compare_side *all;
	unsigned int runs;       /* a side */
	struct result *order;    /* owned; the launches as they are dealt, borrowing what they own */
	size_t n, gating;
	double others;           /* sum of shares */
	double *shifts[SELF_CHECK_CELLS]; /* owned; of both directions of each comparison */
	size_t n_shifts[SELF_CHECK_CELLS];
	char ids[SELF_CHECK_CELLS][sizeof(((struct cell_record *)NULL)->id)];
	unsigned int n_ids;
};

static bool is_alarm(const struct compare_row *row)
{
	return row->word == COMPARE_SLOWER || row->word == COMPARE_FASTER;
}

static size_t count_others(const struct compare_cells *c, size_t *alarms)
{
	size_t n = 0;

	*alarms = 0;
	for (size_t i = 0; i < c->n_rows; i++) {
		if (c->rows[i].gate || !c->rows[i].is_timed)
			continue;
		n++;
		*alarms += is_alarm(&c->rows[i]);
	}
	return n;
}

/* A side whose figure is off by a factor; a comparison's own rules, for no smallest effect. */
struct slowed {
	const double *host, *guest; /* units */
	size_t n_host, n_guest;
	const struct compare_row *row;
	size_t tests;            /* Holm's, at worst: all other gating cells are as they were */
	double scatter;
};

/* 1: the ranks are far enough apart with that factor; 0, -ENOMEM. */
static int is_ranked(const struct slowed *s, double factor)
{
	struct rank_test t;
	int ret = rank_test_scaled(&t, s->guest, s->n_guest, factor, s->host, s->n_host);

	return ret ? ret : (double)s->tests * t.p <= COMPARE_ALPHA;
}

/* The least, as a log, with which the interval leaves 1 and the ratio leaves the scatter. */
static double least_by_ratio(const struct slowed *s, double sign)
{
	const struct ratio *r = &s->row->ratio;
	double edge = sign > 0 ? -log(r->low) : log(r->high);

	return fmax(0, fmax(edge, COMPARE_SCATTERS * s->scatter - sign * log(r->value)));
}

/* The least shift that is found, up or down; more than SELF_CHECK_SHIFT_MOST: none. 0, -ENOMEM. */
static int least_shift(double *shift, const struct slowed *s, bool up)
{
	double sign = up ? 1 : -1, high = log1p(SELF_CHECK_SHIFT_MOST), low = least_by_ratio(s, sign);
	int ret = is_ranked(s, exp(sign * fmin(low, high)));

	/* most are found as soon as the ratio allows it; p only falls from there on */
	if (ret > 0)
		high = low;
	else if (!ret)
		ret = is_ranked(s, exp(sign * high));
	if (!ret)
		low = high = 1 + high;
	for (int i = 0; i < HALVINGS && low < high && ret >= 0; i++) {
		double middle = (low + high) / 2;

		ret = is_ranked(s, exp(sign * middle));
		*(ret > 0 ? &high : &low) = middle;
	}
	*shift = expm1(high);
	return ret < 0 ? ret : 0;
}

static size_t index_of(struct tally *t, const char *id)
{
	size_t i = 0;

	while (i < t->n_ids && strcmp(t->ids[i], id))
		i++;
	if (i == t->n_ids && i < SELF_CHECK_CELLS)
		snprintf(t->ids[t->n_ids++], sizeof(t->ids[i]), "%s", id);
	return i;
}

static int add_shifts(struct tally *t, const struct compare_cells *c, const struct compare_row *row,
		      const struct compare_side sides[2])
{
	size_t at = index_of(t, row->id), n_host, n_guest;
	double *h = compare_side_units(&sides[0], row->id, 0, c->by_run, &n_host);
	double *g = compare_side_units(&sides[1], row->id, 0, c->by_run, &n_guest);
	struct slowed s = { h, g, n_host, n_guest, row, c->n_gate_states[COMPARE_MEASURED],
			    c->scatter };
	int ret = h && g ? 0 : -ENOMEM;

	for (int up = 0; up < 2 && !ret && at < SELF_CHECK_CELLS; up++)
		ret = least_shift(&t->shifts[at][t->n_shifts[at]++], &s, up);
	free(g);
	free(h);
	return ret;
}

/* The first runs of the order against the next ones. */
static int tally_add(struct tally *t)
{
	const struct compare_side sides[2] = { { t->order, t->runs },
					       { t->order + t->runs, t->runs } };
	const struct compare_ask ask = { .min_effect = COMPARE_MIN_EFFECT };
	struct compare_cells c;
	size_t alarms, others;
	int ret = compare_cells_make(&c, &sides[0], &sides[1], &ask);

	if (ret)
		return ret;
	t->n++;
	t->gating += c.n_gate_words[COMPARE_SLOWER] + c.n_gate_words[COMPARE_FASTER] > 0;
	others = count_others(&c, &alarms);
	t->others += others ? (double)alarms / (double)others : 0;
	for (size_t i = 0; i < c.n_rows && !ret; i++)
		if (c.rows[i].gate && c.rows[i].is_timed)
			ret = add_shifts(t, &c, &c.rows[i], sides);
	compare_cells_free(&c);
	return ret;
}

static void tally_free(struct tally *t)
{
	for (size_t i = 0; i < SELF_CHECK_CELLS; i++)
		free(t->shifts[i]);
	free(t->order);
}

static int tally_init(struct tally *t, const struct compare_side *all, unsigned int runs)
{
	*t = (struct tally){ .all = all, .runs = runs };
	t->order = calloc(all->n_runs, sizeof(*t->order));
	for (size_t i = 0; i < SELF_CHECK_CELLS; i++) {
		t->shifts[i] = calloc((size_t)2 * SELF_CHECK_COMPARISONS, sizeof(*t->shifts[i]));
		if (t->shifts[i] && t->order)
			continue;
		tally_free(t);
		return -ENOMEM;
	}
	return 0;
}

/*
 * Every launch against every other, as a tournament's rounds: of a round no two share a launch. The
 * first launch stays (an odd number has a gap there), the others go round.
 */
static int tally_pairs(struct tally *t)
{
	size_t n = t->all->n_runs, even = n + n % 2, rounds = SELF_CHECK_COMPARISONS / (even / 2);
	int ret = 0;

	if (rounds > even - 1)
		rounds = even - 1;
	for (size_t round = 0; round < rounds && !ret; round++)
		for (size_t i = 0; i < even / 2 && !ret; i++) {
			size_t a = i ? 1 + (round + i) % (even - 1) : 0;
			size_t b = 1 + (round + even - 1 - i) % (even - 1);

			if (a >= n || b >= n)
				continue;
			t->order[0] = t->all->runs[a];
			t->order[1] = t->all->runs[b];
			ret = tally_add(t);
		}
	return ret;
}

static int tally_halves(struct tally *t)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	int ret = rng ? 0 : -ENOMEM;

	if (rng)
		gsl_rng_set(rng, SEED);
	memcpy(t->order, t->all->runs, t->all->n_runs * sizeof(*t->order));
	for (unsigned int i = 0; i < SELF_CHECK_COMPARISONS && !ret; i++) {
		gsl_ran_shuffle(rng, t->order, t->all->n_runs, sizeof(*t->order));
		ret = tally_add(t);
	}
	if (rng)
		gsl_rng_free(rng);
	return ret;
}

/* The least that as many as SELF_CHECK_POWER of them are found with. */
static double shift_of(double *shifts, size_t n)
{
	double least;

	if (!n)
		return 0;
	gsl_sort(shifts, 1, n);
	least = shifts[(size_t)ceil(SELF_CHECK_POWER * (double)n) - 1];
	return least > SELF_CHECK_SHIFT_MOST ? 0 : least;
}

static void add_size(struct self_check *s, struct tally *t)
{
	struct self_check_rate *r = &s->sizes[s->n_sizes];

	*r = (struct self_check_rate){ .runs = t->runs,
				       .comparisons = (unsigned int)t->n,
				       .independent = (unsigned int)t->all->n_runs / (2 * t->runs) };
	rate_make(&r->gating, (double)t->gating / (double)t->n, r->independent);
	rate_make(&r->others, t->others / (double)t->n, r->independent);
	for (unsigned int i = 0; i < t->n_ids; i++) {
		unsigned int k = 0;

		while (k < s->n_cells && strcmp(s->cells[k].id, t->ids[i]))
			k++;
		if (k == s->n_cells)
			snprintf(s->cells[s->n_cells++].id, sizeof(s->cells[k].id), "%s", t->ids[i]);
		s->cells[k].shifts[s->n_sizes].shift = shift_of(t->shifts[i], t->n_shifts[i]);
	}
	s->n_sizes++;
	for (unsigned int k = 0; k < s->n_cells; k++) {
		s->cells[k].n_shifts = s->n_sizes;
		for (unsigned int i = 0; i < s->n_sizes; i++)
			s->cells[k].shifts[i].runs = s->sizes[i].runs;
	}
}

static int make_size(struct self_check *s, const struct compare_side *all, unsigned int runs)
{
	struct tally t;
	int ret = tally_init(&t, all, runs);

	if (ret)
		return ret;
	ret = runs == 1 ? tally_pairs(&t) : tally_halves(&t);
	if (!ret)
		add_size(s, &t);
	tally_free(&t);
	return ret;
}

static int make_drift(struct self_check *s, const struct compare_side *all)
{
	size_t half = all->n_runs / 2, alarms;
	const struct compare_side first = { all->runs, half };
	const struct compare_side second = { all->runs + all->n_runs - half, half };
	const struct compare_ask ask = { .min_effect = COMPARE_MIN_EFFECT };
	struct compare_cells c;
	int ret = compare_cells_make(&c, &first, &second, &ask);

	if (ret)
		return ret;
	s->drift_cells = (unsigned int)count_others(&c, &alarms);
	s->drift_others = (unsigned int)alarms;
	s->drift_gating = (unsigned int)(c.n_gate_words[COMPARE_SLOWER] +
					 c.n_gate_words[COMPARE_FASTER]);
	s->judged = c.judged;
	compare_cells_free(&c);
	return 0;
}

int self_check_make(struct self_check *s, const struct compare_side *launches)
{
	struct self_check new = { .launches = (unsigned int)launches->n_runs,
				  .min_effect = COMPARE_MIN_EFFECT };
	int ret = make_drift(&new, launches);

	if (!ret && new.judged)
		ret = make_size(&new, launches, 1);
	if (!ret && new.judged)
		ret = make_size(&new, launches, new.launches / 2);
	if (!ret)
		*s = new;
	return ret;
}

static const struct self_check *check_of(const struct compare_side *side)
{
	for (size_t i = 0; i < side->n_runs; i++)
		if (side->runs[i].self_check.judged)
			return &side->runs[i].self_check;
	return NULL;
}

double self_check_shift(const struct compare_side *side, const char *id, size_t n)
{
	const struct self_check *s = check_of(side);
	unsigned int size = n > 0, i = 0;
	double shift;

	while (s && i < s->n_cells && strcmp(s->cells[i].id, id))
		i++;
	if (!s || i == s->n_cells || size >= s->n_sizes)
		return 0;
	shift = s->cells[i].shifts[size].shift;
	return size && n > s->sizes[size].runs ? shift * sqrt(s->sizes[size].runs / (double)n) :
						 shift;
}
