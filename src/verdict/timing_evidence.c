// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "arch/info.h"
#include "verdict/evidence.h"
#include "verdict/host_guest.h"
#include "verdict/link_limit.h"
#include "verdict/machine_id.h"

#define CACHED_LOAD_NS   20.0 /* no round trip to a device or to DRAM is that short */
#define UNCACHED_LOAD_NS 50.0 /* no cache takes so long for a line that it holds */
#define APART            1.5  /* so much better than plain is no accident */
#define COVERAGE         0.95 /* of an interval; ranges of fewer rounds cover less (stat/summary.h) */
#define FEW_PAIRS        3    /* what of so many pairs, and a quarter of all, is apart is no accident either */
#define SAME             1.25 /* no better than plain, as far as noise lets one see */
#define HALF             2.0  /* and the host shows so much more */
#define NEAR             0.5  /* of a round trip: what was loaded did not make it */

/*
 * The least overhead of an 8-byte write: 3DW header (a 32-bit address), PCIe base spec 2.1.2. Any
 * other carries less, so a rate above it was no such writes. Not in FLIT mode.
 */
#define LEAST_TLP_BYTES  20.0
#define ABOVE            1.1  /* the clock, and what is still in queues; also than plain */

static const struct cell_spec dependent_load = PROBE("load8", "span64", "dep", 8, 64, true);
static const struct cell_spec stores = { .experiment.is = EXP_PROBE, .kernel = "store8",
					 .access_pattern = "seq", .barrier = "none",
					 .region_bytes = 65536, .flushed = true, .threads = 1 };

/* A ratio of medians, and what it may be by their intervals; at_most of one mapping's alone. */
struct gain {
	double ratio, at_least, at_most;
};

static const struct cell_record *probe_cell(const struct result *run, enum map_type mapping,
					    const struct cell_spec *spec)
{
	const struct barrier *barrier = arch_barrier_for(arch_info_of(run->arch), FOR_WAITING_FOR_LOADS);
	struct cell_spec here = *spec;
	const struct cell_record *c;

	if (!strcmp(spec->barrier, FOR_LOADS))
		snprintf(here.barrier, sizeof(here.barrier), "%s", barrier ? barrier->name : "");
	c = result_find_spec(run, &here, mapping);
	return cell_is_measured(c) && c->summary.ci_low > 0 ? c : NULL;
}

/* Of the cell where there is one: single accesses are as coarse as the clock. 0: not known. */
static double load_ns(const struct result *run, enum map_type mapping)
{
	const struct cell_record *c = probe_cell(run, mapping, &dependent_load);
	const struct probe_record *p = result_find_probe(run, PROBE_ACCESS, mapping);

	return c ? c->summary.median : p ? p->load_ns : 0;
}

const char *rule_no_control(const struct result *run)
{
	const struct probe_record *unaligned = result_find_probe(run, PROBE_ALIGNMENT, MAP_PLAIN);
	double plain_ns = run->env.emulated ? 0 : load_ns(run, MAP_PLAIN);

	if (result_plain_is_wc(run))
		return "plain is write-combining itself here, by the kernel's list: it is no control";
	if (plain_ns > 0 && plain_ns < UNCACHED_LOAD_NS)
		return "a cache may answer loads through plain, so fast are they: it is no Device, and no control";
	if (!(plain_ns > 0) && unaligned && unaligned->outcome.is == OUTCOME_WORKS)
		return "an unaligned load works through plain: it may be no Device, and is no control";
	return NULL;
}

/* dear / cheap through one mapping. */
static bool gain_of(struct gain *gain, const struct result *run, const struct sign *sign,
		    enum map_type mapping)
{
	const struct cell_record *dear = probe_cell(run, mapping, &sign->dear);
	const struct cell_record *cheap = probe_cell(run, mapping, &sign->cheap);

	if (!dear || !cheap)
		return false;
	gain->ratio = dear->summary.median / cheap->summary.median;
	gain->at_least = dear->summary.ci_low / cheap->summary.ci_high;
	gain->at_most = dear->summary.ci_high / cheap->summary.ci_low;
	return true;
}

