/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLOT_DRAW_H
#define PLOT_DRAW_H

#include "plot/script.h"

/*
 * A picture drawn by gnuplot: a file's bytes, or a terminal's text, as the canvas says. script: a file
 * of the user's instead of the picture's own, or NULL. The caller frees *out; a NUL follows. 0, -errno
 * after logging; -ENOENT: there is no gnuplot.
 */
int plot_draw(const struct picture *p, const struct script_canvas *canvas, const char *script,
	      char **out, size_t *n);

#endif
