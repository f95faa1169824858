/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef INJECT_INJECT_H
#define INJECT_INJECT_H

#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include "shared.h"

/* What the wrapped calls (calls.c) need of the counting (inject.c), and the other way round. */

/* In place of an errno: do half; SIGKILL to itself before the call, and after it. */
#define INJECT_SHORT  -1
#define INJECT_KILL   -2
#define INJECT_KILLED -3

#define REAL(type, name) ((type)(uintptr_t)dlsym(RTLD_NEXT, name))

#pragma GCC visibility push(hidden)

/* Counts this call. True when it is to fail: errno is set. */
bool inject_fails(enum inject_function function);

/* The call is over. */
void inject_after(void);

/* What a path of the program's is here. */
const char *inject_path(const char *path);

/* True: our own calls, which are not counted. */
extern __thread bool inject_inside;

/* A stream whose reads and writes are counted; NULL when out of memory. */
FILE *inject_stream(int fd, const char *mode);

#pragma GCC visibility pop

#endif
