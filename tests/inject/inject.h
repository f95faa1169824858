/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef INJECT_INJECT_H
#define INJECT_INJECT_H

#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include "shared.h"

/* What the wrapped calls (calls.c) need of the counting (inject.c), and the other way round. */

#define INJECT_SHORT -1 /* an errno: do half */

#define REAL(type, name) ((type)(uintptr_t)dlsym(RTLD_NEXT, name))

#pragma GCC visibility push(hidden)

/* Counts this call. True when it is to fail: errno is set. */
bool inject_fails(enum inject_function function);

/* True: our own calls, which are not counted. */
extern __thread bool inject_inside;

/* A stream whose reads and writes are counted; NULL when out of memory. */
FILE *inject_stream(int fd, const char *mode);

#pragma GCC visibility pop

#endif
