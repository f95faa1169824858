/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PCI_WATCH_H
#define PCI_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include "pci/device.h"

/*
 * Whether a function still is what it was when a run began on it: the same function, answering, its
 * BAR where it was, and the same driver or none. Reads of a BAR that no device answers return all ones, at
 * another speed; and a driver that came uses what we would store to.
 *
 * Not promised: something that came and went between two looks.
 */
struct pci_watch {
	const struct pci_device *dev;
	int fd;                  /* its "config", opened before: of this function and no later one */
	unsigned int pm_offset;  /* of PMCSR; 0: none */
	unsigned int bar;        /* its index */
	unsigned char ids[4], base[8]; /* as found */
	bool away;               /* at the last look */
	bool answered;           /* its BAR was read as something else than ones; whoever reads says so */
};

enum pci_presence {
	PCI_THERE,
	PCI_ASLEEP,  /* decode off or not in D0: it is there and can be woken */
	PCI_TAKEN,   /* a driver has it, or another one than before */
	PCI_GONE,    /* removed, off, or something else is in its place */
};

/* fd: from pci_lock, must outlive the watch. 0, or -errno after logging. */
int pci_watch_begin(struct pci_watch *w, const struct pci_device *dev, const struct bar *bar, int fd,
		    unsigned int pm_offset);

/* Says in why what is wrong where it is not there. Logs nothing. */
enum pci_presence pci_watch_see(const struct pci_watch *w, char *why, size_t n);

/* The same in a run: logs when it changes. */
enum pci_presence pci_watch_look(struct pci_watch *w, char *why, size_t n);

#endif
