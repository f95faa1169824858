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
#include "run/plan.h"
#include "run/probes.h"
#include "run/refusal.h"
#include "fixture.h"

static const struct pci_device device = { .bdf = "0000:00:03.0" };
static const struct bar bar = { .has_wc_file = true }, bar_without_wc = { .has_wc_file = false };

/* What is asked, of what, and what the run finds before cells are recorded. */
struct asked {
	struct request request;
	struct target target;
	unsigned int n_near, n_far;
	double spent_s, start_s;
};

#define ON_BAR .target.dev = &device, .target.bar = &bar, .target.may_store = true

static void make(struct plan *plan, const struct asked *ask)
{
	assert_int_equal(0, plan_make(plan, &ask->request, &ask->target));
	plan->n_near = ask->n_near;
	plan->n_far = ask->n_far;
	plan->spent_s = ask->spent_s;
	plan->start_s = ask->start_s;
}

/* windows need not be powers of two */
static const uint64_t windows[] = { 4096,    8192,    12288,	 65536,	  131072, 196608,
				    1 << 20, 4128768, 16 << 20, 1ull << 40 };

static void test_layout(void **state)
{
	static const struct {
		uint64_t window, data, control;
	} v[] = {
		{ 4096, 4096, 0 },
		{ 65536, 65536, 0 },
		{ 131071, 131071, 0 },
		{ 131072, 65536, 65536 },
		{ 1 << 20, (1 << 20) - 65536, 65536 },
		{ 1ull << 40, (1ull << 40) - 65536, 65536 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		struct plan_layout l;

		plan_layout(&l, v[i].window);
		assert_int_equal(v[i].data, l.data_bytes);
		assert_int_equal(v[i].control, l.control_bytes);
	}
}

static void assert_loop(const struct asked *ask, const struct cell *c)
{
	const struct loop *l = c->loop;
	uint64_t stays = l->pattern->stays_bytes == UINT32_MAX ? l->kernel->width_bytes :
								 l->pattern->stays_bytes;
	char start[64];

	snprintf(start, sizeof(start), "%s/%s/%s", experiment_name(c->experiment), map_name(c->spec.mapping),
		 l->kernel->name);
	assert_int_equal(0, strncmp(start, c->id, strlen(start)));
	if (stays)
		assert_true(stays <= c->spec.region_bytes);
	else
		assert_int_equal(0, c->spec.region_bytes % l->block_bytes);
	assert_true(arch_lap_bytes(l, c->spec.region_bytes) > 0);
	if (l->kernel->direction == KERNEL_STORE)
		assert_true(ask->target.may_store && !c->spec.is_load);
	else
		assert_false(c->spec.flushed || !c->spec.is_load);
}

static void assert_cell(const struct asked *ask, const struct plan *plan, size_t i)
{
	const struct cell *c = &plan->cells.v[i];

	assert_true(strlen(c->id) < sizeof(c->id) - 1);
	assert_true(c->spec.region_bytes > 0);
	assert_true(c->spec.region_bytes + (c->spec.shift_bytes ? 64 : 0) <=
		    plan->layout.data_bytes);
	assert_true(ask->target.may_store || c->spec.is_load);
	assert_non_null(c->experiment->visit);
	assert_true(c->kernel && c->barrier && c->spec.threads > 0 && c->spec.lap_bytes > 0 &&
		    c->spec.unit_bytes);
	assert_true(c->least_loads + c->least_stores > 0);
	if (c->spec.unit == UNIT_EVENTS)
		assert_true(*c->spec.shape && !c->spec.is_load);
	else
		assert_true(c->spec.unit == UNIT_RATE || c->spec.unit == UNIT_NS);
	if (c->spec.unit != UNIT_EVENTS)
		assert_loop(ask, c);
	for (size_t k = 0; k < i; k++)
		if (!strcmp(c->id, plan->cells.v[k].id))
			fail_msg("two cells %s", c->id);
}

static bool has(const struct plan *plan, const char *id)
{
	for (size_t i = 0; i < plan->cells.n; i++)
		if (!strcmp(plan->cells.v[i].id, id))
			return true;
	return false;
}

static void each_plan(void (*check)(const struct asked *ask, const struct plan *plan))
{
	for (int profile = 0; profile < EXP_PROFILES; profile++)
		for (size_t w = 0; w < sizeof(windows) / sizeof(windows[0]); w++)
			for (int variant = 0; variant < 6; variant++) {
				struct asked ask = { .request.profile = (enum exp_profile)profile,
							.target.length_bytes = windows[w] };
				struct plan plan;

				if (variant % 3 < 2) {
					ask.target.dev = &device;
					ask.target.bar = variant % 3 ? &bar_without_wc : &bar;
				}
				ask.target.may_store = variant < 3;
				make(&plan, &ask);
				check(&ask, &plan);
				plan_free(&plan);
			}
}

static void check_cells(const struct asked *ask, const struct plan *plan)
{
	assert_true(plan->cells.n > 0);
	for (size_t i = 0; i < plan->cells.n; i++)
		assert_cell(ask, plan, i);
}

static void test_cells(void **state)
{
	(void)state;
	each_plan(check_cells);
}

/* All that the judge looks for is measured wherever there is something to compare. */
static void check_judged(const struct asked *ask, const struct plan *plan)
{
	bool both = ask->target.dev && ask->target.bar->has_wc_file;

	assert_int_equal(both && ask->target.may_store, has(plan, "bw/wc/store8/4K/posted"));
	assert_int_equal(both, has(plan, "lat/wc/load8+dep@each/64"));
	for (size_t i = 0; i < plan->cells.n && both; i++) {
		const char *rest = plan->cells.v[i].id, *slash = strchr(rest, '/');
		char other[96];

		/* nor does what only Normal memory allows have a control on Device */
		if (plan->cells.v[i].spec.mapping == MAP_DEVMEM ||
		    (!strcmp(plan->cells.v[i].spec.shape, "unaligned") &&
		     arch_here()->alignment_tells_type))
			continue;
		/* what is measured through one mapping is measured through the other */
		rest = strchr(slash + 1, '/');
		snprintf(other, sizeof(other), "%.*s/%s%s", (int)(slash - plan->cells.v[i].id),
			 plan->cells.v[i].id,
			 plan->cells.v[i].spec.mapping == MAP_WC ? "plain" : "wc", rest);
		assert_true(has(plan, other));
	}
}

static void test_judged(void **state)
{
	(void)state;
	each_plan(check_judged);
}

static void check_budget(const struct asked *ask, const struct plan *plan)
{
	const struct plan_profile *p = plan_profile(ask->request.profile);

	assert_ptr_equal(p, plan->profile);
	assert_true(plan_estimate_s(plan) > 0);
	if (plan_estimate_s(plan) > p->budget_s)
		fail_msg("%s: %zu cells need %.1f s", p->name, plan->cells.n, plan_estimate_s(plan));
}

/* A litmus test's visit lasts longer than a loop's. */
static void test_estimate(void **state)
{
	struct asked ask = { .request.profile = EXP_FULL, ON_BAR, .target.length_bytes = 1 << 20, .request.tests = "order" };
	const struct plan_profile *p = plan_profile(EXP_FULL);
	double round_s = 0;
	struct plan plan;

	(void)state;
	make(&plan, &ask);
	for (size_t i = 0; i < plan.cells.n; i++) {
		assert_true(plan.cells.v[i].lasts > 1);
		round_s += 1e-6 * p->batch_us * plan.cells.v[i].lasts * p->batches;
	}
	assert_true(round_s > 0);
	assert_true(plan_estimate_s(&plan) > p->rounds * round_s);
	plan_free(&plan);
}

static void test_budget(void **state)
{
	(void)state;
	each_plan(check_budget);
}

/* The plan depends on what was asked for alone, so that host and guest agree. */
static void test_same_twice(void **state)
{
	struct asked ask = { .request.profile = EXP_FULL, ON_BAR, .target.length_bytes = 1 << 20 };
	struct plan a, b;

	(void)state;
	make(&a, &ask);
	make(&b, &ask);
	assert_int_equal(a.cells.n, b.cells.n);
	for (size_t i = 0; i < a.cells.n; i++)
		assert_string_equal(a.cells.v[i].id, b.cells.v[i].id);
	plan_free(&a);
	plan_free(&b);
}

static void test_tests(void **state)
{
	struct asked ask = { .request.profile = EXP_QUICK, ON_BAR, .target.length_bytes = 1 << 20, .request.tests = "lat" };
	struct plan plan;

	(void)state;
	make(&plan, &ask);
	assert_true(plan.cells.n > 0);
	for (size_t i = 0; i < plan.cells.n; i++)
		assert_int_equal(EXP_LAT, plan.cells.v[i].experiment->id);
	plan_free(&plan);
	ask.request.tests = "exclusive"; /* which has no cells */
	make(&plan, &ask);
	assert_int_equal(0, plan.cells.n);
	assert_true(plan_estimate_s(&plan) == 0);
	plan_free(&plan);
}

/* By name an experiment runs in each profile, if it runs at all. */
static void test_tests_of_any_profile(void **state)
{
	(void)state;
	for (const struct experiment *const *all = experiments; *all; all++) {
		const struct experiment *e = *all;
		struct asked ask = { .request.profile = EXP_FULL, ON_BAR, .target.length_bytes = 1 << 20, .request.tests = experiment_name(e) };
		struct plan full, quick;

		make(&full, &ask);
		ask.request.profile = EXP_QUICK;
		make(&quick, &ask);
		if (!full.cells.n != !quick.cells.n)
			fail_msg("%s: %zu cells with --quick, %zu with --full", experiment_name(e), quick.cells.n,
				 full.cells.n);
		plan_free(&full);
		plan_free(&quick);
	}
}

/* Each experiment stands in its place; each crash probe is asked for with one. */
static void test_crash_probes(void **state)
{
	unsigned int with_one = 0;

	(void)state;
	for (size_t i = 0; i < EXPERIMENT_IDS; i++)
		assert_ptr_equal(experiments[i], experiment_find(experiment_name(experiments[i])));
	for (const struct crash_probe *c = arch_crash_probes; c->what; c++) {
		with_one = c->tells_type;
		for (size_t i = 0; i < EXPERIMENT_IDS; i++)
			with_one += experiments[i]->crash_probe == c->probe;
		assert_int_equal(1, with_one);
	}
}

/* A plan and the records it makes after probes that found these costs; the machine may be changed. */
static void record_on(struct plan *plan, struct result *r, const struct asked *ask,
		      enum env_guest machine, double load_ns, double store_ns)
{
	fixture_result(r);
	r->env.virt.guest = machine;
	r->env.virt.confidence = CONFIDENCE_PROVED;
	r->n_probes = 0;
	fixture_probe(r, "access", MAP_PLAIN, "reads-back", load_ns, store_ns);
	fixture_probe(r, "access", MAP_WC, "reads-back", load_ns, store_ns);
	make(plan, ask);
	assert_int_equal(0, plan_record(plan, r));
	assert_int_equal(plan->cells.n, r->n_cells);
}

/* However slow the BAR: what is kept fits into the profile's time, and something is kept. */
static void test_slow_budget(void **state)
{
	static const double costs[] = { 5, 100, 2000, 10000, 170000 };

	(void)state;
	for (int profile = 0; profile < EXP_PROFILES; profile++)
		for (size_t i = 0; i < sizeof(costs) / sizeof(costs[0]); i++) {
			struct asked ask = { .request.profile = (enum exp_profile)profile,
						ON_BAR, .target.length_bytes = 1 << 20, .n_near = 4 };
			const struct plan_profile *p = plan_profile(ask.request.profile);
			double sum = 0;
			size_t kept = 0;
			struct plan plan;
			struct result r;

			record_on(&plan, &r, &ask, ENV_BARE_METAL, costs[i], costs[i]);
			/* a cell at its cap must still fit three batches of the profile's length */
			assert_true(plan.share_s > 3 * p->batch_us * 1e-6 || costs[i] > 1000);
			for (size_t k = 0; k < r.n_cells; k++) {
				if (r.cells[k].status == CELL_SKIPPED)
					continue;
				sum += cell_need_s(&plan.cells.v[k], &r);
				kept++;
			}
			assert_true(kept > 0);
			assert_true(PLAN_LEAST_ROUNDS * sum <= p->budget_s);
			/* also when each visit lasts as long as it may */
			assert_true(PLAN_LEAST_ROUNDS * (sum + (double)kept * plan.share_s) <=
				    p->budget_s);
			plan_free(&plan);
			result_free(&r);
		}
}

static void record(struct plan *plan, struct result *r, enum exp_profile profile, uint64_t window,
		   double load_ns, double store_ns)
{
	/* the plan keeps it */
	static struct asked ask;

	ask = (struct asked){ .request.profile = profile, ON_BAR, .target.length_bytes = window };
	record_on(plan, r, &ask, ENV_GUEST, load_ns, store_ns);
}

static void test_record(void **state)
{
	struct plan plan;
	struct result r;

	(void)state;
	record(&plan, &r, EXP_QUICK, 1 << 20, 800, 5);
	for (size_t i = 0; i < r.n_cells; i++) {
		const struct cell_record *c = &r.cells[i];

		assert_string_equal(plan.cells.v[i].id, c->id);
		if (arch_kernel_runs(plan.cells.v[i].kernel)) {
			assert_int_equal(CELL_NOT_RUN, c->status);
			assert_string_equal("", c->why);
		}
		assert_string_equal(c->spec.flushed ? "plain" : "", c->spec.flush_through);
		assert_int_equal(c->spec.is_load, c->pattern == 0);
		/* a pattern tells which cell wrote a word */
		for (size_t k = 0; k < i; k++)
			assert_true(c->spec.is_load || c->pattern != r.cells[k].pattern);
	}
	plan_free(&plan);
	result_free(&r);
}

/* Without a control page, a flush reads through the mapping itself: two would alias. */
static void test_flush_through(void **state)
{
	struct plan plan;
	struct result r;

	(void)state;
	record(&plan, &r, EXP_QUICK, 65536, 800, 5);
	for (size_t i = 0; i < r.n_cells; i++)
		assert_string_equal(r.cells[i].spec.flushed ? map_name(r.cells[i].spec.mapping) : "",
				    r.cells[i].spec.flush_through);
	plan_free(&plan);
	result_free(&r);
}

/* What one visit of a refused cell would be: the reason names the cause. */
static size_t count_refused(const struct result *r, const char *why)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_cells; i++) {
		if (!strstr(r->cells[i].why, why))
			continue;
		assert_int_equal(CELL_SKIPPED, r->cells[i].status);
		n++;
	}
	return n;
}

