// SPDX-License-Identifier: GPL-2.0-or-later
/* Page tables, built in memory as the manuals say, and walked. */
#include "config.h"
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "base/array.h"
#include "witness/page_table.h"

#define KIB 1024ull
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)
#define TIB (1024 * GIB)

#define PAGES_MAX 32
#define VISITS_MAX 64
#define AT (1 * GIB)             /* the first table's address */

/* Memory: pages in a row, all of a table's page_shift. */
static struct memory {
	uint64_t words[PAGES_MAX][8192];
	unsigned int shift, used;
	uint64_t base;
	unsigned int reads, small_reads;
	uint64_t hidden;         /* a page that cannot be read */
	uint64_t hidden_word;    /* a word that cannot be read alone */
	/* before the read whose number is that, a word changes */
	struct {
		unsigned int before_read;
		uint64_t phys, value;
	} changes[4];
	unsigned int n_changes;
} ram;

static uint64_t *word_at(uint64_t phys)
{
	uint64_t page = (phys - ram.base) >> ram.shift;

	if (phys < ram.base || page >= ram.used)
		return NULL;
	return &ram.words[page][(phys & ((1ull << ram.shift) - 1)) / 8];
}

static int ram_read(void *data, uint64_t phys, void *buf, size_t n)
{
	const uint64_t *word;

	assert_ptr_equal(data, &ram);
	assert_true(n && n % 8 == 0 && phys % 8 == 0);
	assert_true((phys & ((1ull << ram.shift) - 1)) + n <= 1ull << ram.shift);
	ram.reads++;
	ram.small_reads += n == 8;
	for (unsigned int i = 0; i < ram.n_changes; i++)
		if (ram.changes[i].before_read == ram.reads)
			*word_at(ram.changes[i].phys) = ram.changes[i].value;
	word = word_at(phys);
	if (!word || (ram.hidden && phys >> ram.shift == ram.hidden >> ram.shift) ||
	    (n == 8 && phys == ram.hidden_word))
		return -EFAULT;
	memcpy(buf, word, n);
	return 0;
}

static uint64_t new_page(void)
{
	assert_true(ram.used < PAGES_MAX);
	return ram.base + ((uint64_t)ram.used++ << ram.shift);
}

/* A root of that many concatenated tables. */
static struct page_table begin(enum page_format format, unsigned int shift, unsigned int input_bits,
			       int level, unsigned int tables)
{
	struct page_table t = {
		.format = format, .page_shift = shift, .input_bits = input_bits, .start_level = level,
		.pat = X86_PAT_LINUX, .read = ram_read, .data = &ram,
	};

	memset(&ram, 0, sizeof(ram));
	ram.shift = shift;
	ram.base = AT;
	t.root = new_page();
	while (--tables)
		new_page();
	return t;
}

/* An address as entries have it. */
static uint64_t coded(const struct page_table *t, uint64_t phys)
{
	uint64_t high = phys >> 48;

	if (t->format == PAGE_X86 || t->format == PAGE_X86_EPT || t->format == PAGE_X86_NPT || !t->lpa2)
		return phys;
	if (t->page_shift == 16)
		return (phys & 0xffffffffffffull) | high << 12;
	return (phys & 0x3ffffffffffffull) | high >> 2 << 8;
}

static unsigned int shift_of(const struct page_table *t, int level)
{
	static const unsigned int shifts[3][5] = {
		/* -1, 0, 1, 2, 3 */
		{ 48, 39, 30, 21, 12 },
		{ 58, 47, 36, 25, 14 },
		{ 68, 55, 42, 29, 16 },
	};

	return shifts[(t->page_shift - 12) / 2][level + 1];
}

static uint64_t table_bits(const struct page_table *t)
{
	return t->format == PAGE_X86 || t->format == PAGE_X86_NPT ? 7 | 1 << 5 :
	       t->format == PAGE_X86_EPT ? 7 : 3;
}

/* The entry at that level for an address, its tables made on the way. */
static uint64_t *entry_at(const struct page_table *t, uint64_t address, int level)
{
	uint64_t table = t->root, index = address >> shift_of(t, t->start_level);

	for (int l = t->start_level; l < level; l++) {
		uint64_t *entry = word_at(table + index * 8);

		if (!*entry)
			*entry = coded(t, new_page()) | table_bits(t);
		table = t->page_shift == 16 && t->lpa2 ? (*entry & 0xffffffff0000ull) | (*entry >> 12 & 15) << 48 :
		       t->lpa2 ? (*entry & 0x3fffffffff000ull) | (*entry >> 8 & 3) << 50 :
		       *entry & 0xffffffffff000ull;
		index = address >> shift_of(t, l + 1) & ((1ull << (t->page_shift - 3)) - 1);
	}
	return word_at(table + index * 8);
}

static uint64_t entry_phys(const struct page_table *t, uint64_t address, int level)
{
	uint64_t *entry = entry_at(t, address, level), at = (uint64_t)((char *)entry - (char *)ram.words);

	return ram.base + (at / sizeof(ram.words[0]) << ram.shift) + at % sizeof(ram.words[0]);
}

static void put(const struct page_table *t, uint64_t address, int level, uint64_t bits, uint64_t phys)
{
	*entry_at(t, address, level) = coded(t, phys) | bits;
}

/* Valid, AF, a block where it is one. */
static void put_arm(const struct page_table *t, uint64_t address, int level, unsigned int attr,
		    uint64_t phys)
{
	put(t, address, level, 1ull << 10 | attr << 2 | (level == 3 ? 3 : 1), phys);
}

static struct visits {
	struct page_leaf v[VISITS_MAX];
	unsigned int n, stop_after;
	int stop;
} seen;

static int visit(void *data, const struct page_leaf *leaf)
{
	struct visits *s = data;

	assert_true(s->n < VISITS_MAX && leaf->bytes);
	if (s->n)
		assert_true(leaf->address >= s->v[s->n - 1].address + s->v[s->n - 1].bytes);
	s->v[s->n++] = *leaf;
	return s->n == s->stop_after ? s->stop : 0;
}

