/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MMIOCOMPARE_BASELINE_H
#define MMIOCOMPARE_BASELINE_H

#include "judge/baseline.h"
#include "mmiocompare_options.h"

/* What mmiocompare does with baselines; returns are exit statuses. */

/* The baseline that a comparison is against: it is sides[0] of the options from then on. */
struct against {
	struct baseline baseline;
	char *path;              /* owned */
	char **labels;           /* owned: names of its runs */
};

/* Finds, reads and checks it; its names and results are the options' to free. 0, EXIT_USAGE, ... */
int against_begin(struct against *a, struct options *o);
void against_end(struct against *a, const struct options *o);

/* --save: keeps the results of that side; told says where on stdout. */
int baseline_keep(const struct options *o, const struct files *side, bool told);

/* --baseline DIR alone: what there is. */
int baseline_show(struct options *o);

#endif
