// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "compare/compare_wording.h"
#include "report/report.h"
#include "fixture.h"

/* Words, gates, several runs a side. */

#define STORES "bw/wc/store8/4K/flushed"
#define LOADS  "bw/wc/load8/4K"
#define FLUSH  "lat/wc/store8+read-flush@each/64/posted"
#define OTHER  "bw/wc/store8/64K/posted"
#define SIDE   10

/* Rounds whose medians are the value times 1 + spread * (-1 .. 1), evenly. */
static void set_rounds(struct cell_record *c, double value, double spread, unsigned int n,
		       double hz)
{
	struct round *rounds = calloc(n, sizeof(*rounds));

	assert_non_null(rounds);
	for (unsigned int i = 0; i < n; i++) {
		double v = value * (1 + spread * (n > 1 ? 2.0 * i / (n - 1) - 1 : 0));
		double bytes = 1e6 * (double)c->spec.lap_bytes;
		double seconds = c->spec.unit != UNIT_NS ? bytes / v
							    : v * bytes / c->spec.unit_bytes * 1e-9;

		rounds[i] = (struct round){ .status = CELL_MEASURED, .laps = 1000000, .n = 1 };
		rounds[i].ticks = calloc(1, sizeof(*rounds[i].ticks));
		assert_non_null(rounds[i].ticks);
		rounds[i].ticks[0] = (uint64_t)llround(seconds * hz);
	}
	for (unsigned int i = 0; i < c->n_rounds; i++)
		free(c->rounds[i].ticks);
	free(c->rounds);
	c->rounds = rounds;
	c->n_rounds = n;
	assert_int_equal(0, cell_summarize(c, hz));
}

/* The gating cells and one other, of which that one is off by a factor. */
static void make_run(struct result *r, bool guest, const char *id, double factor, double spread,
		     unsigned int rounds)
{
	static const char *const ids[] = { STORES, LOADS, FLUSH, OTHER };

	fixture_result(r);
	if (!guest)
		r->env.virt.guest = ENV_BARE_METAL;
	/* what the verdict needs to say "preserved" */
	fixture_cell(r, "bw/plain/store8/4K/posted", 1e9);
	fixture_cell(r, "bw/wc/store8/4K/posted", 4e9);
	for (int i = 0; i < 4; i++) {
		double v = (strncmp(ids[i], "lat", 3) ? 4e9 : 900) *
			   (id && !strcmp(ids[i], id) ? factor : 1);

		set_rounds(fixture_cell(r, ids[i], 1e9), v, spread, rounds, r->clock_hz);
	}
}

static const struct compare_row *row_of(const struct comparison *c, const char *id)
{
	for (size_t i = 0; i < c->cells.n_rows; i++)
		if (!strcmp(c->cells.rows[i].id, id))
			return &c->cells.rows[i];
	fail_msg("no row %s", id);
	return NULL;
}

static void compare_pair(struct comparison *c, struct result *host, struct result *guest,
			 const struct compare_ask *ask)
{
	assert_int_equal(0, compare_make(c, &(struct compare_side){ host, 1 },
					       &(struct compare_side){ guest, 1 }, ask));
}

