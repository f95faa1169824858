/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include "base/log.h"
#include "cli/program.h"

/* What the programs' options have in common. A part of programs: it may exit. */

/* Logs what is wrong with the command line and ends the program. */
#define usage_error(...) (log_error(__VA_ARGS__), exit(EXIT_USAGE))

/* An option that is only kept: its argument as it stands, or that it was given. Ends with an empty row. */
struct option_place {
	int key;
	bool is_flag;  /* a bool; else a const char * */
	size_t offset; /* in the program's struct of options */
};
#define OPTION_TEXT(key, options, member) { key, false, offsetof(struct options, member) }
#define OPTION_FLAG(key, options, member) { key, true, offsetof(struct options, member) }

/* Keeps it where places say. False: they say nothing of key. */
bool option_keep(void *options, const struct option_place *places, int key, char *arg);

/* An option whose help ends with the names that a table has. Ends with an empty row. */
struct option_names {
	int key;
	const char *(*names)(char *buf, size_t n);
};

/* An option as a bit of a set; first: the first key that has one. */
#define OPTION_BIT(key, first) (1ull << ((key) - (first)))

/* The first of argp's options that is in the set said and not in the set with; NULL: there is none. */
const struct argp_option *option_beyond(const struct argp_option *options, int first, uint64_t said, uint64_t with);

/* For argp's help_filter: text, with the names behind it if the option has a row. */
char *option_help(const struct option_names *rows, int key, const char *text);

/* argp_parse; exits where memory runs out. */
void options_parse(const struct argp *argp, int argc, char **argv, void *input);

/* --min-effect, "5%" to 0.05. Exits after logging what is no share. */
double option_min_effect(const char *text);

#endif