static void walk(const struct page_table *t, uint64_t first, uint64_t last)
{
	memset(&seen, 0, sizeof(seen));
	ram.reads = ram.small_reads = 0;
	assert_int_equal(page_table_walk(t, first, last, visit, &seen), 0);
}

static void walk_all(const struct page_table *t)
{
	walk(t, 0, UINT64_MAX);
}

static void assert_leaf(unsigned int i, uint64_t address, uint64_t bytes, uint64_t phys, int level,
			const char *type)
{
	const struct page_leaf *l = &seen.v[i];

	assert_true(i < seen.n);
	assert_string_equal(page_state_name(l->state), "mapped");
	if (l->address != address || l->bytes != bytes || l->phys != phys || l->level != level)
		fail_msg("leaf %u: 0x%" PRIx64 "+0x%" PRIx64 " at 0x%" PRIx64 ", level %d", i, l->address,
			 l->bytes, l->phys, l->level);
	assert_string_equal(memory_type_name(l->memory.type), type);
}

static void assert_state(unsigned int i, uint64_t address, uint64_t bytes, enum page_state state)
{
	const struct page_leaf *l = &seen.v[i];

	assert_true(i < seen.n);
	assert_string_equal(page_state_name(l->state), page_state_name(state));
	if (l->address != address || l->bytes != bytes)
		fail_msg("leaf %u: 0x%" PRIx64 "+0x%" PRIx64, i, l->address, l->bytes);
	assert_true(!l->phys && l->memory.type == MEMORY_UNKNOWN);
}

/*
 * Every level that may have a block or page, each granule, without and with 52 bits; a block where none may be
 * is refused.
 */
static void test_arm_levels(void **state)
{
	static const struct {
		unsigned int shift, bits;
		int start;
		bool lpa2;
		int largest;     /* the first level with blocks */
		uint64_t high;   /* what the physical addresses have above */
	} rows[] = {
		{ 12, 48, 0, false, 1, 0x800000000000 },
		{ 12, 39, 1, false, 1, 0x800000000000 },
		{ 12, 30, 2, false, 2, 0 },
		{ 12, 52, -1, true, 0, 0xf000000000000 },
		{ 14, 48, 0, false, 2, 0x800000000000 },
		{ 14, 47, 1, false, 2, 0 },
		{ 14, 36, 2, false, 2, 0 },
		{ 14, 52, 0, true, 1, 0xf000000000000 },
		{ 16, 48, 1, false, 2, 0 },
		{ 16, 42, 2, false, 2, 0 },
		{ 16, 52, 1, true, 1, 0xf000000000000 },
	};

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		for (int level = rows[i].start; level <= 3; level++) {
			struct page_table t = begin(PAGE_ARM_STAGE1, rows[i].shift, rows[i].bits,
						    rows[i].start, 1);
			unsigned int shift = shift_of(&t, level);
			uint64_t bytes = 1ull << shift, address = (1ull << rows[i].bits) - bytes;
			/* table addresses of 52 bits, too */
			uint64_t phys = rows[i].high | bytes;

			ram.base = t.root = AT | rows[i].high;
			t.lpa2 = rows[i].lpa2;
			put_arm(&t, address, level, 2, phys);
			walk_all(&t);
			assert_int_equal(seen.n, 1);
			if (level >= rows[i].largest)
				assert_leaf(0, address, bytes, phys, level, "Normal-NC");
			else
				assert_state(0, address, bytes, PAGE_INVALID);
			assert_int_equal(seen.v[0].entry_bytes, bytes);
			assert_int_equal(seen.v[0].entry, *entry_at(&t, address, level));
			assert_int_equal(ram.reads - ram.small_reads, level - rows[i].start + 1);
			assert_int_equal(ram.small_reads, level - rows[i].start);
		}
	}
}

/* Bits above 48 are no address unless they are. */
static void test_arm_bits(void **state)
{
	struct page_table t = begin(PAGE_ARM_STAGE1, 16, 48, 1, 1);

	(void)state;
	*entry_at(&t, 0, 3) = 3ull | 4 << 2 | 1ull << 54 | 0xf000 | 7ull << 48 | 1ull << 16;
	walk_all(&t);
	assert_leaf(0, 0, 64 * KIB, 64 * KIB, 3, "Device-nGnRE");
	t.mair = ARM_MAIR_OLD;
	walk_all(&t);
	assert_leaf(0, 0, 64 * KIB, 64 * KIB, 3, "Normal-WB");

	/* invalid: all else does not matter; level 3 has no blocks */
	t = begin(PAGE_ARM_STAGE1, 12, 48, 0, 1);
	*entry_at(&t, 0, 3) = ~1ull;
	*entry_at(&t, 4 * KIB, 3) = 1;
	walk_all(&t);
	assert_int_equal(seen.n, 1);
	assert_state(0, 4 * KIB, 4 * KIB, PAGE_INVALID);
}

/* A contiguous run is its entries. */
static void test_arm_contiguous(void **state)
{
	struct page_table t = begin(PAGE_ARM_STAGE2, 12, 40, 1, 2);

	(void)state;
	for (uint64_t i = 0; i < 16; i++)
		put(&t, 2 * MIB + i * 4 * KIB, 3, 3ull | 5 << 2 | 1ull << 52, 8 * GIB + i * 4 * KIB);
	walk_all(&t);
	assert_int_equal(seen.n, 16);
	assert_leaf(15, 2 * MIB + 60 * KIB, 4 * KIB, 8 * GIB + 60 * KIB, 3, "Normal-NC");
}

