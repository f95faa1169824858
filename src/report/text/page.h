/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

#include "report/text/table.h"
#include "report/text/text.h"
#include "verdict/findings.h"

/* A section of a result's page: a question, tables, an answer where the figures allow one. */
struct page_section {
	enum exp_id experiment;
	const char *question;
	bool counts;                /* events: of no time anything is said */
	void (*print)(FILE *out, const struct result *r, const struct verdict *v);
	bool (*has)(const struct result *r); /* NULL: whenever the experiment was run */
};

extern const struct page_section page_sections[]; /* ends with a row without question */

/* Nothing where the run has no such cells. */
void page_print(FILE *out, const struct page_section *s, const struct result *r,
		const struct verdict *v);

/* The same of experiments that no section is about: a plain table of their cells. */
void page_print_others(FILE *out, const struct result *r);

/* A section's head. */
void page_question(FILE *out, const char *question, bool emulated);

void page_bw(FILE *out, const struct result *r, const struct verdict *v);
void page_combine(FILE *out, const struct result *r, const struct verdict *v);
void page_lat(FILE *out, const struct result *r, const struct verdict *v);
void page_doorbell(FILE *out, const struct result *r, const struct verdict *v);
void page_early_ack(FILE *out, const struct result *r, const struct verdict *v);
void page_order(FILE *out, const struct result *r, const struct verdict *v);
void page_integrity(FILE *out, const struct result *r, const struct verdict *v);
void page_scale(FILE *out, const struct result *r, const struct verdict *v);

/* Pieces of sections. */

/*
 * A cell's figure or status as the row's next. What was skipped or not reached makes no row worth printing:
 * it has its place below, with the reason.
 */
void page_cell(struct table *t, const struct cell_record *c);

/* A row of what the cell is through each of the mappings, which end with MAP_TYPES. */
void page_row(struct table *t, const struct result *r, const struct cell_record *c,
	      const enum map_type *mappings, const char *label);

/* What one must know to read a section's tables; a sentence below a table. */
#define page_note(out, ...) text_say(out, " ", 2, __VA_ARGS__)
#define page_say(out, ...)  text_say(out, "  =>", 5, __VA_ARGS__)

#endif
