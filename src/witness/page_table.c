// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdlib.h>
#include "base/array.h"
#include "witness/page_table.h"

#define LEVEL_LAST 3             /* its entries are pages */
#define LEVELS     5             /* -1 to 3 */
#define TRIES      3             /* to read a table while its parent's entry stays */
#define CONCATENATED_BITS 4      /* Arm ARM D8.2.6: up to 16 tables */

#define BIT(n)      (1ull << (n))
#define MASK(hi, lo) ((~0ull >> (63 - (hi))) & (~0ull << (lo)))

/* What the CPU makes of an entry. */
enum kind { KIND_NONE, KIND_TABLE, KIND_LEAF, KIND_TRAPPED, KIND_INVALID };

struct walk {
	const struct page_table *t;
	uint64_t first, last;
	page_visit visit;
	void *data;
	uint64_t tables_left;
	uint64_t path[LEVELS];   /* the tables from the root down */
	uint64_t *entries;       /* a page for each level */
	bool over;               /* tables_left ran out, and it was told */
};

const char *page_state_name(enum page_state s)
{
	static const char *const names[PAGE_STATES] = {
		[PAGE_HOLE] = "not mapped",
		[PAGE_MAPPED] = "mapped",
		[PAGE_TRAPPED] = "trapped",
		[PAGE_INVALID] = "invalid",
		[PAGE_UNREADABLE] = "unreadable",
		[PAGE_CHANGING] = "changing",
		[PAGE_LEFT_OUT] = "left out",
	};

	return (unsigned int)s < PAGE_STATES ? names[s] : "unknown";
}

static bool is_arm(const struct page_table *t)
{
	return t->format == PAGE_ARM_STAGE1 || t->format == PAGE_ARM_STAGE2;
}

static unsigned int bits_each_level(const struct page_table *t)
{
	return t->page_shift - 3;
}

/* What an entry of that level stands for, as a power of 2. */
static unsigned int level_shift(const struct page_table *t, int level)
{
	return t->page_shift + (unsigned int)(LEVEL_LAST - level) * bits_each_level(t);
}

static bool is_table_good(const struct page_table *t)
{
	unsigned int shift, index_bits, root_shift;

	if ((unsigned int)t->format >= PAGE_FORMATS || !t->read)
		return false;
	if (is_arm(t)) {
		if (t->page_shift != 12 && t->page_shift != 14 && t->page_shift != 16)
			return false;
		if (t->start_level < -1 || t->start_level > LEVEL_LAST || t->input_bits > 52)
			return false;
	} else {
		if (t->page_shift != 12 || t->start_level < -1 || t->start_level > 0 || t->lpa2)
			return false;
		if (t->phys_bits && (t->phys_bits < 32 || t->phys_bits > 52))
			return false;
	}
	shift = level_shift(t, t->start_level);
	if (t->input_bits <= shift)
		return false;
	index_bits = t->input_bits - shift;
	if (index_bits > bits_each_level(t) +
			 (t->format == PAGE_ARM_STAGE2 ? CONCATENATED_BITS : 0))
		return false;
	root_shift = 3 + index_bits < t->page_shift ? 3 + index_bits : t->page_shift;
	return !(t->root & MASK(root_shift - 1, 0));
}

/* Blocks: Arm ARM D8.3.1, with 52 bits one level more. */
static enum kind arm_kind(const struct page_table *t, int level, uint64_t entry)
{
	int largest = (t->page_shift == 12 ? 1 : 2) - t->lpa2;

	if (!(entry & BIT(0)))
		return KIND_NONE;
	if (level == LEVEL_LAST)
		return entry & BIT(1) ? KIND_LEAF : KIND_INVALID;
	if (entry & BIT(1))
		return KIND_TABLE;
	return level >= largest ? KIND_LEAF : KIND_INVALID;
}

/*
 * Entries with none of the bits that make them present are none, whatever else is in them: KVM writes
 * 0x8000000000000000 (suppress #VE), and 0x5a0 beside it while a table is taken away.
 *
 * A write without a read is an EPT misconfiguration (SDM 3C 29.3.3.1), an address beyond the CPU's a reserved
 * bit: KVM marks emulated MMIO by the one or the other.
 */