/* KVM's stage 2: start tables in a row. */
static void test_concatenated(void **state)
{
	static const struct {
		unsigned int shift, bits;
		int start;
		unsigned int tables;
		int level;
	} rows[] = {
		{ 12, 40, 1, 2, 2 },
		{ 12, 43, 1, 16, 1 },
		{ 12, 34, 2, 16, 3 },
		{ 14, 40, 2, 16, 3 },
		{ 14, 48, 1, 2, 2 },
		{ 16, 46, 2, 16, 2 },
		{ 16, 44, 2, 4, 3 },
		{ 14, 39, 2, 8, 2 },
	};

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		struct page_table t = begin(PAGE_ARM_STAGE2, rows[i].shift, rows[i].bits, rows[i].start,
					    rows[i].tables);
		uint64_t bytes = 1ull << shift_of(&t, rows[i].level), end = 1ull << rows[i].bits;
		uint64_t half = end / 2;

		put_arm(&t, 0, rows[i].level, 1, bytes);
		put_arm(&t, half - bytes, rows[i].level, 1, 2 * bytes);
		put_arm(&t, half, rows[i].level, 5, 3 * bytes);
		put_arm(&t, end - bytes, rows[i].level, 15, 4 * bytes);
		walk_all(&t);
		assert_int_equal(seen.n, 4);
		assert_leaf(0, 0, bytes, bytes, rows[i].level, "Device-nGnRE");
		assert_leaf(1, half - bytes, bytes, 2 * bytes, rows[i].level, "Device-nGnRE");
		assert_leaf(2, half, bytes, 3 * bytes, rows[i].level, "Normal-NC");
		assert_leaf(3, end - bytes, bytes, 4 * bytes, rows[i].level, "Normal-WB");
		/* only what is asked for is read */
		walk(&t, half, half + bytes - 1);
		assert_int_equal(seen.n, 1);
		assert_int_equal(ram.reads, 1 + 2 * (rows[i].level - rows[i].start));
		assert_leaf(0, half, bytes, 3 * bytes, rows[i].level, "Normal-NC");
	}
}

/* As the lab's hosts have it: RAM, BAR on 5.10, BAR on 6.12. */
static void test_fwb(void **state)
{
	struct page_table t = begin(PAGE_ARM_STAGE2, 12, 40, 1, 2);

	(void)state;
	t.fwb = true;
	put_arm(&t, 1 * GIB, 2, 6, 4 * GIB);
	put_arm(&t, 512 * GIB, 3, 1, 5 * GIB);
	put_arm(&t, 513 * GIB, 2, 5, 6 * GIB);
	put_arm(&t, 514 * GIB, 2, 7, 7 * GIB);
	walk_all(&t);
	assert_int_equal(seen.n, 4);
	assert_leaf(0, 1 * GIB, 2 * MIB, 4 * GIB, 2, "Normal-WB");
	assert_true(seen.v[0].memory.forced);
	assert_leaf(1, 512 * GIB, 4 * KIB, 5 * GIB, 3, "Device-nGnRE");
	assert_leaf(2, 513 * GIB, 2 * MIB, 6 * GIB, 2, "Normal-NC");
	assert_leaf(3, 514 * GIB, 2 * MIB, 7 * GIB, 2, "by guest");
	assert_false(seen.v[1].memory.forced || seen.v[2].memory.forced || seen.v[3].memory.forced);
	t.fwb = false;
	walk_all(&t);
	assert_leaf(1, 512 * GIB, 4 * KIB, 5 * GIB, 3, "Device-nGnRE");
	assert_leaf(2, 513 * GIB, 2 * MIB, 6 * GIB, 2, "Normal-NC");
	assert_leaf(0, 1 * GIB, 2 * MIB, 4 * GIB, 2, "unknown");
	assert_false(seen.v[0].memory.forced);
}

/* Four and five levels, the sizes that there are. */
static void test_x86(void **state)
{
	static const uint64_t nx = 1ull << 63, sizes[] = { 512 * GIB, 1 * GIB, 2 * MIB, 4 * KIB };

	(void)state;
	for (int start = -1; start <= 0; start++) {
		for (int level = start; level <= 3; level++) {
			struct page_table t = begin(PAGE_X86, 12, start ? 57 : 48, start, 1);
			uint64_t bytes = level < 0 ? 256 * TIB : sizes[level];
			uint64_t address = (1ull << t.input_bits) - bytes;

			/* WC is PWT alone */
			put(&t, address, level, nx | 0x67 | 1 << 3 | (level < 3 ? 1 << 7 : 0), bytes);
			walk_all(&t);
			assert_int_equal(seen.n, 1);
			if (level > 0)
				assert_leaf(0, address, bytes, bytes, level, "WC");
			else
				assert_state(0, address, bytes, PAGE_INVALID);
		}
	}
}

static void test_x86_types(void **state)
{
	struct page_table t = begin(PAGE_X86, 12, 48, 0, 1);

	(void)state;
	put(&t, 0, 3, 0x63, 4 * KIB);
	put(&t, 4 * KIB, 3, 0x63 | 2 << 3, 8 * KIB);            /* UC- */
	put(&t, 8 * KIB, 3, 0x63 | 3 << 3 | 1 << 7, 12 * KIB);  /* WT: the PAT bit is 7 */
	put(&t, 12 * KIB, 3, 0x100, 16 * KIB);                  /* PROT_NONE */
	put(&t, 2 * MIB, 2, 0xe3 | 3 << 3 | 1 << 12, 4 * MIB);  /* WT: the PAT bit is 12, no address */
	put(&t, 1 * GIB, 1, 0xe3 | 3 << 3, 4 * GIB);            /* UC */
	walk_all(&t);
	assert_int_equal(seen.n, 5);
	assert_leaf(0, 0, 4 * KIB, 4 * KIB, 3, "WB");
	assert_leaf(1, 4 * KIB, 4 * KIB, 8 * KIB, 3, "UC-");
	assert_leaf(2, 8 * KIB, 4 * KIB, 12 * KIB, 3, "WT");
	assert_leaf(3, 2 * MIB, 2 * MIB, 4 * MIB, 2, "WT");
	assert_leaf(4, 1 * GIB, 1 * GIB, 4 * GIB, 1, "UC");

	/* with SME the C bit is in leaves and tables, and no address; beyond the CPU's bits nothing is mapped */
	t.phys_bits = 43;
	t.encryption = 1ull << 47;
	put(&t, 0, 3, 0x63 | t.encryption, 4 * KIB);
	put(&t, 4 * KIB, 3, 0x63 | 1ull << 43, 8 * KIB);
	*entry_at(&t, 0, 2) |= t.encryption;
	walk(&t, 0, 12 * KIB - 1);
	assert_int_equal(seen.n, 3);
	assert_leaf(0, 0, 4 * KIB, 4 * KIB, 3, "WB");
	assert_state(1, 4 * KIB, 4 * KIB, PAGE_INVALID);
}

