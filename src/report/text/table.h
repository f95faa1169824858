/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPORT_TEXT_TABLE_H
#define REPORT_TEXT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * A table on a page: labels at the left, columns of figures at the right of theirs. It is printed as wide
 * as it was made, where the page has room; else as narrow as its cells; else in parts one below the
 * other, each with the labels. What does not fit a cell is cut off.
 */
#define TABLE_COLUMNS 16
#define TABLE_CELL    48

struct table_row {
	char label[80];
	char cells[TABLE_COLUMNS][TABLE_CELL];
	unsigned int n;
	bool something; /* else the row is not printed */
};

struct table {
	struct table_row head;               /* titles */
	unsigned int label;                  /* width, with the two blanks before it */
	unsigned int widths[TABLE_COLUMNS];
	unsigned int group;                  /* so many columns are a part, where one has room */
	struct table_row row;                /* being filled */
	struct table_row *rows;              /* owned */
	size_t n;
	bool out_of_memory;
};

/* An empty table with labels of that width; title stands above them. */
void table_begin(struct table *t, unsigned int label, const char *title);
void table_column(struct table *t, unsigned int width, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Begins a row: its label. */
void table_row(struct table *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The row's next figure; with one that is neither "" nor "-" it is worth printing. */
void table_cell(struct table *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Prints the table, unless it has no rows, and empties it. */
void table_end(struct table *t, FILE *out);

#endif
