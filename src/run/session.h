/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUN_SESSION_H
#define RUN_SESSION_H

#include "run/plan.h"

/* One run on one BAR, from consent to a complete record. */

/*
 * Keeps what was measured so far, before an access that may end the machine. 0, or -errno after logging:
 * then that access is not made.
 */
struct checkpoint {
	int (*save)(const struct result *result, void *arg); /* NULL: nothing is kept */
	void *arg;
};

/*
 * Runs a plan and fills result, whose env must be collected. It takes the device's lock, powers the device
 * up, probes, saves the window, measures, puts the window back, makes crash probes where they are allowed,
 * and puts the power back.
 * 0; -EINTR when a signal ended it (everything was put back; the caller unblocks and dies of it); other
 * -errno after logging. Signals are blocked when it returns: child_signals_unblock().
 */
int session_run(struct result *result, struct plan *plan, const struct checkpoint *checkpoint);

#endif