/* KVM's EPT: a BAR without IPAT, RAM with it, MMIO, and what is not present. */
static void test_ept(void **state)
{
	struct page_table t = begin(PAGE_X86_EPT, 12, 48, 0, 1);

	(void)state;
	put(&t, 0, 3, 7 | 6 << 3 | 1 << 6 | 0x800, 4 * GIB);
	put(&t, 4 * KIB, 3, 7 | 0x800, 5 * GIB);
	put(&t, 8 * KIB, 3, 4 | 6 << 3, 6 * GIB);            /* execute only */
	put(&t, 12 * KIB, 3, 6 | 0x123ull << 52, 0xfee00000); /* MMIO, with its generation */
	put(&t, 16 * KIB, 3, 2, 0);                          /* write only */
	put(&t, 20 * KIB, 3, 0x8000000000000000, 0);
	put(&t, 24 * KIB, 3, 0x80000000000005a0, 0);
	put(&t, 28 * KIB, 3, 7 | 2 << 3, 7 * GIB);           /* no such type */
	put(&t, 32 * KIB, 3, 1 | 1 << 3 | 1 << 7, 8 * GIB);  /* read only; bit 7 is ignored */
	put(&t, 2 * MIB, 2, 7 | 1 << 7 | 1 << 6, 16 * GIB);
	put(&t, 1 * GIB, 1, 7 | 1 << 7 | 6 << 3, 32 * GIB);
	put(&t, 512 * GIB, 0, 7 | 1 << 7, 64 * GIB);
	put(&t, 1024 * GIB, 0, 6, 64 * GIB);
	/* KVM's REMOVED_SPTE until Linux 6.9 */
	put(&t, 36 * KIB, 3, 0x5a0, 0);
	/* one whose accesses are tracked without A/D bits: KVM keeps what it allowed where the CPU does not look */
	put(&t, 40 * KIB, 3, 6 << 3 | 1 << 6 | 5ull << 54, 9 * GIB);
	walk_all(&t);
	assert_int_equal(seen.n, 11);
	assert_leaf(0, 0, 4 * KIB, 4 * GIB, 3, "WB");
	assert_true(seen.v[0].memory.forced);
	assert_leaf(1, 4 * KIB, 4 * KIB, 5 * GIB, 3, "UC");
	assert_false(seen.v[1].memory.forced);
	assert_leaf(2, 8 * KIB, 4 * KIB, 6 * GIB, 3, "by guest");
	assert_state(3, 12 * KIB, 4 * KIB, PAGE_TRAPPED);
	assert_state(4, 16 * KIB, 4 * KIB, PAGE_TRAPPED);
	assert_state(5, 28 * KIB, 4 * KIB, PAGE_INVALID);
	assert_leaf(6, 32 * KIB, 4 * KIB, 8 * GIB, 3, "WC");
	assert_leaf(7, 2 * MIB, 2 * MIB, 16 * GIB, 2, "UC");
	assert_true(seen.v[7].memory.forced);
	assert_leaf(8, 1 * GIB, 1 * GIB, 32 * GIB, 1, "by guest");
	assert_state(9, 512 * GIB, 512 * GIB, PAGE_INVALID);
	assert_state(10, 1024 * GIB, 512 * GIB, PAGE_TRAPPED);

	/* five levels */
	t = begin(PAGE_X86_EPT, 12, 57, -1, 1);
	put(&t, 300 * TIB, 2, 7 | 1 << 7, 2 * MIB);
	walk_all(&t);
	assert_int_equal(seen.n, 1);
	assert_leaf(0, 300 * TIB, 2 * MIB, 2 * MIB, 2, "UC");
}

