// SPDX-License-Identifier: GPL-2.0-or-later
/* Which tables of a VM are read, and what is told of what is not in them; what the kernel answers is made here. */
#include "config.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "witness/live.h"

#define PAGE   4096ull
#define MIB    (1024 * 1024ull)
#define BAR_AT 0xfc000000ull     /* the guest's address of a BAR of 16 MiB */
#define BAR    0x1000000000ull   /* the host's */
#define RAM_AT 0xfe000000ull     /* and of one that the VMM has of RAM */
#define IN_VMM 0x7f0000000000ull
#define PID    187
#define NO_ROOT UINT64_MAX

static uint64_t memory[16][512]; /* from address PAGE on */
static unsigned int used;

static struct witness_range added[16];
static unsigned int n_added;

static int read_memory(void *data, uint64_t phys, void *buf, size_t n)
{
	(void)data;
	if (phys < PAGE || phys + n > PAGE + sizeof(memory))
		return -EFAULT;
	memcpy(buf, (char *)memory + (phys - PAGE), n);
	return 0;
}

static uint64_t new_table(void)
{
	assert_true(used < 16);
	return PAGE * (1 + used++);
}

/* An entry of NPT, or of EPT: bits, of a page or a block of 2 MiB. */
static void map(uint64_t root, uint64_t address, bool block, uint64_t entry)
{
	uint64_t table = root;

	for (unsigned int shift = 39; shift > (block ? 21 : 12); shift -= 9) {
		uint64_t *e = &memory[table / PAGE - 1][address >> shift & 511];

		if (!*e)
			*e = new_table() | 7;
		table = *e & ~0xfffull;
	}
	memory[table / PAGE - 1][address >> (block ? 21 : 12) & 511] = entry;
}

/* What vm.c calls of its neighbours. */
uint64_t kernel_linear(const struct kernel *k)
{
	(void)k;
	return 0;
}

int live_mapping_phys(const struct live *l, const struct kernel_mapping *m, uint64_t *phys)
{
	(void)l;
	(void)m;
	*phys = BAR;
	return 1;
}

int live_add(struct live *l, const struct witness_range *r, uint64_t phys, uint64_t bytes)
{
	(void)l;
	if (phys < BAR || phys >= BAR + 16 * MIB)
		return 0;
	assert_true(n_added < 16);
	added[n_added] = *r;
	added[n_added].phys = phys;
	added[n_added++].size_bytes = bytes;
	return 0;
}

static struct kernel_slot slots[] = {
	{ .guest_page = BAR_AT / PAGE, .pages = 16 * MIB / PAGE, .start = IN_VMM, .pid = PID },
	{ .guest_page = RAM_AT / PAGE, .pages = 8 * MIB / PAGE, .start = 2 * IN_VMM / 3, .pid = PID },
	{ .guest_page = BAR_AT / PAGE, .pages = 16 * MIB / PAGE, .start = IN_VMM, .pid = PID + 1 },
};
static struct kernel_mapping mappings[] = {
	{ .start = IN_VMM, .end = IN_VMM + 16 * MIB, .pid = PID },
};

struct host {
	struct live l;
	struct live_ask ask;
	struct witness w;
	struct kernel_vm vms[8];
};

static void begin(struct host *h, enum memory_rules rules)
{
	memset(memory, 0, sizeof(memory));
	used = n_added = 0;
	*h = (struct host){ .l = {
		.page_bytes = PAGE, .rules = rules, .slots = slots, .n_slots = 3, .mappings = mappings, .n_mappings = 1,
		.stage2 = { .format = rules == MEMORY_RULES_AMD ? PAGE_X86_NPT : PAGE_X86_EPT, .page_shift = 12,
			    .pat = X86_PAT_LINUX, .phys_bits = 48, .read = read_memory },
	} };
}

/* A vCPU's. */
static struct kernel_vm *add_root(struct host *h, uint64_t root)
{
	struct kernel_vm *vm = &h->vms[h->l.n_vms++];

	*vm = (struct kernel_vm){ .kvm = 0xffff800000001000, .root_phys = root, .pid = PID, .comm = "qemu" };
	return vm;
}

static void look(struct host *h)
{
	h->l.vms = h->vms;
	h->l.w = &h->w;
	h->l.ask = &h->ask;
	assert_int_equal(0, live_look_at_vms(&h->l));
}

static void expect(const struct witness_range *r, uint64_t address, uint64_t bytes, enum witness_state state,
		   const char *type, bool forced)
{
	if (r->address != address || r->size_bytes != bytes)
		fail_msg("0x%jx+0x%jx", (uintmax_t)r->address, (uintmax_t)r->size_bytes);
	assert_string_equal(witness_state_name(state), witness_state_name(r->state));
	assert_string_equal(type, memory_type_name(r->type));
	assert_int_equal(forced, r->forced);
}

/* In each order of the vCPUs: one emptied, one that never ran, one in system management mode, the right one. */
static void test_roots(void **state)
{
	(void)state;
	for (unsigned int order = 0; order < 4; order++) {
		uint64_t roots[4];
		struct host h;

		begin(&h, MEMORY_RULES_AMD);
		roots[0] = new_table();
		roots[1] = NO_ROOT;
		roots[2] = new_table();
		roots[3] = new_table();
		map(roots[2], BAR_AT + 4 * MIB, true, 0x8e7 | (BAR + 4 * MIB));
		map(roots[3], BAR_AT + 2 * MIB, true, 0x8e7 | (BAR + 2 * MIB));
		for (unsigned int i = 0; i < 4; i++)
			add_root(&h, roots[(i + order) % 4])->is_smm = (i + order) % 4 == 2;
		add_root(&h, roots[3]);
		look(&h);
		assert_int_equal(1, h.w.n_vms);
		assert_int_equal(WITNESS_TABLES_READ, h.w.vms[0].tables);
		assert_int_equal(3, n_added);
		expect(&added[0], BAR_AT + 2 * MIB, 2 * MIB, WITNESS_MAPPED, "by guest", false);
		expect(&added[1], BAR_AT, 2 * MIB, WITNESS_UNTOUCHED, "by guest", false);
		expect(&added[2], BAR_AT + 4 * MIB, 12 * MIB, WITNESS_UNTOUCHED, "by guest", false);
		witness_free(&h.w);
	}
}