/* What wc gains more than plain does. */
static bool gain_over_plain(struct gain *over, const struct result *run, const struct sign *sign)
{
	struct gain wc, plain;

	if (!gain_of(&plain, run, sign, MAP_PLAIN) || !gain_of(&wc, run, sign, MAP_WC))
		return false;
	over->ratio = wc.ratio / plain.ratio;
	over->at_least = wc.at_least / plain.at_most;
	/* what came near the round trip made it */
	if (sign->near && wc.at_least * NEAR < 1)
		over->at_least = 0;
	return true;
}

/* The plain cell that stands beside a wc store cell worth comparing; NULL: none. */
static const struct cell_record *plain_of(const struct result *run, const struct cell_record *wc)
{
	const struct cell_record *plain;

	if (wc->spec.mapping != MAP_WC || wc->spec.is_load || wc->spec.unit != UNIT_RATE ||
	    (!cell_is(wc, EXP_BW) && !cell_is(wc, EXP_PROBE)) ||
	    !cell_is_measured(wc) || wc->spec.region_bytes < 4096 || strcmp(wc->spec.barrier, "none"))
		return NULL;
	plain = rule_plain(run, wc);
	return cell_is_measured(plain) && plain->summary.ci_low > 0 ? plain : NULL;
}

/*
 * Each of many pairs is a chance to be apart by accident: with three rounds, a neighbour on the link that
 * slows each visit with a probability of 0.3 puts some pair of 36 apart in 28 of 100 runs.
 */
struct wc_ratio judge_wc_ratio(const struct result *run)
{
	struct wc_ratio best = { 0 }, few = { 0 };

	for (size_t i = 0; i < run->n_cells; i++) {
		const struct cell_record *wc = &run->cells[i], *plain = plain_of(run, wc);
		struct wc_ratio *of = &best;
		double ratio, low;

		if (!plain)
			continue;
		ratio = wc->summary.median / plain->summary.median;
		/* intervals apart: one noisy round is no gathering */
		low = wc->summary.ci_low / plain->summary.ci_high;
		if (ratio > best.most) {
			best.most = ratio;
			best.most_id = strstr(wc->id, "/wc/") + strlen("/wc/");
		}
		best.pairs++;
		if (fmin(wc->summary.coverage, plain->summary.coverage) < COVERAGE) {
			of = &few;
			best.few_apart += low >= APART;
		}
		if (low > of->at_least) {
			of->at_least = low;
			of->id = strstr(wc->id, "/wc/") + strlen("/wc/");
		}
	}
	if (best.few_apart >= FEW_PAIRS && 4 * best.few_apart >= best.pairs &&
	    few.at_least > best.at_least) {
		best.at_least = few.at_least;
		best.id = few.id;
	}
	return best;
}

static void say_normal(struct evidence *e)
{
	e->says = SAYS(EFFECTIVE_NORMAL_NC) | SAYS(EFFECTIVE_WRITE_BACK);
	e->strength = STRENGTH_STRONG;
}

bool observe_ratio(struct evidence *e, const struct judge_input *in, const struct evidence_rule *rule)
{
	struct wc_ratio here = judge_wc_ratio(in->run);
	const char *no_control = rule_no_control(in->run);

	(void)rule;
	if (!(here.most > 0))
		return false;
	snprintf(e->observed, sizeof(e->observed), "wc/plain up to %.2f (%s)", here.most,
		 here.most_id);
	snprintf(e->threshold, sizeof(e->threshold), "apart: %.2f and more, with both intervals",
		 APART);
	if (no_control) {
		snprintf(e->why, sizeof(e->why), "%s", no_control);
	} else if (here.at_least >= APART) {
		say_normal(e);
		snprintf(e->why, sizeof(e->why), "stores through wc gather (%s, at least %.2f): it "
			 "is not what plain is", here.id, here.at_least);
	} else if (here.few_apart) {
		snprintf(e->why, sizeof(e->why), "apart in %u of %u pairs, of fewer than six rounds: that may "
			 "be chance; --full has more", here.few_apart, here.pairs);
	} else if (here.most > SAME) {
		snprintf(e->why, sizeof(e->why), "neither clearly apart nor the same");
	} else {
		snprintf(e->why, sizeof(e->why), "gathering not seen proves nothing without a host "
			 "that shows it");
	}
	return true;
}

