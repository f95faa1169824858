/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLOT_SCRIPT_H
#define PLOT_SCRIPT_H

#include <stdio.h>
#include "plot/picture.h"

/*
 * What gnuplot is given of a picture before the scripts that draw it: variables and data blocks, all
 * of them in mmioplot(1), SCRIPTS. Pure. Nothing in a result is more than text.
 */

enum script_target { SCRIPT_SVG, SCRIPT_PNG, SCRIPT_TERMINAL };

struct script_canvas {
	enum script_target target;
	unsigned int width, height; /* pixels, or columns and lines; 0: as high as needed */
	bool colour;                /* of the terminal */
	bool brief;                 /* the small print stands elsewhere */
};

#define SCRIPT_WIDTH 960u       /* of pictures, when nobody asks for another */

/* What is asked for must lie between these. */
#define SCRIPT_LEAST_PIXELS 320u
#define SCRIPT_MOST_PIXELS  4000u
#define SCRIPT_LEAST_COLUMNS 60u
#define SCRIPT_MOST_COLUMNS  240u

void script_data(FILE *out, const struct picture *p, const struct script_canvas *canvas);

/*
 * "text" for gnuplot: letters, digits, blanks and a few signs as they are, all else that is
 * printable as octal, what is not as '?'.
 */
void script_quote(FILE *out, const char *text);

/* gnuplot's own part of a picture, from src/plot/scripts; ends with a row without name. */
struct script_file {
	const char *name, *text;
};
extern const struct script_file script_files[];

/* By its name, of those. */
const char *script_text(const char *name);

#endif
