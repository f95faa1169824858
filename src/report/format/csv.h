/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPORT_FORMAT_CSV_H
#define REPORT_FORMAT_CSV_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "record/fields.h"

/*
 * RFC 4180 with LF: a line of names, then one row per cell. The same code writes both, so that a
 * value cannot stand under another's name.
 */
struct csv {
	FILE *out;
	bool head;               /* names, not values */
	bool gnuplot;            /* for gnuplot's "set datafile separator tab": no quotes, NaN */
	bool begun;              /* this line */
};

/* Fields of a line, in order; where head is set, their names. */
void csv_text(struct csv *w, const char *name, const char *value);
void csv_number(struct csv *w, const char *name, bool known, double value); /* else empty */
void csv_count(struct csv *w, const char *name, bool known, uint64_t value);
void csv_bool(struct csv *w, const char *name, bool value);
/* A record of texts, counts, words and yes or no: its fields, by their table. */
void csv_fields(struct csv *w, const struct record_table *t, const void *rec);
void csv_end(struct csv *w);

#endif
