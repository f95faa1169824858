/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLOT_BUILD_H
#define PLOT_BUILD_H

#include "plot/picture.h"

/* What the builders of picture kinds share. */

int picture_build_bw(struct picture *p, const struct picture_input *in);
int picture_build_widths(struct picture *p, const struct picture_input *in);
int picture_build_barriers(struct picture *p, const struct picture_input *in);
int picture_build_combine(struct picture *p, const struct picture_input *in);
int picture_build_latency(struct picture *p, const struct picture_input *in);
int picture_build_lines(struct picture *p, const struct picture_input *in);
int picture_build_order(struct picture *p, const struct picture_input *in);
int picture_build_forest(struct picture *p, const struct picture_input *in);
int picture_build_verdicts(struct picture *p, const struct picture_input *in);
int picture_build_history(struct picture *p, const struct picture_input *in);

/*
 * A cell of the side's first run as a point: the median of its rounds, of several runs that of the
 * runs' medians, with its interval. The caller sets what is no figure. x is set.
 */
void build_figure(struct picture_point *out, const struct compare_side *side,
		  const struct cell_record *c);

/* A panel more of the picture; NULL: there are PICTURE_PANELS. */
struct picture_panel *build_panel(struct picture *p, const char *title, const char *x_label,
				  enum picture_unit x, const char *y_label, enum picture_unit y);

/*
 * The series of that name, made where there is none; NULL: no memory (*ret is -ENOMEM), or too many
 * (counted in p->left_out).
 */
struct build_series {
	const char *mapping, *kernel; /* kernel "": not part of the name */
	unsigned int mark;
	size_t side;
};
struct picture_series *build_series(struct picture *p, struct picture_panel *panel,
				    const struct picture_input *in, const struct build_series *want,
				    int *ret);

/*
 * A measured cell as a point of the series of its mapping and side, made where there is none: at x
 * of a curve, or in the row of that name. What is too much is counted. 0, -ENOMEM.
 */
int build_curve(struct picture *p, struct picture_panel *panel, const struct picture_input *in,
		const struct build_series *want, const struct cell_record *c, double x);
int build_bar(struct picture *p, struct picture_panel *panel, const struct picture_input *in,
	      size_t side, const struct cell_record *c, const char *row);

/* A copy of point at the end; too many are counted. 0, -ENOMEM. */
int build_point(struct picture *p, struct picture_series *s, const struct picture_point *point);

/* The name's number, added where it is new; -1: too many, counted; -ENOMEM. */
int build_name(struct picture *p, struct picture_names *names, const char *name);

enum picture_ink build_ink(const char *mapping);

/* Sorted by x: points were added in the plan's order. */
void build_sort(struct picture_panel *panel);

/* True when some point of any panel is there. */
bool build_has_points(const struct picture *p);

/* A figure in its unit, three digits; of counts as many as they have. */
const char *build_text(char *buf, size_t n, enum picture_unit unit, double v);

#endif
