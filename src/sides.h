/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SIDES_H
#define SIDES_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>
#include "run/result.h"

/*
 * Results on the command line: of one side, or of two with "--" between. A part of programs: it may
 * exit.
 */
#define EXIT_USAGE    2
#define EXIT_INTERNAL 99

struct files {
	const char **names;      /* point into argv; owned */
	size_t n;
	struct result *results;  /* owned; NULL: not read */
};

/* Exits when there are too many. */
void files_add(struct files *f, const char *name);

/* All of them. 0, -errno after logging. */
int files_read(struct files *f);
void files_free(struct files *f);

bool name_is_directory(const char *name);

/*
 * getopt takes "--" for the end of options and moves words around it: so each side is parsed for
 * itself, and options may stand on either. *side, 0, becomes 1 for the second. Returns whether
 * there was a "--".
 */
bool sides_parse(const struct argp *argp, int argc, char **argv, void *input, unsigned int *side);

#endif
