/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPORT_JSON_FILE_H
#define REPORT_JSON_FILE_H

#include <jansson.h>
#include <stdio.h>
#include "judge/judge.h"

/*
 * Beyond this a file is not one of ours, whatever it says. The longest that is written without
 * asking for it, 790 cells of --full, has 6 MB.
 */
#define JSON_FILE_BYTES_MAX (64 << 20)

/*
 * Writes root to path as report.h says, and releases it, also on failure. Pretty for people; raw
 * samples would make a line each.
 */
int json_file_write(json_t *root, const char *path, bool pretty);

/* Writes root, pretty, and releases it, also on failure. 0; -errno, -ENOMEM where root is NULL. */
int json_put(FILE *f, json_t *root);

/*
 * The JSON in a file or a pipe, "-": stdin; its length and the memory that it takes are bounded. A pipe
 * that nobody writes to is not waited for. NULL after logging.
 */
json_t *json_file_read(const char *path);

/* Writes root as one line, which json_line_read takes. 0, -errno, -EFBIG: too long for it. */
int json_line_put(FILE *f, const json_t *root);

/* The JSON that the file's next line is, bounded. NULL after logging; line: its number. */
json_t *json_line_read(FILE *f, const char *path, unsigned int line);

/* What root, the JSON of path, holds; the caller frees. As result_read of report.h. */
int result_from_json(struct result *result, const json_t *root, const char *path);

/* Whether json_file_write could write path; touches nothing that is there. 0, -errno after logging. */
int json_file_writable(const char *path);

/* A JSON string of any bytes: what is not UTF-8 becomes '?'. */
json_t *json_text(const char *s);

/* 64-bit values as "0x..." strings: JSON's numbers lose bits above 2^53 in many readers. */
json_t *json_hex(uint64_t v);

/* Fresh objects of the machine, the device, a BAR; NULL: out of memory. */
json_t *json_environment(const struct env *env);
json_t *json_device(const struct pci_device *d);
json_t *json_bar(const struct bar *b);

/* Fresh, the whole of a file; NULL: out of memory. */
json_t *json_result(const struct result *r, const struct verdict *v);
json_t *json_witness(const struct witness *w);

/* A fresh object with word, confidence, reason, evidence, advice; NULL: out of memory. */
json_t *json_verdict(const struct verdict *v, const struct result *run);

#endif
