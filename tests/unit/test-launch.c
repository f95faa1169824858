// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <cmocka.h>
#include "fixture.h"
#include "run/child.h"
#include "run/launch.h"
#include "run/probes.h"

static void test_names(void **state)
{
	static const struct {
		const char *path, *name;
	} cases[] = {
		{ "x.json", "x-2.json" },	   { "a/b.c/x", "a/b.c/x-2" },
		{ "a.b/x.tar.gz", "a.b/x.tar-2.gz" }, { ".hidden", ".hidden-2" },
		{ "/tmp/.x.json", "/tmp/.x-2.json" }, { "x.", "x-2." },
		{ "--", "---2" },
	};
	char buf[32];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(0, launch_name(buf, sizeof(buf), cases[i].path, 2));
		assert_string_equal(cases[i].name, buf);
	}
	assert_int_equal(0, launch_name(buf, 9, "x.json", 2));
	assert_int_equal(-ENAMETOOLONG, launch_name(buf, 8, "x.json", 2));
}

/* No two launches of close seeds are alike, as base + index would have it. */
static void test_seeds(void **state)
{
	uint64_t seen[4 * LAUNCH_MOST];
	size_t n = 0;

	(void)state;
	for (uint64_t base = 0; base < 4; base++)
		for (unsigned int i = 1; i <= LAUNCH_MOST; i++) {
			uint64_t seed = launch_seed(base, i);

			for (size_t k = 0; k < n; k++)
				assert_true(seen[k] != seed);
			seen[n++] = seed;
		}
	assert_true(launch_seed(1, 1) == launch_seed(1, 1));
}

#define RUN_ANEW "--anew"

/* As executed again by test_run: what came where. */
static int run_anew(int argc, char **argv)
{
	static const char *const want[] = { RUN_ANEW, "--seed=2", "--json", "--" };

	for (int i = 0; i < 4; i++)
		if (argc != 5 || strcmp(argv[i + 1], want[i]))
			return 1;
	return 42;
}

/* What a launch is told comes right behind the program's name, and its status is what it ends with. */
static void test_run(void **state)
{
	static char name[] = "test-launch", json[] = "--json", dashes[] = "--", anew[] = RUN_ANEW,
		    seed[] = "--seed=2";
	char *const argv[] = { name, json, dashes, NULL }, *const words[] = { anew, seed };
	const struct launch_command c = { argv, words, 2 };
	int wstatus;

	(void)state;
	/* the kernel itself executes no program of another architecture */
	if (getenv("MB_EMULATOR") && *getenv("MB_EMULATOR"))
		skip();
	child_signals_block();
	assert_int_equal(0, launch_run(&c, &wstatus));
	child_signals_unblock();
	assert_true(WIFEXITED(wstatus));
	assert_int_equal(42, WEXITSTATUS(wstatus));
}

/* What may end the machine comes when all else is measured; a refusal of its own stays. */
static void test_risky_last(void **state)
{
	struct request request = { .launches = 3, .allow_vm_crash = true };
	struct result r;

	(void)state;
	fixture_result(&r);
	fixture_store_ns(&r, 100);
	for (request.launch = 1; request.launch < 3; request.launch++)
		assert_non_null(strstr(probes_crash_refusal(&arch_crash_probes[0], &r, &request, true), "last of"));
	assert_null(probes_crash_refusal(&arch_crash_probes[0], &r, &request, true));
	assert_non_null(strstr(probes_crash_refusal(&arch_crash_probes[0], &r, &request, false),
			       "could not be written before"));
	request.allow_vm_crash = false;
	for (request.launch = 1; request.launch <= 3; request.launch++)
		assert_non_null(strstr(probes_crash_refusal(&arch_crash_probes[0], &r, &request, true),
				       "--allow-vm-crash"));
	result_free(&r);
}

/* A probe that was killed: for want of memory, which says nothing, or by whatever answered the access. */
static void test_killed(void **state)
{
	static const struct {
		long long before, after;
		const char *outcome, *detail;
	} rows[] = {
		{ 3, 3, "killed", "not for want of memory" },
		{ 3, 4, "out-of-memory", "memory.max" },
		{ -1, -1, "killed", "as it was" },
		{ 3, -1, "killed", "as it was" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct probe_record rec = { .outcome.is = OUTCOME_KILLED, .detail = "as it was" };

		probes_say_killed(&rec, rows[i].before, rows[i].after);
		assert_string_equal(rows[i].outcome, probe_outcome_text(&rec.outcome));
		assert_non_null(strstr(rec.detail, rows[i].detail));
	}
}

/* Why DC ZVA is not made: of an unaligned load that nobody made it is not said that it failed. */
static void test_risky_second(void **state)
{
	static const char *const rows[][2] = {
		{ NULL, "this run made none" }, { "not-run", "this run made none" },
		{ "SIGBUS/BUS_ADRALN", "this run's did not" }, { "works", NULL },
	};
	struct request request = { .launches = 1, .launch = 1, .allow_vm_crash = true };

	(void)state;
	if (!arch_crash_probes[0].what)
		skip();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *why;
		struct result r;

		fixture_result(&r);
		fixture_store_ns(&r, 100);
		if (rows[i][0])
			fixture_probe(&r, words_probe.name(arch_crash_probes[0].probe), MAP_WC, rows[i][0], 0, 0);
		why = probes_crash_refusal(&arch_crash_probes[1], &r, &request, true);
		assert_int_equal(!rows[i][1], !why);
		assert_true(!why || strstr(why, rows[i][1]));
		result_free(&r);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_seeds),
		cmocka_unit_test(test_run),
		cmocka_unit_test(test_killed), cmocka_unit_test(test_risky_last),
		cmocka_unit_test(test_risky_second),
	};

	if (argc > 1 && !strcmp(argv[1], RUN_ANEW))
		return run_anew(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
