// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdio.h>
#include <string.h>
#include "arch/arch.h"
#include "base/array.h"
#include "base/fact.h"
#include "base/text.h"
#include "env/errata.h"
#include "exp/probe.h"
#include "run/refusal.h"

#define TEAM_COST 2 /* threads meet before each batch or try, and exits of a VM wait for each other */

struct question {
	const struct cell *cell;
	const struct plan *plan;
	const struct result *result;
	const struct probe_record *probe; /* of the cell's mapping; NULL: none */
};

/*
 * On arm64 a machine that looks like bare metal and has /dev/kvm entered its kernel at EL2: it is
 * no guest, or its hypervisor nests (Linux 6.16 and newer, which preserve Normal-NC of vfio BARs).
 * What is left: a nested guest under a VMM that maps BARs through sysfs and shows the host's DMI.
 */
bool may_be_guest(const struct result *result)
{
	const struct virt *virt = &result->env.virt;
	const char *kvm = fact_get(&result->env.facts, "kvm_device");

	return virt->guest != ENV_BARE_METAL ||
	       (virt->confidence != CONFIDENCE_PROVED && !(kvm && !strcmp(kvm, "yes")));
}

static bool refuse_cpu(char *why, size_t n, const struct question *q)
{
	const struct kernel *k = q->cell->kernel;

	if (arch_kernel_runs(k))
		return false;
	snprintf(why, n, "this CPU has no %s", k->feature);
	return true;
}

/* More than one register leaves no syndrome: the VMM injects an abort, or ends the VM. */
static bool refuse_trapped(char *why, size_t n, const struct question *q)
{
	const struct kernel *k = q->cell->kernel;
	bool stored = q->probe && q->probe->store_ns > 0;

	if (k->trap_safe || q->result->is_ram || !may_be_guest(q->result) ||
	    (stored && q->probe->store_ns <= PROBE_TRAPPED_NS))
		return false;
	if (stored)
		snprintf(why, n, "the BAR is trapped, and a VMM cannot emulate an access of several registers "
			 "(no syndrome)");
	else
		snprintf(why, n, "no store was timed, so the BAR may be trapped, and a VMM cannot emulate "
			 "an access of several registers");
	return true;
}

static bool refuse_hazard(char *why, size_t n, const struct question *q)
{
	const char *hazard = arch_kernel_hazard(q->cell->kernel);

	if (!hazard || (!q->result->is_ram && !may_be_guest(q->result)))
		return false;
	snprintf(why, n, "only on bare metal's devices: %s", hazard);
	return true;
}

static bool refuse_mapping(char *why, size_t n, const struct question *q)
{
	const struct map_way *way = map_way(q->cell->spec.mapping);

	if (!way->refusal || q->plan->request->map == q->cell->spec.mapping)
		return false;
	snprintf(why, n, "%s: only with --map %s", way->refusal, map_name(q->cell->spec.mapping));
	return true;
}

/*
 * Found by an unaligned load of this boot, in this run's journal: wc is no Device here. A boot that is not
 * known, then or now, is not this one, for the next may be another host's.
 */
static bool is_known_normal(const struct result *result)
{
	const char *boot = fact_get(&result->env.facts, "boot_id");

	for (size_t i = result->n_journal; i; i--) {
		const struct journal_record *j = &result->journal[i - 1];

		if (j->probe.is == PROBE_ALIGNMENT && j->mapping.is == MAP_WC)
			return boot && j->boot_id[0] && !strcmp(j->boot_id, boot) && j->outcome.is == OUTCOME_WORKS;
	}
	return false;
}

/* Through a mapping that stage 2 made Device, an unaligned access ends the VM. */
static bool refuse_unaligned(char *why, size_t n, const struct question *q)
{
	if (strcmp(q->cell->spec.shape, "unaligned") || !arch_here()->alignment_tells_type ||
	    q->result->is_ram || !may_be_guest(q->result) || is_known_normal(q->result))
		return false;
	snprintf(why, n, "an unaligned access through wc can end this VM: run --tests probe "
		 "--allow-vm-crash first, then it is known");
	return true;
}

/*
 * The same few lines over and over, and no barrier that orders stores in each: a buffer that is drained in
 * mid-line takes the line's last words and then its first.
 */