static const struct {
	const char *id;
	double factor, spread, min_effect;
	unsigned int rounds;
	enum compare_word word;
	int regression, inconclusive; /* the status with that --fail-on */
} words[] = {
	/* rates and times go opposite ways */
	{ STORES, 0.90, 0.01, 0.05, 10, COMPARE_SLOWER, 1, 1 },
	{ STORES, 1.11, 0.01, 0.05, 10, COMPARE_FASTER, 0, 0 },
	{ FLUSH, 1.11, 0.01, 0.05, 10, COMPARE_SLOWER, 1, 1 },
	{ FLUSH, 0.90, 0.01, 0.05, 10, COMPARE_FASTER, 0, 0 },
	{ STORES, 1.00, 0.01, 0.05, 10, COMPARE_SAME, 0, 0 },
	/* sure, and too small to matter: the same; it matters where one says so */
	{ STORES, 0.97, 0.005, 0.05, 10, COMPARE_SAME, 0, 0 },
	{ STORES, 0.97, 0.005, 0.01, 10, COMPARE_SLOWER, 1, 1 },
	/* with 0 everything matters and nothing is the same */
	{ STORES, 0.995, 0.0005, 0, 10, COMPARE_SLOWER, 1, 1 },
	{ STORES, 1.00, 0.01, 0, 10, COMPARE_OPEN, 0, 3 },
	/* large, but the spread is larger; small, but the spread is larger than what matters */
	{ STORES, 0.85, 0.40, 0.05, 10, COMPARE_OPEN, 0, 3 },
	{ STORES, 1.00, 0.40, 0.05, 10, COMPARE_OPEN, 0, 3 },
	/* on the edge */
	{ STORES, 0.953, 0.02, 0.05, 10, COMPARE_OPEN, 0, 3 },
	/* however far apart, three rounds are no evidence, nor are two, nor one */
	{ STORES, 0.25, 0.01, 0.05, 3, COMPARE_OPEN, 0, 3 },
	{ STORES, 1.00, 0.001, 0.05, 2, COMPARE_OPEN, 0, 3 },
	{ STORES, 1.00, 0.001, 0.05, 1, COMPARE_OPEN, 0, 3 },
	/* four are for one cell, but not for three at once: 3 * 2 / choose(8, 4) */
	{ STORES, 0.90, 0.01, 0.05, 4, COMPARE_OPEN, 0, 3 },
	{ OTHER, 0.90, 0.01, 0.05, 4, COMPARE_OPEN, 0, 0 },
	/* --quick's six are, for all gating cells together */
	{ STORES, 0.90, 0.01, 0.05, 6, COMPARE_SLOWER, 1, 1 },
	/* what no gate looks at fails none */
	{ OTHER, 0.50, 0.01, 0.05, 10, COMPARE_SLOWER, 0, 0 },
};

static void test_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct compare_ask ask = { .min_effect = words[i].min_effect };
		struct result host, guest;
		const struct compare_row *row;
		struct comparison c;

		make_run(&host, false, NULL, 1, words[i].spread, words[i].rounds);
		make_run(&guest, true, words[i].id, words[i].factor, words[i].spread,
			 words[i].rounds);
		compare_pair(&c, &host, &guest, &ask);
		row = row_of(&c, words[i].id);
		if (row->word != words[i].word)
			fail_msg("row %zu: %s, p %g, same %g, [%g, %g]", i,
				 compare_word_name(row->word), row->p_adjusted, row->p_same,
				 row->ratio.low, row->ratio.high);
		assert_int_equal(words[i].rounds, row->sides[1].n);
		assert_true(fabs(row->ratio.value / words[i].factor - 1) < 0.001);
		/* figures count for nothing unless they are asked for */
		assert_int_equal(VERDICT_PRESERVED, c.verdict.outcome);
		assert_int_equal(0, compare_status(&c));
		c.ask.fail_on_regression = true;
		assert_int_equal(words[i].regression, compare_status(&c));
		c.ask.fail_on_inconclusive = true;
		assert_int_equal(words[i].inconclusive, compare_status(&c));
		compare_free(&c);
		result_free(&host);
		result_free(&guest);
	}
}

/* Three gating cells: Holm's three, whatever the others are; the others' own procedure. */
static void test_adjusted(void **state)
{
	struct compare_ask ask = { .min_effect = 0.05 };
	struct result host, guest;
	struct comparison c;

	(void)state;
	make_run(&host, false, NULL, 1, 0.01, 10);
	make_run(&guest, true, STORES, 0.5, 0.01, 10);
	compare_pair(&c, &host, &guest, &ask);
	assert_int_equal(COMPARE_GATES, c.cells.n_gates);
	assert_int_equal(COMPARE_GATES, c.cells.n_gate_states[COMPARE_MEASURED]);
	/* 2 of choose(20, 10) orders, three times */
	assert_true(fabs(row_of(&c, STORES)->p - 2.0 / 184756) < 1e-12);
	assert_true(fabs(row_of(&c, STORES)->p_adjusted - 6.0 / 184756) < 1e-12);
	assert_true(row_of(&c, LOADS)->p_adjusted > 0.9);
	assert_true(row_of(&c, STORES)->gate && !row_of(&c, OTHER)->gate);
	assert_true(row_of(&c, STORES)->exact);
	compare_free(&c);
	result_free(&host);
	result_free(&guest);
}

