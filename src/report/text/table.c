// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "base/memory.h"
#include "report/text/table.h"
#include "report/text/text.h"

#define INDENT 2 /* before labels */
#define GAP    2 /* before each column */

void table_begin(struct table *t, unsigned int label, const char *title)
{
	*t = (struct table){ .label = label, .group = 1 };
	snprintf(t->head.label, sizeof(t->head.label), "%s", title);
}

static bool is_figure(const char *text)
{
	return *text && strcmp(text, "-");
}

static void row_add(struct table_row *row, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

static void row_add(struct table_row *row, const char *fmt, va_list ap)
{
	if (row->n == TABLE_COLUMNS)
		return;
	vsnprintf(row->cells[row->n], TABLE_CELL, fmt, ap);
	row->something |= is_figure(row->cells[row->n++]);
}

void table_column(struct table *t, unsigned int width, const char *fmt, ...)
{
	va_list ap;

	if (t->head.n < TABLE_COLUMNS)
		t->widths[t->head.n] = width;
	va_start(ap, fmt);
	row_add(&t->head, fmt, ap);
	va_end(ap);
}

/* The row that was filled becomes one of the table's, where it is worth printing. */
static void keep_row(struct table *t)
{
	struct table_row *rows;

	if (!t->row.something || t->out_of_memory)
		return;
	rows = realloc(t->rows, (t->n + 1) * sizeof(*rows));
	if (!rows) {
		t->out_of_memory = true;
		memory_note_out();
		return;
	}
	t->rows = rows;
	rows[t->n++] = t->row;
}

void table_row(struct table *t, const char *fmt, ...)
{
	va_list ap;

	keep_row(t);
	t->row = (struct table_row){ 0 };
	va_start(ap, fmt);
	vsnprintf(t->row.label, sizeof(t->row.label), fmt, ap);
	va_end(ap);
}

void table_cell(struct table *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	row_add(&t->row, fmt, ap);
	va_end(ap);
}

/* As narrow as what is in it. */
static void shrink(struct table *t)
{
	for (size_t r = 0; r <= t->n; r++) {
		const struct table_row *row = r ? &t->rows[r - 1] : &t->head;
		unsigned int label = INDENT + (unsigned int)strlen(row->label);

		t->label = !r || label > t->label ? label : t->label;
		for (unsigned int c = 0; c < t->head.n; c++) {
			unsigned int width = GAP + (unsigned int)strlen(row->cells[c]);

			t->widths[c] = !r || width > t->widths[c] ? width : t->widths[c];
		}
	}
}

/* The table's width up to a column. */
static unsigned int width_of(const struct table *t, unsigned int from, unsigned int to)
{
	unsigned int width = t->label;

	for (unsigned int c = from; c < to; c++)
		width += t->widths[c];
	return width;
}

/* Cells that are longer than their column would push the others aside. */
static bool fits(const struct table *t, unsigned int columns)
{
	if (width_of(t, 0, t->head.n) > columns)
		return false;
	for (size_t r = 0; r <= t->n; r++) {
		const struct table_row *row = r ? &t->rows[r - 1] : &t->head;

		if (INDENT + strlen(row->label) > t->label)
			return false;
		for (unsigned int c = 0; c < t->head.n; c++)
			if (strlen(row->cells[c]) > t->widths[c])
				return false;
	}
	return true;
}

/* Where the part that begins at a column ends: after one column at least, or after a group. */
static unsigned int part_end(const struct table *t, unsigned int from, unsigned int columns)
{
	unsigned int to = from + 1;

	while (to < t->head.n && width_of(t, from, to + 1) <= columns)
		to++;
	/* a group each, so that the parts look alike; what is left over goes with the last */
	if (to < t->head.n && t->group > 1 && to - from >= t->group)
		to = from + t->group;
	return to;
}

static void print_row(FILE *out, const struct table *t, const struct table_row *row,
		      unsigned int from, unsigned int to)
{
	char line[INDENT + sizeof(row->label) + TABLE_COLUMNS * 2 * TABLE_CELL];
	size_t used = (size_t)snprintf(line, sizeof(line), "%*s%-*s", INDENT, "",
				       (int)t->label - INDENT, row->label);

	for (unsigned int c = from; c < to && used < sizeof(line); c++)
		used += (size_t)snprintf(line + used, sizeof(line) - used, "%*s", (int)t->widths[c],
					 row->cells[c]);
	used = strlen(line);
	while (used && line[used - 1] == ' ')
		used--;
	fprintf(out, "%.*s\n", (int)used, line);
}

static bool has_figure(const struct table_row *row, unsigned int from, unsigned int to)
{
	for (unsigned int c = from; c < to; c++)
		if (is_figure(row->cells[c]))
			return true;
	return false;
}

void table_end(struct table *t, FILE *out)
{
	unsigned int columns = text_columns(out), from = 0, to;

	keep_row(t);
	if (t->n && !fits(t, columns))
		shrink(t);
	while (t->n && from < t->head.n) {
		to = part_end(t, from, columns);
		print_row(out, t, &t->head, from, to);
		for (size_t r = 0; r < t->n; r++)
			if (has_figure(&t->rows[r], from, to))
				print_row(out, t, &t->rows[r], from, to);
		from = to;
	}
	if (t->out_of_memory)
		fputs("  out of memory: rows are missing\n", out);
	free(t->rows);
	*t = (struct table){ 0 };
}
