/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_PLANTED_H
#define BASE_PLANTED_H

#include <stdbool.h>
#include <sys/stat.h>

/*
 * What another user may have put where we write, so that we write elsewhere. The kernel's
 * fs.protected_* settings guard sticky directories only, and may be off.
 */

/*
 * True for an entry of a directory that others may write to, which belongs neither to us, nor to root,
 * nor to the directory's owner, or has other names. st: of the entry itself, or of what was opened.
 */
bool planted_entry(const char *path, const struct stat *st);

/* True where there is such a file of another user in a sticky directory: nothing can be renamed over it. */
bool planted_stays(const char *path);

/* 0 for an open directory of our own, or of root's, that nobody else may write to; -EPERM. */
int planted_check_directory(int fd);

#endif
