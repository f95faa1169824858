// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "arch/arch.h"
#include "report/report.h"
#include "report/text/page.h"
#include "run/plan.h"
#include "verdict/judge.h"
#include "verdict/violations.h"
#include "fixture.h"
#include "made-up.h"

/* A third architecture plans, is judged and shown by its own tables: nothing takes it for one of the others. */

static const struct request request = { .profile = EXP_FULL };
static const struct pci_device device = { .bdf = "0000:00:03.0" };
static const struct bar bar = { .has_wc_file = true };
static const struct target target = { .dev = &device, .bar = &bar, .length_bytes = 1 << 20,
				      .may_store = true };

static bool has(const struct plan *plan, const char *id)
{
	for (size_t i = 0; i < plan->cells.n; i++)
		if (!strcmp(plan->cells.v[i].id, id))
			return true;
	return false;
}

static void test_plan(void **state)
{
	static const char *const wanted[] = {
		"probe/wc/load8+dep@each/64",
		"probe/wc/load8~seq+gate.r@64/4K",
		"probe/wc/load8~stride64+gate.r@64/4K",
		"probe/wc/store8+load-back@each/64/posted",
		"lat/wc/store8+gate.w@each/64/posted",
		"lat/wc/store8+read-flush@each/64/posted",
		"combine/wc/store8+gate.w@64/4K/posted",
		"combine/wc/store8+gate@64/4K/posted",
		"combine/wc/store8~words1+gate.w@each/4K/posted",
		"doorbell/wc/store8+gate.w+bell4@64/4K/posted",
		"early-ack/devmem/store8+ack@each/64/posted",
		"order/wc/MP:none:none/4K",
		"order/wc/MP:gate.w:gate.r/4K", /* the weakest that suffice */
		"order/wc/SB:gate:gate/4K",
	};
	struct plan plan;

	(void)state;
	assert_ptr_equal(&made_up, arch_here());
	assert_int_equal(0, plan_make(&plan, &request, &target));
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (!has(&plan, wanted[i]))
			fail_msg("no cell %s", wanted[i]);
	for (size_t i = 0; i < plan.cells.n; i++) {
		const struct cell *c = &plan.cells.v[i];

		assert_ptr_equal(c->barrier, arch_barrier_of(&made_up, c->barrier->name));
	}
	plan_free(&plan);
}

static void test_refusals(void **state)
{
	struct plan plan;
	struct result r;
	bool seen = false;

	(void)state;
	fixture_result(&r);
	assert_int_equal(0, plan_make(&plan, &request, &target));
	plan.n_near = 4;
	assert_int_equal(0, plan_record(&plan, &r));
	for (size_t i = 0; i < r.n_cells; i++)
		if (!strcmp(r.cells[i].spec.kernel, "store64_blob")) {
			assert_int_equal(CELL_SKIPPED, r.cells[i].status);
			assert_non_null(strstr(r.cells[i].why, "no BLOBS"));
			seen = true;
		}
	assert_true(seen);
	plan_free(&plan);
	result_free(&r);
}

static void make(struct result *r)
{
	fixture_result(r);
	snprintf(r->arch, sizeof(r->arch), "madeup");
}

static struct cell_record *add_order(struct result *r, enum map_type mapping, const char *shape,
				     const char *first, const char *second, uint64_t events)
{
	struct cell_record *c;
	char id[96];

	snprintf(id, sizeof(id), "order/%s/%s:%s:%s/4K", map_name(mapping), shape, first, second);
	c = fixture_counts(r, id, 1000, events, "seen");
	snprintf(c->spec.shape, sizeof(c->spec.shape), "%s", shape);
	snprintf(c->spec.barrier, sizeof(c->spec.barrier), "%s", first);
	snprintf(c->spec.barrier2, sizeof(c->spec.barrier2), "%s", second);
	return c;
}