/* The only table is emptied; there is none; the guest's own is shadowed, by one vCPU or not yet by the other. */
static void test_no_roots(void **state)
{
	struct host h;

	(void)state;
	begin(&h, MEMORY_RULES_INTEL);
	add_root(&h, new_table());
	look(&h);
	assert_int_equal(WITNESS_TABLES_READ, h.w.vms[0].tables);
	assert_int_equal(1, n_added);
	expect(&added[0], BAR_AT, 16 * MIB, WITNESS_UNTOUCHED, "UC", false);
	witness_free(&h.w);

	for (int shadow = 0; shadow < 2; shadow++) {
		begin(&h, MEMORY_RULES_AMD);
		add_root(&h, NO_ROOT);
		add_root(&h, shadow ? new_table() : 0)->is_shadow = shadow;
		add_root(&h, shadow ? new_table() : NO_ROOT)->is_shadow = shadow;
		look(&h);
		assert_int_equal(1, h.w.n_vms);
		assert_int_equal(shadow ? WITNESS_TABLES_SHADOW : WITNESS_TABLES_EMPTY, h.w.vms[0].tables);
		assert_int_equal(0, n_added);
		witness_free(&h.w);
	}
}

/* A kernel that does not say how its KVM is made: there are VMs, and that is all. */
static void test_unknown(void **state)
{
	struct host h;

	(void)state;
	begin(&h, MEMORY_RULES_AMD);
	add_root(&h, 0)->is_unknown = 1;
	add_root(&h, 0)->is_unknown = 1;
	look(&h);
	assert_int_equal(1, h.w.n_vms);
	assert_int_equal(WITNESS_TABLES_BROKEN, h.w.vms[0].tables);
	assert_int_equal(1, h.w.n_lacks);
	assert_non_null(strstr(h.w.lacks[0].why, "does not describe KVM"));
	assert_int_equal(0, n_added);
	witness_free(&h.w);
}

/* Another VM, and a VM in the first one. */
static void test_several(void **state)
{
	uint64_t nested;
	struct host h;

	(void)state;
	begin(&h, MEMORY_RULES_INTEL);
	for (int i = 0; i < 2; i++)
		map(add_root(&h, new_table())->root_phys, BAR_AT, true, 0x87 | (BAR + 2 * MIB * i));
	h.vms[1].kvm++;
	h.vms[1].pid++;
	nested = new_table();
	map(nested, PAGE, false, 7 | (BAR + 4 * MIB));
	add_root(&h, nested)->nested = 1;
	look(&h);
	assert_int_equal(3, h.w.n_vms);
	assert_true(!h.w.vms[0].nested && h.w.vms[1].pid == PID + 1 && h.w.vms[2].nested == 1);
	assert_int_equal(4, n_added);
	expect(&added[0], BAR_AT, 2 * MIB, WITNESS_MAPPED, "UC", false);
	expect(&added[1], BAR_AT + 2 * MIB, 14 * MIB, WITNESS_UNTOUCHED, "UC", false);
	assert_int_equal(PID + 1, added[2].pid);
	expect(&added[3], PAGE, PAGE, WITNESS_MAPPED, "UC", false);
	assert_int_equal(1, added[3].nested);
	witness_free(&h.w);
}

/* --vm --ipa: a BAR on RAM, one page of it touched; emulated registers behind it, one page of which KVM has marked. */
static void test_asked(void **state)
{
	static const struct {
		enum memory_rules rules;
		uint64_t ram, mmio;
		const char *type, *untouched;
		bool forced;
	} cases[] = {
		{ MEMORY_RULES_AMD, 0x867, 7 | 1ull << 51, "by guest", "by guest", false },
		{ MEMORY_RULES_INTEL, 7 | 6 << 3 | 1 << 6, 6 | 0x123ull << 52, "WB", "unknown", true },
	};

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		uint64_t root;
		struct host h;

		begin(&h, cases[i].rules);
		root = add_root(&h, new_table())->root_phys;
		map(root, RAM_AT, false, cases[i].ram | 4 * MIB);
		map(root, RAM_AT + 8 * MIB + PAGE, false, cases[i].mmio | 0xfee00000);
		h.ask = (struct live_ask){ .vm = PID, .ipa = RAM_AT, .ipa_bytes = 8 * MIB + 3 * PAGE };
		look(&h);
		assert_int_equal(3, h.w.n_ranges);
		expect(&h.w.ranges[0], RAM_AT, PAGE, WITNESS_MAPPED, cases[i].type, cases[i].forced);
		expect(&h.w.ranges[1], RAM_AT + PAGE, 8 * MIB - PAGE, WITNESS_UNTOUCHED, cases[i].untouched, false);
		expect(&h.w.ranges[2], RAM_AT + 8 * MIB, 3 * PAGE, WITNESS_TRAPPED, "unknown", false);
		witness_free(&h.w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_roots),
		cmocka_unit_test(test_no_roots),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
