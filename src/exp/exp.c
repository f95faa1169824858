// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/text.h"
#include "exp/exp.h"

/* Of a visit: whether the device says something before and after it, and the last flush. */
#define LOOKS 3

#define DECLARE(id, name, row) extern const struct experiment row;
#define POINT_TO(id, name, row) &(row),
EXPERIMENTS(DECLARE)
const struct experiment *const experiments[] = { EXPERIMENTS(POINT_TO) NULL };

const struct experiment *experiment_find(const char *name)
{
	int id = word_number(&words_experiment, name);

	return id < 0 ? NULL : experiments[id];
}

const char *experiment_name(const struct experiment *e)
{
	return words_experiment.name(e->id);
}

const char *experiment_names(char *buf, size_t n)
{
	buf[0] = 0;
	for (const struct experiment *const *e = experiments; *e; e++)
		text_append(buf, n, "%s%s", *buf ? ", " : "", experiment_name(*e));
	return buf;
}

bool experiment_is_asked(const struct experiment *e, const struct request *request)
{
	return request->tests ? list_has(request->tests, experiment_name(e)) : e->from <= request->profile;
}

bool exp_wants_kernel(const struct expansion *x, const char *name)
{
	return !x->request->kernels || list_has(x->request->kernels, name);
}

bool exp_wants_barrier(const struct expansion *x, const char *name)
{
	return !x->request->barriers || list_has(x->request->barriers, name);
}

const char *exp_barrier(unsigned int purpose)
{
	const struct barrier *b = arch_barrier_for(arch_here(), purpose);

	return b ? b->name : "";
}

/* The names of what the cell is made of, and its id. */
static void cell_name(struct cell *c, bool with_pattern)
{
	const struct loop *loop = c->loop;
	struct cell_spec *s = &c->spec;

	s->experiment.is = c->experiment->id;
	snprintf(s->kernel, sizeof(s->kernel), "%s", c->kernel->name);
	snprintf(s->barrier, sizeof(s->barrier), "%s", c->barrier->name);
	if (c->barrier2)
		snprintf(s->barrier2, sizeof(s->barrier2), "%s", c->barrier2->name);
	if (loop && !spec_counts(s))
		snprintf(s->access_pattern, sizeof(s->access_pattern), "%s", loop->pattern->name);
	s->is_load = c->kernel->direction == KERNEL_LOAD;
	s->width_bytes = c->kernel->width_bytes;
	s->interval_bytes = loop ? loop->interval_bytes : 0;
	s->doorbell_bytes = loop ? loop->doorbell_bytes : 0;
	spec_id(c->id, s, with_pattern);
}

/* Names the cell by what it is made of, and appends it. */
static void cell_append(const struct expansion *x, struct cell *c, bool with_pattern)
{
	struct cell_list *list = x->cells;
	struct cell *v;

	c->experiment = x->experiment;
	c->spec.mapping = x->mapping;
	cell_name(c, with_pattern);
	v = realloc(list->v, (list->n + 1) * sizeof(*v));
	if (!v) {
		list->out_of_memory = true;
		return;
	}
	list->v = v;
	v[list->n++] = *c;
}

/* Bytes that the loop touches from its base on; 0: all of the region. */
static uint64_t stays_bytes(const struct loop *loop)
{
	return loop->pattern->stays_bytes == UINT32_MAX ? loop->kernel->width_bytes :
							  loop->pattern->stays_bytes;
}

static bool fits(const struct cell_want *want, const struct loop *loop,
		 const struct expansion *x)
{
	uint64_t region = want->region_bytes, stays = stays_bytes(loop);
	unsigned int parts = want->threads ? want->threads : 1;

	/* a shifted region must end inside, and its map stays whole lines */
	if (region + (want->shift_bytes ? 64 : 0) > x->region_bytes)
		return false;
	return stays ? region >= stays : region % ((uint64_t)parts * loop->block_bytes) == 0;
}

/*
 * Accesses of the shortest visit of a loop: its own, doorbells, barriers that load, and what is read to
 * empty queues before each batch and to flush.
 */
static void count_least(struct cell *c)
{
	const struct loop *loop = c->loop;
	bool stores = loop->kernel->direction == KERNEL_STORE;
	uint64_t batches = loop->block_accesses == 1 ? 3 * EXP_LEAST_BATCHES : EXP_LEAST_BATCHES + 2;
	uint64_t accesses = batches * c->spec.lap_bytes / loop->kernel->width_bytes;
	uint64_t barriers =
		batches *
		(loop->interval_bytes ? c->spec.lap_bytes / loop->interval_bytes : c->spec.threads);
	bool loads = loop->barrier->purposes & FOR_LOADS_TOO;
	bool empties = stores || *c->spec.place; /* a team does before each batch */

	c->least_stores = (stores ? accesses : 0) + (loop->doorbell_bytes ? barriers : 0);
	c->least_loads =
		(stores ? 0 : accesses) + (loads ? barriers : 0) +
		batches * c->spec.threads * ((empties ? 1 : 0) + (c->spec.flushed ? 1 : 0)) + LOOKS;
}

static bool may_add(const struct expansion *x, const struct cell_want *want, const struct loop *loop)
{
	bool stores = loop->kernel->direction == KERNEL_STORE || loop->doorbell_bytes;

	return fits(want, loop, x) && exp_wants_kernel(x, want->kernel) &&
	       exp_wants_barrier(x, want->barrier) && (x->may_store || !stores) &&
	       (x->has_doorbell || !loop->doorbell_bytes);
}

void cell_add(const struct expansion *x, struct cell_want want)
{
	char usual[24];
	struct loop_key key = { .kernel = want.kernel,
				.barrier = want.barrier,
				.pattern = want.pattern ? want.pattern : usual,
				.interval_bytes = want.interval_bytes,
				.doorbell_bytes = want.doorbell_bytes };
	const struct loop *loop;
	struct cell cell;
	struct cell_spec *s = &cell.spec;

	spec_usual_pattern(usual, sizeof(usual), want.region_bytes);
	loop = arch_find_loop(&key);
	if (!loop || !may_add(x, &want, loop))
		return;
	cell = (struct cell){ .kernel = loop->kernel, .loop = loop, .barrier = loop->barrier };
	s->threads = want.threads ? want.threads : 1;
	s->region_bytes = want.region_bytes;
	s->shift_bytes = want.shift_bytes;
	s->flushed = want.flushed;
	s->unit = want.unit;
	s->unit_bytes = want.unit_bytes ? want.unit_bytes : loop->kernel->width_bytes;
	s->lap_bytes = arch_lap_bytes(loop, s->region_bytes) *
		       (loop->pattern->stays_bytes ? s->threads : 1);
	snprintf(s->place, sizeof(s->place), "%s", want.place ? want.place : "");
	count_least(&cell);
	cell_append(x, &cell, want.pattern);
}

void cell_add_counted(const struct expansion *x, struct cell c, const char *shape,
		      const char *place)
{
	c.spec.unit = UNIT_EVENTS;
	snprintf(c.spec.shape, sizeof(c.spec.shape), "%s", shape);
	snprintf(c.spec.place, sizeof(c.spec.place), "%s", place);
	c.spec.unit_bytes = c.kernel->width_bytes;
	c.spec.lap_bytes = c.spec.region_bytes;
	cell_append(x, &c, false);
}

void cell_list_free(struct cell_list *list)
{
	free(list->v);
	*list = (struct cell_list){ 0 };
}