/* What is forbidden goes by its own edges and its own memory's order. */
static void test_violations(void **state)
{
	static const struct {
		bool ram;
		const char *shape, *first, *second;
		bool forbidden;
	} rows[] = {
		{ false, "MP", "none", "none", false },
		{ false, "MP", "gate.w", "gate.r", true },
		{ false, "MP", "gate.w", "none", false },
		{ false, "SB", "gate.w", "gate", false },
		{ false, "SB", "gate", "gate", true },
		{ false, "2+2W", "ack", "gate.w", true },
		/* other architectures' barriers are none of its own */
		{ false, "SB", "dmb-sy", "dmb-sy", false },
		{ false, "SB", "mfence", "mfence", false },
		/* neither Arm's memory nor x86's */
		{ true, "2+2W", "none", "none", true },
		{ true, "MP", "none", "none", false },
		{ true, "MP", "none", "gate.r", true },
		/* loads of one word are answered in order */
		{ false, "CoRR", "none", "none", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct verdict v = { .effective = EFFECTIVE_NORMAL_NC, .confidence = CONFIDENCE_LIKELY };
		struct result r;

		make(&r);
		r.is_ram = rows[i].ram;
		add_order(&r, rows[i].ram ? MAP_RAM : MAP_WC, rows[i].shape, rows[i].first, rows[i].second, 3);
		if (litmus_forbidden(&r, &v, &r.cells[0]) != rows[i].forbidden)
			fail_msg("%s:%s:%s", rows[i].shape, rows[i].first, rows[i].second);
		result_free(&r);
	}
}

/* Loads of one line that are merged, by its own barrier's cells. */
static void test_verdict(void **state)
{
	struct verdict v;
	struct result r;
	bool merging = false;

	(void)state;
	make(&r);
	for (int wc = 0; wc < 2; wc++) {
		fixture_cell(&r, wc ? "probe/wc/load8~stride64+gate.r@64/4K" :
				      "probe/plain/load8~stride64+gate.r@64/4K", 800);
		fixture_cell(&r, wc ? "probe/wc/load8~seq+gate.r@64/4K" :
				      "probe/plain/load8~seq+gate.r@64/4K", wc ? 100 : 800);
		fixture_cell(&r, wc ? "lat/wc/load8+dep@each/64" : "lat/plain/load8+dep@each/64", 800);
	}
	judge_run(&v, &r, NULL);
	for (unsigned int i = 0; i < v.n_evidence; i++)
		merging |= !strcmp(v.evidence[i].line, "load merging") &&
			   v.evidence[i].strength == STRENGTH_STRONG;
	assert_true(merging);
	assert_int_equal(VERDICT_PRESERVED, v.outcome);
	assert_string_equal("Lax", effective_name(v.effective, r.arch));
	assert_string_equal("Strict", effective_name(EFFECTIVE_DEVICE, r.arch));
	assert_string_equal("Cached", effective_name(EFFECTIVE_WRITE_BACK, r.arch));
	result_free(&r);
}

/* Columns and words are its own. */
static void test_pages(void **state)
{
	struct verdict v = { .effective = EFFECTIVE_NORMAL_NC, .confidence = CONFIDENCE_LIKELY };
	struct cell_record *c;
	struct result r;
	char *text = NULL;
	size_t n = 0;
	FILE *f;

	(void)state;
	make(&r);
	add_order(&r, MAP_WC, "MP", "none", "none", 7);
	add_order(&r, MAP_WC, "MP", "gate.w", "gate.r", 0);
	add_order(&r, MAP_WC, "MP", "gate", "gate", 0);
	fixture_cell(&r, "combine/wc/store8/4K/posted", 1e9);
	c = fixture_cell(&r, "combine/wc/store8+gate.w@64/4K/posted", 5e8);
	c->spec.interval_bytes = 64;
	f = open_memstream(&text, &n);
	assert_non_null(f);
	page_order(f, &r, &v);
	page_combine(f, &r, &v);
	assert_int_equal(0, fclose(f));
	assert_non_null(strstr(text, "writer gate.w, reader gate.r"));
	assert_non_null(strstr(text, "none      gate.w\n"));
	assert_non_null(strstr(text, "7000~"));
	free(text);
	result_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plan),	cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_violations), cmocka_unit_test(test_verdict),
		cmocka_unit_test(test_pages),
	};

	fixture_rounds = 7;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
