/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLOT_SCRIPT_H
#define PLOT_SCRIPT_H

#include <stdio.h>
#include "plot/picture.h"

/*
 * A picture as commands of gnuplot. Pure. Of a result's text only letters, digits, blanks and a few
 * signs stand there as they are, all else that is printable as octal, and enhanced text is off:
 * nothing in a result is more than text. Data are numbers only.
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

void script_write(FILE *out, const struct picture *p, const struct script_canvas *canvas);

/* "text" for gnuplot, at most so many characters. */
void script_quote(FILE *out, const char *text, size_t most);

/* The same for a tick's name, which gnuplot takes for a format. */
void script_quote_tick(FILE *out, const char *text, size_t most);

#endif
