// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "env/env.h"
#include "verdict/evidence.h"
#include "verdict/stage2.h"

/* What the host's witness says of a guest's BAR. */

/* Whose tables these cannot be; NULL: the host's that the guest is compared with, as far as one knows. */
static const char *not_of(const struct judge_input *in)
{
	const struct witness *w = in->witness;
	const char *kernel = fact_get(&w->env.facts, "kernel_release"), *of;
	const char *earlier = stage2_is_earlier(w, fact_get(&in->run->env.facts, "booted"));

	if (earlier || !in->host)
		return earlier;
	of = fact_get(&in->host->env.facts, "kernel_release");
	if (kernel && of && strcmp(kernel, of))
		return "its kernel is not that of the host's result (take HOST.json from the host that it ran on)";
	for (size_t i = 0; i < w->n_functions; i++)
		if (!strcmp(w->functions[i].bdf, in->host->device.bdf))
			return NULL;
	return w->n_ranges && w->ranges[0].function < 0 ? NULL :
	       "it looked at another function than the host's result is of";
}

/* A range of the BAR, not of another function than the host's result is of. */
static bool is_own(const struct judge_input *in, const struct witness_range *r)
{
	const struct witness *w = in->witness;

	return stage2_is_of(w, r, &in->run->device, &in->run->bar) &&
	       (!in->host || r->function < 0 || !strcmp(w->functions[r->function].bdf, in->host->device.bdf));
}

/* What the tables have where the window begins. */
struct found {
	const struct witness_range *range; /* NULL: nothing */
	bool differ;             /* several VMs have something there, and not the same */
	bool elsewhere;          /* of this BAR, behind or before the window */
};

static struct found find(const struct judge_input *in)
{
	uint64_t at = in->run->bar.phys_bytes + in->run->offset_bytes;
	struct found f = { NULL, false, false };

	for (size_t i = 0; i < in->witness->n_ranges; i++) {
		const struct witness_range *r = &in->witness->ranges[i];

		if (!is_own(in, r))
			continue;
		if (at < r->address || at - r->address >= r->size_bytes) {
			f.elsewhere |= !r->nested && r->function >= 0;
			continue;
		}
		f.differ |= f.range && (f.range->state != r->state ||
					stage2_says(in->witness, f.range) != stage2_says(in->witness, r));
		f.range = r;
	}
	return f;
}

static const char *meaning(unsigned int says)
{
	static const char *const means[EFFECTIVES] = {
		[EFFECTIVE_DEVICE] = "it is Device at stage 2, and so it is Device, whatever the guest asks for",
		[EFFECTIVE_NORMAL_NC] = "stage 2 leaves the type to the guest: what it asks for it gets",
		[EFFECTIVE_WRITE_BACK] = ("stage 2 forces Write-Back, as on memory of the host, whatever the guest "
					  "asks for"),
	};

	for (int e = 0; e < EFFECTIVES; e++)
		if (says == SAYS(e))
			return means[e];
	return "it is mapped as memory: Write-Back where the CPU forces it (FEAT_S2FWB), which is not known of "
	       "this VM";
}

static void unprove(struct evidence *e, const char *as)
{
	size_t used = strlen(e->why);
	bool already = e->strength == STRENGTH_STRONG;

	e->strength = STRENGTH_STRONG;
	snprintf(e->why + used, sizeof(e->why) - used, already ? ", and %s" : "; no proof, as %s", as);
}

/*
 * A VM's own stage 2 is not what its guest gets: the host below makes the guest's tables from its own
 * mapping of the BAR, and takes the permissions alone from the VM's. A KVM that nests (6.16) knows
 * Normal-NC, and so what was left to the guest is likely left there, too; a Device may be none.
 */
static void doubt_place(struct evidence *e, enum virt_below below)
{
	if (below == VIRT_BELOW_NOBODY)
		return;
	if (below == VIRT_BELOW_UNKNOWN && e->says == SAYS(EFFECTIVE_NORMAL_NC)) {
		unprove(e, "that host may be a VM itself");
		return;
	}
	e->says = 0;
	e->strength = STRENGTH_NONE;
	snprintf(e->why, sizeof(e->why), "no proof: it %s in a VM itself, and what this guest got the outermost "
		 "host decided: run mmiowitness there, and take HOST.json from there",
		 below == VIRT_BELOW_UNKNOWN ? "may have run" : "ran");
}

/* That it looked while this guest ran, the clocks of both must tell. */
static bool is_timed(const struct witness *w, const struct result *run)
{
	time_t start, ran;

	return date_known(w->started, &start) && date_known(run->started, &ran);
}

