/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLOT_SCRIPT_PANEL_H
#define PLOT_SCRIPT_PANEL_H

#include "plot/layout.h"

/* The commands that draw one panel, and what they share with those around it. */
void script_panel(FILE *out, const struct layout *l, const struct layout_legend *legend,
		  size_t panel);

void script_text(FILE *out, const struct layout *l, double x, double y, const char *text,
		 size_t most, const char *how);

/* Line styles beginning here have the colours of the others, for intervals. */
#define SCRIPT_THIN 200u

/* A bar's fill: solid or hatched, so that black and white tell it apart. */
void script_fill(FILE *out, const struct picture_series *s);

const char *script_colour(enum picture_ink ink);

/* A terminal's marker; small ones are the reference's. */
char script_letter(const struct layout_legend *legend, const struct picture_series *s);

#endif
