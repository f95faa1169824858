// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "exp/probe.h"
#include "judge/rules.h"

#define FRESH_S        3600   /* a journal entry speaks of the machine as it is now */
#define CACHED_LOAD_NS 20.0   /* no round trip to a device or to DRAM is that short */
#define UNCACHED_LOAD_NS 50.0 /* no cache takes so long for a line that it holds */
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

/* The plain cell that stands beside a wc store cell worth comparing; NULL: none. */
static const struct cell_record *plain_of(const struct result *run, const struct cell_record *wc)
{
	const struct cell_record *plain;
	char other[sizeof(wc->id)];

	if (strncmp(wc->id, "bw/wc/store", 11) || !measured(wc) || wc->region_bytes < 4096 ||
	    strcmp(wc->barrier, "none"))
		return NULL;
	snprintf(other, sizeof(other), "bw/plain%.*s", (int)sizeof(other) - 9,
		 wc->id + strlen("bw/wc"));
	plain = result_find_cell(run, other);
	return measured(plain) && plain->summary.ci_low > 0 ? plain : NULL;
}

struct wc_ratio judge_wc_ratio(const struct result *run)
{
	struct wc_ratio best = { 0 };

	for (size_t i = 0; i < run->n_cells; i++) {
		const struct cell_record *wc = &run->cells[i], *plain = plain_of(run, wc);
		double ratio, low;

		if (!plain)
			continue;
		ratio = wc->summary.median / plain->summary.median;
		/* intervals apart: one noisy round is no gathering */
		low = wc->summary.ci_low / plain->summary.ci_high;
		if (ratio > best.most) {
			best.most = ratio;
			best.most_id = wc->id + strlen("bw/wc/");
		}
		if (low > best.at_least) {
			best.at_least = low;
			best.id = wc->id + strlen("bw/wc/");
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

static bool parse_time(const char *text, time_t *t)
{
	struct tm tm = { 0 };
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);

	*t = timegm(&tm);
	return end && !*end;
}

/* Within an hour nobody upgraded the host or moved the image: an older entry is no proof of today. */
static bool is_fresh(const struct journal_record *j, const struct result *run)
{
	time_t then, now;

	return parse_time(j->time, &then) && parse_time(run->started, &now) && then <= now &&
	       now - then < FRESH_S;
}

/* The latest attempt that tells something; NULL: none. */
static const struct journal_record *last_attempt(const struct result *run)
{
	const struct journal_record *last = NULL;

	for (size_t i = 0; i < run->n_journal; i++) {
		const struct journal_record *j = &run->journal[i];

		if (strcmp(j->probe, "alignment") || strcmp(j->mapping, "wc") ||
		    !strcmp(j->outcome, "interrupted") || !strcmp(j->outcome, "survived") ||
		    !strcmp(j->outcome, "not-made"))
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
	enum strength strength;
	const char *caveat;

	(void)host;
	if (!last)
		return false;
	strength = is_fresh(last, run) ? STRENGTH_PROOF : STRENGTH_STRONG;
	caveat = is_fresh(last, run) ? "" : "If host or VMM changed since, probe again";
	snprintf(e->threshold, sizeof(e->threshold), "an attempt with no record after it: the VM died of it");
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
		e->strength = strength;
		snprintf(e->why, sizeof(e->why),
			 "boot %.8s of this VM ended in that access: stage 2 was Device, and KVM "
			 "cannot handle the alignment fault it raises (FSC 0x21). %s",
			 last->boot_id, caveat);
		return true;
	}
	if (!strcmp(last->outcome, "works")) {
		/* the control is run before each attempt: there is no entry without it */
		e->says = works_says(run);
		e->strength = strength;
		snprintf(e->why, sizeof(e->why), "an earlier run made it and lived, after a "
			 "control that faulted through plain. %s", caveat);
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
	snprintf(e->threshold, sizeof(e->threshold), "cached below %.0f ns, not cached from %.0f ns on",
		 CACHED_LOAD_NS, UNCACHED_LOAD_NS);
	if (c->summary.median < CACHED_LOAD_NS) {
		e->says = SAYS(EFFECTIVE_WRITE_BACK);
		e->strength = STRENGTH_STRONG;
		snprintf(e->why, sizeof(e->why), "only a cache answers so fast: the BAR is the "
			 "hypervisor's memory, mapped Write-Back");
	} else if (c->summary.median >= UNCACHED_LOAD_NS) {
		e->says = SAYS(EFFECTIVE_DEVICE) | SAYS(EFFECTIVE_NORMAL_NC) |
			  SAYS(EFFECTIVE_TRAPPED);
		e->strength = STRENGTH_STRONG;
		snprintf(e->why, sizeof(e->why), "loads of one line leave the caches each time");
	} else {
		snprintf(e->why, sizeof(e->why), "slow for a cache, fast for a device");
	}
	return true;
}

static bool observe_ratio(struct evidence *e, const struct result *run, const struct result *host)
{
	struct wc_ratio here = judge_wc_ratio(run), ref = { 0 };
	int n;

	if (!(here.most > 0))
		return false;
	if (host)
		ref = judge_wc_ratio(host);
	n = snprintf(e->observed, sizeof(e->observed), "wc/plain up to %.2f (%s)",
		     here.most, here.most_id);
	if (ref.most > 0)
		snprintf(e->observed + n, sizeof(e->observed) - (size_t)n, ", on the host up to %.2f",
			 ref.most);
	snprintf(e->threshold, sizeof(e->threshold), "apart: at least %.2f with both intervals; the "
		 "same: up to %.2f", RATIO_APART, RATIO_SAME);
	if (here.at_least >= RATIO_APART) {
		e->says = SAYS(EFFECTIVE_NORMAL_NC) | SAYS(EFFECTIVE_WRITE_BACK);
		e->strength = STRENGTH_STRONG;
		snprintf(e->why, sizeof(e->why), "stores through wc gather (%s, at least %.2f): it "
			 "is not what plain is", here.id, here.at_least);
	} else if (ref.at_least >= RATIO_APART && here.most <= RATIO_SAME) {
		e->says = SAYS(EFFECTIVE_DEVICE) | SAYS(EFFECTIVE_TRAPPED);
		e->strength = STRENGTH_STRONG;
		snprintf(e->why, sizeof(e->why), "the same BAR gathers on the host, and here wc is "
			 "what plain is");
	} else if (ref.most > 0 && ref.at_least < RATIO_APART) {
		snprintf(e->why, sizeof(e->why), "this device shows no gathering on the host either");
	} else if (here.most > RATIO_SAME) {
		snprintf(e->why, sizeof(e->why), "neither clearly apart nor the same");
	} else {
		snprintf(e->why, sizeof(e->why), "gathering not seen proves nothing without a host "
			 "that shows it");
	}
	return true;
}

/*
 * Reordering that no Device mapping allows. SB and R are left out: Olympus CPUs (erratum 1027) show
 * them on Device too.
 */
static bool observe_reordering(struct evidence *e, const struct result *run,
			       const struct result *host)
{
	static const char *const shapes[] = { "MP", "LB", "S", "2+2W" };
	const struct cell_record *seen = NULL, *any = NULL;

	(void)host;
	for (size_t i = 0; i < run->n_cells; i++) {
		const struct cell_record *c = &run->cells[i];

		if (strcmp(c->experiment, "order") || strcmp(c->mapping, "wc") ||
		    c->status != CELL_MEASURED || strcmp(c->barrier, "none") ||
		    strcmp(c->barrier2, "none"))
			continue;
		for (size_t k = 0; k < sizeof(shapes) / sizeof(shapes[0]); k++) {
			if (strcmp(c->shape, shapes[k]))
				continue;
			any = c;
			if (c->events && (!seen || c->events > seen->events))
				seen = c;
		}
	}
	if (!any)
		return false;
	snprintf(e->threshold, sizeof(e->threshold), "Device keeps MP, LB, S and 2+2W in order");
	if (!seen) {
		snprintf(e->observed, sizeof(e->observed), "no weak outcome of MP, LB, S, 2+2W");
		snprintf(e->why, sizeof(e->why), "not seen is no proof: Normal-NC need not reorder");
		return true;
	}
	snprintf(e->observed, sizeof(e->observed), "%s through wc: %" PRIu64 " weak of %" PRIu64,
		 seen->shape, seen->events, seen->tries);
	e->says = SAYS(EFFECTIVE_NORMAL_NC) | SAYS(EFFECTIVE_WRITE_BACK);
	e->strength = STRENGTH_STRONG;
	snprintf(e->why, sizeof(e->why), "accesses to one device were reordered, as Normal memory "
		 "may be and Device may not");
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
	{ "reordering", "Arm ARM B2.9.2, Intel SDM 3A 12.3: Device and UC keep order", true,
	  observe_reordering },
	{ 0 },
};