static void leave_out(struct result *r, const char *id)
{
	for (size_t i = 0; i < r->n_cells; i++) {
		struct cell_record *c = &r->cells[i];

		if (strcmp(c->id, id))
			continue;
		for (unsigned int k = 0; k < c->n_rounds; k++)
			free(c->rounds[k].ticks);
		c->n_rounds = 0;
		c->has_summary = false;
		c->status = CELL_SKIPPED;
	}
}

/* Times of an emulated CPU, or of plain files, are no regression whatever they are. */
static void test_not_judged(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		struct compare_ask ask = { .min_effect = 0.05, .fail_on_regression = true };
		struct result host, guest, *r = i % 2 ? &host : &guest;
		struct comparison c;
		char *page;
		size_t n;
		FILE *f;

		make_run(&host, false, NULL, 1, 0.01, 10);
		make_run(&guest, true, STORES, 0.5, 0.01, 10);
		/* nor is it one that a cell would have taken too long there */
		leave_out(r, LOADS);
		r->env.emulated = i < 2;
		r->replayed = i >= 2;
		compare_pair(&c, &host, &guest, &ask);
		assert_false(c.cells.judged);
		assert_int_equal(c.cells.n_rows, c.cells.n_words[COMPARE_NO_WORD]);
		assert_true(row_of(&c, STORES)->ratio.value < 0.51);
		assert_int_not_equal(1, compare_status(&c));
		f = open_memstream(&page, &n);
		assert_non_null(f);
		compare_text(f, &c);
		assert_int_equal(0, fclose(f));
		assert_non_null(strstr(page, "no regression is claimed"));
		assert_null(strstr(page, "slower"));
		free(page);
		/* nor is it said that there is none */
		c.ask.fail_on_inconclusive = true;
		assert_int_equal(3, compare_status(&c));
		compare_free(&c);
		result_free(&host);
		result_free(&guest);
	}
}

/* Runs of a side that differ more from each other than their rounds do. */
static void make_runs(struct result *v, unsigned int n, bool guest, double factor, double spread)
{
	for (unsigned int i = 0; i < n; i++) {
		double launch = 1 + spread * (n > 1 ? 2.0 * i / (n - 1) - 1 : 0);

		make_run(&v[i], guest, STORES, factor * launch, 0.001, 6);
		snprintf(v[i].started, sizeof(v[i].started), "2026-01-02T03:%02u:05Z", i);
	}
}

static void free_runs(struct result *v, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		result_free(&v[i]);
}

static const struct {
	unsigned int n_host, n_guest;
	double factor, spread;
	enum compare_word word;
} launches[] = {
	{ 10, 10, 0.90, 0.01, COMPARE_SLOWER },
	{ 10, 10, 1.00, 0.01, COMPARE_SAME },
	/* rounds would tell, runs do not */
	{ 10, 10, 0.90, 0.20, COMPARE_OPEN },
	{ 2, 2, 0.90, 0.01, COMPARE_OPEN },
	/* one run is one number, as soon as the other side has several */
	{ 1, 10, 0.90, 0.01, COMPARE_OPEN },
	{ 5, 5, 0.90, 0.01, COMPARE_SLOWER },
};

static void test_launches(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(launches) / sizeof(launches[0]); i++) {
		struct compare_ask ask = { .min_effect = 0.05 };
		struct result host[SIDE], guest[SIDE];
		struct compare_side h = { host, launches[i].n_host };
		struct compare_side g = { guest, launches[i].n_guest };
		const struct compare_row *row;
		struct comparison c;
		char why[256];
		size_t bad;

		make_runs(host, launches[i].n_host, false, 1, launches[i].spread);
		make_runs(guest, launches[i].n_guest, true, launches[i].factor, launches[i].spread);
		assert_int_equal(0, compare_check_side(&h, &bad, why, sizeof(why)));
		assert_int_equal(0, compare_make(&c, &h, &g, &ask));
		row = row_of(&c, STORES);
		assert_true(c.cells.by_run);
		assert_int_equal(launches[i].n_host, row->sides[0].n);
		assert_int_equal(launches[i].n_guest, row->sides[1].n);
		if (row->word != launches[i].word)
			fail_msg("row %zu: %s, p %g, same %g, [%g, %g]", i,
				 compare_word_name(row->word), row->p_adjusted, row->p_same,
				 row->ratio.low, row->ratio.high);
		compare_free(&c);
		free_runs(host, launches[i].n_host);
		free_runs(guest, launches[i].n_guest);
	}
}

