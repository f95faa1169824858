/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLOT_DRAW_H
#define PLOT_DRAW_H

#include <stdio.h>
#include "plot/script.h"

/* Pictures drawn by gnuplot. 0, -errno after logging; -ENOENT: there is no gnuplot. */

/* A file's bytes, or a terminal's text, as the canvas says. The caller frees; a NUL follows. */
int plot_draw(const struct picture *p, const struct script_canvas *canvas, char **out, size_t *n);

/*
 * An <svg> element to put into a page, of the usual size: its ids begin with the kind's name, so
 * that pictures of different kinds stand on one page; with a title and description for who cannot
 * see it; no script, no style sheet, nothing from elsewhere. The caller frees.
 */
int plot_svg(const struct picture *p, char **svg);

/*
 * gnuplot's output made such an element; svg is NUL-terminated. -EINVAL: it holds what no picture
 * of ours does.
 */
int svg_clean(const char *svg, const struct picture *p, char **out);

/* The plotted values, one row a point, as CSV (RFC 4180). 0, -EIO. */
int plot_data_head(FILE *out);
int plot_data(FILE *out, const struct picture *p);

#endif
