// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include "compare/compare.h"
#include "compare/self_check.h"
#include "compare/spread.h"
#include "report/report.h"
#include "stat/rate.h"
#include "fixture.h"

/* Launches held against each other: rates, shifts, spread, and what mmiocompare makes of them. */

#define STORES "bw/wc/store8/4K/flushed"
#define FLUSH  "lat/wc/store8+read-flush@each/64/posted"
#define N      10
#define ROUNDS 6

/* the gating ones, and as many as a scatter needs that one of them does not move */
#define OTHERS 20
static const char *const ids[3 + OTHERS] = {
	STORES, "bw/wc/load8/4K", FLUSH,
	"bw/wc/a/4K", "bw/wc/b/4K", "bw/wc/c/4K", "bw/wc/d/4K", "bw/wc/e/4K",
	"bw/wc/f/4K", "bw/wc/g/4K", "bw/wc/h/4K", "bw/wc/i/4K", "bw/wc/j/4K",
	"bw/wc/k/4K", "bw/wc/l/4K", "bw/wc/m/4K", "bw/wc/n/4K", "bw/wc/o/4K",
	"bw/wc/p/4K", "bw/wc/q/4K", "bw/wc/r/4K", "bw/wc/s/4K", "bw/wc/t/4K",
};

/* Without one alarm the bound is known in closed form, and it is the same from the other end. */
static void test_rate_ends(void **state)
{
	(void)state;
	for (size_t n = 1; n < 1000; n = n * 3 + 1) {
		struct rate none, all;

		rate_make(&none, 0, n);
		rate_make(&all, 1, n);
		assert_true(fabs(none.high - (1 - pow(0.025, 1.0 / (double)n))) < 1e-12);
		assert_true(none.low == 0 && all.high == 1);
		assert_true(fabs(none.high + all.low - 1) < 1e-12);
	}
	/* from scipy.stats.binomtest(0, 5).proportion_ci(): there Clopper and Pearson say the same */
	struct rate five;

	rate_make(&five, 0, 5);
	assert_true(fabs(five.high - 0.5218237501) < 1e-9);
	assert_int_equal(36, rate_needed(0.1));
	rate_make(&five, 0, 36);
	assert_true(five.high < 0.1);
	rate_make(&five, 0, 35);
	assert_true(five.high > 0.1);
}

/* It holds the true rate in 95 % of draws at least, whatever the rate. */
static void test_rate_covers(void **state)
{
	static const double truths[] = { 0.01, 0.05, 0.2, 0.5, 0.9 };
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

	(void)state;
	assert_non_null(rng);
	for (size_t k = 0; k < sizeof(truths) / sizeof(truths[0]); k++) {
		unsigned int missed = 0;

		for (int draw = 0; draw < 4000; draw++) {
			struct rate r;

			rate_make(&r, gsl_ran_binomial(rng, truths[k], 20) / 20.0, 20);
			assert_true(r.low <= r.value && r.value <= r.high);
			missed += truths[k] < r.low || truths[k] > r.high;
		}
		assert_true(missed <= 200);
	}
	gsl_rng_free(rng);
}

static void set_cell(struct cell_record *c, gsl_rng *rng, double launch, double sigma, double hz)
{
	double base = 1e6 * exp(gsl_ran_gaussian(rng, launch));

	for (unsigned int i = 0; i < c->n_rounds; i++)
		free(c->rounds[i].ticks);
	free(c->rounds);
	c->n_rounds = ROUNDS;
	c->rounds = calloc(ROUNDS, sizeof(*c->rounds));
	assert_non_null(c->rounds);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		c->rounds[i] = (struct round){ .status = CELL_MEASURED, .laps = 1000, .n = 1 };
		c->rounds[i].ticks = calloc(1, sizeof(uint64_t));
		assert_non_null(c->rounds[i].ticks);
		c->rounds[i].ticks[0] = (uint64_t)(base * exp(gsl_ran_gaussian(rng, sigma)));
	}
	assert_int_equal(0, cell_summarize(c, hz));
}

