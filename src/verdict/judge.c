// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdio.h>
#include <string.h>
#include "arch/info.h"
#include "verdict/evidence.h"
#include "verdict/judge.h"

#define NORMAL (SAYS(EFFECTIVE_NORMAL_NC) | SAYS(EFFECTIVE_WRITE_BACK))

static const char *const word_names[VERDICTS] = {
	[VERDICT_INCONCLUSIVE] = "inconclusive", [VERDICT_PRESERVED] = "preserved",
	[VERDICT_DEMOTED] = "demoted",		 [VERDICT_TRAPPED] = "trapped",
	[VERDICT_WRITE_BACK] = "write-back",
};

static const char *const strength_names[STRENGTHS] = {
	[STRENGTH_NONE] = "none",
	[STRENGTH_WEAK] = "weak",
	[STRENGTH_STRONG] = "strong",
	[STRENGTH_PROOF] = "proof",
};

static const enum verdict_outcome word_of[EFFECTIVES] = {
	[EFFECTIVE_UNKNOWN] = VERDICT_INCONCLUSIVE,  [EFFECTIVE_DEVICE] = VERDICT_DEMOTED,
	[EFFECTIVE_NORMAL_NC] = VERDICT_PRESERVED,   [EFFECTIVE_WRITE_BACK] = VERDICT_WRITE_BACK,
	[EFFECTIVE_TRAPPED] = VERDICT_TRAPPED,
};

const char *verdict_outcome_name(enum verdict_outcome w)
{
	return word_names[w];
}

enum verdict_outcome effective_outcome(enum effective e)
{
	return word_of[e];
}

const char *strength_name(enum strength s)
{
	return strength_names[s];
}

const char *effective_name(enum effective e, const char *arch)
{
	const struct arch_info *info = arch_info_of(arch);
	const char *const names[EFFECTIVES] = {
		[EFFECTIVE_UNKNOWN] = "unknown",	[EFFECTIVE_DEVICE] = info->device,
		[EFFECTIVE_NORMAL_NC] = info->normal_nc, [EFFECTIVE_WRITE_BACK] = info->write_back,
		[EFFECTIVE_TRAPPED] = "trapped",
	};

	return names[e];
}

static void collect(struct verdict *v, const struct judge_input *in)
{
	for (const struct evidence_rule *r = judge_evidence_rules; r->line && v->n_evidence < EVIDENCE_MAX; r++) {
		struct evidence *e = &v->evidence[v->n_evidence];

		*e = (struct evidence){ .line = r->line, .source = r->source, .hypervisors = r->hypervisors };
		if (!r->observe(e, in, r))
			continue;
		v->n_evidence++;
		if (r->timing && v->emulated) {
			e->says = 0;
			e->strength = STRENGTH_NONE;
			e->discounted = true;
			snprintf(e->why, sizeof(e->why), "an emulated CPU's times say nothing "
				 "about memory types");
		}
	}
}

void verdict_strongest_first(const struct verdict *v, const struct evidence *lines[EVIDENCE_MAX])
{
	for (int s = STRENGTHS - 1; s >= 0; s--)
		for (unsigned int i = 0; i < v->n_evidence; i++)
			if (v->evidence[i].strength == (enum strength)s)
				*lines++ = &v->evidence[i];
}

unsigned int verdict_types(const struct verdict *v, enum strength least)
{
	unsigned int types = SAYS_ANYTHING;

	for (unsigned int i = 0; i < v->n_evidence; i++)
		if (v->evidence[i].strength >= least && v->evidence[i].says)
			types &= v->evidence[i].says;
	return types;
}

/*
 * Normal and Write-Back behave alike but for the cache. Where nothing points at a cache, the BAR
 * of a device is what it was mapped as; where something does, both stay possible.
 */
static enum effective narrow(const struct verdict *v, unsigned int types)
{
	bool doubt = true;

