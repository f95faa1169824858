/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MAP_GUARD_H
#define MAP_GUARD_H

#include "base/fault.h"

/*
 * Survives SIGBUS, SIGSEGV and SIGILL of an access to a mapping that map_open made, and of nothing
 * else: a fault elsewhere is a bug and must crash, and such a signal that somebody sends ends the
 * process as ever. Calls fn(arg) in the calling thread; several
 * threads may be in one at a time, each comes back from its own faults. 0, or -EFAULT with *fault
 * set.
 */
int guard_call(void (*fn)(void *arg), void *arg, struct fault *fault);

#endif
