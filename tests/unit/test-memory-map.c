// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <elf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "witness/memory_map.h"

static void test_ram(void **state)
{
	static const char *const lines[] = {
		"00000000-00000fff : Reserved\n", "00001000-0009ffff : System RAM\n",
		"  00001000-00002fff : System RAM\n", /* within another: it counts already */
		"40000000-7fffffff : System RAM (kmem)\n", "00000000-00000000 : System RAM\n", /* hidden */
		"c0000000-cfffffff : PCI Bus 0000:00\n", "", "System RAM\n", "9-1 : System RAM\n",
	};
	struct memory_map m = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_int_equal(0, memory_map_add_line(&m, lines[i]));
	assert_int_equal(2, m.n_ram);
	assert_true(memory_map_is_ram(&m, 0x1000, 0x9f000));
	assert_false(memory_map_is_ram(&m, 0x1000, 0x9f001));
	assert_false(memory_map_is_ram(&m, 0xfff, 8));
	assert_true(memory_map_is_ram(&m, 0x7ffffff8, 8));
	assert_false(memory_map_is_ram(&m, 0xc0000000, 8));
	assert_false(memory_map_is_ram(&m, 0x40000000, 0));
	assert_false(memory_map_is_ram(&m, UINT64_MAX - 3, 8));
	memory_map_free(&m);
}

struct core {
	Elf64_Ehdr elf;
	Elf64_Phdr p[4];
};

static struct core make_core(void)
{
	struct core c = {
		.elf = { .e_ident = ELFMAG, .e_phoff = sizeof(Elf64_Ehdr), .e_phentsize = sizeof(Elf64_Phdr),
			 .e_phnum = 4 },
		.p = { { .p_type = PT_NOTE, .p_memsz = 1, .p_paddr = 1 },
		       { .p_type = PT_LOAD, .p_vaddr = 0xffff800080000000, .p_memsz = 0x1000, .p_paddr = UINT64_MAX },
		       { .p_type = PT_LOAD, .p_vaddr = 0xffff000000200000, .p_memsz = 0x1000, .p_paddr = 0x40200000 },
		       { .p_type = PT_LOAD, .p_vaddr = 0xffffa00000000000, .p_memsz = 0x2000, .p_paddr = 0x41000000 } },
	};

	c.elf.e_ident[EI_CLASS] = ELFCLASS64;
	return c;
}

static void test_kcore(void **state)
{
	struct core c = make_core();
	struct memory_map m = { 0 };
	uint64_t phys;

	(void)state;
	assert_int_equal(0, memory_map_add_kcore(&m, &c, sizeof(c)));
	assert_int_equal(2, m.n_segments);
	assert_true(m.segments[0].offset == 0xffff000000200000 - 0x40200000);
	assert_int_equal(0, memory_map_phys(&m, 0xffffa00000001fff, &phys));
	assert_true(phys == 0x41001fff);
	assert_int_equal(-ENOENT, memory_map_phys(&m, 0xffffa00000002000, &phys));
	assert_int_equal(-ENOENT, memory_map_phys(&m, 0xffff800080000000, &phys));
	memory_map_free(&m);
}

static void test_no_kcore(void **state)
{
	struct core c = make_core();
	struct memory_map m = { 0 };

	(void)state;
	for (size_t n = 0; n < sizeof(c); n += 7)
		assert_int_equal(-EINVAL, memory_map_add_kcore(&m, &c, n));
	c.elf.e_phoff = UINT64_MAX - 4;
	assert_int_equal(-EINVAL, memory_map_add_kcore(&m, &c, sizeof(c)));
	c = make_core();
	c.elf.e_phentsize = 1;
	assert_int_equal(-EINVAL, memory_map_add_kcore(&m, &c, sizeof(c)));
	c = make_core();
	c.elf.e_ident[0] = 0;
	assert_int_equal(-EINVAL, memory_map_add_kcore(&m, &c, sizeof(c)));
	assert_null(m.segments);
	memory_map_free(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ram),
		cmocka_unit_test(test_kcore),
		cmocka_unit_test(test_no_kcore),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
