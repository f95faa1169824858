/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_XALLOC_H
#define BASE_XALLOC_H

#include <stddef.h>
#include <stdio.h>

/*
 * Memory, or the end of the program: exit status 99, with a message. Only for programs that have
 * nothing to put back: never in what mmiobench links (tests/layers.test looks).
 */
#define XALLOC_STATUS 99

_Noreturn void xalloc_die(void);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *old, size_t n, size_t size);
char *xstrdup(const char *s);

/* open_memstream() that cannot fail: what is written is in v, n bytes and a NUL, once the stream is closed. */
struct xtext {
	char *v;                 /* the caller frees */
	size_t n;
};
FILE *xtext_open(struct xtext *t);

#endif