static void other_arch(struct result *r)
{
	strcpy(r->arch, "x86_64");
}

static void other_device(struct result *r)
{
	r->device.device = 1;
}

static void other_bar(struct result *r)
{
	r->bar.index = 4;
}

static void other_profile(struct result *r)
{
	strcpy(r->profile, "full");
}

static void other_machine(struct result *r)
{
	r->env.virt.guest = ENV_BARE_METAL;
}

static void other_cpu(struct result *r)
{
	r->env.emulated = true;
}

static void other_cell(struct result *r)
{
	strcpy(r->cells[0].id, "bw/plain/store8/8K/posted");
}

static void more_cells(struct result *r)
{
	fixture_cell(r, "bw/plain/store8/8K/posted", 1e9);
}

static void two_alike(struct result *r)
{
	strcpy(r->cells[2].id, r->cells[3].id);
}

static void same_file(struct result *r)
{
	strcpy(r->started, "2026-01-02T03:00:05Z");
}

static const struct {
	void (*change)(struct result *r);
	const char *words[2];
} misfits[] = {
	{ other_arch, { "architecture", "x86_64" } },
	{ other_device, { "the device", "1af4:0001" } },
	{ other_bar, { "BAR's index", "4" } },
	{ other_profile, { "profile", "full" } },
	{ other_machine, { "machine", "bare metal" } },
	{ other_cpu, { "CPU", "emulated" } },
	{ other_cell, { "plan differs", "bw/plain/store8/" } },
	{ more_cells, { "plan differs", "bw/plain/store8/8K/posted" } },
	{ two_alike, { "two cells", LOADS } },
	{ same_file, { "the run of 2026-01-02T03:00:05Z", "there already" } },
};

static void test_misfits(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(misfits) / sizeof(misfits[0]); i++) {
		struct result v[3];
		struct compare_side side = { v, 3 };
		char why[256] = "";
		size_t bad = 0;

		make_runs(v, 3, true, 1, 0);
		assert_int_equal(0, compare_check_side(&side, &bad, why, sizeof(why)));
		misfits[i].change(&v[2]);
		assert_true(compare_check_side(&side, &bad, why, sizeof(why)) < 0);
		assert_int_equal(2, bad);
		for (int k = 0; k < 2; k++)
			if (!strstr(why, misfits[i].words[k]))
				fail_msg("\"%s\" does not say %s", why, misfits[i].words[k]);
		free_runs(v, 3);
	}
}

static void end_in_fault(struct result *r, const char *id)
{
	for (size_t i = 0; i < r->n_cells; i++)
		if (!strcmp(r->cells[i].id, id)) {
			r->cells[i].rounds[0].status = CELL_FAULTED;
			assert_int_equal(0, cell_summarize(&r->cells[i], r->clock_hz));
		}
}

/* What one run of five lacks is not made up for by the other four. */
static void test_one_of_five(void **state)
{
	static const struct {
		void (*change)(struct result *r, const char *id);
		enum compare_state state;
	} v[] = { { end_in_fault, COMPARE_FAILED }, { leave_out, COMPARE_ONE_SIDED } };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct compare_ask ask = { .min_effect = 0.05 };
		struct result host[5], guest[5];
		struct comparison c;

		make_runs(host, 5, false, 1, 0.01);
		make_runs(guest, 5, true, 1, 0.01);
		v[i].change(&guest[3], STORES);
		assert_int_equal(0, compare_make(&c, &(struct compare_side){ host, 5 },
						       &(struct compare_side){ guest, 5 }, &ask));
		assert_int_equal(v[i].state, row_of(&c, STORES)->state);
		assert_int_equal(COMPARE_NO_WORD, row_of(&c, STORES)->word);
		assert_int_equal(1, compare_status(&c));
		compare_free(&c);
		free_runs(host, 5);
		free_runs(guest, 5);
	}
}

