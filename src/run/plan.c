// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/hash.h"
#include "base/parse.h"
#include "base/text.h"
#include "run/plan.h"
#include "run/refusal.h"

#define CONTROL_BYTES 65536u /* the largest page size in use */
#define WINDOW_PART   0.25   /* of the budget, at most, to save the window and put it back */
#define RESTORE_PART  (2.0 / 3) /* of what that takes: to put it back and look at it */
#define NEEDED_PART   0.5    /* of the rounds' time, for visits that are as short as they can be */
#define FIRST_PART    0.85   /* of the first round's third: later rounds, and the end, may take longer */
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

/* A BAR without resourceN_wc has only one way to be mapped. */
static void set_types(struct plan *plan, const struct target *target)
{
	static const enum map_type bar_types[] = { MAP_PLAIN, MAP_WC }, ram_types[] = { MAP_RAM };

	plan->types = target->dev ? bar_types : ram_types;
	plan->n_types = target->dev && target->bar->has_wc_file ? 2 : 1;
}

static void expand(struct plan *plan, const struct experiment *e)
{
	struct expansion x = { .experiment = e,
			       .request = plan->request,
			       .may_store = plan->target->may_store,
			       .has_doorbell = plan->layout.control_bytes,
			       .region_bytes = plan->layout.data_bytes,
			       .cells = &plan->cells };

	for (size_t i = 0; i < plan->n_types; i++) {
		x.mapping = plan->types[i];
		e->expand(&x);
	}
	for (x.mapping = 0; x.mapping < MAP_TYPES && e->optional_mappings && plan->target->dev; x.mapping++)
		if (map_way(x.mapping)->refusal)
			e->expand(&x);
}

int plan_make(struct plan *plan, const struct request *request, const struct target *target)
{
	struct plan new = { .target = target,
			    .request = request,
			    .profile = &profiles[request->profile] };

	plan_layout(&new.layout, target->length_bytes);
	set_types(&new, target);
	for (const struct experiment *const *e = experiments; *e; e++)
		if ((*e)->expand && experiment_is_asked(*e, request))
			expand(&new, *e);
	if (new.cells.out_of_memory) {
		cell_list_free(&new.cells);
		return -ENOMEM;
	}
	*plan = new;
	return 0;
}

void plan_free(struct plan *plan)
{
	cell_list_free(&plan->cells);
}

static double visit_s(const struct plan_profile *p, const struct cell *c, double start_s)
{
	unsigned int batches = p->batches * (c->lasts ? c->lasts : 1);

	return start_s + 1.2e-6 * p->batch_us * (batches + 2);
}

