/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WITNESS_SMAPS_H
#define WITNESS_SMAPS_H

#include "witness/witness.h"

/*
 * Whether VM_ALLOW_ANY_UNCACHED is set on a VMM's mapping of a BAR, from /proc/PID/smaps. Its
 * limits:
 * - only mappings made through vfio are looked at;
 * - several vfio devices of one VMM look alike: what may be this BAR by its place is taken for it,
 *   and where such mappings differ, the answer is MIXED;
 * - the kernel has no name for the flag and writes "??", as it would for any other without a name.
 *   No other is known that vfio sets. Kernels before 6.9 have no such flag: CLEAR.
 */
struct smaps_scan {
	const struct bar *bars;          /* PCI_BARS of them */
	enum witness_flag flags[PCI_BARS];
	bool open[PCI_BARS];             /* the mapping being read may be this BAR */
};

void smaps_begin(struct smaps_scan *s, const struct bar *bars);

/* One line of the file after the other, with or without its newline; any bytes. */
void smaps_line(struct smaps_scan *s, const char *line);

/* After the last line: then flags are complete, NO_MAPPING where nothing may be the BAR. */
void smaps_end(struct smaps_scan *s);

/* All of the VMM's smaps, below the sysroot. 0; -errno: flags are NOT_KNOWN. */
int smaps_read(enum witness_flag *flags, const struct bar *bars, unsigned int pid);

#endif
