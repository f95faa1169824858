/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUN_RUNNER_H
#define RUN_RUNNER_H

#include "env/topology.h"
#include "pci/watch.h"
#include "run/plan.h"

/* Where and with what the cells are run. */
struct runner {
	struct result *result;
	struct plan *plan;
	struct map_range data, control; /* control.length_bytes 0: none */
	const struct arch_clock *clock;
	struct cpu_list near, far; /* near begins with the CPU that everything runs on */
	uint64_t seed;
	struct pci_watch *watch;       /* of the device; NULL: there is none */
};

/*
 * Seconds that a visit's process takes by itself: started, the BAR mapped, ended, the device looked at. 0;
 * -EINTR, -errno as runner_run.
 */
int runner_start_s(const struct runner *runner, double *s);

/*
 * Runs every cell of the result (made by plan_record) that is not skipped, once a round, in a seeded
 * random order, each time in its own child; keeps raw ticks and summarizes. It ends after a whole round
 * when the plan's time for rounds is up, not before three.
 * What was measured while the device was away counts as failed, keeps no figure, and is the result's
 * disturbance; it is tried again in the next round. A cell whose first visit finds that the BAR cannot be
 * asked that (-ENXIO) is skipped from then on.
 * 0; -EINTR when a signal asked for the end; -errno after logging. Signals must be blocked
 * (child_signals_block).
 */
int runner_run(const struct runner *runner);

#endif
