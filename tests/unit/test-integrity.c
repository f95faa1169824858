// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "exp/integrity.h"

#define REGION 4096u
#define LINE   64u

enum fault_kind { SOUND, DROPS, DUPLICATES, MISPLACES, FOREIGN, ALL_ONES, SWAPS_BYTES };

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
	uint64_t erred_at;     /* offset of the first store in the line that was spoiled */
};

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
		if (!(d->mask >> i & 1) || (bad && d->kind == DROPS))
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
	memcpy(d->memory + offset, &word, 4);
}

static uint32_t get(void *arg, uint64_t offset)
{
	struct device *d = arg;
	uint32_t word;

	assert_false(d->under_test);
	memcpy(&word, d->memory + offset, 4);
	return d->kind == ALL_ONES ? UINT32_MAX : word;
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

static void run(struct device *d, const char *set, unsigned int width, uint64_t seed,
		struct outcome *out)
{
	const struct integrity_port port = { d, show, put, get, store, flush };
	struct kernel kernel = { .name = "store_x", .width_bytes = width };

	*out = (struct outcome){ 0 };
	d->width = width;
	assert_int_equal(0, integrity_run(&port, integrity_find(set), &kernel, REGION, seed, out));
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

static void test_all_ones(void **state)
{
	struct device d = { .kind = ALL_ONES };
	struct outcome out;

	(void)state;
	run(&d, "aligned", 8, 3, &out);
	assert_int_equal(out.tries, out.events);
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
		cmocka_unit_test(test_faults_happen), cmocka_unit_test(test_all_ones),
		cmocka_unit_test(test_sets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
