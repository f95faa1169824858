/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUN_PROBES_H
#define RUN_PROBES_H

#include "run/runner.h"

/*
 * The probes as records: each in a guarded child, results in the result. 0, -EINTR, or -errno
 * after logging.
 */

/*
 * What each mapping that is asked for does with single accesses; -EIO when loads fault through
 * every one. All ones are recorded: a device may be like that.
 */
int probes_access(const struct runner *r);

/*
 * Whether probes may store through such a mapping: with consent to store. Where stores through wc do harm
 * by the chip's erratum (env/errata.h), --tests must name what is measured, too.
 */
bool probes_may_store(const struct result *result, enum map_type type, const char *tests);

/* Whether request is for any of the crash probes that this architecture has. */
bool probes_crash_asked(const struct request *request);

/*
 * True when the request is for that crash probe. Those that tell the type belong to the experiment "probe",
 * each other one is an experiment of its own. A BAR without resourceN_wc has none.
 */
bool probes_crash_wanted(const struct crash_probe *crash_probe, const struct result *result,
			 const struct request *request);

/*
 * Why a crash probe must not be made through wc; NULL: it may. saved: what was measured is safe,
 * should it end the machine.
 */
const char *probes_crash_refusal(const struct crash_probe *crash_probe, const struct result *r,
				 const struct request *request, bool saved);

/*
 * Says why a probe's process was killed. before, after: how many processes of this machine had been killed
 * for want of memory (memory_oom_kills); one more after it: this was the one, as it seems.
 */
void probes_say_killed(struct probe_record *rec, long long before, long long after);

/*
 * One of the architecture's crash probes, through the plain mapping (the control, harmless) and then
 * the wc mapping, which can kill a VM: only on bare metal or where the user allowed it, after a
 * journal entry. Where it is refused, the record says why. One that stores does so to the window's
 * first RISKY_BYTES: the caller saves them.
 */
int probes_crash(const struct runner *r, const struct crash_probe *crash_probe, bool saved);

#endif