/* What else is in entries of EPT says nothing of the type: SDM 3C table 29-7 (accessed, dirty, #VE and so on). */
static void test_ept_bits(void **state)
{
	static const uint64_t others[] = { 1 << 8, 1 << 9, 1 << 10, 1 << 11, 1ull << 52, 1ull << 57, 1ull << 58,
					   1ull << 60, 1ull << 63 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		for (int level = 1; level <= 3; level++) {
			struct page_table t = begin(PAGE_X86_EPT, 12, 48, 0, 1);
			uint64_t bits = 7 | others[i] | (level < 3 ? 1 << 7 : 0);

			/* all of a table's entry but its address and what allows is ignored, the type's bits too */
			put(&t, 0, level, bits | 6 << 3 | 1 << 6, 4 * GIB);
			*entry_at(&t, 0, level - 1) |= others[i] | 0x40;
			walk_all(&t);
			assert_int_equal(seen.n, 1);
			assert_true(seen.v[0].state == PAGE_MAPPED && seen.v[0].phys == 4 * GIB);
			assert_true(seen.v[0].memory.type == MEMORY_WB && seen.v[0].memory.forced);
		}
}

/* KVM's NPT: as paging; MMIO by a reserved bit. */
static void test_npt(void **state)
{
	struct page_table t = begin(PAGE_X86_NPT, 12, 48, 0, 1);

	(void)state;
	t.phys_bits = 48;
	put(&t, 0, 3, 0x867, 4 * GIB);
	put(&t, 4 * KIB, 3, 0x867 | 2 << 3, 5 * GIB);
	put(&t, 8 * KIB, 3, 7 | 1ull << 51, 0xfee00000);
	put(&t, 12 * KIB, 3, 0x8000000000000000, 0);
	put(&t, 2 * MIB, 2, 0x8e7 | 1 << 3, 6 * GIB);
	walk_all(&t);
	assert_int_equal(seen.n, 4);
	assert_leaf(0, 0, 4 * KIB, 4 * GIB, 3, "by guest");
	assert_leaf(1, 4 * KIB, 4 * KIB, 5 * GIB, 3, "UC-");
	assert_state(2, 8 * KIB, 4 * KIB, PAGE_TRAPPED);
	assert_leaf(3, 2 * MIB, 2 * MIB, 6 * GIB, 2, "WC");
	/* what KVM leaves while it takes a table away: until Linux 6.9, and since */
	put(&t, 2 * MIB, 2, 0x5a0, 0);
	put(&t, 12 * KIB, 3, 0x80000000000005a0, 0);
	walk_all(&t);
	assert_int_equal(seen.n, 3);
	/* a CPU with all 52 bits has no reserved ones */
	t.phys_bits = 0;
	walk_all(&t);
	assert_leaf(2, 8 * KIB, 4 * KIB, (1ull << 51) + 0xfee00000, 3, "by guest");

	/* five levels; RAM has SME's C bit, a BAR has not */
	t = begin(PAGE_X86_NPT, 12, 57, -1, 1);
	t.phys_bits = 48;
	t.encryption = 1ull << 51;
	put(&t, 300 * TIB, 1, 0x8e7 | t.encryption, 2 * GIB);
	put(&t, 301 * TIB, 3, 0x867, 4 * GIB);
	*entry_at(&t, 300 * TIB, 0) |= t.encryption;
	walk_all(&t);
	assert_int_equal(seen.n, 2);
	assert_leaf(0, 300 * TIB, 1 * GIB, 2 * GIB, 1, "by guest");
	assert_leaf(1, 301 * TIB, 4 * KIB, 4 * GIB, 3, "by guest");
}

/* What is asked for is what is told, to the byte. */
static void test_cut(void **state)
{
	struct page_table t = begin(PAGE_ARM_STAGE2, 12, 40, 1, 2);

	(void)state;
	put_arm(&t, 1 * GIB, 1, 5, 8 * GIB);
	put_arm(&t, 2 * GIB, 2, 5, 9 * GIB);
	walk(&t, 1 * GIB + 100, 1 * GIB + 101);
	assert_int_equal(seen.n, 1);
	assert_leaf(0, 1 * GIB + 100, 2, 8 * GIB + 100, 1, "Normal-NC");
	assert_int_equal(seen.v[0].entry_bytes, 1 * GIB);
	walk(&t, 2 * GIB - 1, 2 * GIB);
	assert_int_equal(seen.n, 2);
	assert_leaf(0, 2 * GIB - 1, 1, 9 * GIB - 1, 1, "Normal-NC");
	assert_leaf(1, 2 * GIB, 1, 9 * GIB, 2, "Normal-NC");
	walk(&t, 2 * GIB + 1, 2 * GIB + 2 * MIB - 2);
	assert_leaf(0, 2 * GIB + 1, 2 * MIB - 2, 9 * GIB + 1, 2, "Normal-NC");
	walk(&t, 2 * GIB + 2 * MIB, 3 * GIB);
	assert_int_equal(seen.n, 0);
	/* the first byte of a root's second table */
	put_arm(&t, 512 * GIB, 1, 5, 16 * GIB);
	walk(&t, 512 * GIB, 512 * GIB);
	assert_int_equal(seen.n, 1);
	assert_leaf(0, 512 * GIB, 1, 16 * GIB, 1, "Normal-NC");
	/* nothing is beyond the table's bits, and nothing is read for it */
	walk(&t, 1 * TIB, UINT64_MAX);
	assert_int_equal(seen.n + ram.reads, 0);
	walk(&t, 1 * TIB - 1, UINT64_MAX);
	assert_int_equal(seen.n, 0);
}

static void test_stop(void **state)
{
	struct page_table t = begin(PAGE_ARM_STAGE2, 12, 40, 1, 2);

	(void)state;
	for (uint64_t i = 0; i < 4; i++)
		put_arm(&t, i * 512 * GIB / 2, 1, 5, i * GIB);
	seen = (struct visits){ .stop_after = 2, .stop = 77 };
	assert_int_equal(page_table_walk(&t, 0, UINT64_MAX, visit, &seen), 77);
	assert_int_equal(seen.n, 2);
	seen = (struct visits){ .stop_after = 4, .stop = -1 };
	assert_int_equal(page_table_walk(&t, 0, UINT64_MAX, visit, &seen), -1);
}

static void test_unreadable(void **state)
{
	struct page_table t = begin(PAGE_ARM_STAGE2, 12, 40, 1, 2);
	uint64_t entry;

	(void)state;
	put_arm(&t, 1 * GIB, 2, 5, 8 * GIB);
	put_arm(&t, 2 * GIB, 3, 5, 9 * GIB);
	put_arm(&t, 2 * GIB + 2 * MIB, 3, 5, 9 * GIB);
	put_arm(&t, 600 * GIB, 1, 5, 10 * GIB);
	entry = entry_phys(&t, 2 * GIB, 3);

	/* a table of pages: the walk goes on */
	ram.hidden = entry;
	walk_all(&t);
	assert_int_equal(seen.n, 4);
	assert_leaf(0, 1 * GIB, 2 * MIB, 8 * GIB, 2, "Normal-NC");
	assert_state(1, 2 * GIB, 2 * MIB, PAGE_UNREADABLE);
	assert_leaf(2, 2 * GIB + 2 * MIB, 4 * KIB, 9 * GIB, 3, "Normal-NC");
	assert_leaf(3, 600 * GIB, 1 * GIB, 10 * GIB, 1, "Normal-NC");
	/* cut as leaves are */
	walk(&t, 2 * GIB + 5, 2 * GIB + 6);
	assert_state(0, 2 * GIB + 5, 2, PAGE_UNREADABLE);

	/* an address that is none */
	ram.hidden = 0;
	put(&t, 2 * GIB, 2, 3, 0x123456789000);
	walk(&t, 2 * GIB, 2 * GIB + 2 * MIB - 1);
	assert_int_equal(seen.n, 1);
	assert_state(0, 2 * GIB, 2 * MIB, PAGE_UNREADABLE);

	/* the parent's entry, behind its table */
	ram.hidden_word = entry_phys(&t, 1 * GIB, 1);
	walk(&t, 0, 2 * GIB - 1);
	assert_int_equal(seen.n, 1);
	assert_state(0, 1 * GIB, 1 * GIB, PAGE_UNREADABLE);

	/* the first of two root tables */
	ram.hidden_word = 0;
	ram.hidden = t.root;
	walk_all(&t);
	assert_int_equal(seen.n, 2);
	assert_state(0, 0, 512 * GIB, PAGE_UNREADABLE);
	assert_leaf(1, 600 * GIB, 1 * GIB, 10 * GIB, 1, "Normal-NC");
}

/* Tables that point to themselves or above end there; one that many point to costs as many reads, no more. */
static void test_loops(void **state)
{
	struct page_table t = begin(PAGE_X86, 12, 48, 0, 1);
	uint64_t child;

	(void)state;
	put(&t, 0, 0, 0x67, t.root);
	child = new_page();
	put(&t, 512 * GIB, 0, 0x67, child);
	*word_at(child) = t.root | 0x67;
	*word_at(child + 8) = child | 0x67;
	walk_all(&t);
	assert_int_equal(seen.n, 3);
	assert_state(0, 0, 512 * GIB, PAGE_INVALID);
	assert_state(1, 512 * GIB, 1 * GIB, PAGE_INVALID);
	assert_state(2, 513 * GIB, 1 * GIB, PAGE_INVALID);

	/* 2^27 tables, of four pages */
	t = begin(PAGE_X86, 12, 48, 0, 1);
	put(&t, 0, 3, 0, 0);
	for (uint64_t page = t.root; page < t.root + 3 * 4 * KIB; page += 4 * KIB)
		for (uint64_t i = 0; i < 512; i++)
			*word_at(page + i * 8) = (page + 4 * KIB) | 0x67;
	t.tables_max = 1000;
	walk_all(&t);
	assert_int_equal(seen.n, 1);
	/* the root, one of level 1, two of 2, then 996 of 3: 484 of its 512 parents are left */
	assert_state(0, 1 * GIB + 484 * 2 * MIB, 256 * TIB - 1 * GIB - 484 * 2 * MIB, PAGE_LEFT_OUT);
	assert_true(ram.reads <= 2 * t.tables_max);
	/* as many as are needed are no shortage */
	t.tables_max = 4;
	walk(&t, 0, 2 * MIB - 1);
	assert_int_equal(seen.n, 0);
	walk(&t, 4 * KIB, 2 * MIB);
	assert_int_equal(seen.n, 1);
	assert_state(0, 2 * MIB, 1, PAGE_LEFT_OUT);
	/* stopped just there */
	seen = (struct visits){ .stop_after = 1, .stop = 5 };
	assert_int_equal(page_table_walk(&t, 0, UINT64_MAX, visit, &seen), 5);

	/* of concatenated roots the second one */
	t = begin(PAGE_ARM_STAGE2, 12, 40, 1, 2);
	t.tables_max = 1;
	walk_all(&t);
	assert_state(0, 512 * GIB, 512 * GIB, PAGE_LEFT_OUT);
}

/* What stands at 1 GiB changes before the given reads. */
static void change(const struct page_table *t, unsigned int before_read, uint64_t value)
{
	unsigned int i = ram.n_changes++;

	ram.changes[i].before_read = before_read;
	ram.changes[i].phys = entry_phys(t, 1 * GIB, 1);
	ram.changes[i].value = value;
}

/*
 * Reads: 1 the root, 2 its child, 3 the entry again, and so on. first and second: two tables with another page
 * each.
 */
static void test_changing(void **state)
{
	struct page_table t;
	uint64_t first, second;

	(void)state;
	for (int row = 0; row < 6; row++) {
		t = begin(PAGE_ARM_STAGE2, 12, 40, 1, 2);
		put_arm(&t, 1 * GIB, 2, 5, 8 * GIB);
		first = *entry_at(&t, 1 * GIB, 1);
		second = new_page() | 3;
		*word_at(second & ~0xfffull) = 9 * GIB | 15 << 2 | 1;
		switch (row) {
		case 0: /* replaced while it was read */
			change(&t, 3, second);
			walk_all(&t);
			assert_int_equal(ram.reads, 1 + 2 + 2 + 1);
			assert_leaf(0, 1 * GIB, 2 * MIB, 9 * GIB, 2, "Normal-WB");
			break;
		case 1: /* twice */
			change(&t, 3, second);
			change(&t, 5, first);
			walk_all(&t);
			assert_leaf(0, 1 * GIB, 2 * MIB, 8 * GIB, 2, "Normal-NC");
			break;
		case 2: /* each time */
			change(&t, 3, second);
			change(&t, 5, first);
			change(&t, 7, second);
			walk_all(&t);
			assert_state(0, 1 * GIB, 1 * GIB, PAGE_CHANGING);
			break;
		case 3: /* by a block; the table that was is not readable any more */
			ram.hidden = first;
			change(&t, 3, 4 * GIB | 1 << 2 | 1);
			walk_all(&t);
			assert_leaf(0, 1 * GIB, 1 * GIB, 4 * GIB, 1, "Device-nGnRE");
			break;
		case 4: /* by nothing */
			change(&t, 2, 0);
			walk_all(&t);
			assert_int_equal(seen.n, 0);
			continue;
		case 5: /* by what is no address: only a flag, which is no change */
			change(&t, 3, first | 1 << 10);
			walk_all(&t);
			assert_int_equal(ram.reads, 1 + 2 + 1);
			assert_leaf(0, 1 * GIB, 2 * MIB, 8 * GIB, 2, "Normal-NC");
			break;
		}
		assert_int_equal(seen.n, 1);
	}
}

static int never_read(void *data, uint64_t phys, void *buf, size_t n)
{
	(void)data;
	(void)phys;
	(void)buf;
	(void)n;
	fail_msg("read");
	return 0;
}

static void test_bad_tables(void **state)
{
	static const struct page_table rows[] = {
		{ .format = PAGE_FORMATS, .page_shift = 12, .input_bits = 48 },
		{ .format = PAGE_ARM_STAGE1, .page_shift = 13, .input_bits = 48 },
		{ .format = PAGE_ARM_STAGE1, .page_shift = 0, .input_bits = 48 },
		{ .format = PAGE_ARM_STAGE1, .page_shift = 12, .input_bits = 53, .start_level = -1 },
		{ .format = PAGE_ARM_STAGE1, .page_shift = 12, .input_bits = 39, .start_level = 0 },
		{ .format = PAGE_ARM_STAGE1, .page_shift = 12, .input_bits = 49, .start_level = 0 },
		{ .format = PAGE_ARM_STAGE1, .page_shift = 12, .input_bits = 40, .start_level = 1 },
		{ .format = PAGE_ARM_STAGE1, .page_shift = 12, .input_bits = 52, .start_level = -2 },
		{ .format = PAGE_ARM_STAGE1, .page_shift = 12, .input_bits = 13, .start_level = 4 },
		{ .format = PAGE_ARM_STAGE1, .page_shift = 16, .input_bits = 52, .start_level = 0 },
		{ .format = PAGE_ARM_STAGE1, .page_shift = 16, .input_bits = 52, .start_level = -1 },
		{ .format = PAGE_ARM_STAGE1, .page_shift = 14, .input_bits = 52, .start_level = -1 },
		{ .format = PAGE_ARM_STAGE1, .page_shift = 12, .input_bits = 48, .root = 0x800 },
		{ .format = PAGE_ARM_STAGE1, .page_shift = 12, .input_bits = 42, .root = 0x20 },
		{ .format = PAGE_ARM_STAGE2, .page_shift = 12, .input_bits = 44, .start_level = 1 },
		{ .format = PAGE_X86, .page_shift = 14, .input_bits = 48 },
		{ .format = PAGE_X86, .page_shift = 12, .input_bits = 58, .start_level = -1 },
		{ .format = PAGE_X86, .page_shift = 12, .input_bits = 39, .start_level = 1 },
		{ .format = PAGE_X86, .page_shift = 12, .input_bits = 48, .lpa2 = true },
		{ .format = PAGE_X86, .page_shift = 12, .input_bits = 48, .phys_bits = 64 },
		{ .format = PAGE_X86_EPT, .page_shift = 12, .input_bits = 48, .phys_bits = 20 },
	};
	struct page_table t = { .format = PAGE_ARM_STAGE1, .page_shift = 12, .input_bits = 48 };
	struct page_ranges r = { .max = 0 };

	(void)state;
	assert_int_equal(page_table_walk(&t, 0, 1, visit, &seen), -EINVAL); /* no read() */
	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		t = rows[i];
		t.read = never_read;
		if (page_table_walk(&t, 0, UINT64_MAX - 1, visit, &seen) != -EINVAL)
			fail_msg("row %u", i);
		assert_int_equal(page_table_ranges(&t, 0, UINT64_MAX - 1, &r), -EINVAL);
	}
	t = begin(PAGE_ARM_STAGE2, 12, 40, 1, 2);
	assert_int_equal(page_table_walk(&t, 2, 1, visit, &seen), -EINVAL);
	assert_int_equal(page_table_ranges(&t, 0, UINT64_MAX, &r), -EINVAL);
	/* of a kernel with 52 bits on 16 entries; aligned to what they need */
	t = begin(PAGE_ARM_STAGE1, 12, 52, -1, 1);
	t.lpa2 = true;
	t.root += 128;
	*word_at(t.root + 15 * 8) = coded(&t, new_page()) | 3;
	*word_at(ram.base + 4 * KIB + 511 * 8) = coded(&t, 512 * GIB) | 4 << 2 | 1;
	walk_all(&t);
	assert_int_equal(seen.n, 1);
	assert_leaf(0, 4096 * TIB - 512 * GIB, 512 * GIB, 512 * GIB, 0, "Device-nGnRE");
	/* behind it there may be words, but none of its own */
	walk(&t, 4096 * TIB, UINT64_MAX);
	assert_int_equal(seen.n + ram.reads, 0);
}

