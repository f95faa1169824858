/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WITNESS_WITNESS_FILE_H
#define WITNESS_WITNESS_FILE_H

#include <jansson.h>
#include "witness/witness.h"

/* A witness as JSON; see record/json_file.h of files. */

/* Fresh; NULL: out of memory. */
json_t *witness_json(const struct witness *w);

int witness_write(const struct witness *w, const char *path);

/* Whatever is in the file, only what fits is accepted. The caller frees. 0, -errno after logging. */
int witness_read(struct witness *w, const char *path);

#endif
