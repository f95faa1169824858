// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdio.h>
#include <string.h>
#include "exp/exp.h"
#include "exp/litmus.h"
#include "exp/team.h"

/*
 * Litmus tests between two CPUs. x is in the first half of the region and y in the second, in lines
 * of their own; each try has other ones. For each try the threads meet in RAM, wait a random
 * moment, and make their two accesses. Between batches one of them sets all words to 0.
 */

#define REGION_BYTES 4096u
#define LINE_BYTES   64u
#define TRIES        (REGION_BYTES / 2 / LINE_BYTES) /* in a batch */
#define DELAY_BITS   10u
#define DEADLINE_S   5.0
#define VISIT_BATCHES 3u /* rare outcomes need more tries than a median needs batches */

struct run {
	const struct stage *stage;
	struct outcome *out;
	const struct litmus_shape *shape;
	const struct pair *pair[2];     /* NULL: a single store */
	uint64_t random[2];
	uint64_t end_ticks;
	bool more;
	struct litmus_seen seen[TRIES];
};

static volatile void *word_of(const struct run *r, enum litmus_word word, unsigned int i)
{
	return r->stage->data.addr + (word == LITMUS_Y ? REGION_BYTES / 2 : 0) + i * LINE_BYTES;
}

/* Waits for 0 to 2^10 turns, short ones as often as long ones: where the threads race differs. */
static void delay(uint64_t *random)
{
	uint64_t turns;

	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	turns = (*random >> 16) & ((1u << (*random % (DELAY_BITS + 1))) - 1);
	for (volatile uint64_t i = 0; i < turns; i++)
		;
}

static void try_once(struct run *r, unsigned int thread, unsigned int i)
{
	const struct litmus_thread *t = &r->shape->thread[thread];
	struct pair_args args = { .at = { word_of(r, t->at[0], i), word_of(r, t->at[1], i) },
				  .value = { t->value[0], t->value[1] } };

	delay(&r->random[thread]);
	if (r->pair[thread])
		r->pair[thread]->fn(&args);
	else
		arch_store32(args.at[0], args.value[0]);
	r->seen[i].loaded[thread][0] = args.value[0];
	r->seen[i].loaded[thread][1] = args.value[1];
}

static void reset(struct run *r)
{
	r->more = !r->out->tries || arch_clock_end() < r->end_ticks;
	if (!r->more)
		return;
	for (unsigned int i = 0; i < TRIES; i++) {
		arch_store32(word_of(r, LITMUS_X, i), 0);
		arch_store32(word_of(r, LITMUS_Y, i), 0);
	}
	arch_read_flush(r->stage->data.addr);
}

static void collect(struct run *r)
{
	struct outcome *out = r->out;

	for (unsigned int i = 0; i < TRIES; i++) {
		struct litmus_seen *seen = &r->seen[i];

		seen->final[LITMUS_X] = arch_load32(word_of(r, LITMUS_X, i));
		seen->final[LITMUS_Y] = arch_load32(word_of(r, LITMUS_Y, i));
		out->tries++;
		if (!litmus_is_weak(r->shape, seen))
			continue;
		if (!out->events++)
			snprintf(out->note, sizeof(out->note), "%s (CPUs %u and %u)", r->shape->outcome,
				 r->stage->cpus[0], r->stage->cpus[1]);
	}
}

static void work(struct team *team, unsigned int thread)
{
	struct run *r = team->arg;

	for (;;) {
		if (!thread)
			reset(r);
		if (!team_meet(team, thread) || !r->more)
			return;
		for (unsigned int i = 0; i < TRIES; i++) {
			if (!team_meet(team, thread))
				return;
			try_once(r, thread, i);
		}
		/* what this CPU stored has arrived */
		arch_read_flush(r->stage->data.addr);
		if (!team_meet(team, thread))
			return;
		if (!thread)
			collect(r);
	}
}