/* One boot of five that is demoted is what the verdict is about. */
static void test_worst_verdict(void **state)
{
	struct compare_ask ask = { .min_effect = 0.05 };
	struct result host[5], guest[5];
	char line[320], text[320];
	struct comparison c;

	(void)state;
	make_runs(host, 5, false, 1, 0.01);
	make_runs(guest, 5, true, 1, 0.01);
	set_rounds(&guest[3].cells[1], 1e9, 0.01, 6, FIXTURE_HZ);
	for (size_t i = 2; i < 6; i++)
		set_rounds(&guest[3].cells[i],
			   guest[3].cells[i].spec.unit != UNIT_NS ? 1e9 : 900, 0.01, 6,
			   FIXTURE_HZ);
	fixture_journal(&guest[3], "aca2f632-b8d1-45aa-9b58-d9d27c027229", "");
	assert_int_equal(0, compare_make(&c, &(struct compare_side){ host, 5 },
					       &(struct compare_side){ guest, 5 }, &ask));
	assert_int_equal(VERDICT_DEMOTED, c.verdict.outcome);
	assert_ptr_equal(&guest[3], c.guest);
	assert_int_equal(4, c.n_verdicts[VERDICT_PRESERVED]);
	assert_int_equal(1, c.n_verdicts[VERDICT_DEMOTED]);
	assert_int_equal(1, compare_status(&c));
	snprintf(text, sizeof(text), "5 runs in the guest: 4 preserved, 1 demoted; the verdict is the "
		 "worst, that of %s", guest[3].started);
	assert_string_equal(compare_runs_text(line, sizeof(line), &c), text);
	c.verdict.about_guest = false;
	assert_string_equal(compare_runs_text(line, sizeof(line), &c), "");
	compare_free(&c);
	free_runs(host, 5);
	free_runs(guest, 5);
}

/* A machine held against itself has no hypervisor to judge: only what is asked for counts. */
static void test_no_verdict(void **state)
{
	static const struct {
		bool gates; /* there are any */
		double factor;
		struct compare_ask ask;
		int status;
	} v[] = {
		{ true, 1, { 0.05, false, false, false, NULL, 0 }, 3 },
		{ true, 1, { 0.05, true, false, false, NULL, 0 }, 0 },
		{ true, 0.9, { 0.05, true, false, false, NULL, 0 }, 1 },
		{ true, 1, { 0.05, true, true, false, NULL, 0 }, 0 },
		{ true, 1, { 0.05, true, false, true, NULL, 0 }, 1 },
		{ true, 1, { 0.05, false, false, true, NULL, 0 }, 1 },
		{ false, 1, { 0.05, true, false, false, NULL, 0 }, 3 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		struct result before, after;
		struct comparison c;

		make_run(&before, false, NULL, 1, 0.01, 10);
		make_run(&after, false, STORES, v[i].factor, 0.01, 10);
		for (size_t k = 2; k < 5 && !v[i].gates; k++) {
			leave_out(&before, before.cells[k].id);
			leave_out(&after, after.cells[k].id);
		}
		compare_pair(&c, &before, &after, &v[i].ask);
		assert_int_equal(v[i].status, compare_status(&c));
		compare_free(&c);
		result_free(&before);
		result_free(&after);
	}
}

static const struct {
	/* of the guest's cells, in order; the third is the gating one, STORES, the fifth is a time */
	double factors[6];
	unsigned int n_runs;
	enum compare_word word;
	bool scattered;
} scatters[] = {
	/* what the others do by chance the one may do, too */
	{ { 1.05, 0.95, 0.80, 1.04, 1.04, 1.06 }, 1, COMPARE_OPEN, true },
	{ { 1.05, 0.95, 1.00, 1.04, 1.04, 1.06 }, 1, COMPARE_OPEN, true },
	/* beyond all of it, or beyond nothing */
	{ { 1.05, 0.95, 0.50, 1.04, 1.04, 1.06 }, 1, COMPARE_SLOWER, false },
	{ { 1.00, 1.00, 0.80, 1.00, 1.00, 1.00 }, 1, COMPARE_SLOWER, false },
	/* all alike is no scatter */
	{ { 0.80, 0.80, 0.80, 0.80, 1.25, 0.80 }, 1, COMPARE_SLOWER, false },
	/* several runs have shown how launches differ */
	{ { 1.05, 0.95, 0.80, 1.04, 1.04, 1.06 }, 5, COMPARE_SLOWER, false },
};

static void test_scatter(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(scatters) / sizeof(scatters[0]); i++) {
		struct compare_ask ask = { .min_effect = 0.05, .fail_on_regression = true };
		struct compare_side sides[2];
		struct result host[5], guest[5];
		struct comparison c;
		unsigned int n = scatters[i].n_runs;

		make_runs(host, n, false, 1, 0.001);
		make_runs(guest, n, true, 1, 0.001);
		for (unsigned int r = 0; r < n; r++)
			for (unsigned int k = 0; k < 6; k++) {
				struct cell_record *cell = &guest[r].cells[k];

				set_rounds(cell, cell->summary.median * scatters[i].factors[k], 0.001, 6,
					   FIXTURE_HZ);
			}
		sides[0] = (struct compare_side){ host, n };
		sides[1] = (struct compare_side){ guest, n };
		assert_int_equal(0, compare_make(&c, &sides[0], &sides[1], &ask));
		if (row_of(&c, STORES)->word != scatters[i].word)
			fail_msg("row %zu: %s, scatter %g", i,
				 compare_word_name(row_of(&c, STORES)->word), c.cells.scatter);
		assert_int_equal(scatters[i].scattered, row_of(&c, STORES)->scattered);
		assert_int_equal(scatters[i].word == COMPARE_SLOWER, compare_status(&c));
		compare_free(&c);
		free_runs(host, n);
		free_runs(guest, n);
	}
}

