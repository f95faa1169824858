/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLOT_LAYOUT_H
#define PLOT_LAYOUT_H

#include "plot/script.h"

/*
 * Places and measures on a canvas: pixels, or characters of a terminal. Down and right from 0, 0.
 */

struct layout {
	const struct picture *p;
	struct script_canvas canvas;  /* its height found */
	bool text;                    /* a terminal */
	double char_w, line;          /* of usual text */
	double small_w, small_line;   /* of small print */
	double point, small_point;    /* sizes of fonts, as the terminal wants them */
	double head, legend, body, foot; /* where each part begins */
};

struct layout_box {
	double left, top, right, bottom; /* of a panel with all that is around it */
};

/* A series' style is that of its name, the same in all panels. */
#define LAYOUT_ENTRIES (PICTURE_SERIES * 2)
struct layout_entry {
	const struct picture_series *series;
	double x, y;
};

struct layout_legend {
	struct layout_entry v[LAYOUT_ENTRIES];
	size_t n;
	double height;
};

void layout_make(struct layout *l, struct layout_legend *legend, const struct picture *p,
		 const struct script_canvas *canvas);

struct layout_box layout_panel(const struct layout *l, size_t panel);

/* Its number in the legend, which is its line style's but for 1. */
unsigned int layout_style(const struct layout_legend *legend, const struct picture_series *s);

/* gnuplot's screen coordinates. */
double layout_x(const struct layout *l, double x);
double layout_y(const struct layout *l, double y);

/* How many lines a text takes, at most most; the next line's length in *n, "" at the end. */
unsigned int layout_lines(const struct layout *l, const char *text, bool small, unsigned int most);
const char *layout_wrap(const char *text, size_t width, size_t *n);
size_t layout_columns(const struct layout *l, bool small);

/* Room left of a panel's axis, for names of rows or ticks. */
double layout_left(const struct layout *l, const struct picture_panel *panel);
size_t layout_name_width(const struct layout *l);

/* len characters of a name in most; too long it loses its middle: names differ at either end. */
void layout_cut(char *buf, size_t n, const char *name, size_t len, size_t most);

#define LAYOUT_LINES 6 /* of a text at most: what is cut is marked */
#define LAYOUT_BOLD  1.12 /* how much wider letters are */
#define LAYOUT_MARGIN(l) ((l)->text ? 1.0 : 12.0)
/* before a name in the legend: two dashes of the thickest line */
#define LAYOUT_SAMPLE(l) ((l)->text ? 4.0 : 70.0)
#define LAYOUT_EMULATED "EMULATED CPU: times say nothing about hardware"
#define LAYOUT_UNTIMED  "EMULATED or REPLAYED: times say nothing about hardware"
#define LAYOUT_REPLAYED "REPLAYED from files: no figure is of a device"

/* The first line of a mark in bold; the rest. */
const char *layout_wrap_mark(const struct layout *l, const char *text, size_t *n);

bool layout_has_legend(enum picture_form form);

/* A series' name; of one without a point with the reason. */
const char *layout_entry_name(char *buf, size_t n, const struct picture_series *s);
bool layout_has_points(const struct picture_series *s);

size_t layout_shape(const struct layout *l); /* panels beside each other */

#endif
