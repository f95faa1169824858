// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <cmocka.h>
#include "exp/integrity.h"
#include "run/child.h"
#include "run/runner.h"

#define REGION 4096u
#define LINE   64u

enum fault_kind { SOUND, DROPS, DUPLICATES, MISPLACES, FOREIGN, ALL_ONES, SWAPS_BYTES, FIXED,
		  IGNORES };

/* Memory that gathers a line's stores, and errs when the line's byte mask is the bad one. */
struct device {
	unsigned char memory[REGION + LINE];
	unsigned int width;
	enum fault_kind kind;
	uint64_t bad_mask;     /* of bytes of a line; 0: the only store of that width */
	uint64_t line;         /* that is being gathered */
	uint64_t mask;
	unsigned char gathered[LINE];
	bool under_test;
	unsigned int erred;
	uint64_t fixed_at;     /* the word that no store changes; IGNORES: the first of all such */
	uint64_t erred_at;     /* offset of the first store in the line that was spoiled */
};

static bool is_fixed(const struct device *d, uint64_t offset)
{
	return (d->kind == FIXED && offset / 4 == d->fixed_at / 4) ||
	       (d->kind == IGNORES && offset >= d->fixed_at);
}

static void leave_line(struct device *d)
{
	uint64_t to = d->line;
	bool bad = d->mask && d->mask == d->bad_mask && d->kind != SOUND && !d->erred;

	if (bad) {
		d->erred++;
		d->erred_at = d->line + (uint64_t)__builtin_ctzll(d->mask);
		if (d->kind == MISPLACES)
			to = (d->line + 5 * LINE) % REGION;
	}
	for (unsigned int i = 0; i < LINE; i++) {
		if (!(d->mask >> i & 1) || (bad && d->kind == DROPS) || is_fixed(d, to + i))
			continue;
		d->memory[to + i] = d->gathered[bad && d->kind == SWAPS_BYTES ? i ^ 1 : i];
		if (bad && d->kind == DUPLICATES)
			d->memory[(to + 5 * LINE) % REGION + i] = d->gathered[i];
	}
	if (bad && d->kind == FOREIGN)
		memset(d->memory + 128, 0x99, 2);
	d->mask = 0;
}

static int show(void *arg, bool under_test)
{
	struct device *d = arg;

	leave_line(d);
	assert_true(d->under_test != under_test || !under_test);
	d->under_test = under_test;
	return 0;
}

static void put(void *arg, uint64_t offset, uint32_t word)
{
	struct device *d = arg;

	assert_false(d->under_test);
	assert_true(offset % 4 == 0 && offset < REGION);
	if (is_fixed(d, offset))
		return;
	memcpy(d->memory + offset, &word, 4);
}

static uint32_t get(void *arg, uint64_t offset)
{
	struct device *d = arg;
	uint32_t word;

	assert_false(d->under_test);
	memcpy(&word, d->memory + offset, 4);
	return d->kind == ALL_ONES ? UINT32_MAX : word; /* a register that reads so, everywhere */
}

static void store(void *arg, uint64_t offset, uint64_t value)
{
	struct device *d = arg;

	assert_true(d->under_test && offset + d->width <= REGION);
	for (unsigned int i = 0; i < d->width; i++) {
		uint64_t at = offset + i;

		if (at / LINE * LINE != d->line) {
			leave_line(d);
			d->line = at / LINE * LINE;
		}
		d->gathered[at % LINE] = (unsigned char)(value >> 8 * (i % 8));
		d->mask |= 1ull << at % LINE;
	}
}

static void flush(void *arg)
{
	leave_line(arg);
}

static int try(struct device *d, const char *set, unsigned int width, uint64_t seed,
	       struct outcome *out)
{
	const struct integrity_port port = { d, 0x10000, show, put, get, store, flush };
	struct kernel kernel = { .name = "store_x", .width_bytes = width };

	*out = (struct outcome){ 0 };
	d->width = width;
	return integrity_run(&port, integrity_find(set), &kernel, REGION, seed, out);
}

