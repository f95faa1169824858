// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdio.h>
#include <string.h>
#include "exp/probe.h"
#include "judge/rules.h"

#define CACHED_LOAD_NS 20.0   /* no round trip to a device or to DRAM is that short */
#define RATIO_APART    1.5    /* WC so much faster than plain is no accident */
#define RATIO_SAME     1.15   /* WC no faster than plain */

/* A cell that faulted in one round is no evidence in the others. */
static bool measured(const struct cell_record *c)
{
	return c && c->status == CELL_MEASURED && c->has_summary;
}

static bool is_bare_metal(const struct result *run)
{
	return run->env.virt.guest == ENV_BARE_METAL;
}

/* Without stores nothing tells a trapped BAR, where a VMM may answer what Device would not. */
static bool is_direct(const struct result *run)
{
	const struct probe_record *wc = result_find_probe(run, "access", "wc");

	return is_bare_metal(run) || (wc && wc->store_ns > 0 && wc->store_ns <= PROBE_TRAPPED_NS);
}

/* What an unaligned load that works is compatible with. */
static unsigned int works_says(const struct result *run)
{
	return SAYS(EFFECTIVE_NORMAL_NC) | SAYS(EFFECTIVE_WRITE_BACK) |
	       (is_direct(run) ? 0 : SAYS(EFFECTIVE_TRAPPED));
}

double judge_wc_ratio(const struct result *run, const char **id)
{
	double best = 0;

	for (size_t i = 0; i < run->n_cells; i++) {
		const struct cell_record *wc = &run->cells[i], *plain;
		char other[sizeof(wc->id)];
		const char *rest;

		if (strncmp(wc->id, "bw/wc/store", 11) || !measured(wc) ||
		    wc->region_bytes < 4096 || strcmp(wc->barrier, "none"))
			continue;
		rest = wc->id + strlen("bw/wc");
		snprintf(other, sizeof(other), "bw/plain%.*s", (int)sizeof(other) - 9, rest);
		plain = result_find_cell(run, other);
		if (!measured(plain) || !(plain->summary.median > 0))
			continue;
		if (wc->summary.median / plain->summary.median > best) {
			best = wc->summary.median / plain->summary.median;
			*id = rest + 1;
		}
	}
	return best;
}

static bool observe_store(struct evidence *e, const struct result *run, const struct result *host)
{
	const struct probe_record *wc = result_find_probe(run, "access", "wc");

	(void)host;
	if (!wc || !(wc->store_ns > 0))
		return false;
	snprintf(e->observed, sizeof(e->observed), "%.0f ns for a store into an empty queue",
		 wc->store_ns);
	snprintf(e->threshold, sizeof(e->threshold), "trapped above %.0f ns", PROBE_TRAPPED_NS);
	if (wc->store_ns > PROBE_TRAPPED_NS && is_bare_metal(run)) {
		snprintf(e->why, sizeof(e->why), "slow, but bare metal has no hypervisor that could "
			 "trap it");
	} else if (wc->store_ns > PROBE_TRAPPED_NS) {
		e->says = SAYS(EFFECTIVE_TRAPPED);
		e->strength = STRENGTH_PROOF;
		snprintf(e->why, sizeof(e->why), "every access leaves the VM: the BAR is not "
			 "mapped into it, the VMM emulates it");
	} else {
		e->says = SAYS(EFFECTIVE_DEVICE) | SAYS(EFFECTIVE_NORMAL_NC) |
			  SAYS(EFFECTIVE_WRITE_BACK);
		e->strength = STRENGTH_STRONG;
		snprintf(e->why, sizeof(e->why), "direct: the store was posted, nobody trapped it");
	}
	return true;
}

