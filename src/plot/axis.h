/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLOT_AXIS_H
#define PLOT_AXIS_H

#include "plot/picture.h"

/* Where an axis begins and ends, and its ticks with what they are called. Pure. */

#define AXIS_TICKS 24
struct axis_ticks {
	double low, high;
	double at[AXIS_TICKS];
	char name[AXIS_TICKS][16];
	size_t n;
	char label[64]; /* of the axis, where the names leave something out, else "" */
};

/*
 * For values from low to high (both of them finite, and above 0 where axis->log), at most most
 * ticks, but two where decades have them. From 0 where the axis is linear. Not of times.
 */
void axis_make(struct axis_ticks *t, const struct picture_axis *axis, double low, double high,
	       size_t most);

/*
 * Times, in s since 1970: two ticks at least, whose names do not touch each other on an axis of so
 * many characters (30 and more).
 */
void axis_make_time(struct axis_ticks *t, double low, double high, double columns);

#endif
