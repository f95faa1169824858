// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "arch/edges.h"
#include "exp/litmus.h"
#include "judge/correct.h"

#define TSO_EDGES (EDGE_BIT(EDGE_WW) | EDGE_BIT(EDGE_RW) | EDGE_BIT(EDGE_RR))

/* What the mapping's type orders by itself, without any barrier. */
static unsigned int type_edges(const struct result *run, const struct verdict *v,
			       const char *mapping)
{
	const struct probe_record *access = result_find_probe(run, "access", mapping);

	/* a recorded machine's BAR is a file */
	if (run->is_ram || run->replayed) /* Intel SDM 3A 9.2.2; Arm ARM B2.3: nothing */
		return strcmp(run->arch, "x86_64") ? 0 : TSO_EDGES;
	if (run->env.emulated)
		return 0;
	/* Arm ARM B2.9.2: accesses to one peripheral arrive in order; Intel SDM 3A 12.3: UC is strong */
	if (!strcmp(mapping, "wc"))
		return v->effective == EFFECTIVE_DEVICE && v->confidence == CONFIDENCE_PROVED ?
			       EDGES_ALL : 0;
	if (result_plain_is_wc(run))
		return 0;
	/* the hypervisor's own memory, or its emulation, may be anything */
	if (v->effective == EFFECTIVE_WRITE_BACK || !access || strcmp(probe_route(access), "direct"))
		return 0;
	return EDGES_ALL;
}

static bool is_ordered(const char *kind, unsigned int edges)
{
	for (int e = 0; e < EDGES; e++)
		if (!strcmp(edge_names[e], kind))
			return edges & EDGE_BIT(e);
	return true; /* a single access */
}

/*
 * Every type keeps accesses to one word in order, but for loads of WC: they may be made ahead, and no
 * cache's protocol is there to notice (Intel SDM 3A 12.3); PCIe lets reads pass each other (2.4.1).
 */
static bool is_coherent(const struct result *run, const struct cell_record *c,
			const struct litmus_shape *shape)
{
	bool wc = !strcmp(c->mapping, "wc") || result_plain_is_wc(run);

	return shape->coherence && (strcmp(run->arch, "x86_64") || !wc ||
				    strcmp(shape->thread[1].kind, "RR"));
}

bool litmus_forbidden(const struct result *run, const struct verdict *v,
		      const struct cell_record *c)
{
	const struct litmus_shape *shape = litmus_find(c->shape);
	unsigned int type = type_edges(run, v, c->mapping);

	if (!shape)
		return false;
	/* both CPUs' accesses in order, and one order of all stores: then there is no cycle */
	return is_coherent(run, c, shape) ||
	       (is_ordered(shape->thread[0].kind, type | barrier_edges(run->arch, c->barrier)) &&
		is_ordered(shape->thread[1].kind, type | barrier_edges(run->arch, c->barrier2)));
}

bool integrity_is_device(const struct result *run, const struct cell_record *c)
{
	for (size_t i = 0; i < run->n_cells; i++) {
		const struct cell_record *plain = &run->cells[i];

		if (c->events && plain->events && strcmp(c->mapping, "plain") &&
		    !strcmp(c->experiment, "integrity") && !strcmp(plain->experiment, "integrity") &&
		    !strcmp(plain->mapping, "plain") && !strcmp(plain->kernel, c->kernel) &&
		    (!strcmp(plain->shape, c->shape) || !strcmp(plain->shape, "aligned")))
			return true;
	}
	return false;
}

static bool integrity_failed(const struct result *run, const struct cell_record *c, char *why,
			     size_t n)
{
	if (integrity_is_device(run, c))
		return false;
	snprintf(why, n, "%" PRIu64 " of %" PRIu64 " words are not what was stored%s: %s", c->events,
		 c->tries, strcmp(c->mapping, "plain") ? "" : " (no mapping's doing: plain is the "
		 "control)", cell_note(c));
	return true;
}

bool cell_failed(const struct result *run, const struct verdict *v, const struct cell_record *c,
		 char *why, size_t n)
{
	if (!cell_counts(c) || !c->events)
		return false;
	if (strcmp(c->experiment, "order"))
		return integrity_failed(run, c, why, n);
	if (!litmus_forbidden(run, v, c))
		return false;
	snprintf(why, n, "%" PRIu64 " of %" PRIu64 " tries saw what is forbidden: %s", c->events,
		 c->tries, cell_note(c));
	return true;
}

size_t count_failed(const struct result *run, const struct verdict *v)
{
	char why[256];
	size_t n = 0;

	for (size_t i = 0; i < run->n_cells; i++)
		n += cell_failed(run, v, &run->cells[i], why, sizeof(why));
	return n;
}

static double cost_of(const struct result *run, const struct verdict *v, const char *mapping,
		      const char *barrier)
{
	for (size_t i = 0; i < run->n_cells && !v->emulated && !run->env.emulated; i++) {
		const struct cell_record *c = &run->cells[i];

		if (!strcmp(c->experiment, "lat") && !strcmp(c->mapping, mapping) && !c->is_load &&
		    !c->flushed && !strcmp(c->barrier, barrier) && c->status == CELL_MEASURED &&
		    c->has_summary && strncmp(c->access_pattern, "single", 6) &&
		    !strcmp(c->kernel, "store8"))
			return c->summary.median;
	}
	return 0;
}

const struct cell_record *litmus_cheapest(const struct result *run, const struct verdict *v,
					  const char *mapping, double *cost_ns)
{
	const struct cell_record *best = NULL;
	double best_cost = 0;

	for (size_t i = 0; i < run->n_cells; i++) {
		const struct cell_record *c = &run->cells[i];
		double cost;

		if (strcmp(c->experiment, "order") || strcmp(c->mapping, mapping) ||
		    strcmp(c->shape, "MP") || c->status != CELL_MEASURED || c->events ||
		    !litmus_forbidden(run, v, c))
			continue;
		cost = cost_of(run, v, mapping, c->barrier);
		/* nothing is cheaper than nothing; without a cost the first row, the weakest, stays */
		if (best && (!strcmp(best->barrier, "none") ||
			     (strcmp(c->barrier, "none") &&
			      !(cost > 0 && best_cost > 0 && cost < best_cost))))
			continue;
		best = c;
		best_cost = cost;
	}
	*cost_ns = best_cost;
	return best;
}
