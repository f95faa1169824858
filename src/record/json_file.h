/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RECORD_JSON_FILE_H
#define RECORD_JSON_FILE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/*
 * Beyond this a file is not one of ours, whatever it says. The longest that is written without
 * asking for it, 790 cells of --full, has 6 MB.
 */
#define JSON_FILE_BYTES_MAX (64 << 20)

/*
 * Writes root to path and releases it, also on failure. Pretty for people; raw
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

/* Whether json_file_write could write path; touches nothing that is there. 0, -errno after logging. */
int json_file_writable(const char *path);

/* A JSON string of any bytes: what is not UTF-8 becomes '?'. */
json_t *json_text(const char *s);

#endif
