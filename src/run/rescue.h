/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUN_RESCUE_H
#define RUN_RESCUE_H

#include "pci/power.h"
#include "run/rescue_file.h"

/*
 * What a run has yet to put back, in a file that outlives SIGKILL: /run/mmiobench/BDF, which a boot
 * empties, as it does the device. While the file is there, whatever the run changes can be put back
 * as found, by another process (rescue_recover.h). Not promised: what somebody else changed since.
 */
struct rescue {
	const struct pci_device *dev;
	const struct bar *bar;
	const char *started;     /* of the run, for whoever finds the file */
	struct pci_power power;  /* as found; changed: there is something to put back */
	int lock;                /* of the file; -1: there is none of this run */
};

/*
 * The file is the power's state and these windows, before the first of them is stored to; those
 * without words are left out. 0, or -errno after logging: then nothing may be changed.
 */
int rescue_keep(struct rescue *r, const struct window *windows, size_t n);

/*
 * The windows are back: the file is the power's state alone, or none is left. Only of this run: where
 * the function was removed and found again, another run may be at work on it. 0, or -errno after
 * logging that the file says more than there is to put back.
 */
int rescue_settle(struct rescue *r);

/*
 * 0 when no run has left something behind on dev; what is of an earlier boot, or was not whole yet,
 * is removed. -EBUSY or another -errno after logging what is there, and the way out. Only while nobody
 * else can be at work (pci_lock).
 */
int rescue_check(const struct pci_device *dev);

#endif
