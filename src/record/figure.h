/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RECORD_FIGURE_H
#define RECORD_FIGURE_H

#include <stddef.h>
#include "record/result.h"

/* Figures in words, for people: three digits and a unit. Each returns buf, or a literal. */

const char *figure_rate(char *buf, size_t n, double bytes_per_s); /* "3.81 GB/s" (10^9) */
const char *figure_ns(char *buf, size_t n, double ns);            /* "812 ns", "1.20 us" */
const char *figure_value(char *buf, size_t n, enum unit unit, double v);

/* A cell's median in its unit, or its status in a word. c may be NULL: "-". */
const char *figure_cell(char *buf, size_t n, const struct cell_record *c);

#endif
