// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "arch/info.h"
#include "base/clock.h"
#include "exp/probe.h"
#include "verdict/evidence.h"

#define FRESH_S 3600 /* a journal entry speaks of the machine as it is now */
#define CONTROL_EVENTS 3.0 /* to be expected through plain, were it like wc */

const struct cell_record *rule_plain(const struct result *run, const struct cell_record *wc)
{
	return result_find_spec(run, &wc->spec, MAP_PLAIN);
}

static bool is_bare_metal(const struct result *run)
{
	return run->env.virt.guest == ENV_BARE_METAL;
}

/* Nobody can leave the VM so often: isolated stores are slow for another reason. */
static bool streams(const struct result *run)
{
	static const struct cell_spec one = { .experiment.is = EXP_PROBE, .kernel = "store8",
					      .barrier = "none", .access_pattern = "one",
					      .threads = 1, .region_bytes = 4096 };
	const struct cell_record *c = result_find_spec(run, &one, MAP_WC);

	return cell_is_measured(c) && c->summary.median < PROBE_TRAPPED_NS / 2;
}

/* Without stores nothing tells a trapped BAR, where a VMM may answer what Device would not. */
static bool is_direct(const struct result *run)
{
	const struct probe_record *wc = result_find_probe(run, PROBE_ACCESS, MAP_WC);

	return is_bare_metal(run) || streams(run) ||
	       (wc && wc->store_ns > 0 && wc->store_ns <= PROBE_TRAPPED_NS);
}

/* What an unaligned load that works is compatible with. */
static unsigned int works_says(const struct result *run)
{
	return SAYS(EFFECTIVE_NORMAL_NC) | SAYS(EFFECTIVE_WRITE_BACK) |
	       (is_direct(run) ? 0 : SAYS(EFFECTIVE_TRAPPED));
}