	for (unsigned int i = 0; i < v->n_evidence; i++)
		doubt &= !v->evidence[i].no_doubt;
	if (doubt && types == NORMAL)
		types = SAYS(EFFECTIVE_NORMAL_NC);
	for (int e = EFFECTIVE_UNKNOWN + 1; e < EFFECTIVES; e++)
		if (types == SAYS(e))
			return (enum effective)e;
	return EFFECTIVE_UNKNOWN;
}

/*
 * The line that the verdict rests on: the first that allows nothing else, or, where only several
 * together leave one type, the one that rules out most.
 */
static const struct evidence *decisive(const struct verdict *v)
{
	const struct evidence *best = NULL;

	for (unsigned int i = 0; i < v->n_evidence; i++) {
		const struct evidence *e = &v->evidence[i];

		if (!e->says || e->strength < STRENGTH_STRONG)
			continue;
		if (narrow(v, e->says) == v->effective)
			return e;
		if (!best || __builtin_popcount(e->says) < __builtin_popcount(best->says))
			best = e;
	}
	return best;
}

const char *verdict_doubt(const struct verdict *v)
{
	if (v->confidence != CONFIDENCE_LIKELY)
		return NULL;
	if (verdict_types(v, STRENGTH_STRONG) == SAYS(v->effective))
		return verdict_types(v, STRENGTH_PROOF) == NORMAL ?
			       "only a load's time tells Normal-NC from Write-Back" :
			       "no line of the evidence is a proof";
	return v->emulated ? "Write-Back is not ruled out: only times tell it, and these are an emulated "
			     "CPU's" :
			     "Write-Back is not ruled out: no load's time tells that there is no cache";
}

static void conclude(struct verdict *v)
{
	const struct evidence *e;
	const char *doubt;
	unsigned int all = verdict_types(v, STRENGTH_STRONG);

	v->confidence = CONFIDENCE_UNKNOWN;
	v->effective = EFFECTIVE_UNKNOWN;
	if (all == SAYS_ANYTHING) {
		snprintf(v->reason, sizeof(v->reason), "nothing that was observed tells the type");
		return;
	}
	v->contradiction = !all;
	if (!all) {
		snprintf(v->reason, sizeof(v->reason),
			 "the evidence contradicts itself: see its lines");
		return;
	}
	v->effective = narrow(v, all);
	if (v->effective == EFFECTIVE_UNKNOWN) {
		snprintf(v->reason, sizeof(v->reason), "what was observed fits several types");
		return;
	}
	/* JUDGE_PROVED */
	v->confidence = verdict_types(v, STRENGTH_PROOF) == SAYS(v->effective) ? CONFIDENCE_PROVED :
										 CONFIDENCE_LIKELY;
	e = decisive(v);
	doubt = verdict_doubt(v);
	snprintf(v->reason, sizeof(v->reason), "%.31s: %.127s: %.223s%s%s%s", e->line, e->observed,
		 e->why, doubt ? " (" : "", doubt ? doubt : "", doubt ? ")" : "");
}

/* The host saw it, or a VM died of it: no guest's kernel did that. */
static bool is_hypervisors(const struct verdict *v)
{
	for (unsigned int i = 0; i < v->n_evidence; i++)
		if (v->evidence[i].hypervisors && v->evidence[i].says == SAYS(EFFECTIVE_DEVICE))
			return true;
	return false;
}

/*
 * A guest's own kernel may map _wc as Device: then Normal-NC was never asked for, and what the
 * hypervisor makes of it stays open.
 */