static int visit(struct stage *stage, struct outcome *out)
{
	const struct cell *c = stage->cell;
	const struct litmus_shape *shape = litmus_find(c->spec.shape);
	uint64_t now = arch_clock_end();
	struct run r = {
		.stage = stage,
		.out = out,
		.shape = shape,
		.pair = { arch_find_pair(shape->thread[0].kind, c->barrier->name),
			  arch_find_pair(shape->thread[1].kind, c->barrier2->name) },
		.random = { stage->seed | 1, ~stage->seed | 1 },
		.end_ticks = now + c->lasts * stage->batches * stage->batch_ticks,
	};
	struct team team = { .n = 2,
			     .cpus = stage->cpus,
			     .work = work,
			     .arg = &r,
			     .deadline_ticks = now + (uint64_t)(DEADLINE_S * stage->clock->hz) };
	int ret = team_run(&team);

	out->fault = team.fault;
	snprintf(out->why, sizeof(out->why), "%s", team.why);
	return ret;
}

/* The one that orders this edge and as little else as there is; a single store needs none. */
static const char *weakest(const char *kind)
{
	unsigned int bit = orders_of_kind(kind);
	const struct barrier *least = NULL;

	for (const struct barrier *b = arch_here()->barriers; b->name; b++)
		if ((b->orders & bit) && arch_find_pair(kind, b->name) &&
		    (!least || __builtin_popcount(b->orders) < __builtin_popcount(least->orders)))
			least = b;
	return least ? least->name : "none";
}

/* Sets may be the same: nothing, and the weakest for a thread of one store. */
static bool is_listed(const struct expansion *x, const struct cell *cell, const char *shape)
{
	for (size_t i = 0; i < x->cells->n; i++) {
		const struct cell *c = &x->cells->v[i];

		if (c->experiment == x->experiment && c->spec.mapping == x->mapping &&
		    !strcmp(c->spec.shape, shape) && c->barrier == cell->barrier &&
		    c->barrier2 == cell->barrier2)
			return true;
	}
	return false;
}

static void add(const struct expansion *x, const struct litmus_shape *shape, const char *first,
		const char *second)
{
	struct cell cell = { .kernel = arch_find_kernel("store4"),
			     .barrier = arch_barrier_of(arch_here(), first),
			     .barrier2 = arch_barrier_of(arch_here(), second),
			     .spec.threads = 2,
			     .spec.region_bytes = REGION_BYTES,
			     .lasts = VISIT_BATCHES,
			     /*
			      * reset, two accesses in each thread, what is there in the end; a barrier may
			      * load, queues are emptied
			      */
			     .least_stores = 4 * TRIES,
			     .least_loads = 6 * TRIES + 8 };

	if (exp_wants_barrier(x, first) && exp_wants_barrier(x, second) &&
	    !is_listed(x, &cell, shape->name))
		cell_add_counted(x, cell, shape->name, "near");
}

/* No barrier, the weakest that forbid the outcome, the full one; with --full each one. */
static void add_sets(const struct expansion *x, const struct litmus_shape *shape)
{
	const char *kinds[2] = { shape->thread[0].kind, shape->thread[1].kind };
	const char *full = exp_barrier(FOR_FULL_ORDER);

	add(x, shape, "none", "none");
	if (shape->coherence)
		return;
	add(x, shape, weakest(kinds[0]), weakest(kinds[1]));
	if (*full)
		add(x, shape, full, full);
	for (const struct barrier *b = arch_here()->barriers; b->name; b++)
		if (x->request->profile == EXP_FULL && arch_find_pair(kinds[0], b->name))
			add(x, shape, b->name, b->name);
}

/* Data, then a flag: each barrier that a driver may have put between. */
static void add_writers(const struct expansion *x)
{
	const struct litmus_shape *mp = litmus_find("MP");

	for (const struct barrier *b = arch_here()->barriers; b->name; b++)
		if (arch_find_pair(mp->thread[0].kind, b->name))
			add(x, mp, b->name, weakest(mp->thread[1].kind));
}

static void expand(const struct expansion *x)
{
	if (!x->may_store || x->region_bytes < REGION_BYTES || !exp_wants_kernel(x, "store4"))
		return;
	for (const struct litmus_shape *s = litmus_shapes; s->name; s++)
		add_sets(x, s);
	add_writers(x);
}

const struct experiment exp_order = {
	.id = EXP_ORDER,
	.question = "which reorderings do two CPUs see, and which barrier is the cheapest that data "
		    "and flag need?",
	.needs = "consent to store",
	.from = EXP_DEFAULT,
	.expand = expand,
	.visit = visit,
};
