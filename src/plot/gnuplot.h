/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLOT_GNUPLOT_H
#define PLOT_GNUPLOT_H

#include <stddef.h>

/*
 * Runs gnuplot of PATH on a script, without a shell and without the user's settings, and gives what
 * it drew. It is ended after GNUPLOT_SECONDS, and may not write more than GNUPLOT_MOST bytes.
 * 0 with *out (the caller frees; a NUL follows) and *n; -errno after logging, -ENOENT: there is no
 * gnuplot.
 */
#define GNUPLOT_SECONDS 60
#define GNUPLOT_MOST    (64u << 20)
int gnuplot_run(const char *script, size_t script_n, char **out, size_t *n);

#endif
