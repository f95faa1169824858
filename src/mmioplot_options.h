/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MMIOPLOT_OPTIONS_H
#define MMIOPLOT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include "plot/script.h"
#include "sides.h"

#define EXIT_NOTHING 77

struct plot_options {
	struct files sides[2];  /* before and behind "--", or two files */
	size_t n_sides;              /* 0: a directory */
	const char *plots;           /* NULL: all that there is to draw */
	const char *output, *data, *html, *witness;
	bool output_is_dir;          /* a picture each; else a file, of one picture */
	bool terminal;
	struct compare_ask ask;
	struct script_canvas canvas; /* target: of output */
};

/* Exits on --help, --version, --list, and with EXIT_USAGE after logging what does not fit. */
void plot_options_parse(struct plot_options *o, int argc, char **argv);
void plot_options_free(struct plot_options *o);

#endif
