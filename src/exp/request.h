/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EXP_REQUEST_H
#define EXP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "map/map.h"

enum exp_profile { EXP_QUICK, EXP_DEFAULT, EXP_FULL, EXP_PROFILES };

#define REQUEST_SIZES_MAX 64

/*
 * What the user asks to be measured, and what may be risked for it: filled once from the options, and read
 * by everything below them. What is found here (the device, its window, the CPUs) is in struct target and
 * struct plan.
 */
struct request {
	enum exp_profile profile;
	/* comma-separated names; NULL: as the profile and the experiments choose */
	const char *tests, *kernels, *barriers;
	uint64_t sizes[REQUEST_SIZES_MAX]; /* regions of bw */
	size_t n_sizes;                    /* 0: as it chooses */
	enum map_type map;                 /* the one that --map names; MAP_PLAIN: it says sysfs */
	bool allow_vm_crash;
	bool leave_window;                 /* nothing is saved, nothing put back */
	const char *cpu;                   /* hwloc location; NULL: near the device */
	const char *journal;               /* path */
	uint64_t seed;                     /* that each launch's own is made from */
	unsigned int launch, launches;     /* which of how many, from 1; launch 0: it starts them */
};

#endif
