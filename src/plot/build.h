/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLOT_BUILD_H
#define PLOT_BUILD_H

#include "plot/picture.h"

/* What the builders of picture kinds share. What is too much to be read is counted in left_out. */

void picture_build_bw(struct picture *p, const struct picture_input *in);
void picture_build_widths(struct picture *p, const struct picture_input *in);
void picture_build_barriers(struct picture *p, const struct picture_input *in);
void picture_build_combine(struct picture *p, const struct picture_input *in);
void picture_build_latency(struct picture *p, const struct picture_input *in);
void picture_build_lines(struct picture *p, const struct picture_input *in);
void picture_build_order(struct picture *p, const struct picture_input *in);
void picture_build_forest(struct picture *p, const struct picture_input *in);
void picture_build_verdicts(struct picture *p, const struct picture_input *in);
void picture_build_history(struct picture *p, const struct picture_input *in);

/* A panel more of the picture; there are at most PICTURE_PANELS. */
struct picture_panel *build_panel(struct picture *p, const char *title, const char *x_label,
				  enum picture_unit x, enum picture_unit y);

/* The number of the series "side, what", or of a name alone, made where there is none; -1: too many. */
int build_series(struct picture *p, const char *side, const char *what, enum picture_ink ink);

/* Of a mapping: ink, and whether it is the reference's side. kernel "": not part of the name. */
int build_mapping(struct picture *p, const struct picture_input *in, size_t side,
		  enum map_type mapping, const char *kernel, unsigned int mark);

/* The name's number, added where it is new; -1: too many. */
int build_name(struct picture *p, struct picture_names *names, const char *name);
int build_find_name(const struct picture_names *names, const char *name); /* -1: there is none */

/* The point's place on a map: x and y become its column's and its row's number. False: too many. */
bool build_place(struct picture *p, struct picture_panel *panel, struct picture_point *point,
		 const char *column, const char *row);

/* A copy of point at the end of the series; -1: of none. */
void build_point(struct picture *p, struct picture_panel *panel, int series,
		 const struct picture_point *point);

/*
 * A cell of the side's first run: the median of its rounds, of several runs that of the runs'
 * medians, with its interval and its text. x is set.
 */
struct picture_point build_figure(const struct compare_side *side, const struct cell_record *c,
				  enum picture_unit unit);

/* It was not measured: "skipped: no room". */
void build_absent(struct picture_point *point, const struct cell_record *c);

/* A measured cell as a point of a mapping's series: at x of a curve; in the row of that name. */
void build_curve(struct picture *p, struct picture_panel *panel, const struct picture_input *in,
		 size_t side, int series, const struct cell_record *c, double x);
void build_bar(struct picture *p, struct picture_panel *panel, const struct picture_input *in,
	       size_t side, const struct cell_record *c, const char *row);

/* Points sorted by x: they were added in the plan's order. */
void build_sort(struct picture_panel *panel);

/* A figure in its unit, three digits; of counts as many as they have. */
const char *build_text(char *buf, size_t n, enum picture_unit unit, double v);

#endif