/* A boot's launches: as spread as that, all alike. */
static void make_few(struct result *v, unsigned int n, size_t cells, double launch, double sigma,
		     unsigned int seed)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

	assert_non_null(rng);
	gsl_rng_set(rng, seed);
	for (unsigned int i = 0; i < n; i++) {
		fixture_result(&v[i]);
		v[i].seed = 1000 * seed + i;
		for (size_t k = 0; k < cells; k++)
			set_cell(fixture_cell(&v[i], ids[k], 1e9), rng, launch, sigma,
				 v[i].clock_hz);
	}
	gsl_rng_free(rng);
}

static void make_launches(struct result *v, unsigned int n, double launch, double sigma,
			  unsigned int seed)
{
	make_few(v, n, sizeof(ids) / sizeof(ids[0]), launch, sigma, seed);
}

static void free_launches(struct result *v, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		result_free(&v[i]);
}

/* All rounds of one cell take longer. */
static void slow_down(struct result *r, const char *id, double factor)
{
	struct cell_record *c = (struct cell_record *)(uintptr_t)result_find_cell(r, id);

	for (unsigned int i = 0; i < c->n_rounds; i++)
		c->rounds[i].ticks[0] = (uint64_t)llround((double)c->rounds[i].ticks[0] * factor);
	assert_int_equal(0, cell_summarize(c, r->clock_hz));
}

static double shift_of(const struct self_check *s, const char *id, unsigned int size)
{
	for (unsigned int i = 0; i < s->n_cells; i++)
		if (!strcmp(s->cells[i].id, id))
			return s->cells[i].shifts[size].shift;
	fail_msg("no shift of %s", id);
	return 0;
}

static void check_rates(const struct self_check *s, unsigned int n, unsigned int pairs)
{
	assert_int_equal(n, s->launches);
	assert_int_equal(2, s->n_sizes);
	assert_int_equal(1, s->sizes[0].runs);
	assert_int_equal(n / 2, s->sizes[1].runs);
	assert_int_equal(pairs, s->sizes[0].comparisons);
	assert_int_equal(n / 2, s->sizes[0].independent);
	assert_int_equal(1, s->sizes[1].independent);
}

/* Each launch meets each other one once, also of an odd number, and no more than is bearable. */
static void test_pairs(void **state)
{
	static const unsigned int cases[][2] = {
		{ 4, 6 }, { 5, 10 }, { 7, 21 }, { 10, 45 }, { 20, 60 }, { 21, 50 },
	};
	struct result v[21];
	struct self_check s;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned int n = cases[i][0];

		make_few(v, n, 1, 0.001, 0.001, 1);
		assert_int_equal(0, self_check_make(&s, &(struct compare_side){ v, n }));
		check_rates(&s, n, cases[i][1]);
		assert_true(s.sizes[0].comparisons <= SELF_CHECK_COMPARISONS);
		free_launches(v, n);
	}
}

/* Quiet launches give no alarm; one that is off gives one with each other, and the drift shows. */
static void test_rates(void **state)
{
	struct result v[N];
	struct self_check s;

	(void)state;
	make_launches(v, N, 0.002, 0.005, 1);
	assert_int_equal(0, self_check_make(&s, &(struct compare_side){ v, N }));
	assert_true(s.judged);
	check_rates(&s, N, 45);
	assert_true(s.sizes[0].gating.value == 0 && s.sizes[0].others.value == 0);
	assert_true(s.sizes[0].gating.high > 0.5);
	assert_true(s.sizes[1].gating.high > 0.9);
	assert_int_equal(0, s.drift_gating);
	assert_int_equal(OTHERS, s.drift_cells);

	slow_down(&v[3], STORES, 1.5);
	slow_down(&v[3], ids[3], 1.5);
	assert_int_equal(0, self_check_make(&s, &(struct compare_side){ v, N }));
	assert_true(fabs(s.sizes[0].gating.value - 9.0 / 45) < 1e-12);
	assert_true(fabs(s.sizes[0].others.value - 9.0 / 45 / OTHERS) < 1e-12);
	assert_int_equal(0, s.drift_gating);

	for (int i = 0; i < N / 2; i++)
		slow_down(&v[i], FLUSH, 1.5);
	assert_int_equal(0, self_check_make(&s, &(struct compare_side){ v, N }));
	assert_int_equal(1, s.drift_gating);
	assert_int_equal(0, s.drift_others);
	free_launches(v, N);
}

