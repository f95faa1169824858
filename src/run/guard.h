/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUN_GUARD_H
#define RUN_GUARD_H

#include <stdint.h>
#include "run/result.h"

/*
 * Survives SIGBUS, SIGSEGV and SIGILL of an access to a watched mapping, and of nothing else: a
 * fault elsewhere is a bug and must crash. One call at a time in a process.
 */

/* Adds a mapping to watch during the next guard_call; at most 4. */
void guard_watch(const volatile void *addr, uint64_t bytes);

/* Calls fn(arg), then forgets what was watched. 0, or -EFAULT with *fault set. */
int guard_call(void (*fn)(void *arg), void *arg, struct fault *fault);

#endif