static void assert_range(const struct page_ranges *r, size_t i, uint64_t address, uint64_t bytes,
			 enum page_state state, const char *type)
{
	assert_true(i < r->n);
	assert_string_equal(page_state_name(r->v[i].state), page_state_name(state));
	if (r->v[i].address != address || r->v[i].bytes != bytes)
		fail_msg("range %zu: 0x%" PRIx64 "+0x%" PRIx64, i, r->v[i].address, r->v[i].bytes);
	assert_string_equal(memory_type_name(r->v[i].memory.type), type);
}

/* A BAR of 16 MiB, whose driver touched some: blocks and pages of it are one range. */
static void test_ranges(void **state)
{
	struct page_table t = begin(PAGE_ARM_STAGE2, 12, 40, 1, 2);
	struct page_range v[8];
	struct page_ranges r = { .v = v, .max = ARRAY_SIZE(v) };
	const uint64_t bar = 512 * GIB, phys = 64 * GIB;

	(void)state;
	put_arm(&t, bar + 2 * MIB, 2, 5, phys + 2 * MIB);
	put_arm(&t, bar + 4 * MIB, 3, 5, phys + 4 * MIB);
	put_arm(&t, bar + 4 * MIB + 4 * KIB, 3, 5, phys + 4 * MIB + 4 * KIB);
	put_arm(&t, bar + 4 * MIB + 8 * KIB, 3, 1, phys + 4 * MIB + 8 * KIB);  /* another type */
	put_arm(&t, bar + 4 * MIB + 12 * KIB, 3, 1, phys + 4 * MIB + 20 * KIB); /* another place */
	put_arm(&t, bar + 8 * MIB, 2, 5, phys + 8 * MIB);
	assert_int_equal(page_table_ranges(&t, bar, bar + 16 * MIB - 1, &r), 0);
	assert_int_equal(r.n, 7);
	assert_int_equal(r.left_out, 0);
	assert_range(&r, 0, bar, 2 * MIB, PAGE_HOLE, "unknown");
	assert_int_equal(v[0].largest_bytes, 0);
	assert_range(&r, 1, bar + 2 * MIB, 2 * MIB + 8 * KIB, PAGE_MAPPED, "Normal-NC");
	assert_int_equal(v[1].phys, phys + 2 * MIB);
	assert_int_equal(v[1].smallest_bytes, 4 * KIB);
	assert_int_equal(v[1].largest_bytes, 2 * MIB);
	assert_range(&r, 2, bar + 4 * MIB + 8 * KIB, 4 * KIB, PAGE_MAPPED, "Device-nGnRE");
	assert_range(&r, 3, bar + 4 * MIB + 12 * KIB, 4 * KIB, PAGE_MAPPED, "Device-nGnRE");
	assert_range(&r, 4, bar + 4 * MIB + 16 * KIB, 4 * MIB - 16 * KIB, PAGE_HOLE, "unknown");
	assert_range(&r, 5, bar + 8 * MIB, 2 * MIB, PAGE_MAPPED, "Normal-NC");
	assert_int_equal(v[5].smallest_bytes, 2 * MIB);
	assert_range(&r, 6, bar + 10 * MIB, 6 * MIB, PAGE_HOLE, "unknown");

	/* no room: the first ones, and how many more */
	r.max = 3;
	assert_int_equal(page_table_ranges(&t, bar, bar + 16 * MIB - 1, &r), 0);
	assert_int_equal(r.n, 3);
	assert_int_equal(r.left_out, 4);
	assert_range(&r, 2, bar + 4 * MIB + 8 * KIB, 4 * KIB, PAGE_MAPPED, "Device-nGnRE");
	r = (struct page_ranges){ .max = 0 };
	assert_int_equal(page_table_ranges(&t, bar, bar + 16 * MIB - 1, &r), 0);
	assert_int_equal(r.left_out, 7);

	/* mapped to its end, and beyond the table */
	r = (struct page_ranges){ .v = v, .max = ARRAY_SIZE(v) };
	assert_int_equal(page_table_ranges(&t, bar + 8 * MIB, bar + 10 * MIB - 1, &r), 0);
	assert_int_equal(r.n, 1);
	assert_int_equal(page_table_ranges(&t, 1 * TIB, UINT64_MAX, &r), 0);
	assert_int_equal(r.n, 1);
	assert_range(&r, 0, 1 * TIB, UINT64_MAX - 1 * TIB + 1, PAGE_HOLE, "unknown");
}

