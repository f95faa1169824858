/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EXP_PROBE_H
#define EXP_PROBE_H

#include "arch/arch.h"
#include "map/map.h"

/*
 * What a mapping does, found with single aligned accesses of one register: safe on every BAR that
 * may be accessed at all. Runs in a guarded child: any access may fault.
 */

/*
 * A store that costs more to issue than this is trapped: an exit to a VMM and back takes
 * microseconds, a posted store nanoseconds, an emulated CPU's slow path below 200 ns.
 */
#define PROBE_TRAPPED_NS 1000.0

struct probe_access {
	bool all_ones;   /* every word looked at was 0xffffffff: perhaps nobody answers */
	bool stored;     /* stores were tried */
	bool reads_back; /* what was stored was read */
	double load_ns;  /* median of single loads */
	double store_ns; /* median issue cost of single stores, each with an empty queue before it */
	uint32_t wrote, read; /* the first difference; only when stored and not reads_back */
	char listed[24]; /* the kernel's type of the pages, where it is the other one; "" */
};

/* Stores only to the mapping's first bytes, and puts them back. */
#define PROBE_TOUCHED_BYTES 64
void probe_access(struct probe_access *p, const struct mapping *m, bool may_store,
		  const struct arch_clock *clock);

/*
 * One risky access at the mapping's first byte, which must be 4 KiB aligned. Where it tells the type,
 * it faults on Device memory; through a Normal-NC mapping that a hypervisor's stage 2 turned into
 * Device, it kills the VM. ACCESS_...
 */
int probe_crash(const struct mapping *m, const struct crash_probe *crash_probe);

#endif