/* Clocks that no machine has: a ratio beyond what a double holds is none, and the file is written. */
static void test_far_apart(void **state)
{
	struct compare_ask ask = { .min_effect = 0.05 };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct result host, guest;
		struct comparison c;
		char path[512];
		size_t n;

		make_run(&host, false, NULL, 1, 0.01, 10);
		make_run(&guest, true, NULL, 1, 0.01, 10);
		host.clock_hz = i ? 1e-200 : 1e200;
		guest.clock_hz = i ? 1e200 : 1e-200;
		for (size_t k = 0; k < host.n_cells; k++) {
			assert_int_equal(0, cell_summarize(&host.cells[k], host.clock_hz));
			assert_int_equal(0, cell_summarize(&guest.cells[k], guest.clock_hz));
		}
		compare_pair(&c, &host, &guest, &ask);
		assert_int_equal(COMPARE_FAILED, row_of(&c, STORES)->state);
		assert_false(row_of(&c, STORES)->is_timed);
		assert_int_equal(1, compare_status(&c));
		assert_int_equal(0, compare_write(&c, fixture_path(path, sizeof(path), "far")));
		free(fixture_read(path, &n));
		assert_true(n > 1000);
		compare_free(&c);
		result_free(&host);
		result_free(&guest);
	}
}

/* Two machines', kernels' or slots' runs are no launches of one. */
static void test_one_machine(void **state)
{
	static const char *const facts[] = { "page_size", "governor", "dt_model" };
	struct result runs[2];
	char why[256];
	size_t bad;

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		for (int k = 0; k < 2; k++) {
			make_run(&runs[k], false, NULL, 1, 0.01, 10);
			runs[k].seed = (uint64_t)k;
			for (size_t f = 0; f < 3; f++)
				assert_int_equal(0, fact_add(&runs[k].env.facts, facts[f], "test",
							     k && f == i ? "b" : "a"));
		}
		snprintf(runs[1].device.bdf, sizeof(runs[1].device.bdf), i == 3 ? "0000:00:1f.0" : "%s",
			 runs[0].device.bdf);
		assert_int_equal(i < 4 ? -EINVAL : 0,
				 compare_check_side(&(struct compare_side){ runs, 2 }, &bad, why,
						    sizeof(why)));
		if (i < 4)
			assert_non_null(strstr(why, "launches of one machine"));
		result_free(&runs[0]);
		result_free(&runs[1]);
	}
}

/* A comparison whose runs left the device otherwise than they found it is no success. */
static void test_left(void **state)
{
	const struct compare_ask ask = { .min_effect = 0.05 };
	struct result host, guest;
	struct comparison c;

	(void)state;
	for (int i = 0; i < 4; i++) {
		make_run(&host, false, NULL, 1, 0.01, 10);
		make_run(&guest, true, NULL, 1, 0.01, 10);
		if (i == 1)
			guest.window = WINDOW_LOST;
		if (i == 2)
			host.window = WINDOW_DIFFERS;
		if (i == 3)
			guest.disturbance.power_lost = true;
		compare_pair(&c, &host, &guest, &ask);
		assert_int_equal(i != 0, compare_status(&c));
		compare_free(&c);
		result_free(&host);
		result_free(&guest);
	}
}