/* A VMM that traps the BAR can emulate one register only: nothing else may even be tried. */
static void test_trapped(void **state)
{
	struct asked ask = { .request.profile = EXP_FULL, ON_BAR, .target.length_bytes = 1 << 20 };
	struct plan plan;
	struct result r;
	size_t many = 0;

	(void)state;
	record_on(&plan, &r, &ask, ENV_GUEST, 5000, 5000);
	for (size_t i = 0; i < r.n_cells; i++) {
		if (plan.cells.v[i].kernel->trap_safe)
			continue;
		assert_int_equal(CELL_SKIPPED, r.cells[i].status);
		many++;
	}
	assert_true(many > 0 && count_refused(&r, "trapped") > 0);
	assert_true(r.n_cells > many);
	plan_free(&plan);
	result_free(&r);
	/* direct, and on bare metal where nothing traps */
	record_on(&plan, &r, &ask, ENV_GUEST, 800, 5);
	assert_int_equal(0, count_refused(&r, "trapped"));
	plan_free(&plan);
	result_free(&r);
	record_on(&plan, &r, &ask, ENV_BARE_METAL, 5000, 5000);
	assert_int_equal(0, count_refused(&r, "trapped"));
	plan_free(&plan);
	result_free(&r);
	/* no store was timed: it may be trapped */
	record_on(&plan, &r, &ask, ENV_GUEST, 800, 0);
	assert_true(count_refused(&r, "may be trapped") > 0);
	plan_free(&plan);
	result_free(&r);
}

