/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <stdio.h>
#include "compare/compare_file.h"
#include "compare/survey_files.h"
#include "compare/witnessed.h"
#include "record/result_file.h"
#include "witness/witness_file.h"

/*
 * Outputs. A result read back from its JSON gives the same output as the run that wrote it.
 * Writers of files: to a temporary name beside, then renamed, so that a full disk never costs an
 * older file; what is no regular file is written to; "-" is stdout. 0, or -errno after logging.
 */

/* The page at the end of a run. saved: where the JSON went, or NULL. */
void result_text(FILE *out, const struct result *result, const struct verdict *verdict,
		 const char *saved);

/* Of that page: what launches of one machine compared with each other show. */
void self_check_text(FILE *out, const struct self_check *s);

/*
 * Behind the last launch's page: each launch's verdict, and what launches differ by against what
 * rounds do. names: where each one's result is. of: so many were asked for. 0, -ENOMEM.
 */
int launches_text(FILE *out, const struct compare_side *launches, const char *const *names,
		  unsigned int of);

/* How the verdict was reached, line by line: what each rules out, and what is left. */
void explain_text(FILE *out, const struct verdict *verdict, const struct result *result);

void compare_text(FILE *out, const struct comparison *c);

/* Of that page: counts, gating cells, what differs, what is open; then what one side lacks. */
void compare_cells_text(FILE *out, const struct comparison *c);

void survey_text(FILE *out, const struct survey *s, const struct compare_ask *ask);

void witness_text(FILE *out, const struct witness *w, const char *saved);

/* What a mapping was made through: "resource2_wc", "vfio", the caller of ioremap(). */
const char *witness_through_text(char *buf, size_t n, const struct witness_range *r);

void witnessed_text(FILE *out, const struct witnessed *w);

#endif