static bool observe_store(struct evidence *e, const struct judge_input *in, const struct evidence_rule *rule)
{
	const struct result *run = in->run;
	const struct probe_record *wc = result_find_probe(run, PROBE_ACCESS, MAP_WC);

	(void)rule;
	if (!wc || !(wc->store_ns > 0))
		return false;
	snprintf(e->observed, sizeof(e->observed), "%.0f ns for a store into an empty queue",
		 wc->store_ns);
	snprintf(e->threshold, sizeof(e->threshold), "trapped above %.0f ns", PROBE_TRAPPED_NS);
	if (wc->store_ns > PROBE_TRAPPED_NS && is_bare_metal(run)) {
		snprintf(e->why, sizeof(e->why), "slow, but bare metal has no hypervisor that could "
			 "trap it");
	} else if (wc->store_ns > PROBE_TRAPPED_NS && streams(run)) {
		snprintf(e->why, sizeof(e->why), "slow, but many in a row are faster than any exit: "
			 "it is the device");
	} else if (wc->store_ns > PROBE_TRAPPED_NS) {
		e->says = SAYS(EFFECTIVE_TRAPPED);
		e->strength = STRENGTH_STRONG; /* a time */
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

/*
 * Xen does not know the alignment fault that a Device stage 2 raises. It injects an abort, for which Linux
 * kills the process. A kill for want of memory is told apart (run/probes.c); somebody's kill -9 is not.
 */
static bool say_killed_by_xen(struct evidence *e, const struct judge_input *in, const struct word *outcome)
{
	if (outcome->is != OUTCOME_KILLED || judge_hypervisor(in) != HYPERVISOR_XEN)
		return false;
	e->says = SAYS(EFFECTIVE_DEVICE) | (is_direct(in->run) ? 0 : SAYS(EFFECTIVE_TRAPPED));
	e->strength = STRENGTH_STRONG;
	snprintf(e->why, sizeof(e->why), "Xen answers the fault that a Device stage 2 raises with an abort, for "
		 "which Linux kills the process (SIGKILL); a kill by somebody else at that moment would look alike");
	return true;
}

static bool observe_crash_probe(struct evidence *e, const struct judge_input *in, const struct evidence_rule *rule)
{
	const struct probe_record *control = result_find_probe(in->run, rule->probe, MAP_PLAIN);
	const struct probe_record *wc = result_find_probe(in->run, rule->probe, MAP_WC);

	if (!wc)
		return false;
	snprintf(e->observed, sizeof(e->observed), "%s through wc%s%s", probe_outcome_text(&wc->outcome),
		 control ? ", control through plain: " : "",
		 control ? probe_outcome_text(&control->outcome) : "");
	snprintf(e->threshold, sizeof(e->threshold), "works on Normal, faults on Device");
	if (wc->outcome.is == OUTCOME_NOT_RUN) {
		snprintf(e->why, sizeof(e->why), "not run: %.170s", wc->detail);
	} else if (!control || control->outcome.is != OUTCOME_ALIGNMENT_FAULT) {
		snprintf(e->why, sizeof(e->why), "proves nothing without a control that faults "
			 "through plain");
	} else if (wc->outcome.is == OUTCOME_WORKS) {
		e->says = works_says(in->run);
		e->strength = STRENGTH_PROOF;
		snprintf(e->why, sizeof(e->why), "it is allowed on Normal memory only, and the "
			 "control shows that this CPU checks it%s", is_direct(in->run) ?
			 "" : "; or a VMM traps and emulates it: no store was timed to tell");
	} else if (wc->outcome.is == OUTCOME_ALIGNMENT_FAULT) {
		e->says = SAYS(EFFECTIVE_DEVICE);
		e->strength = STRENGTH_PROOF;
		snprintf(e->why, sizeof(e->why), "it faulted like Device: the kernel maps _wc as "
			 "Device, or the hypervisor reported the fault");
	} else if (!say_killed_by_xen(e, in, &wc->outcome)) {
		snprintf(e->why, sizeof(e->why), "tells nothing: %.160s", wc->detail);
	}
	return true;
}

/* IMPLEMENTATION DEFINED on all types but Write-Back: good to know, no sign of any. */
static bool observe_exclusive(struct evidence *e, const struct judge_input *in,
			      const struct evidence_rule *rule)
{
	const struct probe_record *wc = result_find_probe(in->run, rule->probe, MAP_WC);

	if (!wc || wc->outcome.is == OUTCOME_NOT_RUN)
		return false;
	snprintf(e->observed, sizeof(e->observed), "%s through wc", probe_outcome_text(&wc->outcome));
	snprintf(e->threshold, sizeof(e->threshold), "none: implementation defined");
	snprintf(e->why, sizeof(e->why), "says nothing about the type; a driver must not use atomics "
		 "on a BAR");
	return true;
}

/*
 * Seconds from the entry to the run, which may be read beside a journal that went on; INT_MAX: not
 * known.
 */
static int age_s(const struct journal_record *j, const struct result *run)
{
	time_t then, now;

	if (!date_known(j->time, &then) || !date_known(run->started, &now) ||
	    now - then >= INT_MAX || now - then <= -INT_MAX)
		return INT_MAX;
	return (int)(now - then);
}

/*
 * Within an hour nobody upgraded the host or moved the image: an older entry is no proof of today, nor is
 * one of a time that is not known.
 */
static bool is_fresh(const struct journal_record *j, const struct result *run)
{
	return abs(age_s(j, run)) < FRESH_S;
}

/*
 * What this run found counts, not what an earlier boot did: host or VMM may have changed since.
 * NULL: this run found nothing of its own.
 */
static const char *superseded(const struct judge_input *in, const struct journal_record *last)
{
	const struct result *run = in->run;
	struct evidence seen = { 0 };
	const struct probe_record *wc = result_find_probe(run, PROBE_ALIGNMENT, MAP_WC);
	const struct probe_record *access = result_find_probe(run, PROBE_ACCESS, MAP_WC);

	if (wc && wc->outcome.is != OUTCOME_NOT_RUN)
		return "superseded: this run made the probe itself";
	if (access && access->store_ns > PROBE_TRAPPED_NS && !is_bare_metal(run))
		return "superseded: the BAR is trapped now";
	if (!is_fresh(last, run) && (in->only_now || (observe_witness(&seen, in, NULL) && seen.says)))
		return "superseded: it is old, or of unknown time, and the host's witness saw what is mapped now";
	return NULL;
}

/*
 * An open entry of the run's own boot did not kill that machine, which lived to make the run; unless
 * it came after.
 */
static bool is_open_alive(const struct journal_record *j, const struct result *run)
{
	return j->outcome.is == OUTCOME_NONE && j->this_boot && age_s(j, run) >= 0;
}

static bool tells_type(const struct word *probe)
{
	return probe->is == PROBE_ALIGNMENT || probe->is == PROBE_DC_ZVA;
}

/* The latest attempt that tells something; NULL: none. */
static const struct journal_record *last_attempt(const struct result *run)
{
	const struct journal_record *last = NULL;

	for (size_t i = 0; i < run->n_journal; i++) {
		const struct journal_record *j = &run->journal[i];

		if (tells_type(&j->probe) && j->mapping.is == MAP_WC &&
		    j->outcome.is != OUTCOME_INTERRUPTED && j->outcome.is != OUTCOME_SURVIVED &&
		    j->outcome.is != OUTCOME_NOT_MADE && j->outcome.is != OUTCOME_TORN &&
		    j->outcome.is != OUTCOME_OUT_OF_MEMORY &&
		    !is_open_alive(j, run))
			last = j;
	}
	return last;
}

/*
 * DC ZVA is tried only behind an unaligned load that worked, and a Device stage 2 would have ended the VM at
 * that one.
 */
static bool passed_load(const struct result *run, const struct journal_record *zva)
{
	bool passed = false;

	for (const struct journal_record *j = run->journal; j < zva; j++)
		if (j->probe.is == PROBE_ALIGNMENT && j->mapping.is == MAP_WC &&
		    !strcmp(j->boot_id, zva->boot_id))
			passed = j->outcome.is == OUTCOME_WORKS;
	return passed;
}

static void say_death(struct evidence *e, const struct journal_record *j, const struct result *run,
		      const char *caveat)
{
	if (is_bare_metal(run)) {
		snprintf(e->why, sizeof(e->why), "bare metal has no hypervisor that could "
			 "die of it: that boot ended otherwise");
		return;
	}
	if (j->probe.is == PROBE_DC_ZVA && passed_load(run, j)) {
		snprintf(e->why, sizeof(e->why), "its unaligned load, which dies of the same fault, had "
			 "worked just before: that boot ended otherwise");
		return;
	}
	e->says = SAYS(EFFECTIVE_DEVICE);
	/* of the run's own boot nobody saw the next: mmiobench alone may have been killed */
	e->strength = is_fresh(j, run) && !j->this_boot && !j->beside ? STRENGTH_PROOF :
									STRENGTH_STRONG;
	snprintf(e->why, sizeof(e->why),
		 "boot %.8s of this VM ended in that access: stage 2 was Device, and KVM "
		 "cannot handle the alignment fault it raises (FSC 0x21). %s",
		 j->boot_id, caveat);
}

static bool observe_journal(struct evidence *e, const struct judge_input *in,
			    const struct evidence_rule *rule)
{
	const struct result *run = in->run;
	const struct journal_record *last = last_attempt(run);
	const char *instead, *caveat;

	(void)rule;
	if (!last)
		return false;
	instead = superseded(in, last);
	caveat = last->beside	       ? "Is it this VM's journal, whole?" :
		 is_fresh(last, run) ? "" :
				       "If host or VMM changed since, probe again";
	snprintf(e->threshold, sizeof(e->threshold), "the attempt is on record before it is made: no "
		 "outcome behind it means that it killed");
	snprintf(e->observed, sizeof(e->observed), "%s through wc at %s: %s",
		 last->probe.is != PROBE_ALIGNMENT ? "DC ZVA" : "unaligned load", last->time,
		 last->outcome.is == OUTCOME_NONE ? "the machine died" :
		 probe_outcome_text(&last->outcome));
	e->superseded = instead;
	if (instead) {
		snprintf(e->why, sizeof(e->why), "%s", instead);
	} else if (last->outcome.is == OUTCOME_NONE) {
		say_death(e, last, run, caveat);
	} else if (last->outcome.is == OUTCOME_WORKS) {
		/* the control is run before each attempt: there is no entry without it */
		e->says = works_says(run);
		e->strength = is_fresh(last, run) && !last->beside ? STRENGTH_PROOF :
								     STRENGTH_STRONG;
		snprintf(e->why, sizeof(e->why), "another run made it and lived, after a "
			 "control that faulted through plain. %s", caveat);
	} else if (!say_killed_by_xen(e, in, &last->outcome)) {
		snprintf(e->why, sizeof(e->why), "another run's attempt ended otherwise");
	}
	return true;
}

/* The command line's word on the workaround below, as kstrtobool takes it: "1", "y", "on", or else. */
static bool cmdline_says(const struct result *run, bool *on)
{
	static const char option[] = "mair_el1_nc_to_ngnre=";
	const char *cmdline = fact_get(&run->env.facts, "cmdline"), *at;

	at = cmdline ? strstr(cmdline, option) : NULL;
	if (!at)
		return false;
	at += strlen(option);
	*on = (*at && strchr("1yYtT", *at)) || !strncasecmp(at, "on", 2);
	return true;
}

/*
 * NVIDIA's kernels (CONFIG_ARM64_WORKAROUND_NC_TO_NGNRE) have MAIR_EL1 say Device-nGnRE for Normal-NC on
 * early Vera, and wherever mair_el1_nc_to_ngnre=1 asks for it, and say so once, while they boot.
 */
bool rule_may_demote_itself(const struct result *run)
{
	const struct facts *facts = &run->env.facts;
	const char *cut = fact_get(facts, "kmsg_cut"), *has = fact_get(facts, "config_nc_to_ngnre");
	const char *implementer = fact_get(facts, "cpu_implementer");
	bool on;

	if (!arch_info_of(run->arch)->kernel_may_demote || (cut && !strcmp(cut, "no")) || (has && !strcmp(has, "no")))
		return false;
	return cmdline_says(run, &on) ? on : implementer && !strcmp(implementer, "0x4e");
}

/* What is known of the machine that decides how _wc is mapped, before any hypervisor has a say. */
static bool observe_environment(struct evidence *e, const struct judge_input *in,
				const struct evidence_rule *rule)
{
	const struct virt *virt = &in->run->env.virt;
	const char *erratum = fact_get(&in->run->env.facts, "wc_erratum");

	(void)rule;
	snprintf(e->threshold, sizeof(e->threshold), "Device only if the kernel log says that it "
		 "maps WC as Device");
	if (erratum) {
		snprintf(e->observed, sizeof(e->observed), "kernel log: %.100s", erratum);
		e->says = SAYS(EFFECTIVE_DEVICE);
		e->strength = STRENGTH_STRONG;
		snprintf(e->why, sizeof(e->why), "this kernel makes _wc mappings Device itself, "
			 "because of an erratum: no hypervisor is to blame");
		return true;
	}
	snprintf(e->observed, sizeof(e->observed), "%s%s%s, %s", env_guest_name(virt->guest),
		 *virt->hypervisor ? " of " : "", virt->hypervisor,
		 confidence_name(virt->confidence));
	snprintf(e->why, sizeof(e->why), "%.150s; %s", virt->why, rule_may_demote_itself(in->run) ?
		 "it may have said so at boot, and its log does not go back so far" :
		 "nothing says so of this kernel");
	return true;
}

/*
 * Reordering that no Device mapping allows. SB and R are left out: Olympus CPUs (erratum 1027) show
 * them on Device too.
 */
static bool tells_reordering(const struct cell_record *c)
{
	static const char *const shapes[] = { "MP", "LB", "S", "2+2W" };
	bool told = false;

	for (size_t k = 0; k < sizeof(shapes) / sizeof(shapes[0]); k++)
		told |= !strcmp(c->spec.shape, shapes[k]);
	return told && cell_is_on(c, EXP_ORDER, MAP_WC) &&
	       c->status == CELL_MEASURED && !strcmp(c->spec.barrier, "none") &&
	       !strcmp(c->spec.barrier2, "none");
}

/* What plain, which is Device, does not leave to wc alone; NULL: it is wc's alone. */
static const char *not_alone(const struct result *run, const struct cell_record *wc)
{
	const struct cell_record *plain = rule_plain(run, wc);
	const char *no_control = rule_no_control(run);

	if (no_control)
		return no_control;
	if (!plain || plain->status != CELL_MEASURED)
		return "through plain it was not measured: there is no control";
	if (plain->events)
		return "plain, which is Device, shows it too: what is behind the CPU reorders, or an erratum";
	/* Poisson: of so many that are to be expected, none is seen once in twenty times */
	if ((double)wc->events * (double)plain->tries < CONTROL_EVENTS * (double)wc->tries)
		return "so rare that plain may have shown none by chance";
	return NULL;
}

static bool observe_reordering(struct evidence *e, const struct judge_input *in,
			       const struct evidence_rule *rule)
{
	const struct result *run = in->run;
	const struct cell_record *seen = NULL, *alone = NULL;
	bool any = false;

	(void)rule;
	for (size_t i = 0; i < run->n_cells; i++) {
		const struct cell_record *c = &run->cells[i];

		if (!tells_reordering(c))
			continue;
		any = true;
		if (c->events && (!seen || c->events > seen->events))
			seen = c;
		if (c->events && !not_alone(run, c) && (!alone || c->events > alone->events))
			alone = c;
	}
	if (alone)
		seen = alone;
	if (!any)
		return false;
	snprintf(e->threshold, sizeof(e->threshold), "Device keeps MP, LB, S and 2+2W in order, and plain "
		 "shows that it does here");
	if (!seen) {
		snprintf(e->observed, sizeof(e->observed), "no weak outcome of MP, LB, S, 2+2W");
		snprintf(e->why, sizeof(e->why), "not seen is no proof: Normal-NC need not reorder");
		return true;
	}
	snprintf(e->observed, sizeof(e->observed), "%s through wc: %" PRIu64 " weak of %" PRIu64,
		 seen->spec.shape, seen->events, seen->tries);
	if (!alone) {
		snprintf(e->why, sizeof(e->why), "%s", not_alone(run, seen));
		return true;
	}
	e->says = SAYS(EFFECTIVE_NORMAL_NC) | SAYS(EFFECTIVE_WRITE_BACK);
	e->strength = STRENGTH_STRONG;
	snprintf(e->why, sizeof(e->why), "accesses to one device were reordered, as Normal memory "
		 "may be and Device may not");
	return true;
}

const struct evidence_rule judge_evidence_rules[] = {
	{ "host witness", "both stages: Arm ARM D8.6, Intel SDM 3C 29.3.7, AMD APM 2 15.25.8", observe_witness,
	  .hypervisors = true },
	{ "isolated store", "VM exits cost microseconds, posted stores nanoseconds",
	  .observe = observe_store },
	{ "unaligned access", "Arm ARM B2.9: alignment faults on Device memory", observe_crash_probe,
	  .probe = PROBE_ALIGNMENT },
	{ "DC ZVA", "Arm ARM C6.2.75: alignment fault on Device memory", observe_crash_probe,
	  .probe = PROBE_DC_ZVA },
	{ "crash journal", "before and after each attempt; KVM: kvm_handle_guest_abort, FSC 0x21",
	  observe_journal, .hypervisors = true },
	{ "dependent load", "a round trip to a device takes hundreds of ns", observe_cached, .timing = true },
	{ "link ceiling", "PCIe base spec 2.1.2: what a TLP carries beside its 8 bytes", observe_ceiling,
	  .timing = true },
	{ "wc against plain", "gathering: Arm ARM B2.10, Intel SDM 3A 12.3.1", observe_ratio,
	  .timing = true },
	{ "store merging", "gathering: Arm ARM B2.9.1, Device-nGnRE does not", observe_sign,
	  .timing = true, .sign = &(const struct sign){
		.dear = PROBE("store8", "stride64", "none", 0, 4096, false),
		.cheap = PROBE("store8", "one", "none", 0, 4096, false),
		.what = "merges stores to one word" } },
	{ "store then load", "Arm ARM B2.9: Device loads are not answered from stores", observe_sign,
	  .timing = true, .sign = &(const struct sign){
		.dear = PROBE("load8", "span64", "dep", 8, 64, true),
		.cheap = PROBE("store8", "span64", "load-back", 8, 64, false),
		.what = "answers a load of what was just stored before the device could",
		.loads = true, .near = true } },
	{ "load merging", "gathering: Arm ARM B2.9.1, Device-nGnRE does not", observe_sign,
	  .timing = true, .sign = &(const struct sign){
		.dear = PROBE("load8", "stride64", FOR_LOADS, 64, 4096, true),
		.cheap = PROBE("load8", "seq", FOR_LOADS, 64, 4096, true),
		.what = "loads a line at once", .loads = true } },
	{ "load parallelism", "Device loads wait for each other on most CPUs", observe_sign,
	  .timing = true, .sign = &(const struct sign){
		.dear = PROBE("load8", "stride64", FOR_LOADS, 8, 4096, true),
		.cheap = PROBE("load8", "stride64", FOR_LOADS, 64, 4096, true),
		.what = "overlaps more loads", .loads = true } },
	{ "host reference", "the same BAR, the same plan, without a hypervisor", observe_host,
	  .timing = true },
	{ "reordering", "Arm ARM B2.9.2, Intel SDM 3A 12.3: Device and UC keep order", observe_reordering,
	  .timing = true },
	{ "exclusives", "Arm ARM B2.17.5: implementation defined", observe_exclusive, .probe = PROBE_EXCLUSIVE },
	{ "environment", "kernel log, DMI, device tree, ACPI: see the facts",
	  .observe = observe_environment },
	{ 0 },
};
