// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "judge/rules.h"

/* What the host's witness says of a guest's BAR. */

#define SKEW_S 600.0 /* between the clocks of host and guest */

static const struct {
	enum witness_type type;
	unsigned int says;
	bool no_doubt;
	const char *why;
} witnessed[] = {
	{ WITNESS_DEVICE, SAYS(EFFECTIVE_DEVICE), false,
	  "KVM mapped it Device at stage 2, and then it is Device, whatever the guest asks for" },
	{ WITNESS_NORMAL_NC, SAYS(EFFECTIVE_NORMAL_NC), false,
	  "KVM left the type to the guest: Normal-NC stays Normal-NC" },
	/* with FEAT_S2FWB Write-Back is forced, without it the guest's Normal-NC wins */
	{ WITNESS_NORMAL_WB, SAYS(EFFECTIVE_WRITE_BACK) | SAYS(EFFECTIVE_NORMAL_NC), true,
	  "KVM mapped it as memory: Write-Back where the CPU forces it (FEAT_S2FWB), which the host's "
	  "log does not tell" },
};

static bool is_same_bar(const struct witness *w, const struct result *run)
{
	const struct bar *bar = &w->device.bars[run->bar.index];

	return w->device.vendor == run->device.vendor && w->device.device == run->device.device &&
	       bar->size_bytes == run->bar.size_bytes;
}

/* Whether the pages under test are among those that were seen mapped. */
static bool saw_window(const struct witness *w, const struct result *run)
{
	for (size_t i = 0; i < w->n_ranges; i++) {
		const struct witness_range *r = &w->ranges[i];

		if (r->bar == run->bar.index && r->offset_bytes <= run->offset_bytes &&
		    run->offset_bytes < r->offset_bytes + r->size_bytes)
			return true;
	}
	return false;
}

/* All of it lies before the guest was booted: what was mapped then was mapped for another VM, or boot. */
static bool is_earlier(const struct witness *w, const struct result *run)
{
	const char *booted = fact_get(&run->env.facts, "booted");
	time_t boot, start;

	return booted && rule_time(booted, &boot) && rule_time(w->started, &start) &&
	       difftime(boot, start) > w->duration_s + SKEW_S;
}

/* Whose mappings these cannot be; NULL: the host's that the guest is held against, as far as one knows. */
static const char *not_of(const struct judge_input *in)
{
	const struct witness *w = in->witness;
	const char *kernel = fact_get(&w->env.facts, "kernel_release"), *of;

	if (w->replayed && !in->run->replayed)
		return "it is of a recorded tree (--sysroot)";
	if (is_earlier(w, in->run))
		return "it had ended before this guest was booted";
	if (!in->host)
		return NULL;
	of = fact_get(&in->host->env.facts, "kernel_release");
	if (kernel && of && strcmp(kernel, of))
		return "its kernel is not that of the host's result";
	if (strcmp(w->device.bdf, in->host->device.bdf))
		return "it watched another function than the host's result is of";
	return NULL;
}

/*
 * What was mapped where this guest has its BAR: another VM, or another boot, may have it elsewhere.
 * In mine, whose ranges the caller frees. 0 or -ENOMEM.
 */
static int take_own(struct witness *mine, const struct witness *w, const struct result *run)
{
	*mine = *w;
	mine->n_ranges = 0;
	mine->ranges = calloc(w->n_ranges + 1, sizeof(*mine->ranges));
	if (!mine->ranges)
		return -ENOMEM;
	for (size_t i = 0; i < w->n_ranges; i++)
		if (w->ranges[i].bar == run->bar.index &&
		    w->ranges[i].ipa == run->bar.phys_bytes + w->ranges[i].offset_bytes)
			mine->ranges[mine->n_ranges++] = w->ranges[i];
	return 0;
}

static void say_witnessed(struct evidence *e, const struct witness *w, enum witness_type type)
{
	const char *forced = fact_get(&w->env.facts, "s2fwb");

	for (size_t i = 0; i < sizeof(witnessed) / sizeof(witnessed[0]); i++) {
		if (witnessed[i].type != type)
			continue;
		e->says = witnessed[i].says;
		e->no_doubt = witnessed[i].no_doubt;
		e->strength = STRENGTH_PROOF;
		snprintf(e->why, sizeof(e->why), "%s", witnessed[i].why);
	}
	if (type == WITNESS_NORMAL_WB && forced && !strcmp(forced, "yes")) {
		e->says = SAYS(EFFECTIVE_WRITE_BACK);
		snprintf(e->why, sizeof(e->why), "KVM mapped it as memory, and this CPU forces "
			 "Write-Back on it (FEAT_S2FWB), whatever the guest asks for");
	}
}

static void say_unseen(struct evidence *e, const struct witness_seen *own,
		       const struct witness_seen *all)
{
	if (own->count) {
		snprintf(e->observed, sizeof(e->observed), "%s", own->mixed ? "several types" :
			 "a type without a name");
		snprintf(e->why, sizeof(e->why), "%s", own->mixed ?
			 "the mapping changed while the witness watched" :
			 "this kernel's enum kvm_pgtable_prot has bits that are not known");
	} else if (all->count) {
		snprintf(e->observed, sizeof(e->observed), "mappings at other guest addresses");
		snprintf(e->why, sizeof(e->why), "of another VM, or of another boot of this one");
	} else {
		snprintf(e->observed, sizeof(e->observed), "no mapping of this BAR");
		snprintf(e->why, sizeof(e->why), "trapped, or mapped before the witness began");
	}
}

static void say_seen(struct evidence *e, const struct witness *mine,
		     const struct witness_seen *seen, const struct result *run)
{
	snprintf(e->observed, sizeof(e->observed), "stage 2 %s: %" PRIu64 " KiB in %" PRIu64
		 " mapping%s of VMM %.15s", witness_type_name(seen->type), seen->bytes >> 10,
		 seen->count, seen->count == 1 ? "" : "s", seen->comm);
	if (saw_window(mine, run))
		say_witnessed(e, mine, seen->type);
	else
		snprintf(e->why, sizeof(e->why), "it is another part of the BAR: the window's first "
			 "page was mapped before the witness began");
}

bool observe_witness(struct evidence *e, const struct judge_input *in, const char *subject)
{
	const struct result *run = in->run;
	struct witness_seen own, all;
	struct witness mine;
	const char *other;
	bool known;

	(void)subject;
	other = in->witness ? not_of(in) : NULL;
	if (other) {
		snprintf(e->observed, sizeof(e->observed), "another machine, device or boot");
		snprintf(e->threshold, sizeof(e->threshold), "only the host and function of the host's "
			 "result count, while this guest runs");
		snprintf(e->why, sizeof(e->why), "%s: it counts for nothing", other);
		return true;
	}
	if (!in->witness || !is_same_bar(in->witness, run) || take_own(&mine, in->witness, run))
		return false;
	known = !witness_bar_seen(&own, &mine, run->bar.index) &&
		!witness_bar_seen(&all, in->witness, run->bar.index);
	snprintf(e->threshold, sizeof(e->threshold), "it is what kvm_pgtable_stage2_map was asked "
		 "for");
	if (known && own.type != WITNESS_UNKNOWN)
		say_seen(e, &mine, &own, run);
	else if (known)
		say_unseen(e, &own, &all);
	free(mine.ranges);
	return known;
}
