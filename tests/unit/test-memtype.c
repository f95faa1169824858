// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "fake-tree.h"
#include "map/map.h"

#define LIST "/sys/kernel/debug/x86/pat_memtype_list"

/* Of a PC whose firmware's framebuffer simpledrm has; by Linux 5.5 and newer, and as it was before. */
static const char list_new[] = "PAT memtype list:\n"
			       "PAT: [mem 0x000000006f3d5000-0x000000006f3d6000] write-back\n"
			       "PAT: [mem 0x00000000c0000000-0x00000000c0300000] write-combining\n"
			       "PAT: [mem 0x00000000fd000000-0x00000000fd004000] uncached-minus\n"
			       "PAT: [mem 0x00000000fe000000-0x00000000fe001000] uncached\n"
			       "PAT: [mem 0x0000008000400000-0x0000008000500000] write-combining\n";
static const char list_old[] = "PAT memtype list:\n"
			       "write-back @ 0x6f3d5000-0x6f3d6000\n"
			       "write-combining @ 0xc0000000-0xc0300000\n"
			       "uncached-minus @ 0xfd000000-0xfd004000\n"
			       "uncached @ 0xfe000000-0xfe001000\n"
			       "write-combining @ 0x8000400000-0x8000500000\n";

static const struct {
	enum map_type asks;
	uint64_t phys, bytes;
	const char *other; /* NULL: listed as asked for, or not at all */
} rows[] = {
	{ MAP_PLAIN, 0xc0000000, 0x1000, "write-combining" },
	{ MAP_PLAIN, 0xc02ff000, 0x1000, "write-combining" },
	{ MAP_PLAIN, 0xc0300000, 0x1000, NULL }, /* the end is not part of it */
	{ MAP_PLAIN, 0xbffff000, 0x1000, NULL },
	{ MAP_PLAIN, 0xbffff000, 0x2000, "write-combining" },
	{ MAP_PLAIN, 0xb0000000, 0x20000000, "write-combining" },
	{ MAP_DEVMEM, 0xc0000000, 0x1000, "write-combining" },
	{ MAP_PLAIN, 0x8000400000, 0x100000, "write-combining" },
	{ MAP_PLAIN, 0x400000, 0x100000, NULL },
	{ MAP_PLAIN, 0xfd000000, 0x1000, NULL },
	{ MAP_PLAIN, 0x6f3d5000, 0x1000, NULL },
	{ MAP_WC, 0xc0000000, 0x1000, NULL },
	{ MAP_WC, 0xfd000000, 0x1000, "uncached-minus" },
	{ MAP_WC, 0xfe000000, 0x1000, "uncached" },
	{ MAP_RAM, 0xc0000000, 0x1000, NULL },
};

static void check(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct mapping m = { .type = rows[i].asks, .pages_phys = rows[i].phys,
					   .pages_bytes = rows[i].bytes };
		char type[24] = "";
		bool other = map_listed_otherwise(&m, type, sizeof(type));

		if (other != !!rows[i].other || strcmp(type, other ? rows[i].other : ""))
			fail_msg("row %zu: %s", i, type);
	}
}

static void test_list(void **state)
{
	(void)state;
	tree_begin();
	tree_put(LIST, list_new);
	check();
	tree_put(LIST, list_old);
	check();
	tree_end();
}

/* What is no list, and none at all. */
static void test_no_list(void **state)
{
	static const char *const lists[] = {
		NULL, "", "PAT memtype list:\n", "write-combining\n",
		"PAT: [mem 0xc0000000] write-combining\n",
		"PAT: [mem 0xc0000000-0xc0300000] \n",
		"PAT: [mem 0xc0000000-0xc0300000] write-combining-or-so-and-so-on-and-on\n",
	};

	(void)state;
	tree_begin();
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		const struct mapping m = { .type = MAP_PLAIN, .pages_phys = 0xc0000000,
					   .pages_bytes = 4096 };
		char type[24] = "";

		if (lists[i])
			tree_put(LIST, lists[i]);
		assert_false(map_listed_otherwise(&m, type, sizeof(type)));
		assert_string_equal("", type);
	}
	tree_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_list),
					    cmocka_unit_test(test_no_list) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
