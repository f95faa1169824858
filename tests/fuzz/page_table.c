// SPDX-License-Identifier: GPL-2.0-or-later
// covers: witness/page_table.c witness/memory_type.c
/* Page tables: parameters, then memory, which repeats so that each entry points to some of it. */
#include "config.h"
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "witness/page_table.h"
#include "fuzz.h"

#define CHECKED_MAX 32 /* leaves that are looked up one by one */
#define RANGES_MAX  16

/* As they lie in the input. */
struct head {
	uint8_t format, page, input_bits, level, flags, tables, phys_bits, encryption;
	uint64_t pat, root, first, last;
};

enum { LPA2 = 1, FWB = 2, OLD_MAIR = 4, HIDDEN = 8, CHANGES = 16, STOPS = 32 };

struct memory {
	const uint8_t *bytes;
	size_t words;
	unsigned int shift, flags;
	uint64_t reads;
};

static struct page_table table;
static struct memory memory;

/* With HIDDEN each other page cannot be read. */
static bool is_hidden(uint64_t phys)
{
	return memory.flags & HIDDEN && phys >> memory.shift & 1;
}

static uint64_t word_at(uint64_t phys)
{
	uint64_t word = 0;

	if (memory.words)
		memcpy(&word, memory.bytes + phys / 8 % memory.words * 8, sizeof(word));
	return word;
}

static int memory_read(void *data, uint64_t phys, void *buf, size_t n)
{
	uint64_t *words = buf, page = 1ull << memory.shift;

	fuzz_require(data == &memory && n && n % 8 == 0 && phys % 8 == 0 && phys % page + n <= page,
		     "%zu bytes at 0x%" PRIx64, n, phys);
	memory.reads++;
	if (is_hidden(phys))
		return -EFAULT;
	for (size_t i = 0; i < n / 8; i++)
		words[i] = word_at(phys + i * 8);
	if (memory.flags & CHANGES && n == 8)
		words[0] ^= word_at(memory.reads * 8);
	return 0;
}

static bool is_arm(void)
{
	return table.format == PAGE_ARM_STAGE1 || table.format == PAGE_ARM_STAGE2;
}

/* The address in an entry: what is written in page_table.c as masks is done by shifting here. */
static uint64_t address_in(uint64_t entry)
{
	uint64_t low = entry << 16 >> 16 >> memory.shift << memory.shift;

	if (!is_arm())
		return (entry << 12 >> 24 << 12) & ~table.encryption;
	if (!table.lpa2)
		return low;
	if (memory.shift == 16)
		return low | (entry >> 12) % 16 << 48;
	return low | (entry >> 48) % 4 << 48 | (entry >> 8) % 4 << 50;
}

enum found { NONE, TABLE, LEAF, TRAPPED, INVALID };

static enum found entry_is(uint64_t entry, int level)
{
	uint64_t above = entry << 12 >> 12 >> (table.phys_bits ? table.phys_bits : 52);
	bool ept = table.format == PAGE_X86_EPT;

	if (is_arm()) {
		bool four = memory.shift == 12;

		if (entry % 2 == 0)
			return NONE;
		if (entry % 4 == 3)
			return level == 3 ? LEAF : TABLE;
		if (level == 2 || (level == 1 && (four || table.lpa2)) || (level == 0 && four && table.lpa2))
			return LEAF;
		return INVALID;
	}
	if (entry % (ept ? 8 : 2) == 0)
		return NONE;
	if (ept && (entry % 8 == 2 || entry % 8 == 6))
		return TRAPPED;
	if (table.phys_bits && table.encryption >> table.phys_bits)
		above &= ~(table.encryption >> table.phys_bits);
	if (above)
		return table.format == PAGE_X86 ? INVALID : TRAPPED;
	if (level < 3 && !(entry & 0x80))
		return TABLE;
	if (level < 1 || (ept && memory_type_ept(entry).type == MEMORY_UNKNOWN))
		return INVALID;
	return LEAF;
}

/* Looks one address up, as a CPU does. HOLE: it is not mapped. */
static enum page_state lookup(uint64_t address, uint64_t *phys)
{
	unsigned int each = memory.shift - 3;
	uint64_t path[5], at = table.root;

	for (int level = table.start_level, n = 0;; level++) {
		unsigned int shift = memory.shift + (unsigned int)(3 - level) * each;
		uint64_t index = address >> shift, entry;

		/* of concatenated tables each is one */
		if (!n)
			at += index >> each << memory.shift;
		index %= 1ull << each;
		path[n++] = at;
		if (is_hidden(at))
			return PAGE_UNREADABLE;
		entry = word_at(at + index * 8);
		switch (entry_is(entry, level)) {
		case NONE:
			return PAGE_HOLE;
		case TRAPPED:
			return PAGE_TRAPPED;
		case INVALID:
			return PAGE_INVALID;
		case LEAF:
			*phys = (address_in(entry) >> shift << shift) + address % (1ull << shift);
			return PAGE_MAPPED;
		case TABLE:
			at = address_in(entry);
		}
		for (int i = 0; i < n; i++)
			if (path[i] == at)
				return PAGE_INVALID;
	}
}

struct seen {
	uint64_t next, last, mapped_bytes;
	unsigned int n, stop_after;
	bool full, left_out;
};

static void check_hole(uint64_t address)
{
	uint64_t phys = 0;

	fuzz_require(lookup(address, &phys) == PAGE_HOLE, "0x%" PRIx64 " is mapped", address);
}

