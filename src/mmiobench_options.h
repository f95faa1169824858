/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MMIOBENCH_OPTIONS_H
#define MMIOBENCH_OPTIONS_H

#include <stdbool.h>
#include "cli/program.h"
#include "exp/request.h"
#include "pci/policy.h"
#include "pci/select.h"
#include "report/format/format.h"

/* What the command line and MMIOBENCH_* said. */
struct bench_options {
	struct request request;
	struct pci_select select;
	struct policy_ask policy;
	int bar;                 /* -1: none was named */
	const char *offset, *length; /* as text: which a window may have depends on the BAR */
	const char *json, *sysroot;
	bool list, list_kernels, recover, dry_run, emulated, explain, self_check;
	struct format_outputs formats;
	char *environment;       /* the variables that were used, as they stood; NULL: none; owned */
	int argc;                /* as main() got them */
	char **argv;
	/* as they stand, until request_read has put what they say above */
	struct {
		const char *bar, *map, *sizes, *seed, *launches, *launch;
	} text;
};

/*
 * Defaults from the environment, then the command line; ends the program for --help, --version and
 * what is no option. 0, or -errno after logging. bench_options_free releases o->environment.
 */
int bench_options_parse(struct bench_options *o, int argc, char **argv);
void bench_options_free(struct bench_options *o);

#endif
