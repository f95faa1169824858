/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>

/* Files that this program writes, by names that users chose: no sysroot. */

/* The name at path's end; what is before it, "." where that is nothing, goes to dir. */
const char *path_split(char *dir, size_t n, const char *path);

/* Writes what to f. 0 or -errno; the stream's own errors need not be looked for. */
typedef int (*file_put)(FILE *f, const void *what);

/* Calls put, and finds what the stream and libraries hide: a full disk, no memory. 0 or -errno. */
int file_put_checked(FILE *f, file_put put, const void *what);

/*
 * Makes path a file of what put writes. The file gets its name when it is whole and on the disk, so that a
 * full disk never costs an older one: until then it is .NAME. and eight digits in the same directory, which
 * only SIGKILL leaves behind. A link of that name is replaced, not followed. Signals wait until it is over.
 *
 * 0: the name is on the disk, too, where the directory may be read. -errno: what was there is there. Logs
 * only what it cannot remove.
 */
int atomic_file_write(const char *path, file_put put, const void *what);

/* Whether it could: makes such a file and removes it. 0 or -errno. */
int atomic_file_try(const char *path);

/*
 * In a directory that others may write to, another user may have put a link or a file where we are about to
 * write. These functions find that. The kernel's fs.protected_* settings guard sticky directories only, and
 * may be off.
 */

/*
 * True for an entry of a directory that others may write to, which belongs neither to us, nor to root,
 * nor to the directory's owner, or has other names. st: of the entry itself, or of what was opened.
 */
bool untrusted_path_entry(const char *path, const struct stat *st);

/* True for another user's file in a sticky directory: nothing can be renamed over it. */
bool untrusted_path_stays(const char *path);

/* 0 for an open directory of our own, or of root's, that nobody else may write to; -EPERM. */
int untrusted_path_check_directory(int fd);

#endif
