/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPORT_OUTPUT_H
#define REPORT_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

/*
 * Where outputs go. A regular file gets its name when it is whole, so that a full disk never costs an
 * older one, and SIGKILL leaves nothing where the file system has O_TMPFILE; else it may leave .NAME and
 * more. Then the name is synced, too, where the directory may be read. What is no regular file is
 * written to; "-" is stdout. option names the way out in messages: "--json FILE". 0, or -errno after
 * logging.
 */

/* put writes all of it; its result is 0 or -errno, and errors of the stream are found here. */
int output_write(const char *path, const char *option, int (*put)(FILE *out, const void *what),
		 const void *what);

/* Whether both are one file, by whatever names; or would be, where neither is there yet. */
bool output_is_same(const char *a, const char *b);

/* Whether output_write could write path; touches nothing that is there. */
int output_writable(const char *path, const char *option);

/*
 * The same in the open directory dir, where links are not followed: name is fsynced and then there
 * as a whole, or not at all. Unless it may replace, nothing that is there is touched: -EEXIST. 0,
 * -errno; logs only what it cannot remove.
 */
int output_write_at(int dir, const char *name, bool replace,
		    int (*put)(FILE *out, const void *what), const void *what);

/* fsync of a directory, where the file system has that. 0, -errno. */
int output_sync_directory(int dir);

#endif
