// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include "exp/probe.h"
#include "judge/rules.h"

#define FRESH_S 3600 /* a journal entry speaks of the machine as it is now */
#define CONTROL_EVENTS 3.0 /* to be expected through plain, were it like wc */

bool rule_measured(const struct cell_record *c)
{
	return c && c->status == CELL_MEASURED && c->has_summary;
}

const struct cell_record *rule_plain(const struct result *run, const struct cell_record *wc)
{
	const char *slash = strchr(wc->id, '/'); /* "bw/wc/..." */
	char id[sizeof(wc->id)];

	snprintf(id, sizeof(id), "%.*s/plain%s", (int)(slash - wc->id), wc->id, slash + strlen("/wc"));
	return result_find_cell(run, id);
}

static bool is_bare_metal(const struct result *run)
{
	return run->env.virt.guest == ENV_BARE_METAL;
}

/* Nobody can leave the VM so often: isolated stores are slow for another reason. */
static bool streams(const struct result *run)
{
	const struct cell_record *c = result_find_cell(run, "probe/wc/store8~one/4K/posted");

	return rule_measured(c) && c->summary.median < PROBE_TRAPPED_NS / 2;
}

/* Without stores nothing tells a trapped BAR, where a VMM may answer what Device would not. */
static bool is_direct(const struct result *run)
{
	const struct probe_record *wc = result_find_probe(run, "access", "wc");

	return is_bare_metal(run) || streams(run) ||
	       (wc && wc->store_ns > 0 && wc->store_ns <= PROBE_TRAPPED_NS);
}

/* What an unaligned load that works is compatible with. */
static unsigned int works_says(const struct result *run)
{
	return SAYS(EFFECTIVE_NORMAL_NC) | SAYS(EFFECTIVE_WRITE_BACK) |
	       (is_direct(run) ? 0 : SAYS(EFFECTIVE_TRAPPED));
}

