/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLOT_PICTURE_H
#define PLOT_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include "compare/compare.h"
#include "compare/survey.h"

/*
 * What a picture shows, as plain values: panels of series of points, made from results by a table of
 * kinds. How it looks is a gnuplot script's. What was not measured is an absent point with its
 * reason, never a 0. Texts may hold whatever a result holds; data.h cleans them. Without memory the
 * program ends.
 */

enum picture_unit {
	PICTURE_NO_UNIT,
	PICTURE_BYTES,      /* a size */
	PICTURE_RATE,       /* bytes per second */
	PICTURE_NS,
	PICTURE_SHARE,      /* 0..1, shown as % */
	PICTURE_RATIO,
	PICTURE_COUNT,
	PICTURE_TIME,       /* seconds since 1970 */
};

/* What a series is of: decides colour, so that it is the same in all pictures. */
enum picture_ink {
	PICTURE_INK_PLAIN, PICTURE_INK_WC, PICTURE_INK_RAM, PICTURE_INK_OTHER, PICTURE_INK_BAD,
	PICTURE_INK_GOOD, PICTURE_INK_EVEN, PICTURE_INK_QUIET
};

struct picture_point {
	double x, y;                /* one may be a row's or column's number */
	double low, high;           /* 95 % interval of what was measured, else what is known */
	double share;               /* of a map's darkest shade, 0..1 */
	bool absent;                /* not measured: a gap; low, high and the value mean nothing */
	bool alarm;                 /* must not be: forbidden, and seen */
	char text[32];              /* the figure in words, "3.81 GB/s" */
	char why[160];              /* why absent; else what there is to know */
};

struct picture_points {
	struct picture_point *v;    /* owned */
	size_t n;
};

#define PICTURE_PANELS 4
#define PICTURE_SERIES 24    /* more are left out, and counted */
#define PICTURE_POINTS 256   /* of a series in a panel; the same */
#define PICTURE_NAMES  60    /* rows, columns of a panel; the same */
#define PICTURE_LIMITS 3

struct picture_names {
	char v[PICTURE_NAMES][112];
	size_t n;
};

struct picture_series {
	char name[128];
	enum picture_ink ink;
	unsigned int mark;          /* another one for another kernel */
	bool reference;             /* of the host, the first side: dashed and hollow */
};

/* A line across a panel, such as what a link can carry. */
struct picture_limit {
	double y;
	char name[64];
};

struct picture_panel {
	char title[96], x_label[96];
	enum picture_unit x, y;
	struct picture_names rows, columns; /* where x or y are numbers of them */
	struct picture_points series[PICTURE_SERIES]; /* of the picture's series, by number */
	struct picture_limit limits[PICTURE_LIMITS];
	size_t n_limits;
	bool own_scale;             /* its axis is its own, if the others' would be much longer */
	double band;                /* ratios: 1 / (1 + band) to 1 + band matter not; 0: none */
};

struct picture {
	const struct picture_kind *kind;
	char title[128];
	char about[3][256];         /* below the title: verdict, how to read it; "" */
	char small[4][512];         /* small print: environment and command of each side; "" */
	bool emulated, replayed;    /* a side is: to be written on the picture */
	bool untimed;               /* all of many results are one or the other */
	size_t left_out;            /* rows, series or points that are not shown */
	struct picture_panel panels[PICTURE_PANELS];
	size_t n_panels;
	struct picture_series series[PICTURE_SERIES];
	size_t n_series;
};

/* What pictures are made from; must outlive the making, not the pictures. */
struct picture_input {
	struct compare_side sides[2];
	size_t n_sides;             /* 1: a result; 2: host's and guest's; 0: of a directory */
	const struct survey *survey; /* of a directory, else NULL */
	const char *names[2];       /* of the sides: "host", "guest"; "" for one */
	const struct comparison *comparison; /* of two sides, else NULL */
	const struct verdict *verdicts[2];   /* of each side's first run */
};

/* A kind of picture: one row. */
struct picture_kind {
	const char *name;           /* for --plots and file names: "bw" */
	const char *script;         /* that draws it: "curves.gp" */
	const char *question;       /* that it answers */
	size_t sides;               /* that it needs: 1, or 2; 0: a directory */
	/* Fills panels and title of a zeroed picture; no points: the results have none of its cells. */
	void (*build)(struct picture *p, const struct picture_input *in);
};

extern const struct picture_kind picture_kinds[]; /* ends with a row without name */
const struct picture_kind *picture_find_kind(const char *name);

/* Whether results of so many sides, 0: of a directory, can make it. */
bool picture_kind_fits(const struct picture_kind *k, size_t n_sides);

/* Whether any point was measured. */
bool picture_measured(const struct picture_points *s);

struct pictures {
	struct picture *v;          /* owned */
	size_t n;
};

/*
 * Appends the pictures of the kinds in list ("bw,forest"; NULL: all that the results have cells
 * for). A listed kind without cells adds nothing.
 */
void pictures_make(struct pictures *out, const struct picture_input *in, const char *list);
void pictures_free(struct pictures *p);

/* Judges the sides and names them; verdicts and comparison are the caller's storage. */
struct picture_judged {
	struct picture_input in;
	struct comparison comparison;
	struct verdict verdicts[2];
};

/* Sides as compare_check wants them. */
void picture_judge(struct picture_judged *j, const struct compare_side *sides, size_t n_sides,
		   const struct compare_ask *ask);
void picture_judged_free(struct picture_judged *j);

#endif
