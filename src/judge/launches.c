// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include "judge/launches.h"

static bool same_start(const struct launch_record *a, const struct launch_record *b)
{
	return a->of == b->of && a->seed == b->seed;
}

static size_t count_started_with(const struct compare_side *side, const struct launch_record *l)
{
	size_t n = 0;

	for (size_t i = 0; i < side->n_runs; i++)
		n += same_start(&side->runs[i].launch, l);
	return n;
}

/* A launch of another start; the number of runs: there is none. */
static size_t find_other(const struct compare_side *side, const struct launch_record *l)
{
	size_t i = 0;

	while (i < side->n_runs &&
	       (!side->runs[i].launch.of || same_start(&side->runs[i].launch, l)))
		i++;
	return i;
}

int launches_check(const struct compare_side *side, size_t *bad, char *why, size_t n)
{
	for (size_t i = 0; i < side->n_runs; i++) {
		const struct launch_record *l = &side->runs[i].launch;
		size_t here = l->of ? count_started_with(side, l) : 0, other;

		if (here >= l->of)
			continue;
		other = find_other(side, l);
		if (other == side->n_runs)
			continue;
		snprintf(why, n, "the run of %s is launch %u of %u, of which %zu %s here, beside launches "
			 "of another start: left from before? leave it out", side->runs[i].started,
			 l->index, l->of, here, here == 1 ? "is" : "are");
		*bad = i ? i : other;
		return -EINVAL;
	}
	return 0;
}
