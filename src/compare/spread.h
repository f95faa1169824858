/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef COMPARE_SPREAD_H
#define COMPARE_SPREAD_H

#include "compare/compare_cells.h"

/*
 * What launches of one command differ by, against what the rounds of one launch do: which level a
 * comparison must take as its unit. Of the gating cells, in logs (0.01 is about 1 %), by
 * summary_deviation(), which one wild round does not move much more than it moves a median. Pure.
 */
struct spread_row {
	const char *id;
	enum unit unit;
	double median;           /* of the launches' */
	double between;          /* launches' medians */
	double within;           /* rounds' medians of one launch, pooled over launches */
	double explained;        /* what between would be if launches differed by their rounds alone */
};

struct spread {
	struct spread_row rows[COMPARE_GATES];
	size_t n_rows;           /* gating cells that every launch measured */
};

/* At least two runs, with the same plan; they must outlive it. 0, -ENOMEM. */
int spread_make(struct spread *s, const struct compare_side *launches);

#endif
