/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MMIOPAIR_OPTIONS_H
#define MMIOPAIR_OPTIONS_H

#include "pair/pair.h"
#include "pci/select.h"

#define PAIR_COMPARE_WORDS 32

struct pair_options {
	struct pci_select select;
	int bar;                 /* -1: not named */
	struct pair_request request; /* what needs no look at the machine */
	const char *vmm;         /* --vmm */
	const char *out;         /* --out; NULL */
	const char *sysroot;
	bool dry_run, unbind, vf, recover;
	char *modules[INITRAMFS_MODULES_MOST + 1]; /* parts of modules_text */
	char *compare[PAIR_COMPARE_WORDS + 1]; /* owned */
	char *modules_text;      /* owned */
	size_t n_compare;
	struct {
		const char *bar, *launches, *seed, *modules;
	} text;
};

/* Exits after logging what is wrong. */
void pair_options_parse(struct pair_options *o, int argc, char **argv);
void pair_options_free(struct pair_options *o);

#endif