bool observe_sign(struct evidence *e, const struct judge_input *in, const struct evidence_rule *rule)
{
	const struct sign *sign = rule->sign;
	const char *no_control = rule_no_control(in->run);
	struct gain over;

	if (!gain_over_plain(&over, in->run, sign))
		return false;
	snprintf(e->observed, sizeof(e->observed), "gains %.2f times what plain gains", over.ratio);
	snprintf(e->threshold, sizeof(e->threshold), "apart: %.2f and more, with all intervals%s",
		 APART, sign->near ? ", and below half a round trip" : "");
	if (no_control) {
		snprintf(e->why, sizeof(e->why), "%s", no_control);
	} else if (over.at_least >= APART) {
		say_normal(e);
		snprintf(e->why, sizeof(e->why), "wc %s: it is not what plain is", sign->what);
	} else {
		snprintf(e->why, sizeof(e->why), "not seen proves nothing: Normal memory need not");
	}
	return true;
}

bool observe_cached(struct evidence *e, const struct judge_input *in, const struct evidence_rule *rule)
{
	const struct cell_record *c = probe_cell(in->run, MAP_WC, &dependent_load);
	const struct cell_record *plain = probe_cell(in->run, MAP_PLAIN, &dependent_load);
	bool forced = plain && plain->summary.median < CACHED_LOAD_NS;

	(void)rule;
	if (!c)
		return false;
	snprintf(e->observed, sizeof(e->observed), "%.1f ns a dependent load", c->summary.median);
	if (forced)
		snprintf(e->observed, sizeof(e->observed), "%.1f ns a dependent load, %.1f ns through plain",
			 c->summary.median, plain->summary.median);
	snprintf(e->threshold, sizeof(e->threshold), "cached below %.0f ns, not cached from %.0f ns on",
		 CACHED_LOAD_NS, UNCACHED_LOAD_NS);
	if (c->summary.median < CACHED_LOAD_NS) {
		e->says = SAYS(EFFECTIVE_WRITE_BACK);
		e->strength = STRENGTH_STRONG;
		snprintf(e->why, sizeof(e->why), "only a cache answers so fast: the BAR is the "
			 "hypervisor's memory, mapped Write-Back");
	} else if (forced && c->summary.median < UNCACHED_LOAD_NS) {
		e->says = SAYS(EFFECTIVE_WRITE_BACK);
		e->strength = STRENGTH_STRONG;
		snprintf(e->why, sizeof(e->why), "a cache answers through plain, which asks for Device: the hypervisor "
			 "forces Write-Back, and on both");
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

/* A guest's link may be the VMM's invention; the host's, of the same device, is not. */
static const struct pci_link *link_of(const struct judge_input *in, bool *trusted)
{
	bool host_knows = in->host && link_limit_most(&in->host->device.link) > 0;

	*trusted = host_knows || in->run->env.virt.guest == ENV_BARE_METAL;
	return host_knows ? &in->host->device.link : &in->run->device.link;
}

bool observe_ceiling(struct evidence *e, const struct judge_input *in, const struct evidence_rule *rule)
{
	const struct cell_record *wc = probe_cell(in->run, MAP_WC, &stores);
	const struct cell_record *plain = probe_cell(in->run, MAP_PLAIN, &stores);
	bool trusted;
	const struct pci_link *link = link_of(in, &trusted);
	/* not what it was trained to when it was listed: that may have been an idle device's */
	double limit = ABOVE * link_limit_most(link) * 8 / (8 + LEAST_TLP_BYTES);

	(void)rule;
	if (!wc || !plain || !(limit > 0))
		return false;
	snprintf(e->observed, sizeof(e->observed), "%.2f GB/s of 8-byte stores, flushed",
		 wc->summary.median / 1e9);
	snprintf(e->threshold, sizeof(e->threshold),
		 "above %.2f GB/s (%s x%u) this link carries no 8-byte writes", limit / 1e9,
		 link->max_speed, link->max_width);
	if (link_limit_may_flit(link)) {
		snprintf(e->why, sizeof(e->why), "in FLIT mode, which this link may be in, less goes "
			 "with each write: no limit is known");
	} else if (plain->summary.ci_high > limit) {
		snprintf(e->why, sizeof(e->why), "plain may exceed it too: the link is not what it "
			 "says it is");
	} else if (wc->summary.ci_low > limit && wc->summary.ci_low <= ABOVE * plain->summary.ci_high) {
		snprintf(e->why, sizeof(e->why), "plain comes as near: a limit that both are at proves "
			 "nothing");
	} else if (wc->summary.ci_low > limit) {
		say_normal(e);
		snprintf(e->why, sizeof(e->why), "only gathered stores fit%s", trusted ? "" :
			 ", if the link that this guest sees is the real one");
	} else {
		snprintf(e->why, sizeof(e->why), "not seen proves nothing: other limits are lower");
	}
	return true;
}

/* What the host's run shows, and how much of it is clearly missing here. */
struct shown {
	unsigned int signs, on_host, missing, load_missing, here;
};

static void hold(struct shown *shown, const struct gain *host, const struct gain *here, bool loads)
{
	shown->here += here->at_least >= APART;
	if (host->at_least < APART)
		return;
	shown->on_host++;
	if (here->ratio > 0 && here->ratio <= SAME && host->ratio >= HALF * here->ratio) {
		shown->missing++;
		shown->load_missing += loads;
	}
}

static struct shown compare_timing_evidence(const struct result *run, const struct result *host)
{
	struct wc_ratio here = judge_wc_ratio(run), there = judge_wc_ratio(host);
	struct gain on_host = { .ratio = there.most, .at_least = there.at_least };
	struct gain on_run = { .ratio = here.most, .at_least = here.at_least };
	struct shown shown = { 0 };

	hold(&shown, &on_host, &on_run, false);
	shown.signs = 1;
	for (const struct evidence_rule *r = judge_evidence_rules; r->line; r++) {
		if (!r->sign)
			continue;
		shown.signs++;
		if (gain_over_plain(&on_host, host, r->sign) && gain_over_plain(&on_run, run, r->sign))
			hold(&shown, &on_host, &on_run, r->sign->loads);
	}
	return shown;
}

/*
 * Some Arm cores gather stores at one boot and not at the next, so missing stores alone show
 * nothing there; what loads do does not change. Others always gather.
 */
static bool enough_missing(const struct shown *s, const struct result *run)
{
	if (s->here || s->missing < s->on_host)
		return false;
	return arch_info_of(run->arch)->always_gathers ? s->missing >= 1 : s->missing >= 2 && s->load_missing;
}

bool observe_host(struct evidence *e, const struct judge_input *in, const struct evidence_rule *rule)
{
	const char *here, *there; /* why plain is no control */
	struct shown s;

	(void)rule;
	if (!in->host || !(judge_wc_ratio(in->host).most > 0))
		return false;
	here = rule_no_control(in->run);
	there = rule_no_control(in->host);
	s = compare_timing_evidence(in->run, in->host);
	snprintf(e->observed, sizeof(e->observed), "of %u signs the host shows %u, here %u of "
		 "those are missing", s.signs, s.on_host, s.missing);
	snprintf(e->threshold, sizeof(e->threshold), "missing: up to %.2f, and the host twice as much",
		 SAME);
	if (!host_guest_same_profile(in->run, in->host)) {
		snprintf(e->why, sizeof(e->why), "the host's profile is %.15s and this one's %.15s: what "
			 "is missing may not have been measured", in->host->profile, in->run->profile);
	} else if (machine_id_other_core(in->run, in->host)) {
		snprintf(e->why, sizeof(e->why), "the host's run was on another kind of core: what gathers "
			 "there need not here");
	} else if (here || there) {
		snprintf(e->why, sizeof(e->why), "%s: %s", here ? "this run" : "the host's run",
			 here ? here : there);
	} else if (enough_missing(&s, in->run)) {
		e->says = SAYS(EFFECTIVE_DEVICE) | SAYS(EFFECTIVE_TRAPPED);
		e->strength = STRENGTH_STRONG;
		snprintf(e->why, sizeof(e->why), "what this BAR does on the host, it does not do "
			 "here: wc is what plain is");
	} else if (!s.on_host) {
		snprintf(e->why, sizeof(e->why), "this device shows no gathering on the host either");
	} else if (s.here) {
		snprintf(e->why, sizeof(e->why), "here is as there: the other lines say so");
	} else {
		snprintf(e->why, sizeof(e->why), "too little to tell: some cores gather stores at "
			 "one boot and not at the next");
	}
	return true;
}