static void judge_word(struct verdict *v, const struct result *run)
{
	v->outcome = effective_outcome(v->effective);
	if (!v->about_guest || v->effective != EFFECTIVE_DEVICE)
		return;
	if (fact_get(&run->env.facts, "wc_erratum")) {
		v->outcome = VERDICT_INCONCLUSIVE;
		snprintf(v->reason, sizeof(v->reason), "this guest's kernel maps _wc as Device "
			 "itself, because of an erratum: it never asked the hypervisor for Normal-NC");
	} else if (result_find_probe(run, PROBE_MEMTYPE, MAP_WC) && !is_hypervisors(v)) {
		v->outcome = VERDICT_INCONCLUSIVE;
		snprintf(v->reason, sizeof(v->reason), "it is %s, but this guest's kernel made it so itself, as "
			 "something else has the pages mapped so (/sys/kernel/debug/x86/pat_memtype_list): it "
			 "never asked the hypervisor for WC", effective_name(v->effective, run->arch));
	} else if (rule_may_demote_itself(run) && !is_hypervisors(v)) {
		v->outcome = VERDICT_INCONCLUSIVE;
		snprintf(v->reason, sizeof(v->reason), "it is Device, but this guest's kernel may have made "
			 "it so itself (NVIDIA's workaround NC to nGnRE), and its log does not go back to the "
			 "boot, where it would say so: journalctl -kb | grep nGnRE, or measure after a reboot");
	}
}

/* Nothing was mapped WC: what the kernel makes no resourceN_wc for cannot be asked for. */
static void explain_unmapped(struct verdict *v, const struct judge_input *in)
{
	const struct result *run = in->run;
	const char *why;

	v->hidden = !run->is_ram && !run->bar.prefetchable && run->env.virt.guest == ENV_GUEST &&
		    in->host && in->host->bar.prefetchable;
	if (run->is_ram)
		why = "ordinary memory was measured, no BAR";
	else if (v->hidden)
		why = "the BAR is prefetchable on the host and not in this VM, so the VMM hides that: this "
		      "kernel makes no resourceN_wc, and nothing can ask for write combining through it";
	else if (!run->bar.prefetchable)
		why = "the BAR is not prefetchable, so that there is no resourceN_wc: nothing asked for write "
		      "combining";
	else
		why = "nothing was measured through resourceN_wc, which not every kernel makes: this kernel "
		      "makes none (riscv; x86 without PAT), or it was left out";
	snprintf(v->reason, sizeof(v->reason), "%s", why);
	judge_advise_unmapped(v, in);
}

const struct facts *judge_host_facts(const struct judge_input *in)
{
	return in->host ? &in->host->env.facts : in->witness ? &in->witness->env.facts : NULL;
}

enum hypervisor judge_hypervisor(const struct judge_input *in)
{
	const char *name = in->run->env.virt.hypervisor;
	const struct facts *host = judge_host_facts(in);

	if (!*name)
		return host && !strcmp(fact_or(host, "kvm_device", ""), "no") ? HYPERVISOR_OTHER :
										HYPERVISOR_KVM;
	if (!strcmp(name, "kvm") || !strcmp(name, "qemu"))
		return HYPERVISOR_KVM;
	return strcmp(name, "xen") ? HYPERVISOR_OTHER : HYPERVISOR_XEN;
}

void judge_input(struct verdict *v, const struct judge_input *in)
{
	const struct result *run = in->run;

	memset(v, 0, sizeof(*v));
	v->emulated = run->env.emulated || (in->host && in->host->env.emulated);
	if (run->is_ram || !result_find_probe(run, PROBE_ACCESS, MAP_WC)) {
		explain_unmapped(v, in);
		return;
	}
	v->judged = true;
	v->about_guest = run->env.virt.guest != ENV_BARE_METAL;
	v->hypervisor = judge_hypervisor(in);
	collect(v, in);
	conclude(v);
	judge_word(v, run);
	judge_advise(v, in);
}

int verdict_goodness(enum verdict_outcome w)
{
	return w == VERDICT_PRESERVED ? 2 : w == VERDICT_INCONCLUSIVE;
}

void judge_run(struct verdict *v, const struct result *run, const struct result *host)
{
	struct judge_input in = { .run = run, .host = host };

	judge_input(v, &in);
}
