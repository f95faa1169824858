// SPDX-License-Identifier: GPL-2.0-or-later
/* Many records: kinds and clusters, what is odd among them, and the exit status. */
#include "config.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "compare/survey.h"

#define N 40
#define TIME 2 /* the figure that is one */

static struct survey_record records[N];
static struct survey s;

static const struct compare_ask ask = { .min_effect = COMPARE_MIN_EFFECT };

static int setup(void **state)
{
	(void)state;
	for (int i = 0; i < N; i++) {
		struct survey_record *r = &records[i];

		*r = (struct survey_record){ .state = SURVEY_RESULT, .timed = true,
					     .verdict = VERDICT_PRESERVED,
					     .confidence = CONFIDENCE_LIKELY };
		snprintf(r->started, sizeof(r->started), "2026-01-%02dT00:00:00Z", i % 28 + 1);
		snprintf(r->keys[SURVEY_KERNEL], sizeof(r->keys[0]), "6.%d", i < N / 2 ? 8 : 9);
		for (int k = 0; k < COMPARE_GATES; k++)
			r->figures[k] = 100 + i % 5;
	}
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	survey_free(&s);
	return 0;
}

static void make(void)
{
	survey_free(&s);
	survey_make(&s, records, N, COMPARE_MIN_EFFECT);
}

static int status(const struct compare_ask *a)
{
	char why[160];
	int ret;

	make();
	ret = survey_status(&s, a, why, sizeof(why));
	assert_int_equal(!ret, !why[0]); /* a status has its reason */
	return ret;
}

static void test_all_alike(void **state)
{
	(void)state;
	assert_int_equal(status(&ask), 0);
	assert_int_equal(s.n_kinds, 2);
	assert_int_equal(s.n_clusters, 2);
	assert_int_equal(s.n_odds, 0);
	assert_int_equal(s.clusters[0].n, N / 2);
	assert_int_equal(s.clusters[0].n_kind, N / 2);
	assert_true(s.clusters[0].figures[0].median == 102);
	assert_true(s.clusters[0].figures[0].low == 100 && s.clusters[0].figures[0].high == 104);
	assert_string_equal(s.oldest, "2026-01-01T00:00:00Z");
	assert_string_equal(s.newest, "2026-01-28T00:00:00Z");
}

/* A machine without a clock ran at no time that is known. */
static void test_no_clock(void **state)
{
	(void)state;
	for (size_t i = 1; i < N; i++)
		strcpy(records[i].started, "1970-01-01T00:00:11Z");
	make();
	assert_string_equal(s.oldest, "2026-01-01T00:00:00Z");
	assert_string_equal(s.newest, s.oldest);
	strcpy(records[0].started, "1970-01-01T00:00:11Z");
	make();
	assert_null(s.oldest);
}

static void test_slower_is_less_of_a_rate_and_more_of_a_time(void **state)
{
	struct compare_ask fail = ask;

	(void)state;
	fail.fail_on_regression = true;
	assert_int_equal(compare_gates[TIME].spec.unit, UNIT_NS);
	assert_int_equal(compare_gates[0].spec.unit, UNIT_RATE);
	records[3].figures[0] = 50;
	records[4].figures[TIME] = 1000;
	assert_int_equal(status(&fail), 1);
	assert_int_equal(s.n_odds, 2);
	assert_int_equal(s.n_odds_slower, 2);
	assert_ptr_equal(s.odds[0].record, &records[4]); /* ten times is farther than two */
	assert_ptr_equal(s.odds[1].record, &records[3]);
	records[3].figures[0] = 300;
	records[4].figures[TIME] = 10;
	assert_int_equal(status(&fail), 0);
	assert_int_equal(s.n_odds, 2);
	assert_false(s.odds[0].slower || s.odds[1].slower);
	for (size_t i = 0; i < s.n_clusters; i++)
		if (s.clusters[i].figures[0].n_faster) {
			assert_int_equal(s.clusters[i].figures[TIME].n_faster, 1);
			assert_true(s.clusters[i].figures[0].faster == 300);
			assert_true(s.clusters[i].figures[TIME].faster == 10);
		}
}

static void test_not_measured_and_untimed_are_not_slow(void **state)
{
	(void)state;
	records[3].figures[0] = 0;
	records[4].figures[0] = 1;
	records[4].timed = false;
	make();
	assert_int_equal(s.n_odds, 0);
	assert_int_equal(s.n_untimed, 1);
	for (int i = 0; i < N; i++)
		records[i].figures[1] = i < SURVEY_LEAST - 1 ? 1 + i : 0;
	make();
	assert_int_equal(s.n_odds, 0); /* too few to tell */
}

