// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "fake-tree.h"
#include "pci/select.h"

/* 10000:e1:1f.7 [15b3:101d], class 0200 */
static const struct pci_device device = {
	.domain = 0x10000, .bus = 0xe1, .dev = 0x1f, .func = 7,
	.vendor = 0x15b3, .device = 0x101d, .class_code = 0x0200,
};

static const struct {
	const char *slot, *id;
	bool good, matches;
} cases[] = {
	{ NULL, NULL, true, true },
	{ "10000:e1:1f.7", NULL, true, true },
	{ "e1:1f.7", NULL, true, true },
	{ "1f.7", NULL, true, true },
	{ "1f", NULL, true, true },
	{ ".7", NULL, true, true },
	{ "10000::", NULL, true, true },
	{ "0:e1:1f.7", NULL, true, false },
	{ "e2:1f.7", NULL, true, false },
	{ "e1:1f.0", NULL, true, false },
	{ "e1:zz.0", NULL, false, false },
	{ "e1:20.0", NULL, false, false },
	{ "e1:1f.8", NULL, false, false },
	{ "1ff:1f.0", NULL, false, false },
	{ "1:2:3:4", NULL, false, false },
	{ "", NULL, false, false },
	{ "\x1b[2J", NULL, false, false },
	{ "0000000000000000000000000000000000000000000000000000000000000000000000:0", NULL, false,
	  false },
	{ NULL, "15b3:101d", true, true },
	{ NULL, "15b3:", true, true },
	{ NULL, ":101d", true, true },
	{ NULL, "::0200", true, true },
	{ NULL, "15B3:101D", true, true },
	{ NULL, "::0300", true, false },
	{ NULL, "15b3:101e", true, false },
	{ NULL, "15b3", false, false },
	{ NULL, "hello:world", false, false },
	{ NULL, "10000:", false, false },
	{ NULL, "", false, false },
	{ "e1:1f.7", "15b3:101d", true, true },
	{ "e1:1f.7", "8086:", true, false },
	{ "00:00.0", "15b3:101d", true, false },
	{ "e1:1f.7", "nonsense", false, false },
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct pci_select sel = { cases[i].slot, cases[i].id };
		int ret = pci_select_check(&sel);
		const char *said = tree_log();

		if (ret != (cases[i].good ? 0 : -EINVAL))
			fail_msg("-s %s -d %s: check says %d", sel.slot, sel.id, ret);
		if (!*said != cases[i].good || strstr(said, "\x1b"))
			fail_msg("-s %s -d %s: logged \"%s\"", sel.slot, sel.id, said);
		if (cases[i].good && pci_select_match(&sel, &device) != cases[i].matches)
			fail_msg("-s %s -d %s: match is not %d", sel.slot, sel.id,
				 cases[i].matches);
	}
}

static int begin(void **state)
{
	(void)state;
	tree_begin();
	return 0;
}

static int end(void **state)
{
	(void)state;
	tree_end();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_cases, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
