/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPORT_COMPARE_CELLS_H
#define REPORT_COMPARE_CELLS_H

#include <jansson.h>
#include <stdio.h>
#include "judge/compare.h"

/* Pieces of a comparison's page and of its JSON: what was measured on both sides. */

/* Counts, gating cells, what differs, what is open; then every cell that one side lacks. */
void compare_cells_text(FILE *out, const struct comparison *c);

/* What the sides are called, in names that programs read: "host", "guest"; or "baseline", "now". */
const char *compare_side_name(const struct comparison *c, int side);

/* The same for people: two guests, or two hosts, are "first" and "second". */
const char *compare_label(const struct comparison *c, int side);

/* "a guest held against a host" */
const char *compare_title(const struct comparison *c);

/* What to mind about the two: that the first is no host, or itself demoted, that profiles differ. */
struct compare_notes {
	char lines[7][720];
	size_t n;
};

void compare_notes_make(struct compare_notes *notes, const struct comparison *c);

/* "guest by host", "now by baseline NAME" */
const char *compare_ratio_name(char *buf, size_t n, const struct comparison *c);

/* A baseline's name and date; how its facts differ, one a call from 0 on. "": none. */
const char *compare_baseline_text(char *buf, size_t n, const struct comparison *c);
const char *compare_difference_text(char *buf, size_t n, const struct comparison *c, size_t i);

/* "measured on the host, skipped in the guest: why" */
const char *compare_sides_text(char *buf, size_t n, const struct comparison *c,
			       const struct compare_row *row);

/* What it has to say of the cells: "slower", "not judged", "absent". */
const char *compare_row_word(const struct compare_row *row);

/* "0.06", "25.8", "1e+04". */
const char *compare_ratio_text(char *buf, size_t n, double v);

/* What was measured where; how many differ, n being n_words or n_gate_words; what the unit is. */
const char *compare_states_text(char *line, size_t size, const struct comparison *c);
const char *compare_words_text(char *line, size_t size, const struct comparison *c,
			       const size_t *n);
const char *compare_unit_text(char *line, size_t size, const struct comparison *c);
const char *compare_not_judged(const struct comparison *c);

/* For qsort() of pointers to rows. */
int compare_worst_first(const void *a, const void *b);

/* The verdict in one sentence, for people. */
void compare_verdict_text(char *buf, size_t n, const struct comparison *c);

/* How several guests' verdicts differ; how the witness sees it. "": there is nothing to tell. */
const char *compare_runs_text(char *line, size_t size, const struct comparison *c);
const char *compare_witness_text(char *line, size_t size, const struct comparison *c);

/* Fresh; NULL: out of memory. */
json_t *compare_cells_json(const struct comparison *c);
json_t *compare_figures_json(const struct comparison *c);

#endif