static void check_leaf(const struct page_leaf *l)
{
	uint64_t phys = 0;
	enum page_state state = lookup(l->address, &phys);

	fuzz_require(state == l->state && phys == l->phys, "0x%" PRIx64 ": %s at 0x%" PRIx64 ", not %s at 0x%"
		     PRIx64, l->address, page_state_name(l->state), l->phys, page_state_name(state), phys);
	state = lookup(l->address + (l->bytes - 1), &phys);
	fuzz_require(state == l->state && (state != PAGE_MAPPED || phys == l->phys + (l->bytes - 1)),
		     "0x%" PRIx64 "+0x%" PRIx64 " ends otherwise", l->address, l->bytes);
}

static int visit(void *data, const struct page_leaf *l)
{
	struct seen *s = data;
	uint64_t end = l->address + (l->bytes - 1);

	fuzz_require(l->bytes && l->address >= s->next && end >= l->address && end <= s->last && !s->full,
		     "0x%" PRIx64 "+0x%" PRIx64, l->address, l->bytes);
	fuzz_require(end >> table.input_bits == 0, "0x%" PRIx64 " is beyond the table", end);
	fuzz_require(l->state > PAGE_HOLE && l->state < PAGE_STATES && !s->left_out, "%s",
		     page_state_name(l->state));
	fuzz_require(l->bytes <= l->entry_bytes || l->state == PAGE_LEFT_OUT, "cut to more");
	fuzz_require((l->state == PAGE_MAPPED) >= (l->phys || l->memory.type || l->memory.forced),
		     "%s has a type", page_state_name(l->state));
	fuzz_require(l->memory.type < MEMORY_TYPES, "%u", l->memory.type);
	s->left_out = l->state == PAGE_LEFT_OUT;
	if (!(memory.flags & CHANGES) && s->n < CHECKED_MAX) {
		if (l->address > s->next)
			check_hole(l->address - 1);
		if (!s->left_out)
			check_leaf(l);
	}
	if (l->state == PAGE_MAPPED)
		s->mapped_bytes += l->bytes;
	s->next = end + 1;
	s->full = end == s->last;
	return ++s->n == s->stop_after ? 1234 : 0;
}

static void check_ranges(uint64_t first, uint64_t last, const struct seen *s)
{
	struct page_range v[RANGES_MAX];
	struct page_ranges r = { .v = v, .max = RANGES_MAX };
	uint64_t next = first, mapped = 0;

	memory.reads = 0;
	fuzz_require(!page_table_ranges(&table, first, last, &r), "no ranges");
	for (size_t i = 0; i < r.n; i++) {
		fuzz_require(v[i].address == next && v[i].bytes, "range %zu", i);
		fuzz_require(v[i].smallest_bytes <= v[i].largest_bytes, "range %zu", i);
		fuzz_require(!i || v[i].state != v[i - 1].state || v[i].memory.type != v[i - 1].memory.type ||
			     v[i].memory.forced != v[i - 1].memory.forced ||
			     (v[i].state == PAGE_MAPPED && v[i].phys != v[i - 1].phys + v[i - 1].bytes),
			     "range %zu continues", i);
		mapped += v[i].state == PAGE_MAPPED ? v[i].bytes : 0;
		next += v[i].bytes;
	}
	fuzz_require(r.n == RANGES_MAX || !r.left_out, "%" PRIu64 " left out of %zu", r.left_out, r.n);
	if (!r.left_out)
		fuzz_require(next == last + 1 && mapped == s->mapped_bytes, "0x%" PRIx64, next);
}

static void table_make(const struct head *h)
{
	static const unsigned int shifts[4] = { 12, 14, 16, 13 };

	table = (struct page_table){
		.format = h->format % (PAGE_FORMATS + 1), .page_shift = shifts[h->page % 4],
		.input_bits = h->input_bits % 64, .start_level = h->level % 8 - 2,
		.lpa2 = h->flags & LPA2, .fwb = h->flags & FWB,
		.mair = h->flags & OLD_MAIR ? ARM_MAIR_OLD : ARM_MAIR_5_11, .pat = h->pat,
		.root = h->root, .phys_bits = h->phys_bits % 64,
		.encryption = h->encryption ? 1ull << h->encryption % 64 : 0,
		.tables_max = 1 + h->tables % 16, .read = memory_read, .data = &memory,
	};
}

FUZZ_TARGET(page_table)
{
	struct head h;
	struct seen s;
	int ret;

	fuzz_begin();
	if (size < sizeof(h))
		return 0;
	memcpy(&h, data, sizeof(h));
	table_make(&h);
	memory = (struct memory){ data + sizeof(h), (size - sizeof(h)) / 8, table.page_shift, h.flags, 0 };
	s = (struct seen){ .next = h.first, .last = h.last, .stop_after = h.flags & STOPS ? 3 : 0 };
	ret = page_table_walk(&table, h.first, h.last, visit, &s);
	fuzz_require(ret == 0 || ret == (s.n ? 1234 : -EINVAL), "%d", ret);
	fuzz_require(memory.reads <= (h.flags & CHANGES ? 6 : 2) * table.tables_max, "%" PRIu64 " reads",
		     memory.reads);
	if (ret == -EINVAL)
		fuzz_require(!memory.reads, "read a bad table");
	if (ret)
		return 0;
	fuzz_require(!s.left_out || s.full || s.next == 1ull << table.input_bits, "left out up to 0x%" PRIx64,
		     s.next);
	if (!(h.flags & CHANGES) && !s.full && !s.left_out && s.n < CHECKED_MAX &&
	    s.next >> table.input_bits == 0)
		check_hole(s.next);
	/* with changes it is another walk */
	if (!(h.flags & CHANGES) && (h.first || h.last != UINT64_MAX))
		check_ranges(h.first, h.last, &s);
	return 0;
}
