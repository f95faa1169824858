// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdio.h>
#include <string.h>
#include "arch/arch.h"
#include "arch/edges.h"
#include "base/fact.h"
#include "base/parse.h"
#include "exp/probe.h"
#include "run/refusal.h"

struct question {
	const struct cell *cell;
	const struct plan_ask *ask;
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
		snprintf(why, n, "the BAR is trapped, and a VMM cannot emulate %s (no syndrome)",
			 k->name);
	else
		snprintf(why, n, "no store was timed, so the BAR may be trapped, and a VMM cannot "
			 "emulate %s", k->name);
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

static bool refuse_devmem(char *why, size_t n, const struct question *q)
{
	if (q->cell->type != MAP_DEVMEM || q->ask->devmem)
		return false;
	snprintf(why, n, "/dev/mem goes past the kernel's checks: only with --map devmem");
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

		if (!strcmp(j->probe, "alignment") && !strcmp(j->mapping, "wc"))
			return boot && j->boot_id[0] && !strcmp(j->boot_id, boot) && !strcmp(j->outcome, "works");
	}
	return false;
}

/* Through a mapping that stage 2 made Device, an unaligned access ends the VM. */
static bool refuse_unaligned(char *why, size_t n, const struct question *q)
{
	if (strcmp(q->cell->shape, "unaligned") || !arch_alignment_tells_type ||
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
		!(barrier_edges(arch_name, loop->barrier->name) & EDGE_BIT(EDGE_WW)));
}

/* Stores through wc that leave holes in a line, as gathered. */
static bool has_holes(const struct cell *c)
{
	if (c->type != MAP_WC || !c->stores)
		return false;
	return !strcmp(c->shape, "gaps") ||
	       (c->loop && (!strcmp(c->loop->pattern->name, "random") || wraps_in_line(c->loop)));
}

/* Graviton's cores are of the same part, in other chips. */
static bool may_be_altra(const struct facts *facts)
{
	const char *implementer = fact_get(facts, "cpu_implementer");
	const char *part = fact_get(facts, "cpu_part");
	const char *vendor = fact_get(facts, "dmi_sys_vendor");

	return implementer && part && !strcmp(implementer, "0x41") && !strcmp(part, "0xd0c") &&
	       !(vendor && !strcmp(vendor, "Amazon EC2"));
}

/*
 * Ampere Altra (Neoverse N1), erratum 82288 (PCIE_65): NC writes with a discontiguous byte mask may
 * go to a wrong address, and that may be memory of anybody's. Only whoever asks for it by name.
 */
static bool refuse_altra(char *why, size_t n, const struct question *q)
{
	const char *name = q->cell->experiment->name;

	if (!has_holes(q->cell) || !may_be_altra(&q->result->env.facts) ||
	    (q->ask->tests && list_has(q->ask->tests, name)))
		return false;
	snprintf(why, n, "on Ampere Altra (N1, erratum 82288) such stores may go astray, out of the BAR "
		 "too: only with --tests %s", name);
	return true;
}

static bool refuse_threads(char *why, size_t n, const struct question *q)
{
	bool far = !strncmp(q->cell->place, "far", 3);
	unsigned int cpus = far ? q->ask->n_far : q->ask->n_near;

	/* one thread needs no list */
	if (q->cell->threads <= (far ? cpus : cpus ? cpus : 1))
		return false;
	snprintf(why, n, "%u thread%s, and this process may use %u CPU%s %s the device",
		 q->cell->threads, q->cell->threads == 1 ? "" : "s", cpus, cpus == 1 ? "" : "s",
		 far ? "far from" : "near");
	return true;
}

/* What is stored must be there to be read: registers and write-only windows tell nothing. */
static bool refuse_no_memory(char *why, size_t n, const struct question *q)
{
	if (strcmp(q->cell->unit, "events") || !q->probe || q->result->is_ram ||
	    !strcmp(q->probe->outcome, "reads-back"))
		return false;
	snprintf(why, n, "the BAR does not read back what is stored (%s): nothing could be checked",
		 q->probe->outcome);
	return true;
}

bool refuse_cell(char *why, size_t n, const struct cell *cell, const struct plan_ask *ask,
		 const struct result *result)
{
	static bool (*const reasons[])(char *why, size_t n, const struct question *q) = {
		refuse_cpu, refuse_hazard, refuse_trapped, refuse_devmem, refuse_unaligned,
		refuse_altra, refuse_threads, refuse_no_memory,
	};
	struct question q = { cell, ask, result,
			      result_find_probe(result, "access", map_way(cell->type)->name) };

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i](why, n, &q))
			return true;
	return false;
}

double cell_need_s(const struct cell *c, const struct result *result)
{
	const struct probe_record *p = result_find_probe(result, "access", map_way(c->type)->name);

	/* of cached memory single accesses tell nothing */
	if (!p || result->is_ram)
		return 0;
	return ((double)c->least_stores * p->store_ns + (double)c->least_loads * p->load_ns) * 1e-9;
}

void refuse_slow(char *why, size_t n, const struct cell *c, const struct result *result)
{
	const struct probe_record *p = result_find_probe(result, "access", map_way(c->type)->name);

	snprintf(why, n, "at least %.0f ms a round, at %.0f ns a store and %.0f ns a load: the "
		 "profile's time goes to cheaper cells", cell_need_s(c, result) * 1e3,
		 p ? p->store_ns : 0, p ? p->load_ns : 0);
}