static enum kind x86_kind(const struct page_table *t, int level, uint64_t entry)
{
	bool nested = t->format != PAGE_X86;
	unsigned int phys_bits = t->phys_bits ? t->phys_bits : 52;
	uint64_t reserved = MASK(51, 12) & ~MASK(phys_bits - 1, 0) & ~t->encryption;

	if (!(entry & (t->format == PAGE_X86_EPT ? MASK(2, 0) : BIT(0))))
		return KIND_NONE;
	if (t->format == PAGE_X86_EPT && (entry & MASK(1, 0)) == BIT(1))
		return KIND_TRAPPED;
	if (entry & reserved)
		return nested ? KIND_TRAPPED : KIND_INVALID;
	if (level < LEVEL_LAST && !(entry & BIT(7)))
		return KIND_TABLE;
	if (level < 1)
		return KIND_INVALID;
	if (t->format == PAGE_X86_EPT && memory_type_ept(entry).type == MEMORY_UNKNOWN)
		return KIND_INVALID;
	return KIND_LEAF;
}

static enum kind entry_kind(const struct page_table *t, int level, uint64_t entry)
{
	return is_arm(t) ? arm_kind(t, level, entry) : x86_kind(t, level, entry);
}

/* The address in an entry, of a table or a leaf: Arm ARM D8.3.1 and D8.3.2. */
static uint64_t entry_address(const struct page_table *t, uint64_t entry)
{
	if (!is_arm(t))
		return entry & MASK(51, 12) & ~t->encryption;
	if (!t->lpa2)
		return entry & MASK(47, t->page_shift);
	if (t->page_shift == 16)
		return (entry & MASK(47, 16)) | (entry >> 12 & 0xf) << 48;
	return (entry & MASK(49, t->page_shift)) | (entry >> 8 & 3) << 50;
}

static struct memory_attr leaf_memory(const struct page_table *t, int level, uint64_t entry)
{
	bool large = level < LEVEL_LAST;
	struct memory_attr asked = { MEMORY_UNKNOWN, false };

	switch (t->format) {
	case PAGE_ARM_STAGE1:
		asked.type = memory_type_arm_stage1(t->mair, entry >> 2 & 7);
		break;
	case PAGE_ARM_STAGE2:
		return memory_type_arm_stage2(entry >> 2 & 15, t->fwb);
	case PAGE_X86:
		asked.type = memory_type_x86(entry, large, t->pat);
		break;
	case PAGE_X86_EPT:
		return memory_type_ept(entry);
	case PAGE_X86_NPT:
		return memory_type_npt(entry, large, t->pat);
	}
	return asked;
}

/* An entry of a level, with where it was read and what it is for. */
struct place {
	int level;
	uint64_t address, phys, entry;
};

/* Cuts the leaf to what was asked for, and shows it. */
static int tell(struct walk *w, const struct place *p, enum page_state state)
{
	struct page_leaf leaf = {
		.address = p->address, .entry = p->entry, .level = p->level, .state = state,
		.entry_bytes = BIT(level_shift(w->t, p->level)),
	};
	uint64_t end = p->address + (leaf.entry_bytes - 1); /* the last one of it */

	if (leaf.address < w->first)
		leaf.address = w->first;
	if (end > w->last)
		end = w->last;
	leaf.bytes = end - leaf.address + 1;
	if (state == PAGE_MAPPED) {
		leaf.phys = (entry_address(w->t, p->entry) & ~(leaf.entry_bytes - 1)) +
			    (leaf.address - p->address);
		leaf.memory = leaf_memory(w->t, p->level, p->entry);
	}
	return w->visit(w->data, &leaf);
}

/* What was not looked at for want of tables_left: from there to the end. */
static int tell_left_out(struct walk *w, const struct place *p)
{
	uint64_t from = p->address > w->first ? p->address : w->first;
	struct page_leaf leaf = {
		.address = from, .bytes = w->last - from + 1, .level = p->level, .state = PAGE_LEFT_OUT,
	};
	int ret = w->visit(w->data, &leaf);

	w->over = !ret;
	return ret ? ret : 1;
}

