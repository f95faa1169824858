/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RECORD_RESULT_FILE_H
#define RECORD_RESULT_FILE_H

#include <jansson.h>
#include "record/result.h"

struct verdict;

/* A result as JSON; see record/json_file.h of files. What is read back is as the run wrote it. */

/* Fresh; NULL: out of memory. */
json_t *result_json(const struct result *r, const struct verdict *v);

int result_write(const struct result *r, const struct verdict *v, const char *path);

/*
 * Whatever is in the file, only what fits is accepted. The caller frees. 0, -errno after logging.
 * result_from_json reads root, the JSON of path.
 */
int result_read(struct result *r, const char *path);
int result_from_json(struct result *r, const json_t *root, const char *path);

#endif
