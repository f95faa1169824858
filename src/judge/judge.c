// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdio.h>
#include <string.h>
#include "judge/judge.h"
#include "judge/rules.h"

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

static const enum verdict_word word_of[EFFECTIVES] = {
	[EFFECTIVE_UNKNOWN] = VERDICT_INCONCLUSIVE,  [EFFECTIVE_DEVICE] = VERDICT_DEMOTED,
	[EFFECTIVE_NORMAL_NC] = VERDICT_PRESERVED,   [EFFECTIVE_WRITE_BACK] = VERDICT_WRITE_BACK,
	[EFFECTIVE_TRAPPED] = VERDICT_TRAPPED,
};

const char *verdict_word_name(enum verdict_word w)
{
	return word_names[w];
}

const char *strength_name(enum strength s)
{
	return strength_names[s];
}

const char *effective_name(enum effective e, const char *arch)
{
	static const char *const arm[EFFECTIVES] = { "unknown", "Device", "Normal-NC", "Write-Back",
						     "trapped" };
	static const char *const x86[EFFECTIVES] = { "unknown", "UC", "WC", "WB", "trapped" };

	return strcmp(arch, "x86_64") ? arm[e] : x86[e];
}

static void collect(struct verdict *v, const struct judge_input *in)
{
	for (const struct rule *r = judge_rules; r->line && v->n_evidence < EVIDENCE_MAX; r++) {
		struct evidence *e = &v->evidence[v->n_evidence];

		*e = (struct evidence){ .line = r->line, .source = r->source };
		if (!r->observe(e, in, r->subject))
			continue;
		v->n_evidence++;
		if (r->timing && v->emulated) {
			e->says = 0;
			e->strength = STRENGTH_NONE;
			e->unheard = true;
			snprintf(e->why, sizeof(e->why), "an emulated CPU's times say nothing "
				 "about memory types");
		}
	}
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
	if (doubt && types == (SAYS(EFFECTIVE_NORMAL_NC) | SAYS(EFFECTIVE_WRITE_BACK)))
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
		return "no line of the evidence is a proof by itself";
	return v->emulated ? "Write-Back is not ruled out: only times tell it, and these are an emulated "
			     "CPU's" :
			     "Write-Back is not ruled out: no load's time tells that there is no cache";
}

static void conclude(struct verdict *v)
{
	const struct evidence *e;
	const char *doubt;
	unsigned int proved = verdict_types(v, STRENGTH_PROOF);
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
	/* proved: a proof is among what leaves this type alone, without the benefit of the doubt */
	v->confidence = proved != SAYS_ANYTHING && all == SAYS(v->effective) ?
				CONFIDENCE_PROVED :
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
		if (v->evidence[i].says == SAYS(EFFECTIVE_DEVICE) &&
		    (!strcmp(v->evidence[i].line, "host witness") ||
		     !strcmp(v->evidence[i].line, "crash journal")))
			return true;
	return false;
}

/*
 * A guest's own kernel may map _wc as Device: then Normal-NC was never asked for, and what the
 * hypervisor makes of it stays open.
 */
static void judge_word(struct verdict *v, const struct result *run)
{
	v->word = word_of[v->effective];
	if (!v->about_guest || v->effective != EFFECTIVE_DEVICE)
		return;
	if (fact_get(&run->env.facts, "wc_erratum")) {
		v->word = VERDICT_INCONCLUSIVE;
		snprintf(v->reason, sizeof(v->reason), "this guest's kernel maps _wc as Device "
			 "itself, because of an erratum: it never asked the hypervisor for Normal-NC");
	} else if (result_find_probe(run, "memtype", "wc") && !is_hypervisors(v)) {
		v->word = VERDICT_INCONCLUSIVE;
		snprintf(v->reason, sizeof(v->reason), "it is %s, but this guest's kernel made it so itself, as "
			 "something else has the pages mapped so (/sys/kernel/debug/x86/pat_memtype_list): it "
			 "never asked the hypervisor for WC", effective_name(v->effective, run->arch));
	} else if (rule_may_demote_itself(run) && !is_hypervisors(v)) {
		v->word = VERDICT_INCONCLUSIVE;
		snprintf(v->reason, sizeof(v->reason), "it is Device, but this guest's kernel may have made "
			 "it so itself (NVIDIA's workaround NC to nGnRE), and its log does not go back to the "
			 "boot, where it would say so: journalctl -kb | grep nGnRE, or measure after a reboot");
	}
}

void judge_input(struct verdict *v, const struct judge_input *in)
{
	const struct result *run = in->run;

	memset(v, 0, sizeof(*v));
	v->emulated = run->env.emulated || (in->host && in->host->env.emulated);
	if (run->is_ram || !result_find_probe(run, "access", "wc")) {
		snprintf(v->reason, sizeof(v->reason), "%s", run->is_ram ?
			 "ordinary memory was measured, no BAR" :
			 "nothing was measured through resourceN_wc, which this BAR may not have");
		return;
	}
	v->judged = true;
	v->about_guest = run->env.virt.guest != ENV_BARE_METAL;
	collect(v, in);
	conclude(v);
	judge_word(v, run);
	judge_advise(v, in);
}

int verdict_goodness(enum verdict_word w)
{
	return w == VERDICT_PRESERVED ? 2 : w == VERDICT_INCONCLUSIVE;
}

void judge_run(struct verdict *v, const struct result *run, const struct result *host)
{
	struct judge_input in = { .run = run, .host = host };

	judge_input(v, &in);
}
