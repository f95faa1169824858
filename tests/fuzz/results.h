/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_FUZZ_RESULTS_H
#define TESTS_FUZZ_RESULTS_H

#include <jansson.h>
#include "plot/picture.h"
#include "report/html/html.h"
#include "report/report.h"
#include "fuzz.h"

/* What targets share that make something of results. */

/* A result, or a list with some in it: those that are accepted, at most most. The caller frees them. */
size_t results_read(struct result *r, size_t most, const uint8_t *data, size_t size);
size_t results_from_json(struct result *r, size_t most, const json_t *root);
void results_free(struct result *r, size_t n);

/*
 * What is written says what was read: each value of in that out has, too, but for the members named
 * in but (NULL at its end), is the same.
 */
void results_check_told(const json_t *in, const json_t *out, const char *const *but);

/* What was concluded is what the evidence allows. */
void results_check_verdict(const struct verdict *v);

/* Pages for terminals; files for engines; the report for a browser: no text is more than text. */
void results_check_pages(const struct result *r);
void results_check_formats(const struct result *r);
void results_check_formats_compared(const struct comparison *c);
bool results_format_holds(const char *name, const char *text); /* grammars.c */
void results_check_html(const struct result *r);
void results_check_page(const char *html);

/* Every picture of the sides, or of in: gnuplot's script is commands of ours, and data. */
void results_check_pictures(const struct compare_side *sides, size_t n);
void results_draw(const struct picture_input *in);

#endif
