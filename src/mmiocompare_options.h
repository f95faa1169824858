/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MMIOCOMPARE_OPTIONS_H
#define MMIOCOMPARE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "judge/compare.h"
#include "report/formats.h"
#include "sides.h"

/* The command line of mmiocompare. Who finds a mistake logs it and exits with EXIT_USAGE. */

/* What the command line is for; each has one function in mmiocompare.c. */
enum compare_mode {
	MODE_COMPARE,            /* two sides of results */
	MODE_CONVERT,            /* one result, nothing to compare: --format, --explain */
	MODE_AGAINST,            /* results, held against a baseline */
	MODE_SAVE,               /* results, kept as a baseline */
	MODE_BASELINES,          /* what is kept */
	MODE_SURVEY,             /* a directory of results, each held against its like */
};

struct options {
	enum compare_mode mode;
	struct files sides[2];   /* before and behind "--"; without it all in the first */
	/* "against" has its results in the second: the first is the baseline */
	bool separated;          /* there was a "--" */
	const char *json, *witness, *journal;
	const char *baseline, *save, *against; /* directory, names that fit */
	bool replace;
	uint64_t ignored;        /* BASELINE_FACT() of each --ignore */
	bool explain;
	struct format_outputs formats;
	struct compare_ask ask;  /* all but the witness */
};

/* Parses, and checks that inputs and outputs fit the mode and each other; reads no result. */
void options_parse(struct options *o, int argc, char **argv);
void options_free(struct options *o);

#endif