static bool observe_alignment(struct evidence *e, const struct result *run,
			      const struct result *host)
{
	const struct probe_record *control = result_find_probe(run, "alignment", "plain");
	const struct probe_record *wc = result_find_probe(run, "alignment", "wc");

	(void)host;
	if (!wc)
		return false;
	snprintf(e->observed, sizeof(e->observed), "%s through wc%s%s", wc->outcome,
		 control ? ", control through plain: " : "", control ? control->outcome : "");
	snprintf(e->threshold, sizeof(e->threshold), "works on Normal, faults on Device");
	if (!strcmp(wc->outcome, "not-run")) {
		snprintf(e->why, sizeof(e->why), "not run: %.170s", wc->detail);
	} else if (!control || strcmp(control->outcome, "SIGBUS/BUS_ADRALN")) {
		snprintf(e->why, sizeof(e->why), "proves nothing without a control that faults "
			 "through plain");
	} else if (!strcmp(wc->outcome, "works")) {
		e->says = works_says(run);
		e->strength = STRENGTH_PROOF;
		snprintf(e->why, sizeof(e->why), "an unaligned load is allowed on Normal memory "
			 "only, and the control shows that this CPU checks it%s", is_direct(run) ?
			 "" : "; or a VMM traps and emulates it: no store was timed to tell");
	} else if (!strcmp(wc->outcome, "SIGBUS/BUS_ADRALN")) {
		e->says = SAYS(EFFECTIVE_DEVICE);
		e->strength = STRENGTH_PROOF;
		snprintf(e->why, sizeof(e->why), "it faulted like Device: the kernel maps _wc as "
			 "Device, or the hypervisor reported the fault");
	} else {
		snprintf(e->why, sizeof(e->why), "tells nothing: %.160s", wc->detail);
	}
	return true;
}

/*
 * What this run found counts, not what an earlier boot did: host or VMM may have changed since.
 * NULL: this run found nothing of its own.
 */
static const char *superseded(const struct result *run)
{
	const struct probe_record *wc = result_find_probe(run, "alignment", "wc");
	const struct probe_record *access = result_find_probe(run, "access", "wc");

	if (wc && strcmp(wc->outcome, "not-run"))
		return "superseded: this run made the probe itself";
	if (access && access->store_ns > PROBE_TRAPPED_NS && !is_bare_metal(run))
		return "superseded: the BAR is trapped now";
	return NULL;
}

/* The latest attempt that tells something; NULL: none. */
static const struct journal_record *last_attempt(const struct result *run)
{
	const struct journal_record *last = NULL;

	for (size_t i = 0; i < run->n_journal; i++) {
		const struct journal_record *j = &run->journal[i];

		if (strcmp(j->probe, "alignment") || strcmp(j->mapping, "wc") ||
		    !strcmp(j->outcome, "interrupted"))
			continue;
		/* an open record of this boot did not kill the machine: we are still here */
		if (j->outcome[0] || !j->this_boot)
			last = j;
	}
	return last;
}

static bool observe_journal(struct evidence *e, const struct result *run,
			    const struct result *host)
{
	const struct journal_record *last = last_attempt(run);
	const char *instead = superseded(run);

	(void)host;
	if (!last)
		return false;
	snprintf(e->threshold, sizeof(e->threshold), "no record after the attempt: it did not survive");
	snprintf(e->observed, sizeof(e->observed), "unaligned load through wc at %s: %s", last->time,
		 last->outcome[0] ? last->outcome : "the machine died");
	if (instead) {
		snprintf(e->why, sizeof(e->why), "%s", instead);
		return true;
	}
	if (!last->outcome[0]) {
		if (is_bare_metal(run)) {
			snprintf(e->why, sizeof(e->why), "bare metal has no hypervisor that could "
				 "die of it: that boot ended otherwise");
			return true;
		}
		e->says = SAYS(EFFECTIVE_DEVICE);
		e->strength = STRENGTH_PROOF;
		snprintf(e->why, sizeof(e->why),
			 "boot %.8s of this VM ended in that access: stage 2 was Device, and KVM "
			 "cannot handle the alignment fault it raises (FSC 0x21). If the host "
			 "changed since, probe again", last->boot_id);
		return true;
	}
	if (!strcmp(last->outcome, "works")) {
		/* the control is run before each attempt: there is no entry without it */
		e->says = works_says(run);
		e->strength = STRENGTH_PROOF;
		snprintf(e->why, sizeof(e->why), "an earlier run made it and lived, after a "
			 "control that faulted through plain");
	} else {
		snprintf(e->why, sizeof(e->why), "an earlier run's attempt ended otherwise");
	}
	return true;
}

