/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUN_PROBES_H
#define RUN_PROBES_H

#include "run/runner.h"
#include "run/session.h"

/*
 * The probes as records: each in a guarded child, results in result->probes. 0, -EINTR, or -errno
 * after logging.
 */

/*
 * What each mapping does with single accesses; -EIO when loads fault through
 * every one. All ones are recorded: a device may be like that.
 */
int probes_access(struct result *result, const struct runner *r, const enum map_type *types,
		  size_t n_types);

/*
 * Those that tell the type belong to the experiment "probe", others are one of their own, and a BAR
 * without resourceN_wc has none.
 */
bool probes_risky_wanted(const struct risky *risky, const struct result *result,
			 const struct session_ask *ask);

/*
 * Why a risky access through WC must not be made; NULL: it may. saved: what was measured is safe,
 * should it end the machine.
 */
const char *probes_risky_refusal(const struct risky *risky, const struct result *r,
				 const struct session_ask *ask, bool saved);

/*
 * One of the architecture's risky accesses, through the plain mapping (the control, harmless) and
 * then the WC mapping, which can kill a VM: only on bare metal or where the user allowed it, after a
 * journal entry. Where it is refused, the record says why. One that stores does so to the window's
 * first RISKY_BYTES: the caller saves them.
 */
int probes_risky(struct result *result, const struct runner *r, const struct risky *risky,
		 const struct session_ask *ask, bool saved);

#endif