/* Each kernel that this CPU lacks is refused with the feature's name, and no other for that. */
static void test_features(void **state)
{
	struct asked ask = { .request.profile = EXP_FULL, ON_BAR, .target.length_bytes = 1 << 20 };
	struct plan plan;
	struct result r;

	(void)state;
	record_on(&plan, &r, &ask, ENV_BARE_METAL, 800, 5);
	for (size_t i = 0; i < r.n_cells; i++) {
		bool lacks = !arch_kernel_runs(plan.cells.v[i].kernel);

		assert_int_equal(lacks, strstr(r.cells[i].why, "this CPU has no") != NULL);
		assert_true(!lacks || r.cells[i].status == CELL_SKIPPED);
	}
	plan_free(&plan);
	result_free(&r);
}

static void test_devmem(void **state)
{
	struct asked ask = { .request.profile = EXP_FULL, ON_BAR, .target.length_bytes = 1 << 20 };
	size_t devmem = 0;
	struct plan plan;
	struct result r;

	(void)state;
	record_on(&plan, &r, &ask, ENV_GUEST, 800, 5);
	for (size_t i = 0; i < r.n_cells; i++) {
		devmem += plan.cells.v[i].spec.mapping == MAP_DEVMEM;
	}
	assert_int_equal(devmem, count_refused(&r, "only with --map devmem"));
	plan_free(&plan);
	result_free(&r);
	ask.request.map = MAP_DEVMEM;
	record_on(&plan, &r, &ask, ENV_GUEST, 800, 5);
	assert_int_equal(0, count_refused(&r, "only with --map devmem"));
	plan_free(&plan);
	result_free(&r);
}