static int tell_kind(struct walk *w, const struct place *p, enum kind kind)
{
	static const enum page_state states[] = {
		[KIND_LEAF] = PAGE_MAPPED, [KIND_TRAPPED] = PAGE_TRAPPED, [KIND_INVALID] = PAGE_INVALID,
	};

	return kind == KIND_NONE ? 0 : tell(w, p, states[kind]);
}

static uint64_t *level_entries(const struct walk *w, int level)
{
	return w->entries + ((size_t)(level - w->t->start_level) << bits_each_level(w->t));
}

/* The first and last entries that matter, of a table whose first one is for base. */
static void needed(const struct walk *w, int level, uint64_t base, size_t *lo, size_t *hi)
{
	unsigned int shift = level_shift(w->t, level);
	uint64_t most = BIT(bits_each_level(w->t)) - 1, end = (w->last - base) >> shift;

	*lo = w->first > base ? (size_t)((w->first - base) >> shift) : 0;
	*hi = (size_t)(end < most ? end : most);
}

static int read_table(const struct walk *w, int level, uint64_t table, uint64_t base)
{
	size_t lo, hi;

	needed(w, level, base, &lo, &hi);
	return w->t->read(w->t->data, table + lo * 8, level_entries(w, level) + lo, (hi - lo + 1) * 8);
}

static bool is_in_path(const struct walk *w, int level, uint64_t table)
{
	for (int i = 0; i <= level - w->t->start_level; i++)
		if (w->path[i] == table)
			return true;
	return false;
}

/*
 * The table that the entry points to, into the next level's page. The entry is read again behind it: the table
 * may have been freed before it was read, and then be anybody's. p->entry is what the entry is at the end.
 * KIND_TABLE: it is read; KIND_NONE, _LEAF and so on: the entry became that. *trouble is what a KIND_TABLE is
 * where it is not read, else PAGE_MAPPED.
 */
static enum kind read_child(struct walk *w, struct place *p, enum page_state *trouble)
{
	*trouble = PAGE_MAPPED;
	for (int i = 0; i < TRIES; i++) {
		enum kind kind = entry_kind(w->t, p->level, p->entry);
		uint64_t table = entry_address(w->t, p->entry), again;
		int failed;

		if (kind != KIND_TABLE)
			return kind;
		if (is_in_path(w, p->level, table))
			return KIND_INVALID;
		failed = read_table(w, p->level + 1, table, p->address);
		if (w->t->read(w->t->data, p->phys, &again, sizeof(again))) {
			*trouble = PAGE_UNREADABLE;
			return KIND_TABLE;
		}
		/* the CPU may set "accessed" in it meanwhile, which is no change */
		if (entry_kind(w->t, p->level, again) == KIND_TABLE &&
		    entry_address(w->t, again) == table) {
			*trouble = failed ? PAGE_UNREADABLE : PAGE_MAPPED;
			return KIND_TABLE;
		}
		p->entry = again;
	}
	*trouble = PAGE_CHANGING;
	return KIND_TABLE;
}

static int walk_entries(struct walk *w, int level, uint64_t table, uint64_t base);

static int walk_table(struct walk *w, struct place *p)
{
	enum page_state trouble;
	enum kind kind;

	if (!w->tables_left)
		return tell_left_out(w, p);
	w->tables_left--;
	kind = read_child(w, p, &trouble);
	if (kind != KIND_TABLE)
		return tell_kind(w, p, kind);
	if (trouble != PAGE_MAPPED)
		return tell(w, p, trouble);
	return walk_entries(w, p->level + 1, entry_address(w->t, p->entry), p->address);
}

/* Calls itself by walk_table() once a level, of which there are five. */
static int walk_entries(struct walk *w, int level, uint64_t table, uint64_t base)
{
	const uint64_t *entries = level_entries(w, level);
	unsigned int shift = level_shift(w->t, level);
	size_t lo, hi;

	w->path[level - w->t->start_level] = table;
	needed(w, level, base, &lo, &hi);
	for (size_t i = lo; i <= hi; i++) {
		struct place p = { level, base + ((uint64_t)i << shift), table + i * 8, entries[i] };
		enum kind kind = entry_kind(w->t, level, p.entry);
		int ret = kind == KIND_TABLE ? walk_table(w, &p) : tell_kind(w, &p, kind);

		if (ret)
			return ret;
	}
	return 0;
}

