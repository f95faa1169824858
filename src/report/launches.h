/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPORT_LAUNCHES_H
#define REPORT_LAUNCHES_H

#include <stdio.h>
#include "judge/compare_cells.h"

/*
 * Behind the last launch's page: each launch's verdict, and what launches differ by against what
 * rounds do. names: where each one's result is. of: so many were asked for. 0, -ENOMEM.
 */
int launches_text(FILE *out, const struct compare_side *launches, const char *const *names,
		  unsigned int of);

#endif
