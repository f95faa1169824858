/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PLOT_GNUPLOT_H
#define PLOT_GNUPLOT_H

#include <stddef.h>
#include <stdio.h>

/*
 * Runs gnuplot of PATH on what write() writes, without a shell and without the user's settings, and
 * gives what it drew. It is ended after GNUPLOT_SECONDS, and may not write more than GNUPLOT_MOST
 * bytes. 0 with *out (the caller frees; a NUL follows) and *n; -errno after logging, -ENOENT: there
 * is no gnuplot.
 */
#define GNUPLOT_SECONDS 60
#define GNUPLOT_MOST    (64u << 20)
int gnuplot_run(void (*write)(FILE *out, const void *what), const void *what, char **out, size_t *n);

#endif
