/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WITNESS_PAGE_TABLE_H
#define WITNESS_PAGE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "witness/memory_type.h"

/*
 * Walks page tables that live in somebody else's memory, which the caller's read() copies. What is read is
 * not believed: tables may be garbage, loop, be away, and change meanwhile.
 *
 * Arm ARM D8.2 and D8.3 (VMSAv8-64, both stages), SDM 3A 4.5 and APM 2 5.3 (paging of 4 and 5 levels), SDM 3C
 * 29.3 (EPT), APM 2 15.25 (nested paging). Not here: 32 bits, FEAT_D128.
 */
enum page_format { PAGE_ARM_STAGE1, PAGE_ARM_STAGE2, PAGE_X86, PAGE_X86_EPT, PAGE_X86_NPT };

#define PAGE_FORMATS (PAGE_X86_NPT + 1)

/* Tables that a walk reads when tables_max is 0: of 2 TiB in pages of 4 KiB. */
#define PAGE_TABLES_MAX (1u << 20)

struct page_table {
	enum page_format format;
	unsigned int page_shift; /* 12, 14, 16; x86: 12 */
	unsigned int input_bits; /* of addresses: up to 52, x86 up to 57 */
	int start_level;         /* -1..3 as Arm counts, 3 has pages; x86: 0, of five levels -1 */
	bool lpa2;               /* Arm: addresses of 52 bits; 4K, 16K: 51:50 in 9:8; 64K: 51:48 in 15:12 */
	uint64_t root;           /* physical; the first of concatenated tables (stage 2, up to 16) */

	/* what types are told by */
	enum arm_mair_layout mair;
	bool fwb;                /* Arm stage 2: HCR_EL2.FWB */
	uint64_t pat;            /* x86: IA32_PAT, such as X86_PAT_LINUX */

	unsigned int phys_bits;  /* x86: the CPU's; 0: 52. Reserved bits above mark KVM's emulated MMIO */
	uint64_t encryption;     /* x86: the bit of an address that is none (SME), or 0 */

	uint64_t tables_max;     /* 0: PAGE_TABLES_MAX */

	/*
	 * Copies n bytes, at most a page and in one, multiples of 8. 0, or what is not 0: it cannot be read.
	 * Calls: one for each table that matters, one of 8 bytes again for its parent's entry.
	 */
	int (*read)(void *data, uint64_t phys, void *buf, size_t n);
	void *data;
};

enum page_state {
	PAGE_HOLE,               /* only in ranges: no entry. KVM maps on the first touch */
	PAGE_MAPPED,
	PAGE_TRAPPED,            /* EPT, NPT: an entry that traps on purpose: KVM emulates this address */
	PAGE_INVALID,            /* an entry that the CPU refuses, or a loop */
	PAGE_UNREADABLE,         /* the table for it, or its parent's entry, cannot be read */
	PAGE_CHANGING,           /* the table for it was replaced each time that it was read */
	PAGE_LEFT_OUT,           /* tables_max were read before */
};

#define PAGE_STATES (PAGE_LEFT_OUT + 1)

const char *page_state_name(enum page_state s); /* "not mapped", "mapped", ... */

/* One entry, or what is not known: address and bytes are those in what was asked for. */
struct page_leaf {
	uint64_t address, bytes;
	uint64_t phys;           /* MAPPED: of address */
	uint64_t entry;          /* as it was read; 0: LEFT_OUT */
	uint64_t entry_bytes;    /* what the entry stands for, uncut; 0: LEFT_OUT */
	int level;               /* of the entry; start_level - 1: a root that cannot be read */
	enum page_state state;
	struct memory_attr memory; /* MAPPED */
};

/* Not 0 ends the walk. */
typedef int (*page_visit)(void *data, const struct page_leaf *leaf);

/*
 * Visits what is mapped or strange from address first to last, that included, in order and without overlap;
 * what is not visited is not mapped. Addresses are those that the table's input_bits say: of a kernel's half
 * without the bits above, of a guest the guest-physical ones. What is beyond them is not mapped.
 *
 * Entries were so at some time in the walk, not all at the same.
 *
 * 0: all of it. What visit returned. -EINVAL: no such table (geometry, root, first after last). -ENOMEM.
 */
int page_table_walk(const struct page_table *t, uint64_t first, uint64_t last, page_visit visit,
		    void *data);

/* Neighbours of one state and type, and of consecutive physical addresses where they are mapped. */
struct page_range {
	uint64_t address, bytes;
	uint64_t phys;           /* MAPPED: of address */
	enum page_state state;
	struct memory_attr memory;
	uint64_t smallest_bytes, largest_bytes; /* of its entries: pages, blocks; HOLE, LEFT_OUT: 0 */
};

struct page_ranges {
	struct page_range *v;    /* the caller's, room for max */
	size_t max, n;
	uint64_t left_out;       /* ranges that found no room: the last ones */

	/* of page_ranges_begin() to page_ranges_end() */
	struct page_range open;  /* no bytes: none */
	uint64_t next, last;
};

/*
 * Collects ranges, holes included, that cover first to last: not all 64 bits. v and max are set before, the
 * rest here.
 */
void page_ranges_begin(struct page_ranges *r, uint64_t first, uint64_t last);
int page_ranges_add(void *ranges, const struct page_leaf *leaf); /* a page_visit, 0 */
void page_ranges_end(struct page_ranges *r);

/* All of it. As page_table_walk; also -EINVAL for all 64 bits. r is only good with 0. */
int page_table_ranges(const struct page_table *t, uint64_t first, uint64_t last,
		      struct page_ranges *r);

#endif
