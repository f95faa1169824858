/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EXP_TEAM_H
#define EXP_TEAM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include "base/fault.h"

/*
 * Threads that access a mapping at the same time, each on a CPU of its own, each surviving its own
 * faults; and how they meet, in RAM. A thread that faults, or waits past the deadline, ends all.
 */

#define TEAM_MAX 64u

struct team {
	unsigned int n;             /* 1 to TEAM_MAX */
	const unsigned int *cpus;   /* n of them; the caller runs on the first already */
	void (*work)(struct team *team, unsigned int index); /* in each; index 0: the caller */
	void *arg;
	uint64_t deadline_ticks;    /* of arch_clock_end() */
	/* set by team_run */
	struct fault fault;
	char why[128];
	atomic_bool stop;
	struct { _Alignas(64) atomic_uint_fast64_t met; } at[TEAM_MAX];
};

/* 0; -EFAULT with fault; -ETIMEDOUT or another -errno with why. */
int team_run(struct team *team);

/* Waits until all came here as often. False: the team has stopped, leave. */
bool team_meet(struct team *team, unsigned int index);

#endif
