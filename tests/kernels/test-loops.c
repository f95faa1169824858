// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>
#include "arch/arch.h"

/*
 * Every measuring loop on ordinary memory: which bytes it writes, with what, and that it touches
 * nothing outside, by guard pages on both sides.
 */

#define REGION_MAX 65536u
#define FILL       0x11
#define VALUE      0x8877665544332201ull

static unsigned char *memory; /* REGION_MAX bytes between two inaccessible pages */
static size_t page;
static uint32_t flush_word;
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
				  .flush = &flush_word };
	struct sigaction sa = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };

	/* here and not once: cmocka has its own handler in each test */
	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);
	if (sigsetjmp(back, 1))
		return true;
	l->fn(&args);
	return false;
}

/* The first byte that is not as the row claims, or -1. */
static ssize_t wrong_byte(const struct loop *l, const unsigned char *base, size_t region)
{
	uint64_t value = VALUE;
	const unsigned char *bytes = (const unsigned char *)&value;

	for (size_t i = 0; i < REGION_MAX; i++) {
		size_t off = (size_t)(memory + i - base);
		bool inside = memory + i >= base && off < region;
		unsigned char want = FILL;

		if (inside && l->kernel->direction == KERNEL_STORE)
			want = bytes[off % l->kernel->width_bytes];
		if (memory[i] != want)
			return (ssize_t)i;
	}
	return -1;
}

/* Checks a row in one place. NULL, or what is wrong. */
static const char *check(const struct loop *l, unsigned char *base, size_t region, uint64_t laps)
{
	memset(memory, FILL, REGION_MAX);
	if (run(l, base, region, laps))
		return "faulted inside its region";
	if (wrong_byte(l, base, region) >= 0)
		return "wrote other bytes than it claims";
	return NULL;
}

static size_t region_of(const struct loop *l, unsigned int blocks)
{
	return l->span_bytes ? l->span_bytes : (size_t)blocks * l->block_bytes;
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
	unsigned int rows = 0;

	(void)state;
	for (const struct loop *l = arch_loops; l->fn; l++, rows++) {
		const char *wrong = check_row(l);

		if (wrong)
			fail_msg("%s %s", l->symbol, wrong);
	}
	assert_true(rows > 50);
}

/* Reads leave no trace: that a loop reaches each block shows where it first meets the guard. */
static void test_reaches_its_end(void **state)
{
	(void)state;
	for (const struct loop *l = arch_loops; l->fn; l++) {
		size_t region = region_of(l, 3);
		size_t inside = l->span_bytes ? l->span_bytes / 2 : 2u * l->block_bytes;

		memset(memory, FILL, REGION_MAX);
		if (!run(l, memory + REGION_MAX - inside, region, 1))
			fail_msg("%s does not reach the end of its region", l->symbol);
		if (fault_addr != (uintptr_t)(memory + REGION_MAX))
			fail_msg("%s first met the guard page at +%ld", l->symbol,
				 (long)(fault_addr - (uintptr_t)(memory + REGION_MAX)));
	}
}

/* The check itself can fail: a row that claims another width, span or kernel than its code has. */
static void test_wrong_rows_are_found(void **state)
{
	const struct loop *l = arch_find_loop("store8", "none", 0, 0);
	const struct loop *s = arch_find_loop("store8", "none", 0, 64);
	struct kernel narrow = *l->kernel;
	struct loop wrong = *l;

	(void)state;
	narrow.width_bytes = 4;
	wrong.kernel = &narrow;
	assert_non_null(check_row(&wrong));
	wrong = *s;
	wrong.span_bytes = 128;
	assert_non_null(check_row(&wrong));
	wrong = *l;
	wrong.fn = arch_find_loop("store4", "none", 0, 0)->fn;
	assert_non_null(check_row(&wrong));
	wrong = *l;
	wrong.fn = arch_find_loop("load8", "none", 0, 0)->fn;
	assert_non_null(check_row(&wrong));
	wrong = *l;
	wrong.block_bytes = 2048;
	assert_null(check_row(&wrong)); /* a multiple is walked as well */
	wrong.block_bytes = 512;
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
	assert_int_equal(arch_load64_unaligned(memory + 1), 0x0807060504030201);
}

static void test_tables(void **state)
{
	(void)state;
	for (const struct loop *l = arch_loops; l->fn; l++) {
		assert_ptr_equal(arch_find_loop(l->kernel->name, l->barrier->name,
						l->interval_bytes, l->span_bytes), l);
		assert_non_null(arch_find_kernel(l->kernel->name));
		assert_non_null(arch_find_barrier(l->barrier->name));
		assert_int_equal(arch_lap_bytes(l, 8192), l->span_bytes ? l->block_bytes : 8192);
	}
	assert_null(arch_find_kernel("store3"));
	assert_null(arch_find_loop("store8", "none", 0, 3));
}

static void test_clock(void **state)
{
	struct arch_clock clock;

	(void)state;
	arch_clock_calibrate(&clock);
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
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_clock),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