/* The root, or one of the root's concatenated tables, that has no parent. */
static int walk_root(struct walk *w, uint64_t table, uint64_t base)
{
	int level = w->t->start_level;

	if (!w->tables_left) {
		struct place p = { .level = level, .address = base };

		return tell_left_out(w, &p);
	}
	w->tables_left--;
	/* as the one entry that a level above would have for it */
	if (read_table(w, level, table, base)) {
		struct place p = { .level = level - 1, .address = base };

		return tell(w, &p, PAGE_UNREADABLE);
	}
	return walk_entries(w, level, table, base);
}

int page_table_walk(const struct page_table *t, uint64_t first, uint64_t last, page_visit visit,
		    void *data)
{
	struct walk w = { .t = t, .first = first, .last = last, .visit = visit, .data = data };
	uint64_t end, root_bytes;
	int ret = 0;

	if (!is_table_good(t) || first > last)
		return -EINVAL;
	end = BIT(t->input_bits) - 1;
	if (first > end)
		return 0;
	if (last > end)
		w.last = end;
	w.tables_left = t->tables_max ? t->tables_max : PAGE_TABLES_MAX;
	/* what is not needed of them is never read, nor touched */
	w.entries = malloc((size_t)(LEVEL_LAST - t->start_level + 1) << t->page_shift);
	if (!w.entries)
		return -ENOMEM;
	root_bytes = BIT(level_shift(t, t->start_level) + bits_each_level(t));
	for (uint64_t base = first & ~(root_bytes - 1); base <= w.last && !ret; base += root_bytes)
		ret = walk_root(&w, t->root + (base / root_bytes << t->page_shift), base);
	free(w.entries);
	return w.over ? 0 : ret;
}

static void range_close(struct page_ranges *r)
{
	if (!r->open.bytes)
		return;
	if (r->n < r->max)
		r->v[r->n++] = r->open;
	else
		r->left_out++;
	r->open.bytes = 0;
}

static bool range_continues(const struct page_range *a, const struct page_leaf *l)
{
	return a->bytes && a->state == l->state && a->memory.type == l->memory.type &&
	       a->memory.forced == l->memory.forced &&
	       (a->state != PAGE_MAPPED || a->phys + a->bytes == l->phys);
}

static void range_add(struct page_ranges *r, const struct page_leaf *l)
{
	struct page_range *a = &r->open;

	if (range_continues(a, l)) {
		a->bytes += l->bytes;
		if (l->entry_bytes < a->smallest_bytes)
			a->smallest_bytes = l->entry_bytes;
		if (l->entry_bytes > a->largest_bytes)
			a->largest_bytes = l->entry_bytes;
		return;
	}
	range_close(r);
	*a = (struct page_range){
		.address = l->address, .bytes = l->bytes, .phys = l->phys, .state = l->state,
		.memory = l->memory, .smallest_bytes = l->entry_bytes, .largest_bytes = l->entry_bytes,
	};
}

/* Up to the address before end. */
static void range_add_hole(struct page_ranges *r, uint64_t end)
{
	struct page_leaf hole = { .address = r->next, .bytes = end - r->next, .state = PAGE_HOLE };

	range_add(r, &hole);
}

void page_ranges_begin(struct page_ranges *r, uint64_t first, uint64_t last)
{
	r->n = 0;
	r->left_out = 0;
	r->open = (struct page_range){ .bytes = 0 };
	r->next = first;
	r->last = last;
}

int page_ranges_add(void *ranges, const struct page_leaf *leaf)
{
	struct page_ranges *r = ranges;

	if (leaf->address > r->next)
		range_add_hole(r, leaf->address);
	range_add(r, leaf);
	r->next = leaf->address + leaf->bytes;
	return 0;
}

void page_ranges_end(struct page_ranges *r)
{
	if (r->next != r->last + 1)
		range_add_hole(r, r->last + 1);
	range_close(r);
}

int page_table_ranges(const struct page_table *t, uint64_t first, uint64_t last,
		      struct page_ranges *r)
{
	int ret;

	if (!first && last == UINT64_MAX)
		return -EINVAL;
	page_ranges_begin(r, first, last);
	ret = page_table_walk(t, first, last, page_ranges_add, r);
	if (!ret)
		page_ranges_end(r);
	return ret;
}
