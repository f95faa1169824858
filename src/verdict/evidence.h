/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERDICT_EVIDENCE_H
#define VERDICT_EVIDENCE_H

#include "verdict/judge.h"

/*
 * What gathering, merging or overlapping gains: how much cheaper accesses are that may be merged
 * than ones that may not. Device gains nothing; its own mapping, plain, is the control, since links
 * and devices have gains of their own.
 */
struct sign {
	struct cell_spec dear, cheap; /* cells in ns: what is gained is dear / cheap */
	const char *what;        /* wc "merges stores to one word" */
	bool loads;
	bool near;               /* and cheap must be far below dear by itself */
};

/* A cell of "probe". FOR_LOADS: the barrier that waits for loads, by the architecture. */
#define FOR_LOADS "BARRIER"
/* NOLINTBEGIN(bugprone-macro-parentheses): text that fills an array has none around it */
#define PROBE(of, to, behind, bytes, region, load)                                                 \
	{ .experiment.is = EXP_PROBE, .kernel = of, .access_pattern = to, .barrier = behind,            \
	  .interval_bytes = bytes, .region_bytes = region, .is_load = load, .threads = 1 }
/* NOLINTEND(bugprone-macro-parentheses) */

/* One row a line of evidence. Every safe sign is one-sided: not seen proves nothing. */
struct evidence_rule {
	const char *line;
	const char *source;
	/* Fills observed, threshold, says, strength, why; false: nothing was observed. */
	bool (*observe)(struct evidence *e, const struct judge_input *in,
			const struct evidence_rule *rule);
	bool timing;             /* counts for nothing on an emulated CPU */
	bool hypervisors;        /* the Device that it shows is the hypervisor's: no guest's kernel made it */
	enum probe probe;        /* of observe functions that several rules share: what it is about */
	const struct sign *sign;
};

extern const struct evidence_rule judge_evidence_rules[]; /* ends with a row without line */

/* The same cell as one of wc, through plain; NULL: there is none. */
const struct cell_record *rule_plain(const struct result *run, const struct cell_record *wc);

/*
 * timing_evidence.c: why plain is no Device to hold wc against, by what the run itself saw of it; NULL: nothing
 * says so. A hypervisor may force Write-Back on its own memory: KVM with FEAT_S2FWB, and on Intel.
 */
const char *rule_no_control(const struct result *run);

/* evidence.c: whether the run's own kernel may have mapped _wc as Device without a word that is left of it. */
bool rule_may_demote_itself(const struct result *run);

/* witness_evidence.c */
bool observe_witness(struct evidence *e, const struct judge_input *in, const struct evidence_rule *rule);

/* timing_evidence.c: what times show */
bool observe_ratio(struct evidence *e, const struct judge_input *in, const struct evidence_rule *rule);
bool observe_sign(struct evidence *e, const struct judge_input *in, const struct evidence_rule *rule);
bool observe_cached(struct evidence *e, const struct judge_input *in, const struct evidence_rule *rule);
bool observe_ceiling(struct evidence *e, const struct judge_input *in, const struct evidence_rule *rule);
bool observe_host(struct evidence *e, const struct judge_input *in, const struct evidence_rule *rule);

/* WC against plain store throughput over regions of 4 KiB and more. */
struct wc_ratio {
	double most;     /* largest ratio of medians; 0: not measured */
	double at_least; /* largest ratio that the two medians' intervals of 95 % still allow */
	const char *most_id; /* of which cell: "store8/4K/posted" */
	const char *id;      /* of at_least */
	unsigned int pairs, few_apart; /* apart, but of fewer rounds than an interval of 95 % takes */
};

struct wc_ratio judge_wc_ratio(const struct result *run);

#endif
