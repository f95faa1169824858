/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef COMPARE_WORDING_H
#define COMPARE_WORDING_H

#include "compare/compare.h"
#include "verdict/marks.h"

/* A comparison in words, the same for every output. */

/* What the sides are called, in names that programs read: "host", "guest"; or "before", "after". */
const char *compare_side_name(const struct comparison *c, int side);

/* The same for people: two guests, or two hosts, are "first" and "second". */
const char *compare_label(const struct comparison *c, int side);

/* "on the host", "in the guest" */
const char *compare_where(const struct comparison *c, int side);

/* "a guest compared with a host" */
const char *compare_title(const struct comparison *c);

/* "guest by host", "after by before" */
const char *compare_ratio_name(const struct comparison *c);

/* What has changed between before and after, one fact a call from 0 on. "": none. */
const char *compare_change_text(char *buf, size_t n, const struct comparison *c, size_t i);

/* "measured on the host, skipped in the guest: why" */
const char *compare_sides_text(char *buf, size_t n, const struct comparison *c,
			       const struct compare_row *row);

/* What it has to say of the cells: "slower", "not judged", "absent". */
const char *compare_row_word(const struct compare_row *row);
const char *compare_not_judged(const struct comparison *c);

/* "0.06", "25.8", "1e+04". */
const char *compare_ratio_text(char *buf, size_t n, double v);

/* What was measured where; how many differ, n being n_words or n_gate_words; what the unit is. */
const char *compare_states_text(char *line, size_t size, const struct comparison *c);
const char *compare_words_text(char *line, size_t size, const struct comparison *c, const size_t *n);
const char *compare_unit_text(char *line, size_t size, const struct comparison *c);

/* What is claimed, and the verdict and that in one sentence. */
void compare_claim(char *buf, size_t n, const struct comparison *c);
void compare_sentence(char *buf, size_t n, const struct comparison *c);

/* How several guests' verdicts differ; how the witness sees it. "": there is nothing to tell. */
const char *compare_runs_text(char *line, size_t size, const struct comparison *c);
const char *compare_witness_text(char *line, size_t size, const struct comparison *c);

/*
 * What to mind: notes about the two (that the first is no host, or itself demoted, that profiles
 * differ), how the runs were made, and cells that saw what must not be.
 */
void compare_marks(struct marks *m, const struct comparison *c);

#endif
