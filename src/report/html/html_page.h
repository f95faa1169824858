/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPORT_HTML_HTML_PAGE_H
#define REPORT_HTML_HTML_PAGE_H

#include <jansson.h>
#include <stdio.h>
#include "report/html/html.h"

/* Pieces of reports. All text goes through html_put (html_write.h). */

/* From <!DOCTYPE> to the body; title: of the browser's tab. */
void html_begin(FILE *out, const char *title);
void html_end(FILE *out);

/* A section; id is ours. What is folded opens with a click. */
void html_section(FILE *out, const char *id, const char *title);
void html_section_end(FILE *out);
void html_fold(FILE *out, bool open, const char *what, size_t n);
void html_fold_end(FILE *out);

/* A labelled line of a list that <dl> began. */
void html_line(FILE *out, const char *label, const char *words);

/* One column of a table: what it is called, and whether its cells are figures. */
struct html_column {
	const char *title;
	bool is_number;
};

/* Sortable by every column; caption may be "". Columns end with a NULL title. */
void html_table(FILE *out, const char *caption, const struct html_column *columns);
void html_table_end(FILE *out);

/* A cell with a figure: what it is sorted by, and what is shown, of numbers and literals of ours. */
void html_figure(FILE *out, double value, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* A section of the terminal's page, folded under its own first line; nothing where it is empty. */
void html_lines(FILE *out, void (*print)(FILE *out, const void *what), const void *what);

/* The sections. */
void html_figures(FILE *out, const struct result *r, const struct verdict *v);
void html_figures_compared(FILE *out, const struct comparison *c);
void html_evidence(FILE *out, const struct verdict *v, const struct result *r);
void html_checks(FILE *out, const struct checks *checks);
void html_pictures(FILE *out, const struct html_pictures *pictures);
void html_words(FILE *out);

/* A mark below the verdict. */
void html_mark(FILE *out, bool bad, const char *word, const char *words);

/* The machine, the device and the run; of two with what they are called, else NULL. */
void html_machines(FILE *out, const struct result *r, const struct result *beside,
		   const char *const *names);

/* Raw data to take along: what it is called, and a file's name for it. 0, -ENOMEM. */
int html_raw(FILE *out, const char *id, const char *file, const char *what, json_t *root);

#endif