static void run(struct device *d, const char *set, unsigned int width, uint64_t seed,
		struct outcome *out)
{
	assert_int_equal(0, try(d, set, width, seed, out));
	assert_int_equal(REGION / 4, out->tries);
}

static void test_sound(void **state)
{
	(void)state;
	for (const struct integrity_set *s = integrity_sets; s->name; s++)
		for (unsigned int width = 1; width <= 8; width *= 2)
			for (uint64_t seed = 0; seed < 20; seed++) {
				struct device d = { .kind = SOUND };
				struct outcome out;

				run(&d, s->name, width, seed, &out);
				if (out.events)
					fail_msg("%s, %u: %s", s->name, width, out.note);
			}
}

/* One byte mask goes wrong: said with where, which bytes, and by which kernel. */
static void test_faults(void **state)
{
	static const struct {
		enum fault_kind kind;
		unsigned int width;
		uint64_t mask;   /* a known gap of that width */
		const char *says;
	} cases[] = {
		{ DROPS, 1, 0x5, "missing" },
		{ DROPS, 4, 0x0f0f, "missing" },
		{ DROPS, 8, 0xffull | 0xffull << 24, "missing" },
		{ DUPLICATES, 1, 0x5, "its data are at" },
		{ DUPLICATES, 8, 0xffull | 0xffull << 24, "its data are at" },
		{ DUPLICATES, 4, 0x0f0f, "its data are at" },
		{ MISPLACES, 1, 0x9, NULL },
		{ MISPLACES, 4, 0x0f0f, NULL },
		{ MISPLACES, 8, 0xffull | 0xffull << 24, NULL },
		{ SWAPS_BYTES, 4, 0x0f0f, "missing" },
		{ FOREIGN, 8, 0xffull | 0xffull << 24, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (uint64_t seed = 1; seed < 9; seed++) {
			struct device d = { .kind = cases[i].kind, .bad_mask = cases[i].mask };
			struct outcome out;
			char at[24];

			run(&d, "gaps", cases[i].width, seed, &out);
			if (!d.erred) {
				assert_int_equal(0, out.events);
				continue;
			}
			assert_true(out.events > 0);
			assert_non_null(strstr(out.note, "store_x"));
			assert_non_null(strstr(out.note, "bytes 0x"));
			if (!cases[i].says)
				continue;
			snprintf(at, sizeof(at), "0x%" PRIx64, d.erred_at);
			if (!strstr(out.note, cases[i].says) || !strstr(out.note, at))
				fail_msg("case %zu, seed %" PRIu64 ", at %s: %s", i, seed, at, out.note);
		}
}

/* Every kind of fault must really have been there in the cases above. */
static void test_faults_happen(void **state)
{
	struct device d = { .kind = DROPS, .bad_mask = 0x5 };
	struct outcome out;

	(void)state;
	run(&d, "gaps", 1, 1, &out);
	assert_int_equal(1, d.erred);
	assert_int_equal(0, strncmp(out.note, "store_x to 0x0: missing, word 0x0 has 0x", 40));
	assert_non_null(strstr(out.note, "(bytes 0x5 are wrong)"));
}

/* What does not even keep the control's tags is no memory, and nobody's fault: said, not counted. */
static void test_no_memory(void **state)
{
	static const struct {
		enum fault_kind kind;
		uint64_t at;
		const char *says;
	} cases[] = {
		{ FIXED, 0, "no memory at offset 0x10000: stored 0x" },
		{ FIXED, 0x84, "no memory at offset 0x10084: stored 0x" },
		{ FIXED, REGION - 4, "no memory at offset 0x10ffc: stored 0x" },
		{ IGNORES, 0x800, "no memory at offset 0x10800: stored 0x" },
		{ ALL_ONES, 0, "no memory at offset 0x10000: stored 0x" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (const struct integrity_set *s = integrity_sets; s->name; s++) {
			struct device d = { .kind = cases[i].kind, .fixed_at = cases[i].at };
			struct outcome out;

			/* lines 0x0 and 0x80 are stored to, the last one is not */
			assert_int_equal(-ENXIO, try(&d, s->name, 8, i, &out));
			assert_int_equal(0, out.events);
			assert_int_equal(0, out.tries);
			assert_string_equal("", out.note);
			if (!strstr(out.why, cases[i].says))
				fail_msg("case %zu, %s: %s", i, s->name, out.why);
		}
}

/* ------------------------------ the runner ------------------------------ */
static unsigned int *visits;

/* In its own process, as every visit. */
static int visit_unfit(struct stage *stage, struct outcome *out)
{
	if (++*visits <= stage->cell->lasts)
		return 0;
	strcpy(out->why, "the BAR is no memory at offset 0x40");
	return -ENXIO;
}

static void run_rounds_of(struct cell_record *rec, unsigned int good_rounds)
{
	static const struct experiment e = { .id = EXP_INTEGRITY, .visit = visit_unfit };
	struct cell cell = { .experiment = &e,
			     .spec.mapping = MAP_RAM,
			     .spec.place = "",
			     .spec.threads = 1,
			     .spec.region_bytes = REGION,
			     .spec.unit = UNIT_EVENTS,
			     .lasts = good_rounds };
	const struct plan_profile profile = { .rounds = 5, .batches = 3, .budget_s = 1000 };
	struct plan plan = { .profile = &profile, .cells = { .v = &cell, .n = 1 }, .share_s = 1, .rounds_s = 1000 };
	struct arch_clock clock = { .hz = 1e9 };
	cpu_set_t set;
	struct result result = { .cells = rec, .n_cells = 1, .clock_hz = 1e9 };
	struct runner r = { .result = &result, .plan = &plan, .data = { .length_bytes = REGION },
			    .clock = &clock };

	assert_int_equal(0, sched_getaffinity(0, sizeof(set), &set));
	while (!CPU_ISSET(r.near.cpus[0], &set))
		r.near.cpus[0]++;
	r.near.n = 1;
	*rec = (struct cell_record){ .id = "integrity/ram/x", .spec.unit = UNIT_EVENTS };
	*visits = 0;
	child_signals_block();
	assert_int_equal(0, runner_run(&r));
	child_signals_unblock();
	free(rec->rounds);
}

/* Where the BAR cannot be asked it is asked once, and that is no failure; what could be before is. */
static void test_unfit(void **state)
{
	struct cell_record rec;

	(void)state;
	visits = mmap(NULL, sizeof(*visits), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	assert_ptr_not_equal(MAP_FAILED, visits);
	run_rounds_of(&rec, 0);
	assert_int_equal(1, *visits);
	assert_int_equal(CELL_SKIPPED, rec.status);
	assert_int_equal(0, rec.n_rounds);
	assert_string_equal("the BAR is no memory at offset 0x40", rec.why);
	run_rounds_of(&rec, 2);
	assert_int_equal(5, *visits);
	assert_int_equal(CELL_FAILED, rec.status);
	assert_string_equal("the BAR is no memory at offset 0x40", rec.why);
	munmap(visits, sizeof(*visits));
}

/* gaps have a hole, contiguous ones none, unaligned ones are not aligned. */
static void test_sets(void **state)
{
	(void)state;
	for (const struct integrity_set *s = integrity_sets; s->name; s++)
		for (unsigned int width = 1; width <= 8; width *= 2) {
			uint64_t random = 1;

			for (unsigned int line = 0; line < 200; line++) {
				unsigned int at[INTEGRITY_STORES], n, hole = 0;

				n = s->make(at, line, width, &random);
				assert_true(n <= INTEGRITY_STORES);
				for (unsigned int i = 0; i < n; i++) {
					assert_int_equal(s->unaligned, at[i] % width != 0);
					if (i) {
						assert_true(at[i] >= at[i - 1] + width);
						hole += at[i] > at[i - 1] + width;
					}
				}
				if (!strcmp(s->name, "gaps"))
					assert_true(hole > 0);
				else
					assert_int_equal(0, hole);
			}
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sound),	 cmocka_unit_test(test_faults),
		cmocka_unit_test(test_faults_happen), cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_sets),	 cmocka_unit_test(test_unfit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