/* In how many comparisons of one launch with another such a shift is found, and called slower. */
static double found(struct result *v, const char *id, double factor)
{
	const struct compare_ask ask = { .min_effect = 0 };
	unsigned int n = 0, slower = 0;

	for (int i = 0; i < N; i++)
		for (int k = 0; k < N; k++) {
			struct comparison c;

			if (i == k)
				continue;
			slow_down(&v[k], id, factor);
			assert_int_equal(0, compare_make(&c, &(struct compare_side){ &v[i], 1 },
							       &(struct compare_side){ &v[k], 1 },
							       &ask));
			for (size_t r = 0; r < c.cells.n_rows; r++)
				slower += !strcmp(c.cells.rows[r].id, id) &&
					  c.cells.rows[r].word == COMPARE_SLOWER;
			n++;
			compare_free(&c);
			slow_down(&v[k], id, 1 / factor);
		}
	return (double)slower / n;
}

/* The shift is what it says, by mmiocompare's own words, for rates and for times. */
static void test_shift(void **state)
{
	static const char *const cells[] = { STORES, FLUSH };
	struct result v[N];
	struct self_check s;

	(void)state;
	make_launches(v, N, 0.01, 0.01, 5);
	assert_int_equal(0, self_check_make(&s, &(struct compare_side){ v, N }));
	for (int i = 0; i < 2; i++) {
		double shift = shift_of(&s, cells[i], 0);

		assert_true(shift > 0.01 && shift < 0.2);
		/* the shifted cell is in the scatter, too: not to the percent */
		assert_true(found(v, cells[i], 1 + shift * 1.15) >= SELF_CHECK_POWER);
		assert_true(found(v, cells[i], 1 + shift * 0.9) < SELF_CHECK_POWER);
		/* of several launches 1.8 % are found in 9 of 10, by theory about */
		shift = shift_of(&s, cells[i], 1);
		assert_true(shift > 0.01 && shift < 0.05);
	}
	free_launches(v, N);
	/* noise needs more; four a side never do */
	make_launches(v, N, 0.05, 0.05, 5);
	assert_int_equal(0, self_check_make(&s, &(struct compare_side){ v, N }));
	assert_true(shift_of(&s, STORES, 0) > 0.06);
	assert_int_equal(0, self_check_make(&s, &(struct compare_side){ v, 9 }));
	assert_true(shift_of(&s, STORES, 0) > 0.06);
	assert_true(shift_of(&s, STORES, 1) == 0);
	free_launches(v, N);
}

static void test_not_judged(void **state)
{
	struct result v[N];
	struct self_check s;

	(void)state;
	make_launches(v, N, 0.01, 0.01, 1);
	v[4].env.emulated = true;
	assert_int_equal(0, self_check_make(&s, &(struct compare_side){ v, N }));
	assert_false(s.judged);
	assert_int_equal(0, s.n_sizes);
	assert_int_equal(0, s.n_cells);
	free_launches(v, N);
}

static void fill_check(struct self_check *s)
{
	*s = (struct self_check){
		.launches = 10, .min_effect = 0.05, .judged = true, .n_sizes = 2, .drift_gating = 1,
		.drift_others = 2, .drift_cells = 3, .n_cells = 1,
		.sizes = { { 1, 45, 5, { 0.2, 0.1, 0.4 }, { 0.01, 0, 0.5 } },
			   { 5, 60, 1, { 0, 0, 0.975 }, { 0, 0, 0.975 } } },
		.cells = { { STORES, { { 1, 0.08 }, { 5, 0.04 } }, 2 } },
	};
}

/* Whose machine has checked itself: which shift counts for so many runs. */
static void test_lookup(void **state)
{
	struct result v[2];
	struct compare_side side = { v, 2 };

	(void)state;
	make_launches(v, 2, 0.01, 0.01, 1);
	assert_true(self_check_shift(&side, STORES, 0) == 0);
	fill_check(&v[1].self_check);
	assert_true(self_check_shift(&side, STORES, 0) == 0.08);
	assert_true(self_check_shift(&side, STORES, 1) == 0.04);
	assert_true(self_check_shift(&side, STORES, 5) == 0.04);
	assert_true(fabs(self_check_shift(&side, STORES, 20) - 0.02) < 1e-12);
	assert_true(self_check_shift(&side, FLUSH, 5) == 0);
	v[1].self_check.judged = false;
	assert_true(self_check_shift(&side, STORES, 5) == 0);
	free_launches(v, 2);
}

