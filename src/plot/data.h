/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLOT_DATA_H
#define PLOT_DATA_H

#include <stdio.h>
#include "plot/picture.h"

/*
 * The plotted values, a row a point, with the same columns (results/README.md) wherever they go.
 * Texts are printable ASCII.
 */

/* As CSV (RFC 4180). */
void data_csv_head(FILE *out);
void data_csv(FILE *out, const struct picture *p);

/*
 * As gnuplot's data blocks: in $data each series of each panel is a data set (index) with a line of
 * names, number (panel - 1) * n_series + series - 1; $limits has one a panel. One without values
 * has one row of NaN. $rows and $columns have the names of those, a data set a panel.
 */
void data_blocks(FILE *out, const struct picture *p);

#endif
