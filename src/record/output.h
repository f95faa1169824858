/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RECORD_OUTPUT_H
#define RECORD_OUTPUT_H

#include <stdbool.h>
#include "base/file.h"

/*
 * Where outputs go. A regular file is replaced when the new one is whole (base/file.h); what is no
 * regular file is written to; "-" is stdout. option names the remedy in messages: "--json FILE". 0, or
 * -errno after logging.
 */
int output_write(const char *path, const char *option, file_put put, const void *what);

/* Whether output_write could write path; touches nothing that is there. */
int output_writable(const char *path, const char *option);

/* Whether both are one file, by whatever names; or would be, where neither is there yet. */
bool output_is_same(const char *a, const char *b);

#endif