static void say_seen(struct evidence *e, const struct judge_input *in, const struct witness_range *r)
{
	const struct witness *w = in->witness;
	bool mapped = r->state == WITNESS_MAPPED;
	char type[32], bytes[32];

	snprintf(e->observed, sizeof(e->observed), "%sstage 2 %s for %s%.15s[%u]: %s at 0x%" PRIx64,
		 mapped ? "" : "not touched yet, then ", stage2_words(type, sizeof(type), r),
		 r->nested ? "a VM in " : "", r->comm, r->pid, stage2_bytes(bytes, sizeof(bytes), r), r->address);
	e->says = stage2_says(w, r);
	if (!e->says) {
		snprintf(e->why, sizeof(e->why), "what a request for write combining gets of that is not known");
		return;
	}
	e->no_doubt = !!(e->says & SAYS(EFFECTIVE_WRITE_BACK));
	e->strength = STRENGTH_PROOF;
	snprintf(e->why, sizeof(e->why), "%s", meaning(e->says));
	if (!mapped)
		unprove(e, "KVM decides at the first access");
	doubt_place(e, virt_below(&w->env));
	if (e->says && !is_timed(w, in->run))
		unprove(e, "a clock was not set: it may be of another time");
}

/* The guest had the BAR in use when it was looked for: while the run measured. */
static bool is_meanwhile(const struct witness *w, const struct result *run)
{
	time_t looked, ran;

	return date_known(w->started, &looked) && date_known(run->started, &ran) &&
	       difftime(looked, ran) >= 0 && difftime(looked, ran) <= run->duration_s;
}

static const char *unread(const struct witness *w)
{
	static const char *const whys[] = {
		[WITNESS_TABLES_READ] = NULL,
		[WITNESS_TABLES_PROTECTED] = "a VM's tables are the hypervisor's own (protected KVM)",
		[WITNESS_TABLES_SHADOW] = "a VM has no second stage: KVM shadows its own tables",
		[WITNESS_TABLES_EMPTY] = NULL,
		[WITNESS_TABLES_BROKEN] = "a VM's tables could not be read",
	};

	for (size_t i = 0; i < w->n_vms; i++)
		if (whys[w->vms[i].tables])
			return whys[w->vms[i].tables];
	return NULL;
}

static void say_trapped(struct evidence *e, const struct judge_input *in, const char *why)
{
	snprintf(e->observed, sizeof(e->observed), "no stage 2 at 0x%" PRIx64,
		 in->run->bar.phys_bytes + in->run->offset_bytes);
	e->says = SAYS(EFFECTIVE_TRAPPED);
	e->strength = STRENGTH_STRONG; /* no proof: it is so, too, while a guest has a BAR turned off */
	snprintf(e->why, sizeof(e->why), "%s", why);
	doubt_place(e, virt_below(&in->witness->env));
}

static void say_absent(struct evidence *e, const struct judge_input *in, bool elsewhere)
{
	const struct witness *w = in->witness;
	const char *why = "the VM has the rest of this BAR, and here neither an entry nor a memory slot: each "
			  "access leaves it";

	if (!elsewhere || !stage2_knows_holes(w))
		why = is_meanwhile(w, in->run) ? stage2_absent(w) : NULL;
	if (why) {
		say_trapped(e, in, why);
		return;
	}
	why = unread(w);
	snprintf(e->observed, sizeof(e->observed), "nothing at this BAR's address");
	snprintf(e->why, sizeof(e->why), "%s", why ? why : !w->n_vms ? "no VM was running, or none could be seen" :
		 "trapped, not in use at that moment, or another VM's: look again while mmiobench measures");
}

static void say(struct evidence *e, const struct judge_input *in, const struct found *f)
{
	if (f->differ) {
		snprintf(e->observed, sizeof(e->observed), "several tables at this address, which differ");
		snprintf(e->why, sizeof(e->why), "which of them is this guest's nothing tells: mmiowitness --pid "
			 "with its VMM's number");
	} else if (!f->range) {
		say_absent(e, in, f->elsewhere);
	} else if (f->range->state == WITNESS_TRAPPED && stage2_knows_slots(in->witness)) {
		say_trapped(e, in, "no memory slot is there: each access leaves the VM");
	} else if (f->range->state == WITNESS_MAPPED || f->range->state == WITNESS_UNTOUCHED) {
		say_seen(e, in, f->range);
	} else {
		snprintf(e->observed, sizeof(e->observed), "a table that could not be read");
		snprintf(e->why, sizeof(e->why), "it changed all the time, or is no memory: look again");
	}
}

bool observe_witness(struct evidence *e, const struct judge_input *in, const struct evidence_rule *rule)
{
	const char *other = in->witness ? not_of(in) : NULL;
	struct found f;

	(void)rule;
	if (other) {
		snprintf(e->observed, sizeof(e->observed), "another machine, device or boot");
		snprintf(e->threshold, sizeof(e->threshold), "only the host and function of the host's "
			 "result count, while this guest runs");
		snprintf(e->why, sizeof(e->why), "%s: it counts for nothing", other);
		return true;
	}
	if (!in->witness || !stage2_looked(in->witness, &in->run->device, &in->run->bar))
		return false;
	snprintf(e->threshold, sizeof(e->threshold), "it is what stood in the table");
	f = find(in);
	say(e, in, &f);
	return true;
}
