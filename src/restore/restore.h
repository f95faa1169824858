/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RESTORE_RESTORE_H
#define RESTORE_RESTORE_H

#include "pci/list.h"
#include "pci/select.h"
#include "pci/watch.h"
#include "restore/rescue.h"

/*
 * What a run changes of a device is put back as found, first the windows that it stores to, then the power
 * that they need. What cannot be put back, or was not when the run was killed, is in a file that outlives
 * it (rescue.h), and the result says so. All that is needed outside this folder is here.
 */
struct restore {
	struct result *result;
	bool leave_window;       /* what is stored may stay */
	const struct pci_device *dev;
	struct rescue rescue;    /* what is to be put back now, as it was found */
	struct pci_power power;  /* as found */
	struct pci_watch watch;  /* while it is the device that the run began on */
	bool watching;           /* else the device is taken to be there */
};

#define RESTORE_WINDOWS RESCUE_WINDOWS

/*
 * Makes the BAR answer, and notes before each change how to undo it. lock: from pci_lock. 0, or -errno after
 * logging; restore_end puts back what was changed, in either case.
 */
int restore_begin(struct restore *r, const struct pci_device *dev, const struct bar *bar, int lock);

/* Whether the device is what it was; else the result says so. */
enum pci_presence restore_look(struct restore *r);

/*
 * Runs a phase that stores to these ranges only, which are saved before and put back; of length 0:
 * none. Once a window is lost no more phase is run: what was found must not be overwritten in the
 * rescue file by what is there now. The phase's result, 0 where it was not run for that, or -errno after
 * logging: then nothing was stored.
 */
int restore_around(struct restore *r, const struct map_range ranges[RESTORE_WINDOWS],
		   int (*phase)(void *arg), void *arg);

/* Puts the power back, at the end of all. */
void restore_end(struct restore *r);

/*
 * 0 when no run has left something behind on dev; what is of an earlier boot, or was not whole yet,
 * is removed. -EBUSY or another -errno after logging what is there, and what to do. Only while nobody
 * else can be at work (pci_lock).
 */
int restore_check(const struct pci_device *dev);

struct restore_done {
	size_t n;
	size_t n_differing;      /* of them: words did not keep their value, which is told */
};

/*
 * Puts back what runs on the selected functions have left behind, with a line on stdout for
 * each, and removes the files; dry_run: only the line, with what would be put back. 0, or
 * -errno after logging, then the file stays, with what is still to be put back. Nothing is stored where
 * the device may be another than the run's, or somebody else's by now.
 */
int restore_recover(const struct pci_list *list, const struct pci_select *select, bool dry_run,
		    struct restore_done *done);

/* Warns of what is there for it, as far as one may read it; changes nothing. */
void restore_tell(const struct pci_list *list, const struct pci_select *select);

#endif