/* What may end a VM, or faults on memory, is tried where it cannot. */
static void test_hazards(void **state)
{
	struct asked ask = { .request.profile = EXP_FULL, ON_BAR, .target.length_bytes = 1 << 20, .n_near = 4 };
	size_t unaligned = 0;
	struct plan plan;
	struct result r;

	(void)state;
	record_on(&plan, &r, &ask, ENV_GUEST, 800, 5);
	for (size_t i = 0; i < r.n_cells; i++) {
		if (arch_kernel_hazard(plan.cells.v[i].kernel))
			assert_int_equal(CELL_SKIPPED, r.cells[i].status);
		unaligned += !strcmp(plan.cells.v[i].spec.shape, "unaligned");
	}
	assert_true(unaligned > 0);
	assert_int_equal(arch_here()->alignment_tells_type ? unaligned : 0, count_refused(&r, "end this VM"));
	/* an unaligned load of this boot worked */
	fixture_journal(&r, FIXTURE_BOOT, "works");
	free(r.cells);
	assert_int_equal(0, plan_record(&plan, &r));
	assert_int_equal(0, count_refused(&r, "end this VM"));
	/* a later one did not come back */
	fixture_journal(&r, FIXTURE_BOOT, "");
	free(r.cells);
	assert_int_equal(0, plan_record(&plan, &r));
	assert_int_equal(arch_here()->alignment_tells_type ? unaligned : 0, count_refused(&r, "end this VM"));
	plan_free(&plan);
	result_free(&r);
	/* of another boot: it says nothing of this one */
	record_on(&plan, &r, &ask, ENV_GUEST, 800, 5);
	fixture_journal(&r, "another", "works");
	free(r.cells);
	assert_int_equal(0, plan_record(&plan, &r));
	assert_int_equal(arch_here()->alignment_tells_type ? unaligned : 0, count_refused(&r, "end this VM"));
	/* of a boot that was not known then: every later one would be taken for it */
	fixture_journal(&r, "", "works");
	r.journal[r.n_journal - 1].this_boot = true;
	free(r.cells);
	assert_int_equal(0, plan_record(&plan, &r));
	assert_int_equal(arch_here()->alignment_tells_type ? unaligned : 0, count_refused(&r, "end this VM"));
	/* nor is it known now */
	fixture_journal(&r, FIXTURE_BOOT, "works");
	for (size_t i = 0; i < r.env.facts.n; i++)
		if (!strcmp(r.env.facts.v[i].name, "boot_id"))
			strcpy(r.env.facts.v[i].name, "other");
	free(r.cells);
	assert_int_equal(0, plan_record(&plan, &r));
	assert_int_equal(arch_here()->alignment_tells_type ? unaligned : 0, count_refused(&r, "end this VM"));
	plan_free(&plan);
	result_free(&r);
	record_on(&plan, &r, &ask, ENV_BARE_METAL, 800, 5);
	assert_int_equal(0, count_refused(&r, "end this VM"));
	assert_int_equal(0, count_refused(&r, "only on bare metal"));
	plan_free(&plan);
	result_free(&r);
}

