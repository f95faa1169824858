/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPORT_FORMAT_H
#define REPORT_FORMAT_H

#include <stdio.h>
#include "compare/checks.h"

/*
 * Results in the formats of engines that people already run. A format is one row of the table and
 * one file. What holds in all of them: what was not measured is absent or skipped, with the reason
 * where there is room, and never 0; an emulated machine is marked.
 */

/* What an output is about: a run with its verdict, or a comparison. */
struct told {
	const struct result *run;       /* of a comparison the guest's */
	const struct verdict *verdict;
	const struct comparison *comparison; /* NULL: of one run */
	bool emulated, replayed;        /* any run is */
	const struct checks *checks;    /* only for formats that are made of them */
};

struct told told_run(const struct result *r, const struct verdict *v);
struct told told_comparison(const struct comparison *c);

struct format {
	const char *name;
	const char *what;        /* who reads it, in a few words */
	/* 0 or -errno; errors of the stream are the caller's to find. */
	int (*write)(FILE *out, const struct told *t);
	bool checks;
};

extern const struct format formats[]; /* ends with a NULL name */

/* To be freed; 0, -ENOMEM. */
int told_checks(struct checks *checks, const struct told *t);

int format_write(FILE *out, const struct format *f, const struct told *t);

/* "csv: spreadsheets; markdown: ..." */
const char *format_help(char *buf, size_t n);

/* What --format NAME[=FILE] asked for, in its order. */
#define FORMAT_OUTPUTS_MAX 32
struct format_outputs {
	struct {
		const struct format *format;
		const char *path; /* "-": stdout */
	} v[FORMAT_OUTPUTS_MAX];
	size_t n;
};

/* Adds one; argument is kept. 0, -EINVAL after logging. */
int format_outputs_add(struct format_outputs *o, const char *argument);

/*
 * Whether all can be written, before anything is measured: at most one output is stdout, no two are one
 * file. json: of --json, or NULL. 0, -errno after logging.
 */
int format_outputs_check(const struct format_outputs *o, const char *json);

/* True when stdout is taken: nothing else may be written there. */
bool format_outputs_on_stdout(const struct format_outputs *o);

/* All of them, also after a failure; the first failure is returned, each is logged. */
int format_outputs_write(const struct format_outputs *o, const struct told *t);

/* The formats' writers. */
int csv_write(FILE *out, const struct told *t);
int markdown_write(FILE *out, const struct told *t);
int ktap_write(FILE *out, const struct told *t);
int gobench_write(FILE *out, const struct told *t);
int gab_write_bigger(FILE *out, const struct told *t);
int gab_write_smaller(FILE *out, const struct told *t);
int bmf_write(FILE *out, const struct told *t);
int openmetrics_write(FILE *out, const struct told *t);
int lava_write(FILE *out, const struct told *t);
int kcidb_write(FILE *out, const struct told *t);

/* What they share. */

/* A figure: a run's median, or of a comparison the ratio of a cell that was timed on both sides. */
struct format_figure {
	const char *id;
	enum unit unit;          /* of the median, or of both medians */
	double value, low, high;
	bool has_interval;       /* low and high are known */
	bool gate;               /* a gating cell's */
	const struct compare_row *row; /* of a ratio, else NULL */
};

/* The next one from *at on, which begins at 0; false: there are no more. */
bool format_next_figure(struct format_figure *f, size_t *at, const struct told *t);

/* "emulated: " or "replayed: " before names, so that no series mixes them with hardware's figures; or "". */
const char *format_mark(const struct told *t);

/* "1af4:1110"; "ram". */
const char *format_device(char *buf, size_t n, const struct result *r);

/* A copy of printable ASCII: '?' for what is not, also bytes of UTF-8. */
const char *format_clean(char *buf, size_t n, const char *s);

/* Letters, digits, '-', '_' and '.': "/" becomes ".", other characters "_". */
const char *format_slug(char *buf, size_t n, const char *s);

/* A number with ten digits, as short as that is. */
const char *format_number(char *buf, size_t n, double v);

#endif
