/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WITNESS_CHECK_H
#define WITNESS_CHECK_H

#include "witness/witness.h"

/*
 * Whether stage 2 can be watched on this machine (below the sysroot): arm64, KVM, tracefs with
 * kprobe events and instances, the function to probe. w->env is known. Reads only. 0, or -errno
 * after logging what is missing and, where there is one, the way out.
 */
int check_machine(const struct witness *w);
int check_tracing(void);

#endif
