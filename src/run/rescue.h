/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUN_RESCUE_H
#define RUN_RESCUE_H

#include "pci/list.h"
#include "pci/power.h"
#include "pci/select.h"
#include "run/window.h"

/*
 * What a run has yet to put back, in a file that outlives SIGKILL: /run/mmiobench/BDF, which a boot
 * empties, as it does the device. While the file is there, whatever the run changes can be put back
 * as found, by another process. Not promised: what somebody else changed since.
 */
#define RESCUE_DIRECTORY "/run/mmiobench"
#define RESCUE_WINDOWS	 2

struct rescue {
	const struct pci_device *dev;
	const struct bar *bar;
	const char *started;     /* of the run, for whoever finds the file */
	struct pci_power power;  /* as found; changed: there is something to put back */
};

/*
 * The file is the power's state and these windows, before the first of them is stored to; those
 * without words are left out. With nothing to put back there is no file. 0, or -errno after logging:
 * then nothing may be changed.
 */
int rescue_keep(const struct rescue *r, const struct window *windows, size_t n);

/*
 * 0 when no run has left something behind on dev; -EBUSY after logging what, and the way out. Only
 * while nobody else can be at work (pci_lock).
 */
int rescue_check(const struct pci_device *dev);

/*
 * Puts back what runs on the selected functions have left behind, with a line on stdout for each, and
 * removes the files. *n: how many. 0, or -errno after logging, then the file stays.
 */
int rescue_recover(const struct pci_list *list, const struct pci_select *select, size_t *n);

#endif
