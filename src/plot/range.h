/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLOT_RANGE_H
#define PLOT_RANGE_H

#include "plot/picture.h"

/*
 * From where to where the axes of a panel must reach. Panels of one picture have the same ranges, so
 * that they can be held against each other; but for values of another scale. Pure.
 */

struct range {
	double low, high;
};

void range_widen(struct range *r, double v);

/* 1 to 1 where nothing was measured. */
void range_find(const struct picture *p, const struct picture_panel *panel, struct range *x,
		struct range *y);

/* Where bars end: long intervals are cut, or one would make all bars short. */
double range_find_bars(const struct picture *p, const struct picture_panel *panel);

#endif