static bool wraps_in_line(const struct loop *loop)
{
	uint32_t stays = loop->pattern->stays_bytes;

	return stays && stays != UINT32_MAX &&
	       (!loop->interval_bytes || loop->interval_bytes > 64 ||
		!(loop->barrier->orders & ORDERS_WW));
}

/* Stores that leave holes in a line, as gathered. */
static bool has_holes(const struct cell *c)
{
	return !strcmp(c->spec.shape, "gaps") ||
	       (c->loop && (!strcmp(c->loop->pattern->name, "random") || wraps_in_line(c->loop)));
}

const struct erratum *cell_erratum(const struct cell *c, const struct facts *facts)
{
	const struct erratum *e = erratum_find(facts);

	return e && c->spec.mapping == MAP_WC && !c->spec.is_load && (e->any_store || has_holes(c)) ? e : NULL;
}

bool refuse_by_chip(char *why, size_t n, const struct cell *c, const char *tests, const struct facts *facts)
{
	const struct erratum *e = cell_erratum(c, facts);

	if (!e || (tests && list_has(tests, experiment_name(c->experiment))))
		return false;
	snprintf(why, n, "%s: only if --tests names the experiment", e->refusal);
	return true;
}

static bool refuse_chip(char *why, size_t n, const struct question *q)
{
	return refuse_by_chip(why, n, q->cell, q->plan->request->tests, &q->result->env.facts);
}

static bool refuse_threads(char *why, size_t n, const struct question *q)
{
	bool far = !strncmp(q->cell->spec.place, "far", 3);
	unsigned int cpus = far ? q->plan->n_far : q->plan->n_near;

	/* one thread needs no list */
	if (q->cell->spec.threads <= (far ? cpus : cpus ? cpus : 1))
		return false;
	snprintf(why, n, "%u thread%s, and this process may use %u CPU%s %s the device",
		 q->cell->spec.threads, q->cell->spec.threads == 1 ? "" : "s", cpus,
		 cpus == 1 ? "" : "s", far ? "far from" : "near");
	return true;
}

/* What is stored must be there to be read: registers and write-only windows tell nothing. */
static bool refuse_no_memory(char *why, size_t n, const struct question *q)
{
	if (q->cell->spec.unit != UNIT_EVENTS || !q->probe || q->result->is_ram ||
	    q->probe->outcome.is == OUTCOME_READS_BACK)
		return false;
	snprintf(why, n, "the BAR does not read back what is stored (%s): nothing could be checked",
		 probe_outcome_text(&q->probe->outcome));
	return true;
}

bool refuse_cell(char *why, size_t n, const struct cell *cell, const struct plan *plan,
		 const struct result *result)
{
	static bool (*const reasons[])(char *why, size_t n, const struct question *q) = {
		refuse_cpu, refuse_chip, refuse_hazard, refuse_trapped, refuse_mapping,
		refuse_unaligned, refuse_threads, refuse_no_memory,
	};
	struct question q = { cell, plan, result,
			      result_find_probe(result, PROBE_ACCESS, cell->spec.mapping) };

	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++)
		if (reasons[i](why, n, &q))
			return true;
	return false;
}

double cell_need_s(const struct cell *c, const struct result *result)
{
	const struct probe_record *p = result_find_probe(result, PROBE_ACCESS, c->spec.mapping);

	/* of cached memory single accesses tell nothing */
	if (!p || result->is_ram)
		return 0;
	return ((double)c->least_stores * p->store_ns + (double)c->least_loads * p->load_ns) * 1e-9 *
	       (c->spec.threads > 1 ? TEAM_COST : 1);
}

void refuse_slow(char *why, size_t n, const struct cell *c, const struct result *result)
{
	const struct probe_record *p = result_find_probe(result, PROBE_ACCESS, c->spec.mapping);

	snprintf(why, n, "at least %.0f ms a round, at %.0f ns a store and %.0f ns a load: the "
		 "profile's time goes to cheaper cells", cell_need_s(c, result) * 1e3,
		 p ? p->store_ns : 0, p ? p->load_ns : 0);
}

void refuse_late(char *why, size_t n)
{
	snprintf(why, n, "other cells took longer than single accesses let one reckon, and the profile's time is "
		 "theirs: --tests chooses among experiments, --full has more time");
}