static bool observe_cached(struct evidence *e, const struct result *run, const struct result *host)
{
	const struct cell_record *c = result_find_cell(run, "lat/wc/load8+dep@each/64");

	(void)host;
	if (!measured(c))
		return false;
	snprintf(e->observed, sizeof(e->observed), "%.1f ns a dependent load", c->summary.median);
	snprintf(e->threshold, sizeof(e->threshold), "cached below %.0f ns", CACHED_LOAD_NS);
	if (c->summary.median < CACHED_LOAD_NS) {
		e->says = SAYS(EFFECTIVE_WRITE_BACK);
		e->strength = STRENGTH_STRONG;
		snprintf(e->why, sizeof(e->why), "only a cache answers so fast: the BAR is the "
			 "hypervisor's memory, mapped Write-Back");
	} else {
		e->says = SAYS(EFFECTIVE_DEVICE) | SAYS(EFFECTIVE_NORMAL_NC) |
			  SAYS(EFFECTIVE_TRAPPED);
		e->strength = STRENGTH_WEAK;
		snprintf(e->why, sizeof(e->why), "loads go to the device, not to a cache");
	}
	return true;
}

static bool observe_ratio(struct evidence *e, const struct result *run, const struct result *host)
{
	const char *id = "", *host_id = "";
	double ratio = judge_wc_ratio(run, &id), ref = host ? judge_wc_ratio(host, &host_id) : 0;
	int n;

	if (!(ratio > 0))
		return false;
	n = snprintf(e->observed, sizeof(e->observed), "wc/plain %.2f", ratio);
	if (ref > 0)
		snprintf(e->observed + n, sizeof(e->observed) - (size_t)n, ", on the host %.2f", ref);
	snprintf(e->threshold, sizeof(e->threshold), "apart from %.2f on, the same up to %.2f",
		 RATIO_APART, RATIO_SAME);
	if (ratio >= RATIO_APART) {
		e->says = SAYS(EFFECTIVE_NORMAL_NC) | SAYS(EFFECTIVE_WRITE_BACK);
		e->strength = STRENGTH_STRONG;
		snprintf(e->why, sizeof(e->why), "stores through wc gather (%s): it is not what "
			 "plain is", id);
	} else if (ref >= RATIO_APART && ratio <= RATIO_SAME) {
		e->says = SAYS(EFFECTIVE_DEVICE) | SAYS(EFFECTIVE_TRAPPED);
		e->strength = STRENGTH_STRONG;
		snprintf(e->why, sizeof(e->why), "the same BAR gathers on the host, and here wc is "
			 "what plain is");
	} else {
		snprintf(e->why, sizeof(e->why), "%s", ratio > RATIO_SAME ?
			 "neither apart nor the same" : ref > 0 ?
			 "this device shows no clear gathering on the host either" :
			 "gathering not seen proves nothing without a host that shows it");
	}
	return true;
}

const struct rule judge_rules[] = {
	{ "isolated store", "VM exits cost microseconds, posted stores nanoseconds", false,
	  observe_store },
	{ "unaligned access", "Arm ARM B2.9: alignment faults on Device memory", false,
	  observe_alignment },
	{ "crash journal", "KVM: kvm_handle_guest_abort, Unsupported FSC 0x21", false,
	  observe_journal },
	{ "dependent load", "a round trip to a device takes hundreds of ns", true, observe_cached },
	{ "wc against plain", "gathering: Arm ARM B2.10, Intel SDM 3A 12.3.1", true, observe_ratio },
	{ 0 },
};
