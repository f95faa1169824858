/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MMIOBENCH_OPTIONS_H
#define MMIOBENCH_OPTIONS_H

#include <stdbool.h>
#include "exp/exp.h"
#include "pci/policy.h"
#include "pci/select.h"
#include "report/formats.h"

/* Exit statuses of mmiobench. */
enum {
	EXIT_DONE = 0,
	EXIT_TEST_FAILED = 1, /* the window could not be put back as it was */
	EXIT_USAGE = 2,       /* or the environment: nothing was measured, or not written */
	EXIT_NOTHING = 77,    /* nothing to test here */
	EXIT_INTERNAL = 99,
};

/* What the command line and MMIOBENCH_* said, as text where a value needs a device to be judged. */
struct options {
	struct pci_select select;
	struct policy_ask policy;
	const char *bar, *offset, *length, *map, *tests, *kernels, *barriers, *sizes, *cpu, *seed, *journal, *json, *sysroot;
	enum exp_profile profile;
	bool profile_said;       /* on the command line, or in the environment so far */
	uint64_t said;           /* options of the command line, as bits; of this file's source */
	bool list, list_kernels, recover, dry_run, allow_vm_crash, leave_window, emulated, explain;
	struct format_outputs formats;
	bool formats_are_defaults; /* they came from the environment */
	const char *launches_text, *launch_text;
	unsigned int launches;   /* whole ones; 1 */
	unsigned int launch;     /* of them this is, from 1; 0: it starts them */
	bool self_check;
	char *environment;       /* the variables that were used, as they stood */
};

/*
 * Defaults from the environment, then the command line; ends the program for --help, --version and
 * what is no option. 0, or -errno after logging. options_free releases what o->environment holds.
 */
int options_parse(struct options *o, int argc, char **argv);
void options_free(struct options *o);

#endif