/* What is claimed is less than a side's machine can show: it is said, and the word stays. */
static void test_below(void **state)
{
	const struct compare_ask ask = { .min_effect = 0.01 };
	static const double shifts[] = { 0.05, 0.2 };
	struct result v[2];

	(void)state;
	make_launches(v, 2, 0.001, 0.001, 1);
	slow_down(&v[1], STORES, 1.1);
	for (int side = 0; side < 2; side++)
		for (int i = 0; i < 2; i++) {
			struct comparison c;
			char *page;

			fill_check(&v[side].self_check);
			v[side].self_check.cells[0].shifts[0].shift = shifts[i];
			assert_int_equal(0, compare_make(&c, &(struct compare_side){ &v[0], 1 },
							       &(struct compare_side){ &v[1], 1 },
							       &ask));
			page = fixture_page(&c);
			assert_int_equal(1, c.cells.n_gate_words[COMPARE_SLOWER]);
			assert_int_equal(i, c.cells.n_below);
			assert_int_equal(i, !!strstr(page, "WARNING: less than the 20.0 %"));
			free(page);
			compare_free(&c);
			v[side].self_check.launches = 0;
			v[side].self_check.judged = false;
		}
	free_launches(v, 2);
}

/* Without a gating cell there is no rate of them, and no advice to get a better one. */
static void test_page(void **state)
{
	struct self_check s;

	(void)state;
	fill_check(&s);
	for (int gating = 1; gating >= 0; gating--) {
		char *text;
		size_t n;
		FILE *f = open_memstream(&text, &n);

		assert_non_null(f);
		s.n_cells = (unsigned int)gating;
		s.drift_gating = (unsigned int)gating;
		self_check_text(f, &s);
		assert_int_equal(0, fclose(f));
		assert_int_equal(gating, !!strstr(text, "20.0 %  [10.0, 40.0]"));
		assert_int_equal(gating, !!strstr(text, "uncertain"));
		assert_int_equal(!gating, !!strstr(text, "      none                   1.0 %"));
		free(text);
	}
}

/* Written, read, and the same. */
static void test_file(void **state)
{
	struct verdict verdict;
	struct result r, again;
	char path[300];

	(void)state;
	fixture_result(&r);
	fill_check(&r.self_check);
	r.self_check.cells[0].shifts[1].shift = 0;
	r.launch = (struct launch_record){ 3, 10, 0xfedcba9876543210 };
	judge_run(&verdict, &r, NULL);
	assert_int_equal(0, result_write(&r, &verdict, fixture_path(path, sizeof(path), "sc.json")));
	assert_int_equal(0, result_read(&again, path));
	assert_memory_equal(&r.launch, &again.launch, sizeof(r.launch));
	assert_int_equal(r.self_check.n_sizes, again.self_check.n_sizes);
	assert_memory_equal(r.self_check.sizes, again.self_check.sizes, sizeof(r.self_check.sizes));
	assert_int_equal(1, again.self_check.n_cells);
	assert_string_equal(STORES, again.self_check.cells[0].id);
	assert_true(again.self_check.cells[0].shifts[0].shift == 0.08);
	assert_true(again.self_check.cells[0].shifts[1].shift == 0);
	assert_int_equal(2, again.self_check.drift_others);
	result_free(&again);
	result_free(&r);
}

