/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPORT_TEXT_TEXT_H
#define REPORT_TEXT_TEXT_H

#include <stdio.h>
#include "record/figure.h"
#include "verdict/marks.h"

/* Pieces of terminal pages. */
#define TEXT_COLUMNS       100
#define TEXT_COLUMNS_LEAST 60

/*
 * How wide a page on out may be: on a terminal its width (COLUMNS, if that is set), but neither less
 * than TEXT_COLUMNS_LEAST nor more than TEXT_COLUMNS; elsewhere TEXT_COLUMNS, so that what is kept in
 * files looks the same everywhere.
 */
unsigned int text_columns(FILE *out);

/* Colours only on a terminal that has them, and not where NO_COLOR is set (no-color.org). */
enum text_style { TEXT_PLAIN, TEXT_GOOD, TEXT_BAD, TEXT_UNSURE, TEXT_HEAD };

void text_style_begin(FILE *out, enum text_style style);
void text_style_end(FILE *out);
enum text_style text_outcome_style(enum verdict_outcome o);

/*
 * Prints words, broken at blanks before text_columns; lines after the first begin with indent
 * blanks. label fills the first line up to there. Control characters become '?'.
 */
void text_wrapped(FILE *out, const char *label, int indent, const char *words);

/* The same of a printf() format. */
void text_say(FILE *out, const char *label, int indent, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* A page's labelled line, and one in a style. */
#define TEXT_LABEL 11
void text_line(FILE *out, const char *label, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void text_styled(FILE *out, enum text_style style, const char *label, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* A page's first line, or a table's title. */
void text_head(FILE *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The marks of those kinds. */
void text_marks(FILE *out, const struct marks *m, enum mark_kind first, enum mark_kind last);

/* Labelled lines: guest or bare metal, and why; ids and names. */
void text_machine(FILE *out, const struct env *env);
void text_device(FILE *out, const struct pci_device *d);

/* "16 MiB", "64 bytes". buf: 32 bytes. */
const char *text_size(char *buf, size_t n, uint64_t bytes);

/* "bare metal", "in a VM": a host that is a VM itself is no guest of the comparison. */
const char *text_role(const struct result *r);

#endif
