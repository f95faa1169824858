/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

#include "judge/judge.h"
#include "report/table.h"
#include "report/text.h"

/*
 * The sections of a result's page, one for each experiment: a question, tables, an answer where the
 * figures allow one. A section without cells prints nothing.
 */
void page_bw(FILE *out, const struct result *r);
void page_combine(FILE *out, const struct result *r);
void page_lat(FILE *out, const struct result *r);
void page_doorbell(FILE *out, const struct result *r);
void page_order(FILE *out, const struct result *r, const struct verdict *v);
void page_integrity(FILE *out, const struct result *r);
void page_scale(FILE *out, const struct result *r);
void page_early_ack(FILE *out, const struct result *r);

/* Pieces of sections. */

/* The mappings that a page has columns for: plain and wc, or ram. Ends with NULL. */
const char *const *page_mappings(const struct result *r);

/* True when the experiment has a cell that was not skipped, on any mapping. */
bool page_has(const struct result *r, const char *experiment);

/* The question; on an emulated CPU with its mark. r may be NULL: no times follow. */
void page_head(FILE *out, const struct result *r, const char *question);

/* What a sentence says of times is left out where they mean nothing. */
bool page_may_answer(const struct result *r);

/*
 * The cell that is done as *want is, in every field that says what is done but the id; NULL: none.
 * A copy of a found cell with one field changed finds its neighbour.
 */
const struct cell_record *page_find(const struct result *r, const struct cell_record *want);
const struct cell_record *page_sibling(const struct result *r, const struct cell_record *c,
				       const char *mapping);

/* True when it has a figure: not when it faulted in a round. */
bool page_measured(const struct cell_record *c);

/*
 * A cell's figure or status as the row's next. What was skipped or not reached makes no row worth printing:
 * it has its place below, with the reason.
 */
void page_row_cell(struct table_row *row, const struct cell_record *c);

/* What one must know to read a section's tables. */
void page_note(FILE *out, const char *text);

/* A sentence below a table. */
void page_say(FILE *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* What happened to the device during the run, in words; false: nothing did. */
bool page_disturbance(char *buf, size_t n, const struct result *r);

/* What a probe "memtype" says, in words; false: p is another one. */
bool page_listed(char *buf, size_t n, const struct probe_record *p);

#endif
