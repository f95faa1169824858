/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUN_SESSION_H
#define RUN_SESSION_H

#include "run/plan.h"

/* One run on one BAR, from consent to a complete record. */
struct session_ask {
	const struct pci_device *dev; /* NULL: --map ram */
	const struct bar *bar;
	uint64_t offset_bytes, length_bytes; /* the window; whole 4 KiB */
	enum exp_profile profile;
	const char *tests;            /* NULL: all */
	const char *kernels, *barriers; /* NULL: as the experiments choose */
	const uint64_t *sizes;        /* regions of bw; NULL: as it chooses */
	size_t n_sizes;
	bool devmem;                  /* --map devmem: early-ack may go through /dev/mem */
	bool may_store;
	bool allow_vm_crash;
	bool leave_window;            /* do not put the window back */
	const char *journal;          /* path */
	const char *cpu;              /* hwloc location; NULL: near the device */
	uint64_t seed;
	unsigned int launch, launches; /* which of how many, from 1 */
	uint64_t base_seed;           /* that all launches' seeds come from */
	/*
	 * called before the architectural probe, with all that was measured; may be NULL. 0, or -errno
	 * after logging: then no access is made that may cost it
	 */
	int (*checkpoint)(const struct result *result, void *arg);
	void *checkpoint_arg;
};

/* The plan of ask, without touching anything. 0, -errno after logging. */
int session_plan(struct plan *plan, const struct session_ask *ask);

/*
 * Runs: takes the device's lock, powers it up, probes, saves the window, measures, runs the architectural probe last
 * and where it cannot kill, puts everything back, fills result (whose env must be collected). 0;
 * -EINTR when a signal ended it (everything was put back; the caller unblocks and dies of it);
 * other -errno after logging. Signals are blocked when it returns: child_signals_unblock().
 */
int session_run(struct result *result, const struct session_ask *ask);

#endif
