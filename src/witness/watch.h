/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WITNESS_WATCH_H
#define WITNESS_WATCH_H

#include "witness/witness.h"

struct watch_ask {
	unsigned int pid;        /* of the only VMM that counts; 0: any */
	unsigned int timeout_s;
};

/*
 * Watches until the time is over, the VMM has ended or a signal comes, and adds what was seen to w,
 * whose env, device and prots are known. Signals that would end us are blocked meanwhile, and those
 * that came are taken: the caller reports. Below a sysroot: reads its recorded trace_pipe to the
 * end. 0; 1: as 0, but the probe could not be removed, which was said; -errno after logging, then
 * no probe is left either, or it was said which. -EOPNOTSUPP: this machine cannot be watched.
 */
int watch_run(struct witness *w, const struct watch_ask *ask);

#endif