double plan_estimate_s(const struct plan *plan)
{
	double round_s = 0;

	for (size_t i = 0; i < plan->cells.n; i++)
		round_s += visit_s(plan->profile, &plan->cells.v[i], PLAN_START_S);
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
 * rounds' time with the least rounds; of equal ones the first in the plan.
 */
static void admit(const struct plan *plan, struct need *needs, size_t n, struct result *result)
{
	double sum = 0;

	qsort(needs, n, sizeof(*needs), by_need);
	for (size_t i = 0; i < n; i++) {
		struct cell_record *rec = &result->cells[needs[i].cell];

		sum += needs[i].s;
		if (PLAN_LEAST_ROUNDS * sum <= NEEDED_PART * plan->rounds_s)
			continue;
		refuse_slow(rec->why, sizeof(rec->why), &plan->cells.v[needs[i].cell], result);
		rec->status = CELL_SKIPPED;
	}
}

/* What the shortest visit takes, with its process. */
static double need_of(const struct plan *plan, const struct cell *c, const struct result *result)
{
	double start_s = plan->start_s > 0 ? plan->start_s : PLAN_START_S;
	double least = visit_s(plan->profile, c, start_s), need = start_s + cell_need_s(c, result);

	return need > least ? need : least;
}

double plan_window_s(const struct result *result, uint64_t bytes)
{
	const struct probe_record *p = result_find_probe(result, PROBE_ACCESS, MAP_PLAIN);

	if (!p || result->is_ram)
		return 0;
	return 0.25e-9 * (double)bytes * (2 * p->load_ns + p->store_ns);
}

/* Bytes from the window's start; stores of a shifted region end in the line behind it. */
static uint64_t touches_bytes(const struct cell_record *c)
{
	return c->spec.is_load || c->status == CELL_SKIPPED
		       ? 0
		       : c->spec.region_bytes + (c->spec.shift_bytes ? 64 : 0);
}

uint64_t plan_touched_bytes(const struct result *result)
{
	uint64_t most = 0;

	for (size_t i = 0; i < result->n_cells; i++)
		if (touches_bytes(&result->cells[i]) > most)
			most = touches_bytes(&result->cells[i]);
	return most;
}

/* Alone it leaves no time for any other, or what it stores to takes too long to save. */
static bool refuse_alone(struct cell_record *rec, const struct plan *plan, const struct need *need,
			 const struct result *result)
{
	double s = plan->request->leave_window ? 0 : plan_window_s(result, touches_bytes(rec));
	double budget_s = plan->profile->budget_s;
	char size[24];

	if (PLAN_LEAST_ROUNDS * need->s > NEEDED_PART * budget_s)
		refuse_slow(rec->why, sizeof(rec->why), &plan->cells.v[need->cell], result);
	else if (s > WINDOW_PART * budget_s)
		snprintf(rec->why, sizeof(rec->why), "to save %s of the window and put them back takes "
			 "%.0f s: a smaller --length, a longer profile, or --leave-window",
			 format_size(size, sizeof(size), touches_bytes(rec)), s);
	else
		return false;
	rec->status = CELL_SKIPPED;
	return true;
}

/* The rounds have what the window leaves. */
static void take_window(struct plan *plan, const struct result *result)
{
	double left = plan->profile->budget_s - plan->spent_s;

	plan->window_s = plan->request->leave_window ? 0 : plan_window_s(result, plan_touched_bytes(result));
	plan->rounds_s = left > plan->window_s ? left - plan->window_s : 0;
}

static void record_fill(struct cell_record *rec, const struct cell *c, const struct plan *plan)
{
	bool through_plain = plan->layout.control_bytes && plan->target->dev;
	struct cell_spec *s = &rec->spec;

	*s = c->spec;
	if (s->flushed)
		snprintf(s->flush_through, sizeof(s->flush_through), "%s",
			 map_name(through_plain ? MAP_PLAIN : c->spec.mapping));
	snprintf(rec->id, sizeof(rec->id), "%s", c->id);
	/* the same on every machine, and different for every cell: it shows who wrote a word */
	rec->pattern = s->is_load ? 0 : hash_mix(hash_string(HASH_START, c->id));
}

int plan_record(struct plan *plan, struct result *result)
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
		struct need need = { need_of(plan, c, result), i };

		record_fill(&v[i], c, plan);
		if (refuse_cell(v[i].why, sizeof(v[i].why), c, plan, result))
			v[i].status = CELL_SKIPPED;
		else if (!refuse_alone(&v[i], plan, &need, result))
			needs[n++] = need;
	}
	result->cells = v;
	result->n_cells = plan->cells.n;
	take_window(plan, result);
	plan->share_s = SHARE_PART * plan->rounds_s / (PLAN_LEAST_ROUNDS * (double)(n ? n : 1));
	admit(plan, needs, n, result);
	/* what was not let in is not saved either */
	take_window(plan, result);
	free(needs);
	return 0;
}

double plan_restore_s(const struct plan *plan)
{
	return RESTORE_PART * plan->window_s;
}

bool plan_is_late(const struct plan *plan, unsigned int rounds_done, double spent_s)
{
	return plan->start_s > 0 && !rounds_done && PLAN_LEAST_ROUNDS * spent_s > FIRST_PART * plan->rounds_s;
}

double plan_left_s(const struct plan *plan, double spent_s, double rounds_done)
{
	double round_s = rounds_done > 0 ? spent_s / rounds_done : 0;
	double all = round_s * (plan->profile->rounds - rounds_done);
	double least = round_s * (PLAN_LEAST_ROUNDS - rounds_done);
	double left = plan->rounds_s - spent_s;

	if (left < least)
		left = least;
	if (left < 0)
		left = 0;
	return (all < left ? all : left) + plan_restore_s(plan);
}
