// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdio.h>
#include <string.h>
#include "arch/info.h"
#include "verdict/wording.h"

#define DEMOTED_MEANS                                                                              \
	"write combining does not work in this VM, and nothing in it says so: each store is a small " \
	"write of its own, slow and strictly in order"

/* README.md and mmiobench(1) say the same, a test holds them to it. */
static const struct {
	enum verdict_tone tone;
	const char *headline, *means;
	const char *machine; /* means, where it is not known whether the machine is a VM; NULL: the same */
} wording[VERDICTS] = {
	[VERDICT_INCONCLUSIVE] = {
		TONE_UNSURE, "Not known: inconclusive",
		"write combining may work in this VM or not: no sign of either was found",
		"write combining may work on this machine or not: no sign of either was found, nor whether "
		"it is a VM" },
	[VERDICT_PRESERVED] = {
		TONE_GOOD, "Yes: preserved",
		"write combining works in this VM: the CPU may gather stores into few large writes, and only "
		"barriers keep them in order",
		"write combining works on this machine: the CPU may gather stores into few large writes, and "
		"only barriers keep them in order" },
	[VERDICT_DEMOTED] = {
		TONE_BAD, "No: demoted",
		DEMOTED_MEANS,
		"write combining does not work on this machine: each store is a small write of its own, slow "
		"and strictly in order" },
	[VERDICT_TRAPPED] = {
		TONE_BAD, "No: trapped",
		"no access of this VM reaches the device by itself: each one leaves the VM and takes "
		"microseconds", NULL },
	[VERDICT_WRITE_BACK] = {
		TONE_UNSURE, "No: write-back",
		"this VM's accesses end in a cache, and no device sees them when they are made: right for "
		"shared memory, wrong for a device's registers", NULL },
};

const char verdict_emulated_rests[] = "The verdict rests on what accesses did (worked, faulted, stopped a VM), "
	"which emulators keep; of times it hears only those that tell a trapped BAR.";

/* Who takes the alignment fault of a Device stage 2. */
static const char *demoted_unaligned(enum hypervisor hypervisor)
{
	if (hypervisor == HYPERVISOR_KVM)
		return DEMOTED_MEANS ", and an unaligned access stops the VM";
	if (hypervisor == HYPERVISOR_XEN)
		return DEMOTED_MEANS ", and an unaligned access kills its process";
	return DEMOTED_MEANS ", and an unaligned access may stop the VM";
}

const char *verdict_means(const struct verdict *v, const struct result *r)
{
	if (!v->judged || !v->about_guest)
		return NULL;
	if (r->env.virt.guest == ENV_GUEST_UNKNOWN && wording[v->outcome].machine)
		return wording[v->outcome].machine;
	if (v->outcome == VERDICT_DEMOTED && arch_info_of(r->arch)->alignment_tells_type)
		return demoted_unaligned(v->hypervisor);
	return wording[v->outcome].means;
}

enum verdict_tone outcome_tone(enum verdict_outcome o)
{
	return wording[o].tone;
}

const char *verdict_headline(const struct verdict *v)
{
	if (!v->judged)
		return "No verdict";
	return v->about_guest ? wording[v->outcome].headline : "No hypervisor: bare metal";
}

const char *confidence_means(enum confidence c)
{
	static const char *const means[] = {
		[CONFIDENCE_UNKNOWN] = "what was seen does not decide it",
		[CONFIDENCE_LIKELY] = ("what was seen points there and nothing speaks against it, but another "
				       "type is not ruled out"),
		[CONFIDENCE_PROVED] = "what was seen can happen with no other memory type",
	};

	return means[c];
}

void verdict_short(char *buf, size_t n, const struct result *r, const struct verdict *v)
{
	const char *sure = confidence_name(v->confidence);

	if (!v->judged)
		snprintf(buf, n, "none");
	else if (!v->about_guest)
		snprintf(buf, n, "bare metal, effective type %s (confidence: %s)",
			 effective_name(v->effective, r->arch), sure);
	else if (v->outcome == VERDICT_INCONCLUSIVE)
		snprintf(buf, n, "%s", verdict_outcome_name(v->outcome));
	else
		snprintf(buf, n, "%s (confidence: %s)", verdict_outcome_name(v->outcome), sure);
}

void verdict_claim(char *buf, size_t n, const struct result *r, const struct verdict *v)
{
	const char *asked = r->asks[1], *got = effective_name(v->effective, r->arch);
	const char *who = r->env.virt.guest == ENV_GUEST ? "VM" : "machine";

	if (!v->judged)
		snprintf(buf, n, "%.400s", v->reason);
	else if (!v->about_guest)
		snprintf(buf, n, "asked for %s through resource%u_wc, effective type %s (confidence: %s)",
			 asked, r->bar.index, got, confidence_name(v->confidence));
	else if (v->outcome == VERDICT_PRESERVED)
		snprintf(buf, n, "this %s asked for %s and got it", who, asked);
	else if (v->outcome == VERDICT_INCONCLUSIVE)
		snprintf(buf, n, "this %s asked for %s, nothing shows what it got", who, asked);
	else
		snprintf(buf, n, "this %s asked for %s and did NOT get it: it is %s", who, asked, got);
}

void verdict_sentence(char *buf, size_t n, const struct result *r, const struct verdict *v)
{
	char word[120] = "bare metal", claim[480];

	if (!v->judged || v->about_guest)
		verdict_short(word, sizeof(word), r, v);
	verdict_claim(claim, sizeof(claim), r, v);
	snprintf(buf, n, "%s: %s", word, claim);
}
