/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MMIOBENCH_OUTPUTS_H
#define MMIOBENCH_OUTPUTS_H

#include <limits.h>
#include "mmiobench_options.h"
#include "run/plan.h"

/* Where one run's outputs go. */
struct outputs {
	char json[PATH_MAX];     /* "-": stdout */
	struct format_outputs formats;
	char paths[FORMAT_OUTPUTS_MAX][PATH_MAX]; /* what formats points to, where they have an index */
};

/* The time, as it is in a result, and in a name made from it. */
void outputs_now(char *buf, size_t n);

/* --json, or a name in results/ that is not taken yet, nor are those of launches made from it. */
void outputs_stem(char *buf, size_t n, const struct bench_options *o,
		  const struct target *target, const char *started);

/*
 * Of one run, 0, or of a launch of several, whose index goes into each name; and whether they can
 * be written, found out before any device is touched. 0, -errno after logging.
 */
int outputs_make(struct outputs *out, const struct bench_options *o, const char *stem,
		 unsigned int launch);

#endif
