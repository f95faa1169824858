// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "fixture.h"
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

static struct launch_command command_of(const char *const *words, size_t n)
{
	struct launch_command c = { .words = calloc(n + 1, sizeof(char *)), .n = n };

	for (size_t i = 0; i < n; i++)
		c.words[i] = (char *)(uintptr_t)words[i];
	return c;
}

/* An emulator's words stay before the program's name, and what is put in comes right behind it. */
static void test_insert(void **state)
{
	static const char *const words[] = { "qemu", "-L", "root", "./mmiobench", "--json", "--" };
	static const char *const want[] = { "qemu", "-L", "root", "./mmiobench", "--launch=1",
					    "--seed=2", "--json", "--" };
	static char one[] = "--launch=1", two[] = "--seed=2";
	char *const in[] = { one, two };
	struct launch_command c = command_of(words, 6);

	(void)state;
	assert_int_equal(-EINVAL, launch_command_insert(&c, 7, in, 2));
	assert_int_equal(-EINVAL, launch_command_insert(&c, 0, in, 2));
	assert_int_equal(6, c.n);
	assert_int_equal(0, launch_command_insert(&c, 3, in, 2));
	assert_int_equal(8, c.n);
	for (size_t i = 0; i < 8; i++)
		assert_string_equal(want[i], c.words[i]);
	assert_null(c.words[8]);
	launch_command_free(&c);
}

/* What the kernel has of this test's own command. */
static void test_read(void **state)
{
	struct launch_command c;

	(void)state;
	assert_int_equal(0, launch_command_read(&c));
	assert_true(c.n >= 1);
	assert_non_null(strstr(c.words[c.n - 1], "test-launch"));
	assert_null(c.words[c.n]);
	launch_command_free(&c);
}

/* What may end the machine comes when all else is measured; a refusal of its own stays. */
static void test_risky_last(void **state)
{
	struct session_ask ask = { .launches = 3, .allow_vm_crash = true };
	struct result r;

	(void)state;
	fixture_result(&r);
	fixture_store_ns(&r, 100);
	for (ask.launch = 1; ask.launch < 3; ask.launch++)
		assert_non_null(strstr(probes_risky_refusal(&arch_risky[0], &r, &ask, true), "last of"));
	assert_null(probes_risky_refusal(&arch_risky[0], &r, &ask, true));
	assert_non_null(strstr(probes_risky_refusal(&arch_risky[0], &r, &ask, false),
			       "could not be written before"));
	ask.allow_vm_crash = false;
	for (ask.launch = 1; ask.launch <= 3; ask.launch++)
		assert_non_null(strstr(probes_risky_refusal(&arch_risky[0], &r, &ask, true),
				       "--allow-vm-crash"));
	result_free(&r);
}

/* Why DC ZVA is not made: of an unaligned load that nobody made it is not said that it failed. */
static void test_risky_second(void **state)
{
	static const char *const rows[][2] = {
		{ NULL, "this run made none" }, { "not-run", "this run made none" },
		{ "SIGBUS/BUS_ADRALN", "this run's did not" }, { "works", NULL },
	};
	struct session_ask ask = { .launches = 1, .launch = 1, .allow_vm_crash = true };

	(void)state;
	if (!arch_risky[0].name)
		skip();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *why;
		struct result r;

		fixture_result(&r);
		fixture_store_ns(&r, 100);
		if (rows[i][0])
			fixture_probe(&r, arch_risky[0].name, "wc", rows[i][0], 0, 0);
		why = probes_risky_refusal(&arch_risky[1], &r, &ask, true);
		assert_int_equal(!rows[i][1], !why);
		assert_true(!why || strstr(why, rows[i][1]));
		result_free(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_seeds),
		cmocka_unit_test(test_insert),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_risky_last),
		cmocka_unit_test(test_risky_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
