// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>
#include "arch/arch.h"

/*
 * Every measuring loop on ordinary memory: which bytes it writes, with what, and that it touches
 * nothing outside, by guard pages on both sides.
 */

#define REGION_MAX 131072u
#define FILL       0x11
#define VALUE      0x8877665544332201ull

static unsigned char *memory; /* REGION_MAX bytes between two inaccessible pages */
static size_t page;
static uint32_t flush_word;
static _Alignas(8) unsigned char bell[24]; /* the middle 8 bytes are the doorbell */
static unsigned char touched[REGION_MAX]; /* by the row's claim */
static sigjmp_buf back;
static uintptr_t fault_addr;

static void on_fault(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)context;
	fault_addr = (uintptr_t)info->si_addr;
	siglongjmp(back, 1);
}

static int setup(void **state)
{
	unsigned char *p;

	(void)state;
	page = (size_t)sysconf(_SC_PAGESIZE);
	p = mmap(NULL, REGION_MAX + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED || mprotect(p + page, REGION_MAX, PROT_READ | PROT_WRITE))
		return -1;
	memory = p + page;
	return 0;
}

/* Runs the loop. True when it faulted; then fault_addr says where. */
static bool run(const struct loop *l, unsigned char *base, size_t region, uint64_t laps)
{
	struct loop_args args = { .base = base,
				  .end = base + region,
				  .laps = laps,
				  .value = VALUE,
				  .flush = &flush_word,
				  .doorbell = bell + 8 };
	struct sigaction sa = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };

	/* here and not once: cmocka has its own handler in each test */
	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);
	if (sigsetjmp(back, 1))
		return true;
	l->fn(&args);
	return false;
}

static unsigned int number_of(const char *pattern)
{
	while (*pattern && (*pattern < '0' || *pattern > '9'))
		pattern++;
	return (unsigned int)strtoul(pattern, NULL, 10);
}

static bool stays(const struct loop *l)
{
	return l->pattern->stays_bytes != 0;
}

/* Where access i of a block begins; the order of "random" is its own, all words are touched. */
static size_t offset_of(const struct loop *l, unsigned int i)
{
	const char *p = l->pattern->name;
	unsigned int w = l->kernel->width_bytes, n = number_of(p);

	if (!strncmp(p, "stride", 6))
		return (size_t)i * n;
	if (!strncmp(p, "span", 4))
		return i * w % n;
	if (!strncmp(p, "lines", 5))
		return i / (8 * n) * 64 * n + i % n * 64 + i / n % 8 * 8;
	if (!strncmp(p, "words", 5))
		return i / n * 64 + i % n * 8;
	if (!strcmp(p, "one") || !strcmp(p, "single"))
		return 0;
	assert_true(!strcmp(p, "seq") || !strcmp(p, "reverse") || !strcmp(p, "random"));
	return (size_t)i * w;
}

static size_t touch(const struct loop *l, size_t region)
{
	size_t step = stays(l) ? region : l->block_bytes, last = 0;

	memset(touched, 0, sizeof(touched));
	for (size_t at = 0; at < region; at += step)
		for (unsigned int i = 0; i < l->block_accesses; i++) {
			size_t off = at + offset_of(l, i);

			if (off + l->kernel->width_bytes > REGION_MAX)
				continue;
			memset(touched + off, 1, l->kernel->width_bytes);
			last = off > last ? off : last;
		}
	return last;
}

/* The first byte that is not as the row claims, or -1. */
static ssize_t wrong_byte(const struct loop *l, const unsigned char *base)
{
	uint64_t value = arch_stored_value(l->kernel, VALUE);
	const unsigned char *bytes = (const unsigned char *)&value;

	for (size_t i = 0; i < REGION_MAX; i++) {
		size_t off = (size_t)(memory + i - base);
		bool inside = memory + i >= base && touched[off];
		unsigned int w = l->kernel->width_bytes;
		unsigned char want = FILL;

		if (inside && l->kernel->direction == KERNEL_STORE)
			want = bytes[off % (w > 8 ? 8 : w)];
		if (memory[i] != want)
			return (ssize_t)i;
	}
	for (size_t i = 0; i < sizeof(bell); i++) {
		bool rung = i >= 8 && i < 8 + l->doorbell_bytes;

		if (bell[i] != (rung ? bytes[i - 8] : FILL))
			return (ssize_t)i;
	}
	return -1;
}

/* Checks a row in one place. NULL, or what is wrong. */
static const char *check(const struct loop *l, unsigned char *base, size_t region, uint64_t laps)
{
	memset(memory, FILL, REGION_MAX);
	memset(bell, FILL, sizeof(bell));
	touch(l, region);
	if (run(l, base, region, laps))
		return "faulted inside its region";
	if (wrong_byte(l, base) >= 0)
		return "wrote other bytes than it claims";
	return NULL;
}