/* What is not mapped as it should merges, too; forced and not forced are two types. */
static void test_ranges_strange(void **state)
{
	static const struct page_leaf leaves[] = {
		{ 0, 4, 0, 0, 4, 3, PAGE_TRAPPED, { MEMORY_UNKNOWN, false } },
		{ 4, 4, 0, 0, 4, 3, PAGE_TRAPPED, { MEMORY_UNKNOWN, false } },
		{ 8, 4, 0, 0, 4, 3, PAGE_UNREADABLE, { MEMORY_UNKNOWN, false } },
		{ 12, 4, 8, 0, 4, 3, PAGE_MAPPED, { MEMORY_WB, true } },
		{ 16, 4, 12, 0, 4, 3, PAGE_MAPPED, { MEMORY_WB, false } },
		{ 20, 12, 0, 0, 0, 3, PAGE_LEFT_OUT, { MEMORY_UNKNOWN, false } },
	};
	struct page_range v[8];
	struct page_ranges r = { .v = v, .max = ARRAY_SIZE(v) };

	(void)state;
	page_ranges_begin(&r, 0, 31);
	for (unsigned int i = 0; i < ARRAY_SIZE(leaves); i++)
		assert_int_equal(page_ranges_add(&r, &leaves[i]), 0);
	page_ranges_end(&r);
	assert_int_equal(r.n, 5);
	assert_range(&r, 0, 0, 8, PAGE_TRAPPED, "unknown");
	assert_range(&r, 1, 8, 4, PAGE_UNREADABLE, "unknown");
	assert_range(&r, 2, 12, 4, PAGE_MAPPED, "WB");
	assert_range(&r, 3, 16, 4, PAGE_MAPPED, "WB");
	assert_range(&r, 4, 20, 12, PAGE_LEFT_OUT, "unknown");
	assert_int_equal(v[4].largest_bytes, 0);
}

