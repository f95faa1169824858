// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "base/xalloc.h"

void xalloc_die(void)
{
	log_error("out of memory");
	exit(XALLOC_STATUS);
}

void *xcalloc(size_t n, size_t size)
{
	void *v = calloc(n ? n : 1, size);

	if (!v)
		xalloc_die();
	return v;
}

void *xrealloc(void *old, size_t n, size_t size)
{
	void *v = reallocarray(old, n ? n : 1, size);

	if (!v)
		xalloc_die();
	return v;
}

char *xstrdup(const char *s)
{
	char *copy = strdup(s);

	if (!copy)
		xalloc_die();
	return copy;
}

static ssize_t xtext_write(void *cookie, const char *buf, size_t n)
{
	struct xtext *t = cookie;

	t->v = xrealloc(t->v, t->n + n + 1, 1);
	memcpy(t->v + t->n, buf, n);
	t->n += n;
	t->v[t->n] = 0;
	return (ssize_t)n;
}

FILE *xtext_open(struct xtext *t)
{
	const cookie_io_functions_t io = { .write = xtext_write };
	FILE *f;

	*t = (struct xtext){ .v = xstrdup("") };
	f = fopencookie(t, "w", io);
	if (!f)
		xalloc_die();
	return f;
}
