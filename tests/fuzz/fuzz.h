/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * A fuzz target is a file NAME.c here with FUZZ_TARGET(NAME) and the body of a function of data and
 * size, that returns 0. An engine (scripts/fuzz) calls it with inputs of its own, replay.c in make
 * check with those of corpus/NAME. What must hold is fuzz_require()d: it aborts.
 */
#ifdef FUZZ_ENGINE
#define FUZZ_NAME(name) LLVMFuzzerTestOneInput
#else
#define FUZZ_NAME(name) target_##name
#endif
#define FUZZ_TARGET(name)                                                                          \
	int FUZZ_NAME(name)(const uint8_t *data, size_t size);                                     \
	int FUZZ_NAME(name)(const uint8_t *data, size_t size)

#define fuzz_require(holds, ...)                                                                   \
	do {                                                                                       \
		if (!(holds))                                                                      \
			fuzz_broken(__FILE__, __LINE__, #holds, __VA_ARGS__);                      \
	} while (0)
void fuzz_broken(const char *file, int line, const char *what, const char *fmt, ...)
	__attribute__((noreturn, format(printf, 4, 5)));

/* The input as a string: it ends at its first NUL. The caller frees. */
char *fuzz_text(const uint8_t *data, size_t size);

/* A fresh start: messages are made, but not shown; the first error is kept. */
void fuzz_begin(void);
const char *fuzz_error(void);

/*
 * No byte of s (n of them) would do anything to a terminal but print, and nothing turns around or
 * hides what is beside it; blanks are ' ' and '\n'.
 */
bool fuzz_is_clean(const char *s, size_t n);
/* The same, on one line, and nothing but ASCII. */
bool fuzz_is_ascii(const char *s);

/*
 * Around calls of a library that is known to lose memory and descriptors on errors: not ours to
 * report, and these are closed.
 */
void fuzz_forgive_begin(void);
void fuzz_forgive_end(void);

/* A regular file without a place, with these bytes, until the next call; its name to open. */
const char *fuzz_file(const void *data, size_t size);

/*
 * A stream into memory, one at a time; close gives what was written to it, NUL-terminated, until the
 * next one is opened.
 */
FILE *fuzz_out(void);
const char *fuzz_out_close(size_t *n);

/*
 * A sysroot (base/path.h) of its own, as the input says:
 *
 *   --- sys/bus/pci/devices/0000:00:01.0/vendor
 *   0x1af4
 *   --> sys/bus/pci/devices/0000:00:01.0/driver ../../drivers/e1000e
 *
 * a line "--- PATH" begins a file, "--> PATH TARGET" is a link; the newline before a line belongs to
 * it. Only paths below the root are made. Removed by the next call, and at the end.
 */
void fuzz_tree(const uint8_t *data, size_t size);

/*
 * A file of the tree more, or another content; path without "/" in front. False: something is in its
 * way.
 */
bool fuzz_tree_put(const char *path, const void *bytes, size_t n);

/* A name in the tree's root, that the input cannot make, for what a target writes. */
const char *fuzz_tree_path(const char *name);

#endif