/* Damage of each kind, and the one line that it is refused with. */
static const struct {
	const char *from, *to, *word;
} damages[] = {
	{ "\"launches\": 10", "\"launches\": 3", "out of range" },
	{ "\"launches\": 10", "\"launches\": 12", "out of range" },
	{ "\"min_effect\": 0.05", "\"min_effect\": 1.5", "out of range" },
	{ "\"judged\": true", "\"judged\": false", "must be empty where judged is false" },
	{ "\"runs\": 1,", "\"runs\": 2,", "out of range" },
	{ "\"comparisons\": 45", "\"comparisons\": 450", "out of range" },
	{ "\"independent\": 5", "\"independent\": 6", "out of range" },
	{ "\"rate\": 0.2", "\"rate\": 0.5", "no rate within" },
	{ "\"rate\": 0.2", "\"rate\": -0.2", "out of range" },
	{ "\"interval\": [", "\"interval\": [0, ", "too long a list" },
	{ "\"interval\": [", "\"interval\": [[], \"x\"], \"more\": [", "interval[0]: of the wrong type" },
	{ "\"others\": 2", "\"others\": 4", "out of range" },
	{ "\"shift\": ", "\"shift\": 9", "out of range" },
	{ "\"shifts\": [", "\"shifts\": [], \"more\": [", "too short a list" },
	{ "\"shifts\": [{\"runs\": 1,", "\"shifts\": [{\"runs\": 3,", "not the runs" },
	{ "\"shift\": ", "\"shift\": [], \"more\": ", "shift: of the wrong type" },
	{ "\"id\": \"" STORES "\", \"shifts\": [", "\"id\": \"\\u001b\", \"shifts\": [", "control" },
	{ "\"index\": 3", "\"index\": 11", "out of range" },
	{ "\"of\": 10", "\"of\": 1", "out of range" },
};

static char *replaced(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);
	char *new;

	if (!at)
		fail_msg("no %s in the file", from);
	assert_true(asprintf(&new, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from)) > 0);
	return new;
}

static void test_damaged(void **state)
{
	struct verdict verdict;
	struct result r;
	char path[300], message[1000];
	size_t n;

	(void)state;
	fixture_result(&r);
	fill_check(&r.self_check);
	r.launch = (struct launch_record){ 3, 10, 1 };
	judge_run(&verdict, &r, NULL);
	assert_int_equal(0, result_write(&r, &verdict, fixture_path(path, sizeof(path), "d.json")));
	result_free(&r);
	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		char *good = fixture_read(path, &n), *bad;
		char changed[300];

		good[n - 1] = 0;
		bad = replaced(good, damages[i].from, damages[i].to);
		fixture_write(fixture_path(changed, sizeof(changed), "changed.json"), bad,
			      strlen(bad));
		fixture_stderr_begin();
		assert_true(result_read(&r, changed) < 0);
		assert_int_equal(1, fixture_stderr_end(message, sizeof(message)));
		if (!strstr(message, damages[i].word))
			fail_msg("%s: %s", damages[i].to, message);
		free(bad);
		free(good);
	}
}

/* Of launches that differ more than their rounds explain, and of ones that do not. */
static void test_spread(void **state)
{
	static const double between[] = { 0.0005, 0.05 };
	struct result v[40];
	struct spread s;

	(void)state;
	for (int i = 0; i < 2; i++) {
		make_launches(v, 40, between[i], 0.01, 9);
		assert_int_equal(0, spread_make(&s, &(struct compare_side){ v, 40 }));
		assert_int_equal(3, s.n_rows);
		for (size_t k = 0; k < s.n_rows; k++) {
			const struct spread_row *row = &s.rows[k];

			assert_true(row->within > 0.007 && row->within < 0.013);
			assert_true(fabs(row->explained / row->within - 1.2533 / sqrt(ROUNDS)) < 1e-4);
			if (i)
				assert_true(row->between > 0.025 && row->between < 0.1);
			else
				assert_true(row->between > row->explained / 2 &&
					    row->between < row->explained * 2);
		}
		/* a cell that one launch lacks is none of all */
		v[7].cells[0].status = CELL_SKIPPED;
		assert_int_equal(0, spread_make(&s, &(struct compare_side){ v, 40 }));
		assert_int_equal(2, s.n_rows);
		free_launches(v, 40);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rate_ends),  cmocka_unit_test(test_rate_covers),
		cmocka_unit_test(test_pairs),	   cmocka_unit_test(test_rates),
		cmocka_unit_test(test_shift),	   cmocka_unit_test(test_not_judged),
		cmocka_unit_test(test_lookup),	   cmocka_unit_test(test_below),
		cmocka_unit_test(test_file),	   cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_spread),	   cmocka_unit_test(test_page),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_cleanup);
}
