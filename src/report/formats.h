/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPORT_FORMATS_H
#define REPORT_FORMATS_H

#include <stdio.h>
#include "judge/compare.h"

/*
 * Results in the formats of engines that people already run. A format is one row of the table and
 * one file. What holds in all of them: what was not measured is absent or skipped, with the reason
 * where there is room, and never 0; an emulated machine is marked.
 */
struct format {
	const char *name;
	const char *what;        /* who reads it, in a few words */
	/* NULL: makes no sense. 0 or -errno; errors of the stream are the caller's to find. */
	int (*result)(FILE *out, const struct result *r, const struct verdict *v);
	int (*comparison)(FILE *out, const struct comparison *c);
};

extern const struct format formats[]; /* ends with a NULL name */

/* "csv: spreadsheets; markdown: ..." */
const char *format_help(char *buf, size_t n);

/* What --format NAME[=FILE] asked for, in its order. */
#define FORMAT_OUTPUTS_MAX 32
struct format_outputs {
	struct {
		const struct format *format;
		const char *path; /* "-": stdout */
	} v[FORMAT_OUTPUTS_MAX];
	size_t n;
};

/* Adds one; argument is kept. 0, -EINVAL after logging. */
int format_outputs_add(struct format_outputs *o, const char *argument);

/*
 * Whether all can be written, before anything is measured: each format can tell of a result or of
 * a comparison, at most one output is stdout, no two are one file. json: of --json, or NULL. 0,
 * -errno after logging.
 */
int format_outputs_check(const struct format_outputs *o, const char *json, bool comparison);

/* True when stdout is taken: nothing else may be written there. */
bool format_outputs_on_stdout(const struct format_outputs *o);

/* All of them, also after a failure; the first failure is returned, each is logged. */
int format_outputs_result(const struct format_outputs *o, const struct result *r,
			  const struct verdict *v);
int format_outputs_comparison(const struct format_outputs *o, const struct comparison *c);

#endif
