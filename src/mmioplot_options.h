/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MMIOPLOT_OPTIONS_H
#define MMIOPLOT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include "cli/sides.h"
#include "plot/script.h"

struct plot_options {
	struct sides sides;
	size_t n_sides;              /* 0: a directory */
	const char *plots;           /* NULL: all that there is to draw */
	const char *output, *data, *html, *script, *witness;
	const char *format, *size;   /* as they stand: canvas has what they say */
	bool output_is_dir;          /* a picture each; else a file, of one picture */
	bool terminal;
	struct compare_ask ask;
	struct script_canvas canvas; /* target: of output */
};

/* Exits on --help, --version, --list, and with EXIT_USAGE after logging what does not fit. sides_free() frees. */
void plot_options_parse(struct plot_options *o, int argc, char **argv);

#endif
