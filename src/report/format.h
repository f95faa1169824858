/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPORT_FORMAT_H
#define REPORT_FORMAT_H

#include "report/formats.h"

/* The formats' writers, and what they share. */

int csv_result(FILE *out, const struct result *r, const struct verdict *v);
int csv_comparison(FILE *out, const struct comparison *c);
int markdown_result(FILE *out, const struct result *r, const struct verdict *v);
int markdown_comparison(FILE *out, const struct comparison *c);
int ktap_result(FILE *out, const struct result *r, const struct verdict *v);
int ktap_comparison(FILE *out, const struct comparison *c);
int gobench_result(FILE *out, const struct result *r, const struct verdict *v);
int gobench_comparison(FILE *out, const struct comparison *c);
int gab_bigger_result(FILE *out, const struct result *r, const struct verdict *v);
int gab_bigger_comparison(FILE *out, const struct comparison *c);
int gab_smaller_result(FILE *out, const struct result *r, const struct verdict *v);
int gab_smaller_comparison(FILE *out, const struct comparison *c);
int bmf_result(FILE *out, const struct result *r, const struct verdict *v);
int bmf_comparison(FILE *out, const struct comparison *c);
int openmetrics_result(FILE *out, const struct result *r, const struct verdict *v);
int openmetrics_comparison(FILE *out, const struct comparison *c);
int lava_result(FILE *out, const struct result *r, const struct verdict *v);
int lava_comparison(FILE *out, const struct comparison *c);
int kcidb_result(FILE *out, const struct result *r, const struct verdict *v);
int kcidb_comparison(FILE *out, const struct comparison *c);

/* True when any run of either side is. */
bool format_emulated(const struct comparison *c);
bool format_replayed(const struct comparison *c);

/* True when the cell has a figure in every round; and when its interval is one of 95 %. */
bool format_has_median(const struct cell_record *c);
bool format_has_interval(const struct cell_record *c);

/* What stands before names of what must not be mixed with hardware's figures; "". */
const char *format_mark(bool emulated, bool replayed);

/* A fact, or "": not known. */
const char *format_fact(const struct result *r, const char *name);

/* "1af4:1110", or "" for ram. */
const char *format_device(char *buf, size_t n, const struct result *r);

/* A copy of printable ASCII: '?' for what is not, also bytes of UTF-8. */
const char *format_clean(char *buf, size_t n, const char *s);

/* Letters, digits, '-', '_' and '.': "/" becomes ".", other characters "_". */
const char *format_slug(char *buf, size_t n, const char *s);

/* A number with ten digits, as short as that is. */
const char *format_number(char *buf, size_t n, double v);

#endif
