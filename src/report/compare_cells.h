/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPORT_COMPARE_CELLS_H
#define REPORT_COMPARE_CELLS_H

#include <jansson.h>
#include <stdio.h>
#include "judge/compare.h"

/* Pieces of a comparison's page and of its JSON: what was measured on both sides. */

/* Counts, gating cells, what differs, what is open; then every cell that one side lacks. */
void compare_cells_text(FILE *out, const struct comparison *c);

/* "measured on the host, skipped in the guest: why" */
const char *compare_sides_text(char *buf, size_t n, const struct compare_row *row);

/* The verdict in one sentence, for people. */
void compare_verdict_text(char *buf, size_t n, const struct comparison *c);

/* Fresh; NULL: out of memory. */
json_t *compare_cells_json(const struct comparison *c);
json_t *compare_figures_json(const struct comparison *c);

#endif
