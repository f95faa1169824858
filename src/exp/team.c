// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include "arch/arch.h"
#include "env/topology.h"
#include "exp/team.h"
#include "map/guard.h"

#define SPINS_BETWEEN_LOOKS 1024u
#define LOOKS_BEFORE_YIELD  64u

struct member {
	struct team *team;
	unsigned int index;
	pthread_t thread;
};

/* The first reason stays. */
static void team_stop(struct team *team, const char *why)
{
	if (!atomic_exchange(&team->stop, true))
		snprintf(team->why, sizeof(team->why), "%s", why);
}

bool team_meet(struct team *team, unsigned int index)
{
	uint_fast64_t here = atomic_fetch_add(&team->at[index].met, 1) + 1;
	unsigned int looks = 0;

	for (unsigned int i = 0; i < team->n; i++) {
		unsigned int spins = 0;

		while (atomic_load_explicit(&team->at[i].met, memory_order_acquire) < here) {
			if (++spins % SPINS_BETWEEN_LOOKS)
				continue;
			if (atomic_load(&team->stop))
				return false;
			if (arch_clock_end() > team->deadline_ticks)
				team_stop(team, "the threads did not meet: is a CPU busy with "
					  "something else?");
			/* a VMM may run two of our CPUs on one */
			if (++looks > LOOKS_BEFORE_YIELD)
				sched_yield();
		}
	}
	return !atomic_load(&team->stop);
}

static void call_work(void *arg)
{
	struct member *m = arg;

	m->team->work(m->team, m->index);
}

static void run_guarded(struct member *m)
{
	struct fault fault;

	if (!guard_call(call_work, m, &fault))
		return;
	if (!atomic_exchange(&m->team->stop, true))
		m->team->fault = fault;
}

static void *member_main(void *arg)
{
	struct member *m = arg;
	char why[sizeof(m->team->why)];

	if (topology_pin(m->team->cpus[m->index], why, sizeof(why)))
		team_stop(m->team, why);
	else
		run_guarded(m);
	return NULL;
}

int team_run(struct team *team)
{
	struct member members[TEAM_MAX];
	unsigned int n = 1;
	int ret = 0;

	atomic_init(&team->stop, false);
	for (unsigned int i = 0; i < team->n; i++) {
		members[i] = (struct member){ .team = team, .index = i };
		atomic_init(&team->at[i].met, 0);
	}
	while (n < team->n && !ret) {
		ret = pthread_create(&members[n].thread, NULL, member_main, &members[n]);
		n += !ret;
	}
	if (ret)
		team_stop(team, "no more threads could be started");
	else
		run_guarded(&members[0]);
	for (unsigned int i = 1; i < n; i++)
		pthread_join(members[i].thread, NULL);
	if (ret)
		return -ret;
	if (team->fault.signal)
		return -EFAULT;
	return atomic_load(&team->stop) ? -ETIMEDOUT : 0;
}