/* A table of 64 GiB in pages of 4 KiB, made as it is read. */
static uint64_t huge_reads, huge_bytes;

static int huge_read(void *data, uint64_t phys, void *buf, size_t n)
{
	uint64_t *words = buf;

	(void)data;
	huge_reads++;
	huge_bytes += n;
	for (size_t i = 0; i < n / 8; i++) {
		uint64_t at = phys + i * 8 - 1 * TIB, page = at >> 12, index = at >> 3 & 511;

		/* page 0 is level 1, then 64 of level 2, then 64 * 512 of level 3 */
		if (!page)
			words[i] = index < 64 ? (1 * TIB + (1 + index) * 4 * KIB) | 3 : 0;
		else if (page <= 64)
			words[i] = (1 * TIB + (65 + (page - 1) * 512 + index) * 4 * KIB) | 3;
		else
			words[i] = (((page - 65) * 512 + index) * 4 * KIB + 2 * TIB) | 5 << 2 | 3;
	}
	return 0;
}

static void test_huge(void **state)
{
	const struct page_table t = {
		.format = PAGE_ARM_STAGE2, .page_shift = 12, .input_bits = 39, .start_level = 1,
		.root = 1 * TIB, .read = huge_read,
	};
	struct page_range v[2];
	struct page_ranges r = { .v = v, .max = ARRAY_SIZE(v) };
	const uint64_t tables = 1 + 64 + 64 * 512;

	(void)state;
	huge_reads = huge_bytes = 0;
	assert_int_equal(page_table_ranges(&t, 0, 64 * GIB - 1, &r), 0);
	assert_int_equal(r.n, 1);
	assert_range(&r, 0, 0, 64 * GIB, PAGE_MAPPED, "Normal-NC");
	assert_int_equal(v[0].phys, 2 * TIB);
	assert_int_equal(huge_reads, tables + (tables - 1));
	assert_true(huge_bytes <= tables * 4 * KIB + (tables - 1) * 8);
}

static void test_names(void **state)
{
	(void)state;
	for (unsigned int s = 0; s < PAGE_STATES; s++)
		assert_string_not_equal(page_state_name(s), "unknown");
	assert_string_equal(page_state_name(PAGE_STATES), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arm_levels),
		cmocka_unit_test(test_arm_bits),
		cmocka_unit_test(test_arm_contiguous),
		cmocka_unit_test(test_concatenated),
		cmocka_unit_test(test_fwb),
		cmocka_unit_test(test_x86),
		cmocka_unit_test(test_x86_types),
		cmocka_unit_test(test_ept),
		cmocka_unit_test(test_ept_bits),
		cmocka_unit_test(test_npt),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_loops),
		cmocka_unit_test(test_changing),
		cmocka_unit_test(test_bad_tables),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_ranges_strange),
		cmocka_unit_test(test_huge),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
