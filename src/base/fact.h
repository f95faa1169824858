/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_FACT_H
#define BASE_FACT_H

#include <stddef.h>

/* What was found out about the machine, each with where it was read. */
struct fact {
	char *name;   /* "kernel_release" */
	char *value;  /* "6.1.0-56-arm64" */
	char *source; /* "uname(2)", "/proc/cmdline" */
};

struct facts {
	struct fact *v;
	size_t n;
};

/* Copies its arguments. 0 or -ENOMEM. */
int fact_add(struct facts *f, const char *name, const char *source, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* The first fact of that name, or NULL: not known. */
const char *fact_get(const struct facts *f, const char *name);

/* The same; other where it is not known. */
const char *fact_or(const struct facts *f, const char *name, const char *other);

void facts_free(struct facts *f);

#endif
