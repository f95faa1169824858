/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_PATH_H
#define BASE_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

/*
 * Files of the running system, below a root that --sysroot can move to a recorded tree. Every read
 * of /sys, /proc and /dev goes through here, so that a recorded machine can be replayed.
 */

/* dir: "" for the real system. Kept, not copied. */
void path_set_sysroot(const char *dir);
const char *path_sysroot(void);

/* The sysroot's name of an absolute path, in buf; -ENAMETOOLONG. */
int path_make(char *buf, size_t n, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

bool path_exists(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A descriptor that closes on exec, or -errno. */
int path_open(int flags, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* To read, line by line; NULL with errno. */
FILE *path_fopen(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The start of a file. Returns how many bytes, or -errno. */
ssize_t path_read_bytes(void *buf, size_t n, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/*
 * The start of a file, as a string: NULs become blanks (device tree, cmdline), blanks at the end
 * are cut. Returns its length (0: empty) or -errno.
 */
int path_read(char *buf, size_t n, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/*
 * All of text in one write(2), as sysfs wants it; the file is not truncated. 0 or -errno.
 */
int path_write(const char *text, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The last component of a symbolic link's target, such as a driver's name. 0 or -errno. */
int path_link_name(char *buf, size_t n, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
