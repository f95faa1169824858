/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <stdio.h>
#include "judge/compare.h"
#include "witness/witness.h"

/*
 * Outputs. A result read back from its JSON gives the same output as the run that wrote it.
 * Writers of files: to a temporary name beside, then renamed, so that a full disk never costs an
 * older file; what is no regular file is written to; "-" is stdout. 0, or -errno after logging.
 */

/*
 * Whether result_write could write path, found out without touching what is there. 0, or -errno
 * after logging.
 */
int result_writable(const char *path);

int result_write(const struct result *result, const struct verdict *verdict, const char *path);

/* "-" reads stdin. The caller frees. Whatever is in the file, only what fits is accepted. */
int result_read(struct result *result, const char *path);

/* The page at the end of a run. saved: where the JSON went, or NULL. */
void result_text(FILE *out, const struct result *result, const struct verdict *verdict,
		 const char *saved);

/* How the verdict was reached, line by line: what each rules out, and what is left. */
void explain_text(FILE *out, const struct verdict *verdict, const struct result *result);

int compare_write(const struct comparison *c, const char *path);
void compare_text(FILE *out, const struct comparison *c);

int witness_write(const struct witness *w, const char *path);
int witness_read(struct witness *w, const char *path);
void witness_text(FILE *out, const struct witness *w, const char *saved);

#endif