static size_t region_of(const struct loop *l, unsigned int blocks)
{
	if (stays(l))
		return l->pattern->stays_bytes == UINT32_MAX ? l->kernel->width_bytes :
							       l->pattern->stays_bytes;
	return (size_t)blocks * l->block_bytes;
}

static const char *check_row(const struct loop *l)
{
	static const unsigned int blocks[] = { 1, 2, 5 };
	const char *wrong = NULL;

	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]) && !wrong; i++) {
		size_t region = region_of(l, blocks[i]);

		/* against the guard page below, above, and once in the middle with more laps */
		wrong = check(l, memory, region, 1);
		if (!wrong)
			wrong = check(l, memory + REGION_MAX - region, region, 1);
		if (!wrong)
			wrong = check(l, memory + 4096, region, 3);
	}
	return wrong;
}

static void test_every_row(void **state)
{
	unsigned int rows = 0, skipped = 0;

	(void)state;
	for (const struct loop *l = arch_loops; l->fn; l++, rows++) {
		const char *wrong;

		if (!arch_kernel_runs(l->kernel)) {
			print_message("skipped %s: this CPU has no %s\n", l->symbol,
				      l->kernel->feature);
			skipped++;
			continue;
		}
		if (arch_kernel_hazard(l->kernel)) {
			print_message("skipped %s: %s\n", l->symbol, arch_kernel_hazard(l->kernel));
			skipped++;
			continue;
		}
		wrong = check_row(l);
		if (wrong)
			fail_msg("%s %s", l->symbol, wrong);
	}
	print_message("%u rows, %u of them not run\n", rows, skipped);
	assert_true(rows > 150);
}

/*
 * Reads leave no trace: that a loop reaches each block shows where it first meets the guard. For
 * patterns that do not go upwards only the page is known.
 */
static void test_reaches_its_end(void **state)
{
	(void)state;
	for (const struct loop *l = arch_loops; l->fn; l++) {
		bool up = strcmp(l->pattern->name, "reverse") && strcmp(l->pattern->name, "random");
		size_t region = region_of(l, 3), w = l->kernel->width_bytes;
		size_t inside = stays(l) ? (region > w ? region / 2 : 0) : 2u * l->block_bytes;
		long past;

		if (!arch_kernel_runs(l->kernel) || arch_kernel_hazard(l->kernel))
			continue;
		memset(memory, FILL, REGION_MAX);
		if (!run(l, memory + REGION_MAX - inside, region, 1))
			fail_msg("%s does not reach the end of its region", l->symbol);
		past = (long)(fault_addr - (uintptr_t)(memory + REGION_MAX));
		if (past < 0 || past >= (up ? 1 : (long)page))
			fail_msg("%s first met the guard page at %ld", l->symbol, past);
	}
}

static const struct loop *find(const char *kernel, const char *pattern)
{
	struct loop_key key = { .kernel = kernel, .barrier = "none", .pattern = pattern };

	return arch_find_loop(&key);
}

static const struct pattern *find_pattern(const char *name)
{
	for (const struct pattern *p = arch_patterns; p->name; p++)
		if (!strcmp(p->name, name))
			return p;
	return NULL;
}

/* The check itself can fail: a row that claims another width, pattern or kernel than its code has. */
static void test_wrong_rows_are_found(void **state)
{
	static const char *const others[] = { "stride64", "words3", "one", "span64" };
	const struct loop *l = find("store8", "seq"), *bell_loop = NULL;
	struct kernel narrow = *l->kernel;
	struct loop wrong = *l;

	(void)state;
	narrow.width_bytes = 4;
	wrong.kernel = &narrow;
	assert_non_null(check_row(&wrong));
	wrong = *l;
	for (size_t i = 0; i < 4; i++) {
		wrong.pattern = find_pattern(others[i]);
		assert_non_null(check_row(&wrong));
	}
	wrong = *find("store8", "span64");
	wrong.pattern = find_pattern("span128");
	assert_non_null(check_row(&wrong));
	wrong = *find("store8", "lines4");
	wrong.pattern = find_pattern("words4");
	assert_non_null(check_row(&wrong));
	wrong = *l;
	wrong.fn = find("store8", "stride64")->fn;
	assert_non_null(check_row(&wrong));
	wrong = *l;
	wrong.fn = find("load8", "seq")->fn;
	assert_non_null(check_row(&wrong));
	wrong = *l;
	wrong.block_bytes = 512;
	assert_non_null(check_row(&wrong));
	wrong = *find("store8", "words3");
	wrong.block_accesses /= 2;
	assert_non_null(check_row(&wrong));
	for (const struct loop *b = arch_loops; b->fn && !bell_loop; b++)
		bell_loop = b->doorbell_bytes == 4 ? b : NULL;
	assert_non_null(bell_loop);
	wrong = *bell_loop;
	wrong.doorbell_bytes = 8;
	assert_non_null(check_row(&wrong));
	wrong.doorbell_bytes = 0;
	assert_non_null(check_row(&wrong));
}

