/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MAP_GUARD_H
#define MAP_GUARD_H

#include "base/fault.h"

/*
 * Calls fn(arg) in this thread, and survives SIGBUS, SIGSEGV and SIGILL of its accesses to a mapping that
 * map_open made. A fault elsewhere is a bug and ends the process, as do these signals when somebody sends
 * them. Several threads may be in such a call; each comes back from its own faults. 0, or -EFAULT with
 * *fault set.
 */
int guard_call(void (*fn)(void *arg), void *arg, struct fault *fault);

#endif