static void test_a_verdict_that_few_have(void **state)
{
	(void)state;
	records[0].verdict = records[1].verdict = VERDICT_DEMOTED;
	records[0].confidence = CONFIDENCE_PROVED;
	assert_int_equal(status(&ask), 1);
	assert_int_equal(s.n_clusters, 3);
	assert_int_equal(s.clusters[0].n, 2); /* what is wrong comes first */
	assert_true(s.clusters[0].odd);
	assert_int_equal(s.clusters[0].n_kind, N / 2);
	assert_int_equal(s.clusters[0].n_proved, 1);
	assert_false(s.clusters[1].odd || s.clusters[2].odd);
	assert_int_equal(s.n_verdicts[VERDICT_DEMOTED], 2);
	assert_int_equal(s.n_proved[VERDICT_DEMOTED], 1);
	/* a demoted one is as slow as its own cluster */
	for (int i = 0; i < 10; i++) {
		records[i].verdict = VERDICT_DEMOTED;
		records[i].figures[0] = 10;
	}
	make();
	assert_int_equal(s.n_odds, 0);
	assert_false(s.clusters[0].odd);
}

static void test_hosts_are_not_judged(void **state)
{
	(void)state;
	for (int i = 0; i < N; i++) {
		records[i].verdict = SURVEY_NO_VERDICT;
	}
	assert_int_equal(status(&ask), 3);
	assert_int_equal(s.n_verdicts[SURVEY_NO_VERDICT], N);
	assert_string_equal(survey_verdict_name(records[0].verdict), "none");
}

static void test_status(void **state)
{
	struct compare_ask require = ask;

	(void)state;
	require.require_preserved = true;
	assert_int_equal(status(&require), 0);
	records[0].verdict = VERDICT_INCONCLUSIVE;
	assert_int_equal(status(&ask), 3);
	assert_int_equal(status(&require), 1);
	records[0].verdict = VERDICT_PRESERVED;
	records[0].n_wrong = 1;
	assert_int_equal(status(&ask), 1);
	records[0].n_wrong = 0;
	records[0].state = SURVEY_BROKEN;
	assert_int_equal(status(&ask), 1);
	assert_int_equal(s.n_states[SURVEY_RESULT], N - 1);
	records[0].state = SURVEY_CLOSED;
	assert_int_equal(status(&ask), 1);
	records[0].state = SURVEY_OTHER;
	assert_int_equal(status(&ask), 0);
}

/* Any order of files: what comes first stays, whatever lies between. */
static void test_copies(void **state)
{
	(void)state;
	for (int i = 0; i < N; i++)
		records[i].run = (uint64_t)(i % 10);
	records[11].run = records[21].run = records[31].run = 100;
	records[11].state = SURVEY_BROKEN;
	snprintf(records[31].started, sizeof(records[31].started), "2027-01-01T00:00:00Z");
	for (int i = 0; i < N; i++)
		if (i != 31)
			snprintf(records[i].started, sizeof(records[i].started), "2026-01-01T00:00:00Z");
	survey_mark_copies(records, N);
	for (int i = 0; i < N; i++) {
		bool stays = i < 10 || i == 21 || i == 31;

		if (i == 11)
			continue;
		assert_int_equal(records[i].state, stays ? SURVEY_RESULT : SURVEY_COPY);
		if (!stays)
			assert_int_equal(records[i].copy_of, i % 10);
	}
	make();
	assert_int_equal(s.n_states[SURVEY_RESULT], 12);
	assert_int_equal(s.n_verdicts[VERDICT_PRESERVED], 12);
	survey_mark_copies(records, N);
	make();
	assert_int_equal(s.n_states[SURVEY_RESULT], 12); /* those that stay are no copies of each other */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_all_alike, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_clock, setup, teardown),
		cmocka_unit_test_setup_teardown(test_slower_is_less_of_a_rate_and_more_of_a_time, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_not_measured_and_untimed_are_not_slow, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_a_verdict_that_few_have, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hosts_are_not_judged, setup, teardown),
		cmocka_unit_test_setup_teardown(test_status, setup, teardown),
		cmocka_unit_test_setup_teardown(test_copies, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