static void test_single_accesses(void **state)
{
	uint32_t *word = (uint32_t *)(memory + REGION_MAX - 4);

	(void)state;
	memset(memory, FILL, REGION_MAX);
	arch_store32(word, 0xdeadbeef);
	assert_int_equal(arch_load32(word), 0xdeadbeef);
	assert_int_equal(memory[REGION_MAX - 5], FILL);
	arch_read_flush(word);
	for (unsigned int i = 0; i < 16; i++)
		memory[i] = (unsigned char)i;
}

/* Ordinary memory allows them all: they work, and touch no more than they say. */
static void test_risky(void **state)
{
	(void)state;
	for (const struct crash_probe *k = arch_crash_probes; k->what; k++) {
		memset(memory, FILL, REGION_MAX);
		assert_int_equal(ACCESS_WORKS, k->access(memory));
		for (size_t i = k->stores ? RISKY_BYTES : 0; i < REGION_MAX; i++)
			assert_int_equal(memory[i], FILL);
		if (k->probe == PROBE_DC_ZVA)
			assert_int_equal(memory[0], 0);
		else
			for (size_t i = 0; i < RISKY_BYTES; i++)
				assert_int_equal(memory[i], FILL);
	}
}

/* Each pair stores what it should where it should, loads what is there, and touches nothing else. */
static void test_pairs(void **state)
{
	size_t n = 0;

	(void)state;
	for (const struct pair *p = arch_pairs; p->fn; p++, n++) {
		uint32_t *at[2] = { (uint32_t *)(memory + 64), (uint32_t *)(memory + REGION_MAX - 4) };
		struct pair_args args = { .at = { at[0], at[1] },
					  .value = { 0x11223344, 0x55667788 } };

		memset(memory, FILL, REGION_MAX);
		p->fn(&args);
		for (int i = 0; i < 2; i++) {
			uint32_t was = FILL * 0x01010101u, stored = i ? 0x55667788 : 0x11223344;
			bool store = p->kind[i] == 'W';

			assert_int_equal(*at[i], store ? stored : was);
			assert_int_equal(args.value[i], store ? stored : was);
			*at[i] = was;
		}
		for (size_t i = 0; i < REGION_MAX; i++)
			assert_int_equal(memory[i], FILL);
		assert_ptr_equal(arch_find_pair(p->kind, p->barrier->name), p);
	}
	assert_true(n >= 4 * 6);
	assert_non_null(arch_find_pair("WR", arch_barrier_for(arch_here(), FOR_FULL_ORDER)->name));
}

static void test_tables(void **state)
{
	(void)state;
	for (const struct loop *l = arch_loops; l->fn; l++) {
		struct loop_key key = { .kernel = l->kernel->name, .barrier = l->barrier->name,
					.pattern = l->pattern->name,
					.interval_bytes = l->interval_bytes,
					.doorbell_bytes = l->doorbell_bytes };
		uint64_t block = (uint64_t)l->block_accesses * l->kernel->width_bytes;

		assert_ptr_equal(arch_find_loop(&key), l);
		assert_non_null(arch_find_kernel(l->kernel->name));
		assert_ptr_equal(l->barrier, arch_barrier_of(arch_here(), l->barrier->name));
		assert_ptr_equal(find_pattern(l->pattern->name), l->pattern);
		assert_int_equal(arch_lap_bytes(l, 2 * l->block_bytes), stays(l) ? block : 2 * block);
	}
	assert_null(arch_find_kernel("store3"));
	assert_null(find("store8", "span3"));
}

static void test_clock(void **state)
{
	struct arch_clock clock;

	(void)state;
	assert_int_equal(0, arch_clock_calibrate(&clock));
	assert_true(clock.hz > 1e6 && clock.hz < 1e11);
	assert_true(clock.resolution_ticks >= 1);
	for (int i = 0; i < 1000; i++) {
		uint64_t t0 = arch_clock_start();

		assert_true(arch_clock_end() >= t0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_row),
		cmocka_unit_test(test_reaches_its_end),
		cmocka_unit_test(test_wrong_rows_are_found),
		cmocka_unit_test(test_single_accesses),
		cmocka_unit_test(test_risky),
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_clock),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
