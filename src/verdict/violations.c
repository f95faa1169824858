// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "arch/info.h"
#include "exp/litmus.h"
#include "verdict/evidence.h"
#include "verdict/violations.h"

/* What the mapping's type orders by itself, without any barrier. */
static unsigned int type_orders(const struct result *run, const struct verdict *v,
				enum map_type mapping)
{
	const struct probe_record *access = result_find_probe(run, PROBE_ACCESS, mapping);

	/* a recorded machine's BAR is a file */
	if (run->is_ram || run->replayed)
		return arch_info_of(run->arch)->ram_orders;
	if (run->env.emulated)
		return ORDERS_NOTHING;
	/* Arm ARM B2.9.2: accesses to one peripheral arrive in order; Intel SDM 3A 12.3: UC is strong */
	if (mapping == MAP_WC)
		return v->effective == EFFECTIVE_DEVICE && v->confidence == CONFIDENCE_PROVED ?
			       ORDERS_ALL : ORDERS_NOTHING;
	if (rule_no_control(run))
		return ORDERS_NOTHING;
	/* the hypervisor's own memory, or its emulation, may be anything */
	if (v->effective == EFFECTIVE_WRITE_BACK || !access || probe_route(access) != ROUTE_DIRECT)
		return ORDERS_NOTHING;
	return ORDERS_ALL;
}

static bool is_ordered(const char *kind, unsigned int orders)
{
	unsigned int bit = orders_of_kind(kind);

	return !bit || (orders & bit); /* none: a single access */
}

/*
 * Every type keeps accesses to one word in order, but for loads of WC on some architectures: they may be
 * made ahead, and PCIe lets reads pass each other (2.4.1).
 */
static bool is_coherent(const struct result *run, const struct cell_record *c,
			const struct litmus_shape *shape)
{
	bool wc = c->spec.mapping == MAP_WC || result_plain_is_wc(run);

	return shape->coherence && (!arch_info_of(run->arch)->wc_loads_may_pass || !wc ||
				    strcmp(shape->thread[1].kind, "RR"));
}

bool litmus_forbidden(const struct result *run, const struct verdict *v,
		      const struct cell_record *c)
{
	const struct litmus_shape *shape = litmus_find(c->spec.shape);
	const struct arch_info *info = arch_info_of(run->arch);
	unsigned int type = type_orders(run, v, c->spec.mapping);

	if (!shape)
		return false;
	/* both CPUs' accesses in order, and one order of all stores: then there is no cycle */
	return is_coherent(run, c, shape) ||
	       (is_ordered(shape->thread[0].kind, type | arch_orders(info, c->spec.barrier)) &&
		is_ordered(shape->thread[1].kind, type | arch_orders(info, c->spec.barrier2)));
}

bool integrity_is_device(const struct result *run, const struct cell_record *c)
{
	for_each_cell(plain, run) {
		if (c->events && plain->events && cell_is(c, EXP_INTEGRITY) &&
		    c->spec.mapping != MAP_PLAIN && cell_is_on(plain, EXP_INTEGRITY, MAP_PLAIN) &&
		    !strcmp(plain->spec.kernel, c->spec.kernel) &&
		    (!strcmp(plain->spec.shape, c->spec.shape) ||
		     !strcmp(plain->spec.shape, "aligned")))
			return true;
	}
	return false;
}

static bool integrity_failed(const struct result *run, const struct cell_record *c, char *why,
			     size_t n)
{
	if (integrity_is_device(run, c))
		return false;
	snprintf(why, n, "%" PRIu64 " of %" PRIu64 " words are not what was stored%s: %s",
		 c->events, c->tries,
		 c->spec.mapping != MAP_PLAIN ? ""
						  : " (no mapping's doing: plain is the "
						    "control)",
		 cell_note(c));
	return true;
}

bool cell_failed(const struct result *run, const struct verdict *v, const struct cell_record *c,
		 char *why, size_t n)
{
	if (!cell_counts(c) || !c->events)
		return false;
	if (!cell_is(c, EXP_ORDER))
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

	for_each_cell(c, run)
		n += cell_failed(run, v, c, why, sizeof(why));
	return n;
}

static double cost_of(const struct result *run, const struct verdict *v, enum map_type mapping,
		      const char *barrier)
{
	if (v->emulated || run->env.emulated)
		return 0;
	for_each_cell(c, run)
		if (cell_is_on(c, EXP_LAT, mapping) && !c->spec.is_load && !c->spec.flushed &&
		    !strcmp(c->spec.barrier, barrier) && c->status == CELL_MEASURED && c->has_summary &&
		    strncmp(c->spec.access_pattern, "single", 6) && !strcmp(c->spec.kernel, "store8"))
			return c->summary.median;
	return 0;
}

const struct cell_record *litmus_cheapest(const struct result *run, const struct verdict *v,
					  enum map_type mapping, double *cost_ns)
{
	const struct cell_record *best = NULL;
	double best_cost = 0;

	for_each_cell(c, run) {
		double cost;

		if (!cell_is_on(c, EXP_ORDER, mapping) || strcmp(c->spec.shape, "MP") || c->status != CELL_MEASURED || c->events ||
		    !litmus_forbidden(run, v, c))
			continue;
		cost = cost_of(run, v, mapping, c->spec.barrier);
		/* nothing is cheaper than nothing; without a cost the first row, the weakest, stays */
		if (best && (!strcmp(best->spec.barrier, "none") ||
			     (strcmp(c->spec.barrier, "none") &&
			      !(cost > 0 && best_cost > 0 && cost < best_cost))))
			continue;
		best = c;
		best_cost = cost;
	}
	*cost_ns = best_cost;
	return best;
}