static bool observe_store(struct evidence *e, const struct judge_input *in, const char *subject)
{
	const struct result *run = in->run;
	const struct probe_record *wc = result_find_probe(run, "access", "wc");

	(void)subject;
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

static bool observe_risky(struct evidence *e, const struct judge_input *in, const char *subject)
{
	const struct probe_record *control = result_find_probe(in->run, subject, "plain");
	const struct probe_record *wc = result_find_probe(in->run, subject, "wc");

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
		e->says = works_says(in->run);
		e->strength = STRENGTH_PROOF;
		snprintf(e->why, sizeof(e->why), "it is allowed on Normal memory only, and the "
			 "control shows that this CPU checks it%s", is_direct(in->run) ?
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

/* IMPLEMENTATION DEFINED on all types but Write-Back: good to know, no sign of any. */
static bool observe_exclusive(struct evidence *e, const struct judge_input *in,
			      const char *subject)
{
	const struct probe_record *wc = result_find_probe(in->run, subject, "wc");

	if (!wc || !strcmp(wc->outcome, "not-run"))
		return false;
	snprintf(e->observed, sizeof(e->observed), "%s through wc", wc->outcome);
	snprintf(e->threshold, sizeof(e->threshold), "none: implementation defined");
	snprintf(e->why, sizeof(e->why), "says nothing about the type; a driver must not use atomics "
		 "on a BAR");
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

bool rule_time(const char *text, time_t *t)
{
	struct tm tm = { 0 };
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);

	*t = timegm(&tm);
	return end && !*end;
}

/*
 * Seconds from the entry to the run, which may be read beside a journal that went on; INT_MAX: not
 * known.
 */
static int age_s(const struct journal_record *j, const struct result *run)
{
	time_t then, now;

	if (!rule_time(j->time, &then) || !rule_time(run->started, &now) ||
	    now - then >= INT_MAX || now - then <= -INT_MAX)
		return INT_MAX;
	return (int)(now - then);
}

/* Within an hour nobody upgraded the host or moved the image: an older entry is no proof of today. */
static bool is_fresh(const struct journal_record *j, const struct result *run)
{
	return abs(age_s(j, run)) < FRESH_S;
}

/*
 * An open entry of the run's own boot did not kill that machine, which lived to make the run; unless
 * it came after.
 */
static bool is_open_alive(const struct journal_record *j, const struct result *run)
{
	return !j->outcome[0] && j->this_boot && age_s(j, run) >= 0;
}

static bool tells_type(const char *probe)
{
	return !strcmp(probe, "alignment") || !strcmp(probe, "dc-zva");
}

/* The latest attempt that tells something; NULL: none. */
static const struct journal_record *last_attempt(const struct result *run)
{
	const struct journal_record *last = NULL;

	for (size_t i = 0; i < run->n_journal; i++) {
		const struct journal_record *j = &run->journal[i];

		if (tells_type(j->probe) && !strcmp(j->mapping, "wc") &&
		    strcmp(j->outcome, "interrupted") && strcmp(j->outcome, "survived") &&
		    strcmp(j->outcome, "not-made") && strcmp(j->outcome, "torn") &&
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
		if (!strcmp(j->probe, "alignment") && !strcmp(j->mapping, "wc") &&
		    !strcmp(j->boot_id, zva->boot_id))
			passed = !strcmp(j->outcome, "works");
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
	if (!strcmp(j->probe, "dc-zva") && passed_load(run, j)) {
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
			    const char *subject)
{
	const struct result *run = in->run;
	const struct journal_record *last = last_attempt(run);
	const char *instead = superseded(run), *caveat;

	(void)subject;
	if (!last)
		return false;
	caveat = last->beside	       ? "Is it this VM's journal, whole?" :
		 is_fresh(last, run) ? "" :
				       "If host or VMM changed since, probe again";
	snprintf(e->threshold, sizeof(e->threshold), "the attempt is on record before it is made: no "
		 "outcome behind it means that it killed");
	snprintf(e->observed, sizeof(e->observed), "%s through wc at %s: %s",
		 strcmp(last->probe, "alignment") ? "DC ZVA" : "unaligned load", last->time,
		 last->outcome[0] ? last->outcome : "the machine died");
	if (instead) {
		snprintf(e->why, sizeof(e->why), "%s", instead);
	} else if (!last->outcome[0]) {
		say_death(e, last, run, caveat);
	} else if (!strcmp(last->outcome, "works")) {
		/* the control is run before each attempt: there is no entry without it */
		e->says = works_says(run);
		e->strength = is_fresh(last, run) && !last->beside ? STRENGTH_PROOF :
								     STRENGTH_STRONG;
		snprintf(e->why, sizeof(e->why), "an earlier run made it and lived, after a "
			 "control that faulted through plain. %s", caveat);
	} else {
		snprintf(e->why, sizeof(e->why), "an earlier run's attempt ended otherwise");
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

	if (strcmp(run->arch, "aarch64") || (cut && !strcmp(cut, "no")) || (has && !strcmp(has, "no")))
		return false;
	return cmdline_says(run, &on) ? on : implementer && !strcmp(implementer, "0x4e");
}

/* What is known of the machine that decides how _wc is mapped, before any hypervisor has a say. */
static bool observe_environment(struct evidence *e, const struct judge_input *in,
				const char *subject)
{
	const struct virt *virt = &in->run->env.virt;
	const char *erratum = fact_get(&in->run->env.facts, "wc_erratum");

	(void)subject;
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
	snprintf(e->why, sizeof(e->why), "%.100s; %s", virt->why, rule_may_demote_itself(in->run) ?
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
		told |= !strcmp(c->shape, shapes[k]);
	return told && !strcmp(c->experiment, "order") && !strcmp(c->mapping, "wc") &&
	       c->status == CELL_MEASURED && !strcmp(c->barrier, "none") && !strcmp(c->barrier2, "none");
}

/* What plain, which is Device for certain, does not leave to wc alone; NULL: it is wc's alone. */
static const char *not_alone(const struct result *run, const struct cell_record *wc)
{
	const struct cell_record *plain = rule_plain(run, wc);

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
			       const char *subject)
{
	const struct result *run = in->run;
	const struct cell_record *seen = NULL, *alone = NULL;
	bool any = false;

	(void)subject;
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
		 seen->shape, seen->events, seen->tries);
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

const struct rule judge_rules[] = {
	{ "host witness", "KVM: arch/arm64/kvm/hyp/pgtable.c, stage2_set_prot_attr", false,
	  observe_witness, NULL },
	{ "isolated store", "VM exits cost microseconds, posted stores nanoseconds", false,
	  observe_store, NULL },
	{ "unaligned access", "Arm ARM B2.9: alignment faults on Device memory", false, observe_risky,
	  "alignment" },
	{ "DC ZVA", "Arm ARM C6.2.75: alignment fault on Device memory", false, observe_risky,
	  "dc-zva" },
	{ "crash journal", "before and after each attempt; KVM: kvm_handle_guest_abort, FSC 0x21", false,
	  observe_journal, NULL },
	{ "dependent load", "a round trip to a device takes hundreds of ns", true, observe_cached,
	  NULL },
	{ "link ceiling", "PCIe base spec 2.1.2: what a TLP carries beside its 8 bytes", true,
	  observe_ceiling, NULL },
	{ "wc against plain", "gathering: Arm ARM B2.10, Intel SDM 3A 12.3.1", true, observe_ratio,
	  NULL },
	{ "store merging", "gathering: Arm ARM B2.9.1, Device-nGnRE does not", true, observe_sign,
	  "store merging" },
	{ "store then load", "Arm ARM B2.9: Device loads are not answered from stores", true,
	  observe_sign, "store then load" },
	{ "load merging", "gathering: Arm ARM B2.9.1, Device-nGnRE does not", true, observe_sign,
	  "load merging" },
	{ "load parallelism", "Device loads wait for each other on most CPUs", true, observe_sign,
	  "load parallelism" },
	{ "host reference", "the same BAR, the same plan, without a hypervisor", true, observe_host,
	  NULL },
	{ "reordering", "Arm ARM B2.9.2, Intel SDM 3A 12.3: Device and UC keep order", true,
	  observe_reordering, NULL },
	{ "exclusives", "Arm ARM B2.17.5: implementation defined", false, observe_exclusive,
	  "exclusive" },
	{ "environment", "kernel log, DMI, device tree, ACPI: see the facts", false,
	  observe_environment, NULL },
	{ 0 },
};
