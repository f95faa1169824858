// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdio.h>
#include <string.h>
#include "exp/probe.h"
#include "run/refusal.h"

#define LEAST_BATCHES 3

struct question {
	const struct cell *cell;
	const struct plan_ask *ask;
	const struct result *result;
	const struct probe_record *probe; /* of the cell's mapping; NULL: none */
	double cap_s;
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
	const struct kernel *k = q->cell->loop->kernel;

	if (arch_kernel_runs(k))
		return false;
	snprintf(why, n, "this CPU has no %s", k->feature);
	return true;
}

/* More than one register leaves no syndrome: the VMM injects an abort, or ends the VM. */
static bool refuse_trapped(char *why, size_t n, const struct question *q)
{
	const struct kernel *k = q->cell->loop->kernel;
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

static bool refuse_devmem(char *why, size_t n, const struct question *q)
{
	if (q->cell->type != MAP_DEVMEM || q->ask->devmem)
		return false;
	snprintf(why, n, "/dev/mem goes past the kernel's checks: only with --map devmem");
	return true;
}

/* The shortest visit would be too long, by what single accesses cost. */
static bool refuse_slow(char *why, size_t n, const struct question *q)
{
	const struct cell *c = q->cell;
	double ns, need;

	/* of cached memory single accesses tell nothing */
	if (!q->probe || q->result->is_ram)
		return false;
	ns = c->stores ? q->probe->store_ns : q->probe->load_ns;
	need = LEAST_BATCHES * (double)arch_lap_bytes(c->loop, c->region_bytes) /
	       c->loop->kernel->width_bytes * ns * 1e-9;
	if (need <= q->cap_s)
		return false;
	snprintf(why, n, "%u passes would take %.0f ms at %.0f ns a %s; this profile has %.0f ms",
		 LEAST_BATCHES, need * 1e3, ns, c->stores ? "store" : "load", q->cap_s * 1e3);
	return true;
}

bool refuse_cell(char *why, size_t n, const struct cell *cell, const struct plan_ask *ask,
		 const struct result *result, double cap_s)
{
	static bool (*const reasons[])(char *why, size_t n, const struct question *q) = {
		refuse_cpu, refuse_trapped, refuse_devmem, refuse_slow,
	};
	struct question q = { cell, ask, result,
			      result_find_probe(result, "access", map_way(cell->type)->name),
			      cap_s };

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i](why, n, &q))
			return true;
	return false;
}
