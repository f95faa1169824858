/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_SIDES_H
#define CLI_SIDES_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>
#include "compare/compare.h"
#include "record/result.h"

/*
 * Results on the command line: of one side, or of two with "--" between; two files alone are a side
 * each. A part of programs: it may exit.
 */
struct sides {
	struct files {
		const char **names;     /* point into argv; owned */
		size_t n;
		struct result *results; /* owned; NULL: not read */
	} v[2];
	size_t n;                /* sides that have files */
	bool separated;          /* there was a "--" */
	bool directory;          /* one directory was named, and nothing else */
};

/*
 * Parses the command line; the parser of argp hands each file to sides_add(). getopt takes "--" for the end
 * of options and moves words around it, so each side is parsed for itself, and options may stand on either.
 */
void sides_parse(struct sides *s, const struct argp *argp, int argc, char **argv, void *input);
void sides_add(struct sides *s, const char *name);

/* Reads all of them. 0, -errno after logging. */
int sides_read(struct sides *s);
void sides_free(struct sides *s);

/* What compare/ works on. */
struct compare_side sides_runs(const struct sides *s, unsigned int side);

/* Whether each side's runs are alike, as compare_check_side() has it. 0, -EINVAL after logging. */
int sides_check_each(const struct sides *s);

/*
 * Whether check finds the sides' first runs alike, and no run is on both. Of one side nothing is checked. 0,
 * -EINVAL after logging.
 */
int sides_check_pair(const struct sides *s, int (*check)(const struct result *, const struct result *,
							 char *why, size_t n));

/* Logs that the sides' first runs cannot be compared. -EINVAL. */
int sides_refuse(const struct sides *s, const char *why);

/* Whether an output to path would replace one of them, or other, which may be NULL. */
bool sides_have(const struct sides *s, const char *path);
bool path_is(const char *path, const char *other);

bool name_is_directory(const char *name);

/* Whether a regular file begins as what mmiowitness writes. */
bool name_is_witness(const char *name);

#endif
