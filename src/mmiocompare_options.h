/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MMIOCOMPARE_OPTIONS_H
#define MMIOCOMPARE_OPTIONS_H

#include <stdbool.h>
#include "cli/sides.h"
#include "compare/compare.h"
#include "report/format/format.h"

/* The command line of mmiocompare. Who finds a mistake logs it and exits with EXIT_USAGE. */

/* What the command line is for; each has one function in mmiocompare.c. */
enum compare_mode {
	MODE_COMPARE,            /* two sides of results */
	MODE_CONVERT,            /* one result, nothing to compare: --format, --explain */
	MODE_WITNESSED,          /* a host's page tables, and its guest's */
	MODE_SURVEY,             /* a directory of results, grouped by their kind */
};

struct compare_options {
	enum compare_mode mode;
	struct sides sides;
	const char *json, *witness, *journal;
	bool explain;
	struct format_outputs formats;
	struct compare_ask ask;  /* all but the witness */
};

/* Parses, and checks that inputs and outputs fit the mode and each other; reads no result. sides_free() frees. */
void compare_options_parse(struct compare_options *o, int argc, char **argv);

#endif
