// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/hash.h"
#include "base/parse.h"
#include "run/plan.h"
#include "run/refusal.h"

#define CONTROL_BYTES 65536u /* the largest page size in use */
#define FORK_S        0.002  /* one child, for the estimate */
#define NEEDED_PART   0.5    /* of the time, for visits that are as short as they can be */
#define SHARE_PART    0.3    /* for longer ones; what is left: accesses in loops may cost more than
				single ones, by which all this is reckoned */

static const struct plan_profile profiles[EXP_PROFILES] = {
	[EXP_QUICK] = { "quick", 6, 10, 50, 3 },
	[EXP_DEFAULT] = { "default", 10, 20, 100, 30 },
	[EXP_FULL] = { "full", 30, 20, 200, 300 },
};

const struct plan_profile *plan_profile(enum exp_profile p)
{
	return &profiles[p];
}

void plan_layout(struct plan_layout *layout, uint64_t window_bytes)
{
	layout->control_bytes = window_bytes >= 2 * CONTROL_BYTES ? CONTROL_BYTES : 0;
	layout->data_bytes = window_bytes - layout->control_bytes;
}

int plan_make(struct plan *plan, const struct plan_ask *ask)
{
	struct plan new = { .profile = &profiles[ask->profile] };
	struct exp_limits limits = { .profile = ask->profile,
				     .types = ask->types,
				     .n_types = ask->n_types,
				     .may_store = ask->may_store,
				     .kernels = ask->kernels,
				     .barriers = ask->barriers,
				     .sizes = ask->sizes,
				     .n_sizes = ask->n_sizes };
	int ret = 0;

	plan_layout(&new.layout, ask->window_bytes);
	limits.region_bytes = new.layout.data_bytes;
	limits.has_doorbell = new.layout.control_bytes;
	for (const struct experiment *e = experiments; e->name && !ret; e++)
		if (ask->tests ? list_has(ask->tests, e->name) : e->from <= ask->profile)
			ret = e->expand(e, &limits, &new.cells);
	if (ret) {
		cell_list_free(&new.cells);
		return ret;
	}
	*plan = new;
	return 0;
}

void plan_free(struct plan *plan)
{
	cell_list_free(&plan->cells);
}

static double visit_s(const struct plan_profile *p, const struct cell *c)
{
	unsigned int batches = p->batches * (c->lasts ? c->lasts : 1);

	return FORK_S + 1.2e-6 * p->batch_us * (batches + 2);
}

double plan_estimate_s(const struct plan *plan)
{
	double round_s = 0;

	for (size_t i = 0; i < plan->cells.n; i++)
		round_s += visit_s(plan->profile, &plan->cells.v[i]);
	return round_s * plan->profile->rounds;
}

/* A cell that can be run, and what its shortest visit needs. */
struct need {
	double s;
	size_t cell;
};

static int by_need(const void *a, const void *b)
{
	const struct need *x = a, *y = b;

	if (x->s != y->s)
		return x->s < y->s ? -1 : 1;
	return x->cell < y->cell ? -1 : x->cell > y->cell;
}

/*
 * Of the cells that can be run, the cheapest ones get in, as many as fit into their part of the
 * profile's time with the least rounds; of equal ones the first in the plan.
 */
static void admit(const struct plan *plan, struct need *needs, size_t n, struct result *result)
{
	const struct plan_profile *p = plan->profile;
	double sum = 0;

	qsort(needs, n, sizeof(*needs), by_need);
	for (size_t i = 0; i < n; i++) {
		struct cell_record *rec = &result->cells[needs[i].cell];
		double least = visit_s(p, &plan->cells.v[needs[i].cell]);

		sum += needs[i].s > least ? needs[i].s : least;
		if (PLAN_LEAST_ROUNDS * sum <= NEEDED_PART * p->budget_s)
			continue;
		refuse_slow(rec->why, sizeof(rec->why), &plan->cells.v[needs[i].cell], result);
		rec->status = CELL_SKIPPED;
	}
}

static void record_fill(struct cell_record *rec, const struct cell *c)
{
	const struct loop *loop = c->loop;
	const struct barrier *second = c->barrier2;

	snprintf(rec->id, sizeof(rec->id), "%s", c->id);
	snprintf(rec->experiment, sizeof(rec->experiment), "%s", c->experiment->name);
	snprintf(rec->mapping, sizeof(rec->mapping), "%s", map_way(c->type)->name);
	snprintf(rec->kernel, sizeof(rec->kernel), "%s", c->kernel->name);
	snprintf(rec->barrier, sizeof(rec->barrier), "%s", c->barrier->name);
	snprintf(rec->barrier2, sizeof(rec->barrier2), "%s", second ? second->name : "");
	snprintf(rec->access_pattern, sizeof(rec->access_pattern), "%s",
		 loop && strcmp(c->unit, "events") ? loop->pattern->name : "");
	snprintf(rec->shape, sizeof(rec->shape), "%s", c->shape);
	snprintf(rec->place, sizeof(rec->place), "%s", c->place);
	rec->threads = c->threads;
	snprintf(rec->unit, sizeof(rec->unit), "%s", c->unit);
	rec->is_load = c->kernel->direction == KERNEL_LOAD;
	rec->width_bytes = c->kernel->width_bytes;
	rec->interval_bytes = loop ? loop->interval_bytes : 0;
	rec->doorbell_bytes = loop ? loop->doorbell_bytes : 0;
	rec->region_bytes = c->region_bytes;
	rec->shift_bytes = c->shift_bytes;
	rec->lap_bytes = c->lap_bytes;
	rec->unit_bytes = c->unit_bytes;
	rec->flushed = c->flushed;
	/* the same on every machine, and different for every cell: it shows who wrote a word */
	rec->pattern = rec->is_load ? 0 : hash_mix(hash_string(HASH_START, c->id));
}

int plan_record(struct plan *plan, const struct plan_ask *ask, struct result *result)
{
	struct cell_record *v = calloc(plan->cells.n ? plan->cells.n : 1, sizeof(*v));
	struct need *needs = calloc(plan->cells.n ? plan->cells.n : 1, sizeof(*needs));
	size_t n = 0;

	if (!v || !needs) {
		free(v);
		free(needs);
		return -ENOMEM;
	}
	for (size_t i = 0; i < plan->cells.n; i++) {
		const struct cell *c = &plan->cells.v[i];

		record_fill(&v[i], c);
		if (c->flushed)
			snprintf(v[i].flush_through, sizeof(v[i].flush_through), "%s",
				 plan->layout.control_bytes && c->type != MAP_RAM ?
					 map_way(MAP_PLAIN)->name :
					 map_way(c->type)->name);
		if (refuse_cell(v[i].why, sizeof(v[i].why), c, ask, result))
			v[i].status = CELL_SKIPPED;
		else
			needs[n++] = (struct need){ cell_need_s(c, result), i };
	}
	plan->share_s = SHARE_PART * plan->profile->budget_s /
			(PLAN_LEAST_ROUNDS * (double)(n ? n : 1));
	result->cells = v;
	result->n_cells = plan->cells.n;
	admit(plan, needs, n, result);
	free(needs);
	return 0;
}

double plan_left_s(const struct plan_profile *p, double spent_s, double rounds_done)
{
	double round_s = rounds_done > 0 ? spent_s / rounds_done : 0;
	double all = round_s * (p->rounds - rounds_done);
	double least = round_s * (PLAN_LEAST_ROUNDS - rounds_done);
	double budget = p->budget_s - spent_s;

	if (budget < least)
		budget = least;
	if (budget < 0)
		budget = 0;
	return all < budget ? all : budget;
}