static bool is_refused(const struct result *r, const char *id)
{
	for (size_t i = 0; i < r->n_cells; i++)
		if (!strcmp(r->cells[i].id, id))
			return strstr(r->cells[i].why, "erratum 82288");
	fail_msg("no cell %s", id);
	return false;
}

/* On a CPU that may send stores with holes astray, only by name. */
static void test_altra(void **state)
{
	struct asked ask = { .request.profile = EXP_DEFAULT, ON_BAR, .target.length_bytes = 1 << 20, .n_near = 4 };
	struct plan plan;
	struct result r;
	size_t refused;

	(void)state;
	record_on(&plan, &r, &ask, ENV_BARE_METAL, 800, 5);
	assert_int_equal(0, count_refused(&r, "erratum 82288"));
	assert_int_equal(0, fact_add(&r.env.facts, "cpu_implementer", "x", "0x41"));
	assert_int_equal(0, fact_add(&r.env.facts, "cpu_part", "x", "0xd0c"));
	free(r.cells);
	assert_int_equal(0, plan_record(&plan, &r));
	refused = count_refused(&r, "erratum 82288");
	assert_true(refused > 0);
	for (size_t i = 0; i < r.n_cells; i++)
		if (strstr(r.cells[i].why, "erratum 82288"))
			assert_true(r.cells[i].spec.mapping == MAP_WC &&
				    !r.cells[i].spec.is_load);
	/* over and over the same line, and its words in a row, each line once */
	assert_true(is_refused(&r, "bw/wc/store8/64/posted"));
	assert_true(is_refused(&r, "bw/wc/store8/256/posted"));
	assert_false(is_refused(&r, "bw/wc/store8/4K/posted"));
	assert_false(is_refused(&r, "bw/plain/store8/64/posted"));
	/* a load of what was just stored may be answered before that has left: it orders no stores */
	assert_true(is_refused(&r, "probe/wc/store8+load-back@each/64/posted"));
	assert_false(is_refused(&r, "probe/wc/store8~one/4K/posted"));
	assert_false(is_refused(&r, "lat/wc/store8+read-flush@each/64/posted"));
	ask.request.tests = "integrity"; /* bw was not named */
	free(r.cells);
	assert_int_equal(0, plan_record(&plan, &r));
	assert_in_range(count_refused(&r, "erratum 82288"), 1, refused - 1);
	ask.request.tests = "integrity,bw,combine,doorbell,lat,probe,scale";
	free(r.cells);
	assert_int_equal(0, plan_record(&plan, &r));
	assert_int_equal(0, count_refused(&r, "erratum 82288"));
	ask.request.tests = NULL;
	assert_int_equal(0, fact_add(&r.env.facts, "dmi_sys_vendor", "x", "Amazon EC2"));
	free(r.cells);
	assert_int_equal(0, plan_record(&plan, &r));
	assert_int_equal(0, count_refused(&r, "erratum 82288"));
	plan_free(&plan);
	result_free(&r);
}

