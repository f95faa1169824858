/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUN_PUTBACK_H
#define RUN_PUTBACK_H

#include "pci/watch.h"
#include "run/rescue.h"

/*
 * What a run changes of a device is put back as found, first the windows, then the power that they
 * need; or it stays in the rescue file, and the result says so.
 */
struct putback {
	struct result *result;
	struct pci_watch *watch; /* NULL: not begun, then the device is taken to be there */
	bool leave_window;       /* what is stored may stay */
	struct rescue rescue;    /* of the device and its BAR */
};

/* Whether the device is what it was; else the result says so. */
enum pci_presence putback_look(struct putback *p);

/*
 * Runs a phase that stores to these ranges only, which are saved before and put back; of length 0:
 * none. Once a window is lost no more phase is run: what was found must not be overwritten in the
 * rescue file by what is there now. The phase's result, 0 where it was not run for that, or -errno after
 * logging: then nothing was stored.
 */
int putback_around(struct putback *p, const struct map_range ranges[RESCUE_WINDOWS],
		   int (*phase)(void *arg), void *arg);

/* For pci_power_on. */
int putback_note_power(const struct pci_power *found, void *putback);

/* Puts the power back, at the end of all; also what a pci_power_on that failed has left. */
void putback_power(struct putback *p, struct pci_power *power);

#endif
