/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ARCH_INFO_H
#define ARCH_INFO_H

#include <stdbool.h>
#include "arch/shared.h"

/*
 * What is to be known of an architecture where none of its code runs: a result is judged and shown
 * anywhere. All that other folders ask of an architecture by its name is here or, of the one that
 * this program is built for, in arch.h.
 */

/*
 * What stands between accesses. "what" and the edges are what the architecture promises, no more: a
 * barrier that a write passed does not mean that the endpoint has it; only a read from the device
 * does.
 *
 * Each architecture has rows "none", "read-flush", "load-back" and "dep": they are sequences of ours, and
 * in the ids of cells that are compared everywhere.
 */
struct barrier {
	const char *name;
	const char *what;      /* it does, in words */
	unsigned int purposes; /* FOR_... */
	unsigned int orders;   /* ORDERS_... */
	bool common;           /* what drivers use: measured by default; the others with --full */
	const char *instructions; /* as its row has them, or the macro that has: what tests compare */
};

#define PROBE_ID(id, ...) PROBE_##id,
enum probe { PROBES(PROBE_ID) };

/* Types of memory by the words that Linux has for them (pgprot_..., linux/pgtable.h). */
enum arch_asks {
	ASKS_DEVICE,       /* resourceN, drivers/pci/mmap.c */
	ASKS_WRITECOMBINE, /* resourceN_wc */
	ASKS_CACHED,       /* ordinary memory */
	ASKS_NONCACHED,    /* /dev/mem, drivers/char/mem.c */
	ARCH_ASKS
};

struct arch_info {
	const char *name;           /* as uname -m says it */
	const char *go_name;        /* GOARCH */
	const char *clock;          /* what arch_clock_start() reads */
	/* its names of memory types: not gathered and in order; gathered; cached */
	const char *device, *normal_nc, *write_back;
	const char *asks[ARCH_ASKS];
	const struct barrier *barriers; /* ends with a row without name */
	unsigned int ram_orders;    /* ORDERS_... that ordinary memory keeps without barriers */
	/* two loads of one word of write-combining memory may be answered in either order */
	bool wc_loads_may_pass;
	bool always_gathers;        /* missing gathering is no CPU's whim */
	/*
	 * An unaligned access faults by the memory type: allowed on Normal, an alignment fault on
	 * Device, which is a VM's end where its hypervisor cannot handle it.
	 */
	bool alignment_tells_type;
	bool guest_sees_core;       /* a guest is told which kind of core it runs on, and it is true */
	/* kernels of it may make Device of what was mapped write-combining (NC to nGnRE) */
	bool kernel_may_demote;
	/* under QEMU's emulation plain is as fast as wc in a guest, whatever its kernel asked for */
	bool emulation_levels;
};

/* By the name in a result. Never NULL: of one that is not known, nothing is promised. */
const struct arch_info *arch_info_of(const char *name);

/*
 * All that are known: the one list of them, which tests walk, too. X(NAME, prefix of its macros):
 * arch_NAME is its row in facts.c, NAME.h has its barriers, NAME.S its loops.
 */
#define ARCHS(X)                                                                                   \
	X(aarch64, AARCH64)                                                                        \
	X(x86_64, X86_64)

#define ARCH_NUMBER(name, ...) ARCH_NUMBER_##name,
enum { ARCHS(ARCH_NUMBER) ARCH_INFOS };
extern const struct arch_info *const arch_infos[ARCH_INFOS];

/* Of advice, which is about one architecture: compared as pointers. */
#define ARCH_DECLARED(name, ...) extern const struct arch_info arch_##name;
ARCHS(ARCH_DECLARED)

/* NULL when there is no such row. */
const struct barrier *arch_barrier_of(const struct arch_info *info, const char *name);

/* The first row for any of these purposes. NULL: none. */
const struct barrier *arch_barrier_for(const struct arch_info *info, unsigned int purposes);

/* ORDERS_... of a barrier; of one that is not known, none. */
unsigned int arch_orders(const struct arch_info *info, const char *barrier);

/* The bit of a pair of accesses: "WW", "WR", "RW", "RR". 0: another text. */
unsigned int orders_of_kind(const char *kind);

#endif
