// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/hash.h"
#include "base/parse.h"
#include "run/plan.h"

#define CONTROL_BYTES 65536u /* the largest page size in use */
#define LEAST_BATCHES 3
#define FORK_S        0.002  /* one child, for the estimate */

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
				     .may_store = ask->may_store };
	int ret = 0;

	plan_layout(&new.layout, ask->window_bytes);
	limits.region_bytes = new.layout.data_bytes;
	for (const struct experiment *e = experiments; e->name && !ret; e++)
		if (!ask->tests || list_has(ask->tests, e->name))
			ret = e->expand(e, &limits, &new.cells);
	if (ret) {
		cell_list_free(&new.cells);
		return ret;
	}
	/* most cells need far less than their share, so the slow ones may use more */
	if (new.cells.n)
		new.cap_s = 4 * new.profile->budget_s /
			    ((double)new.cells.n * new.profile->rounds);
	*plan = new;
	return 0;
}

void plan_free(struct plan *plan)
{
	cell_list_free(&plan->cells);
}

double plan_estimate_s(const struct plan *plan)
{
	const struct plan_profile *p = plan->profile;
	double cell = FORK_S + 1.2e-6 * p->batch_us * (p->batches + 2);

	return cell * (double)plan->cells.n * p->rounds;
}

/* Seconds of the shortest measurement of a cell; 0 when the cost of an access is not known. */
static double least_s(const struct cell *c, const struct probe_record *probe)
{
	double accesses = (double)arch_lap_bytes(c->loop, c->region_bytes) /
			  c->loop->kernel->width_bytes;
	double ns = c->loop->kernel->direction == KERNEL_LOAD ? probe->load_ns : probe->store_ns;

	return LEAST_BATCHES * accesses * ns * 1e-9;
}

static void record_fill(struct cell_record *rec, const struct cell *c)
{
	const struct loop *loop = c->loop;

	snprintf(rec->id, sizeof(rec->id), "%s", c->id);
	snprintf(rec->experiment, sizeof(rec->experiment), "%s", c->experiment->name);
	snprintf(rec->mapping, sizeof(rec->mapping), "%s", map_way(c->type)->name);
	snprintf(rec->kernel, sizeof(rec->kernel), "%s", loop->kernel->name);
	snprintf(rec->barrier, sizeof(rec->barrier), "%s", loop->barrier->name);
	snprintf(rec->unit, sizeof(rec->unit), "%s", c->unit);
	rec->is_load = loop->kernel->direction == KERNEL_LOAD;
	rec->width_bytes = loop->kernel->width_bytes;
	rec->interval_bytes = loop->interval_bytes;
	rec->region_bytes = c->region_bytes;
	rec->lap_bytes = arch_lap_bytes(loop, c->region_bytes);
	rec->flushed = c->flushed;
	/* the same on every machine, and different for every cell: it shows who wrote a word */
	rec->pattern = rec->is_load ? 0 : hash_mix(hash_string(HASH_START, c->id));
}

int plan_record(const struct plan *plan, struct result *result)
{
	struct cell_record *v = calloc(plan->cells.n ? plan->cells.n : 1, sizeof(*v));

	if (!v)
		return -ENOMEM;
	for (size_t i = 0; i < plan->cells.n; i++) {
		const struct cell *c = &plan->cells.v[i];
		const struct probe_record *probe;
		double need;

		record_fill(&v[i], c);
		if (c->flushed)
			snprintf(v[i].flush_through, sizeof(v[i].flush_through), "%s",
				 plan->layout.control_bytes && c->type != MAP_RAM ?
					 map_way(MAP_PLAIN)->name :
					 map_way(c->type)->name);
		probe = result_find_probe(result, "access", v[i].mapping);
		need = probe ? least_s(c, probe) : 0;
		if (need <= plan->cap_s)
			continue;
		v[i].status = CELL_SKIPPED;
		snprintf(v[i].why, sizeof(v[i].why),
			 "%u passes would take %.0f ms at %.0f ns a%s; this profile has %.0f ms",
			 LEAST_BATCHES, need * 1e3, v[i].is_load ? probe->load_ns : probe->store_ns,
			 v[i].is_load ? " load" : " store", plan->cap_s * 1e3);
	}
	result->cells = v;
	result->n_cells = plan->cells.n;
	return 0;
}