/* DMI, the root complex or the firmware's name of the CPU say Altra where a VMM shows another MIDR. */
static void test_altra_by_other_facts(void **state)
{
	static const struct {
		const char *name, *value;
		bool altra;
	} v[] = {
		{ "dmi_product_name", "Ampere Altra Developer Platform", true },
		{ "dmi_processor", "Ampere(R) Altra(R) Max Processor M128-30", true },
		{ "dmi_processor", "AmpereOne(R) A192-32X", false },
		{ "dmi_product_name", "KVM Virtual Machine", false },
		{ "pci_root", "1def:e100 1def:e110", true },
		{ "pci_root", "1def:e200", false }, /* AmpereOne's */
		{ "pci_root", "8086:1def", false },
		{ "cpu_part", "0xd49", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		struct asked ask = { .request.profile = EXP_QUICK, ON_BAR, .target.length_bytes = 1 << 20 };
		struct plan plan;
		struct result r;

		record_on(&plan, &r, &ask, ENV_GUEST, 800, 5);
		assert_int_equal(0, fact_add(&r.env.facts, v[i].name, "x", "%s", v[i].value));
		free(r.cells);
		assert_int_equal(0, plan_record(&plan, &r));
		if ((count_refused(&r, "erratum 82288") > 0) != v[i].altra)
			fail_msg("%s %s", v[i].name, v[i].value);
		plan_free(&plan);
		result_free(&r);
	}
}

/* BCM2711 stops with stores through wc: none is made unless its experiment is named. */
static void test_bcm2711(void **state)
{
	static const char *const facts[][2] = {
		{ "dt_compatible", "raspberrypi,4-compute-module brcm,bcm2711" },
		{ "pci_root", "14e4:2711" },
	};
	static const char words[] = "BCM2711";

	(void)state;
	for (size_t f = 0; f < 2; f++) {
		struct asked ask = { .request.profile = EXP_FULL, ON_BAR, .target.length_bytes = 1 << 20, .n_near = 4 };
		size_t refused = 0;
		struct plan plan;
		struct result r;

		record_on(&plan, &r, &ask, ENV_BARE_METAL, 800, 5);
		assert_int_equal(0, count_refused(&r, words));
		assert_int_equal(0, fact_add(&r.env.facts, facts[f][0], "x", "%s", facts[f][1]));
		free(r.cells);
		assert_int_equal(0, plan_record(&plan, &r));
		for (size_t i = 0; i < r.n_cells; i++) {
			bool stores = plan.cells.v[i].spec.mapping == MAP_WC && !plan.cells.v[i].spec.is_load;

			assert_true(!stores || r.cells[i].status == CELL_SKIPPED);
			refused += strstr(r.cells[i].why, words) != NULL;
			assert_true(stores || !strstr(r.cells[i].why, words));
		}
		assert_true(refused > 0);
		assert_false(probes_may_store(&r, MAP_WC, ask.request.tests));
		assert_true(probes_may_store(&r, MAP_PLAIN, ask.request.tests));
		ask.request.tests = "bw,probe";
		free(r.cells);
		assert_int_equal(0, plan_record(&plan, &r));
		assert_in_range(count_refused(&r, words), 1, refused - 1);
		for (size_t i = 0; i < r.n_cells; i++)
			assert_true(!cell_is(&r.cells[i], EXP_BW) ||
				    !strstr(r.cells[i].why, words));
		assert_true(probes_may_store(&r, MAP_WC, ask.request.tests));
		plan_free(&plan);
		result_free(&r);
	}
	/* another chip of the same vendors, and names that only look alike */
	for (size_t f = 0; f < 2; f++) {
		static const char *const others[] = { "raspberrypi,5-model-b brcm,bcm2712", "14e4:2712" };
		struct asked ask = { .request.profile = EXP_QUICK, ON_BAR, .target.length_bytes = 1 << 20 };
		struct plan plan;
		struct result r;

		record_on(&plan, &r, &ask, ENV_BARE_METAL, 800, 5);
		assert_int_equal(0, fact_add(&r.env.facts, facts[f][0], "x", "%s", others[f]));
		free(r.cells);
		assert_int_equal(0, plan_record(&plan, &r));
		assert_int_equal(0, count_refused(&r, words));
		plan_free(&plan);
		result_free(&r);
	}
}

/* Threads need CPUs of their own; what counts events, memory that reads back. */
static void test_threads(void **state)
{
	struct asked ask = { .request.profile = EXP_FULL, ON_BAR, .target.length_bytes = 1 << 20, .n_near = 1 };
	struct plan plan;
	struct result r;

	(void)state;
	record_on(&plan, &r, &ask, ENV_GUEST, 800, 5);
	for (size_t i = 0; i < r.n_cells; i++)
		if (plan.cells.v[i].spec.threads > 1 ||
		    !strncmp(plan.cells.v[i].spec.place, "far", 3))
			assert_int_equal(CELL_SKIPPED, r.cells[i].status);
	assert_true(count_refused(&r, "2 threads, and this process may use 1 CPU") > 0);
	assert_true(count_refused(&r, "0 CPUs far from the device") > 0);
	plan_free(&plan);
	result_free(&r);
	ask.n_near = 2;
	ask.n_far = 1;
	record_on(&plan, &r, &ask, ENV_GUEST, 800, 5);
	for (size_t i = 0; i < r.n_cells; i++) {
		bool far = !strncmp(plan.cells.v[i].spec.place, "far", 3);

		assert_int_equal(plan.cells.v[i].spec.threads > (far ? 1 : 2),
				 strstr(r.cells[i].why, "this process may use") != NULL);
	}
	assert_int_equal(0, count_refused(&r, "does not read back"));
	for (size_t i = 0; i < r.n_probes; i++)
		r.probes[i].outcome.is = OUTCOME_ALL_ONES;
	free(r.cells);
	assert_int_equal(0, plan_record(&plan, &r));
	assert_true(count_refused(&r, "does not read back") > 0);
	for (size_t i = 0; i < r.n_cells; i++)
		assert_true(r.cells[i].spec.unit != UNIT_EVENTS ||
			    r.cells[i].status == CELL_SKIPPED);
	plan_free(&plan);
	result_free(&r);
}

/* --kernels, --barriers and --sizes leave nothing else. */
static void test_lists(void **state)
{
	struct asked ask = { .request.profile = EXP_DEFAULT, ON_BAR, .target.length_bytes = 1 << 20,
				.request.tests = "bw", .request.kernels = "store4,load4", .request.barriers = "none",
				.request.sizes = { 4096, 65536 }, .request.n_sizes = 2 };
	struct plan plan;

	(void)state;
	make(&plan, &ask);
	/* two mappings, two sizes; stores posted and flushed */
	assert_int_equal(2 * 2 * 3, plan.cells.n);
	assert_true(has(&plan, "bw/wc/store4/64K/flushed"));
	assert_true(has(&plan, "bw/plain/load4/4K"));
	plan_free(&plan);
	ask.request.tests = NULL;
	ask.request.n_sizes = 0;
	ask.request.kernels = NULL;
	ask.request.barriers = "read-flush";
	make(&plan, &ask);
	assert_true(plan.cells.n > 0);
	for (size_t i = 0; i < plan.cells.n; i++)
		if (plan.cells.v[i].loop)
			assert_string_equal("read-flush", plan.cells.v[i].loop->barrier->name);
	plan_free(&plan);
}

/* Loads of a trapped BAR, 100 us each: large regions cannot be measured, small ones can. */
static void test_slow(void **state)
{
	size_t skipped = 0, kept = 0;
	struct plan plan;
	struct result r;

	(void)state;
	record(&plan, &r, EXP_DEFAULT, 1 << 20, 1e5, 5);
	for (size_t i = 0; i < r.n_cells; i++) {
		const struct cell_record *c = &r.cells[i];

		if (c->status == CELL_SKIPPED && strstr(c->why, "ms a round")) {
			assert_true(c->spec.is_load || cell_counts(c));
			assert_non_null(strstr(c->why, "100000 ns a load"));
			assert_true(strlen(c->why) < sizeof(c->why) - 1);
			skipped++;
		} else {
			kept += c->spec.is_load;
		}
	}
	assert_true(skipped > 0 && kept > 0);
	plan_free(&plan);
	result_free(&r);

	record(&plan, &r, EXP_QUICK, 1 << 20, 1e5, 1e9);
	for (size_t i = 0; i < r.n_cells; i++) {
		if (r.cells[i].spec.is_load)
			continue;
		assert_int_equal(CELL_SKIPPED, r.cells[i].status);
		if (plan.cells.v[i].loop->kernel->trap_safe)
			assert_non_null(strstr(r.cells[i].why, "a store"));
	}
	plan_free(&plan);
	result_free(&r);
}

/* What progress says is left: at the pace so far, within the rounds' time, but for the least; and the window. */
static void test_left(void **state)
{
	const struct plan_profile profile = { .rounds = 10, .budget_s = 40 };
	struct plan p = { .profile = &profile, .rounds_s = 30 };

	(void)state;
	assert_true(plan_left_s(&p, 2, 1) == 18);
	assert_true(plan_left_s(&p, 20, 10) == 0);
	/* 5 s a round: the time is up before the tenth */
	assert_true(plan_left_s(&p, 20, 4) == 10);
	/* 20 s a round: three are made all the same */
	assert_true(plan_left_s(&p, 20, 1) == 40);
	assert_true(plan_left_s(&p, 60, 3) == 0);
	/* nothing is known yet */
	assert_true(plan_left_s(&p, 0, 0) == 0);
	p.window_s = 9;
	assert_true(plan_left_s(&p, 2, 1) == 18 + 6);
	assert_true(plan_left_s(&p, 20, 10) == 6);
}

/* On a slow BAR the first round has less than a third of the time; elsewhere no cell is left out for what others took. */
static void test_late(void **state)
{
	const struct plan_profile profile = { .rounds = 10, .budget_s = 40 };
	struct plan p = { .profile = &profile, .rounds_s = 30, .start_s = 0.1 };

	(void)state;
	assert_false(plan_is_late(&p, 0, 0));
	assert_false(plan_is_late(&p, 0, 8.4));
	assert_true(plan_is_late(&p, 0, 8.6));
	/* what was visited once is visited again, or it would have no interval */
	assert_false(plan_is_late(&p, 1, 20));
	p.start_s = 0;
	assert_false(plan_is_late(&p, 0, 25));
}

/* The most that the run takes by what it knows: so far, the window, each visit as long as it may be. */
static double most_s(const struct plan *plan, const struct asked *ask, const struct result *r)
{
	double sum = ask->spent_s + plan->window_s;

	for (size_t i = 0; i < r->n_cells; i++) {
		double need = cell_need_s(&plan->cells.v[i], r);

		if (r->cells[i].status != CELL_SKIPPED)
			sum += PLAN_LEAST_ROUNDS *
			       (ask->start_s + (need > plan->share_s ? need : plan->share_s));
	}
	return sum;
}

/* The profile's time is a bound of everything: trapped or not, whatever the window, however slow to start. */
static void test_bound(void **state)
{
	static const double costs[] = { 5, 1000, 10000, 170000 }, starts[] = { 0.002, 0.1 };
	static const uint64_t lengths[] = { 128 << 10, 1 << 20, 64 << 20, 1ull << 30 };

	(void)state;
	for (int k = 0; k < EXP_PROFILES * 4 * 4 * 2; k++) {
		double cost = costs[k / EXP_PROFILES % 4];
		struct asked ask = { .request.profile = (enum exp_profile)(k % EXP_PROFILES), .n_near = 4,
					ON_BAR, .target.length_bytes = lengths[k / EXP_PROFILES / 4 % 4],
					.spent_s = 0.3, .start_s = starts[k / EXP_PROFILES / 16] };
		const struct plan_profile *p = plan_profile(ask.request.profile);
		uint64_t touched;
		size_t kept = 0;
		struct plan plan;
		struct result r;

		record_on(&plan, &r, &ask, ENV_GUEST, cost > 1000 ? cost : 1000, cost);
		for (size_t i = 0; i < r.n_cells; i++)
			kept += r.cells[i].status != CELL_SKIPPED;
		touched = plan_touched_bytes(&r);
		assert_true(kept > 0);
		assert_true(plan.start_s > 0);
		assert_true(plan.window_s == plan_window_s(&r, touched));
		assert_true(plan.window_s <= p->budget_s / 4);
		/* the rounds have what is left, and no more */
		assert_true(fabs(plan.rounds_s + plan.window_s + ask.spent_s - p->budget_s) < 1e-9);
		if (most_s(&plan, &ask, &r) > p->budget_s)
			fail_msg("%s, %g ns, start %g s, window %llu: %.1f s", p->name, cost, ask.start_s,
				 (unsigned long long)ask.target.length_bytes, most_s(&plan, &ask, &r));
		plan_free(&plan);
		result_free(&r);
	}
}

/* What would take too long to save is not stored to, and says so; loads are none of that. */
static void test_window(void **state)
{
	static const char words[] = "of the window and put them back takes";
	struct asked ask = { .request.profile = EXP_DEFAULT, ON_BAR, .target.length_bytes = 64 << 20 };
	struct plan plan;
	struct result r;

	(void)state;
	record_on(&plan, &r, &ask, ENV_BARE_METAL, 1000, 50);
	/* 16 Mi words, two loads and a store each */
	assert_true(plan_window_s(&r, 64 << 20) > 34 && plan_window_s(&r, 64 << 20) < 35);
	assert_true(count_refused(&r, words) > 0);
	for (size_t i = 0; i < r.n_cells; i++)
		if (strstr(r.cells[i].why, words))
			assert_true(!r.cells[i].spec.is_load &&
				    r.cells[i].spec.region_bytes > 8 << 20);
	plan_free(&plan);
	result_free(&r);
	/* nothing is saved, or it is fast */
	ask.request.leave_window = true;
	record_on(&plan, &r, &ask, ENV_BARE_METAL, 1000, 50);
	assert_int_equal(0, count_refused(&r, words));
	assert_true(!(plan.window_s > 0));
	plan_free(&plan);
	result_free(&r);
	ask.request.leave_window = false;
	record_on(&plan, &r, &ask, ENV_BARE_METAL, 60, 50);
	assert_int_equal(0, count_refused(&r, words));
	plan_free(&plan);
	result_free(&r);
}

static const struct cell *find(const struct plan *plan, const char *id)
{
	for (size_t i = 0; i < plan->cells.n; i++)
		if (!strcmp(plan->cells.v[i].id, id))
			return &plan->cells.v[i];
	fail_msg("no cell %s", id);
	return NULL;
}

/* The shortest visit has more accesses than its loop's own. */
static void test_least(void **state)
{
	struct asked ask = { .request.profile = EXP_FULL, ON_BAR, .target.length_bytes = 1 << 20 };
	const struct cell *posted, *flushed, *reads, *bell;
	struct plan plan;

	(void)state;
	make(&plan, &ask);
	posted = find(&plan, "bw/wc/store8/4K/posted");
	flushed = find(&plan, "bw/wc/store8/4K/flushed");
	assert_int_equal(5 * 512, posted->least_stores);
	/* queues are emptied before each batch */
	assert_true(posted->least_loads >= 5);
	assert_int_equal(posted->least_loads + 5, flushed->least_loads);
	reads = find(&plan, "lat/wc/store8+read-flush@each/64/posted");
	assert_true(reads->least_loads >= reads->least_stores);
	for (size_t i = 0; i < plan.cells.n; i++) {
		bell = &plan.cells.v[i];
		if (bell->experiment->id == EXP_DOORBELL)
			assert_true(bell->least_stores >=
				    5 * (bell->spec.lap_bytes / bell->kernel->width_bytes +
					 bell->spec.lap_bytes / bell->loop->interval_bytes));
	}
	plan_free(&plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_left), cmocka_unit_test(test_late), cmocka_unit_test(test_bound),
		cmocka_unit_test(test_window), cmocka_unit_test(test_least),
		cmocka_unit_test(test_layout),	  cmocka_unit_test(test_cells),
		cmocka_unit_test(test_judged),	  cmocka_unit_test(test_budget),
		cmocka_unit_test(test_estimate),
		cmocka_unit_test(test_same_twice), cmocka_unit_test(test_tests),
		cmocka_unit_test(test_tests_of_any_profile),
		cmocka_unit_test(test_record),	  cmocka_unit_test(test_flush_through),
		cmocka_unit_test(test_slow),	  cmocka_unit_test(test_trapped),
		cmocka_unit_test(test_crash_probes), cmocka_unit_test(test_features),  cmocka_unit_test(test_devmem),
		cmocka_unit_test(test_slow_budget),
		cmocka_unit_test(test_lists),	  cmocka_unit_test(test_threads),
		cmocka_unit_test(test_hazards),	  cmocka_unit_test(test_altra),
		cmocka_unit_test(test_altra_by_other_facts), cmocka_unit_test(test_bcm2711),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
