/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MMIOPLOT_HTML_H
#define MMIOPLOT_HTML_H

#include "mmioplot_options.h"
#include "plot/picture.h"

/*
 * Writes o->html, the report of judged sides with their pictures. Without gnuplot it has none and says so,
 * which is no failure; else a picture that cannot be drawn is told at the end. Where one is missing no
 * older report is replaced: -EEXIST. 0, or -errno after logging.
 */
int plot_html(const struct plot_options *o, const struct picture_judged *j,
	      const struct pictures *pictures);

#endif
