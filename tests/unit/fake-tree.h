/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_FAKE_TREE_H
#define TESTS_FAKE_TREE_H

#include <stddef.h>

/*
 * A sysroot of plain files, in a temporary directory that becomes path.h's. Fails the test where it
 * cannot.
 */
void tree_begin(void);
void tree_end(void);

/* Files and their parents; path without the sysroot, as "/proc/cmdline". */
void tree_put(const char *path, const char *text);
void tree_put_bytes(const char *path, const void *bytes, size_t n);
void tree_link(const char *path, const char *target);
void tree_get(const char *path, void *bytes, size_t n);
void tree_remove(const char *path);

/* What the code logged since, as tree_begin sends stderr to a file. Kept until the next call. */
const char *tree_log(void);

#endif