/* Rates and times of both mappings; slow_plain and slow_wc: how often slower, least and most. */
static void make_broad(struct result *r, bool guest, const char *plain,
		       const double slow_plain[2], const double slow_wc[2])
{
	static const char *const ids[] = { "bw/%s/store8/4K/flushed", "bw/%s/load8/4K",
					   "bw/%s/store8/64K/posted", "bw/%s/store4/4K/posted",
					   "lat/%s/store8+read-flush@each/64/posted",
					   "lat/%s/store8+dsb-st@each/64/posted",
					   "lat/%s/store8+dmb-osh@each/64/posted",
					   "lat/%s/load8+dep@each/64" };
	const unsigned int n = sizeof(ids) / sizeof(ids[0]);

	fixture_result(r);
	if (!guest)
		r->env.virt.guest = ENV_BARE_METAL;
	for (unsigned int i = 0; i < 2 * n; i++) {
		const double *slow = i < n ? slow_plain : slow_wc;
		double times = slow[0] * pow(slow[1] / slow[0], (i % n) / (n - 1.0));
		bool is_time = ids[i % n][0] == 'l';
		char id[96];

		snprintf(id, sizeof(id), ids[i % n], i < n ? plain : "wc");
		set_rounds(fixture_cell(r, id, 1e9), is_time ? 900 * times : 4e9 / times, 0.01, 10,
			   r->clock_hz);
	}
}

/*
 * A guest that is slower in everything is no scatter: for rates that is below 1, for times above.
 * Nor is one whose wc is slower, each cell in its own way, while plain is as it was: demoted.
 */
static void test_broad(void **state)
{
	static const struct {
		double plain[2], wc[2];
		enum compare_word word;
	} v[] = {
		{ { 1, 1 }, { 1, 1 }, COMPARE_SAME },
		{ { 1.5, 1.5 }, { 1.5, 1.5 }, COMPARE_SLOWER },
		{ { 20, 20 }, { 20, 20 }, COMPARE_SLOWER },
		{ { 1, 1 }, { 5, 20 }, COMPARE_SLOWER },
		{ { 1, 1 }, { 0.2, 0.05 }, COMPARE_FASTER },
		/* launches that differ in each mapping: not to be told */
		{ { 0.8, 1.25 }, { 0.8, 1.25 }, COMPARE_OPEN },
	};

	(void)state;
	for (size_t k = 0; k < 2 * sizeof(v) / sizeof(v[0]); k++) {
		const struct compare_ask ask = { .min_effect = 0.05, .fail_on_regression = true };
		const char *plain = k % 2 ? "plain" : "devmem"; /* before wc, or behind it */
		static const double none[2] = { 1, 1 };
		size_t i = k / 2;
		struct result host, guest;
		struct comparison c;

		make_broad(&host, false, plain, none, none);
		make_broad(&guest, true, plain, v[i].plain, v[i].wc);
		compare_pair(&c, &host, &guest, &ask);
		if (row_of(&c, STORES)->word != v[i].word)
			fail_msg("row %zu: %s, scatter %g", i,
				 compare_word_name(row_of(&c, STORES)->word), c.cells.scatter);
		compare_free(&c);
		result_free(&host);
		result_free(&guest);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),	      cmocka_unit_test(test_adjusted),
		cmocka_unit_test(test_not_judged),    cmocka_unit_test(test_launches),
		cmocka_unit_test(test_misfits),	      cmocka_unit_test(test_one_of_five),
		cmocka_unit_test(test_worst_verdict), cmocka_unit_test(test_no_verdict),
		cmocka_unit_test(test_far_apart),   cmocka_unit_test(test_scatter),
		cmocka_unit_test(test_broad),
		cmocka_unit_test(test_left),	    cmocka_unit_test(test_one_machine),
	};

	fixture_rounds = 7;
	return cmocka_run_group_tests(tests, fixture_setup, fixture_cleanup);
}
