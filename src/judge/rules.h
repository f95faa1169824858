/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef JUDGE_RULES_H
#define JUDGE_RULES_H

#include <time.h>
#include "judge/judge.h"

/* One row a line of evidence. Every safe sign is one-sided: not seen proves nothing. */
struct rule {
	const char *line;
	const char *source;
	bool timing;             /* counts for nothing on an emulated CPU */
	/*
	 * Fills observed, threshold, says, strength, why; false: nothing was observed. subject: the
	 * probe or sign that it is about, where several rules share the function.
	 */
	bool (*observe)(struct evidence *e, const struct judge_input *in, const char *subject);
	const char *subject;
};

extern const struct rule judge_rules[]; /* ends with a row without line */

/* A cell that can be reckoned with: one that faulted in one round is no evidence in the others. */
bool rule_measured(const struct cell_record *c);

/* The same cell as one of wc, through plain; NULL: there is none. */
const struct cell_record *rule_plain(const struct result *run, const struct cell_record *wc);

/* "2026-01-02T03:04:05Z" */
bool rule_time(const char *text, time_t *t);

/* rules.c: whether the run's own kernel may have mapped _wc as Device without a word that is left of it. */
bool rule_may_demote_itself(const struct result *run);

/* witnessed.c */
bool observe_witness(struct evidence *e, const struct judge_input *in, const char *subject);

/* signs.c: what times show */
bool observe_ratio(struct evidence *e, const struct judge_input *in, const char *subject);
bool observe_sign(struct evidence *e, const struct judge_input *in, const char *subject);
bool observe_cached(struct evidence *e, const struct judge_input *in, const char *subject);
bool observe_ceiling(struct evidence *e, const struct judge_input *in, const char *subject);
bool observe_host(struct evidence *e, const struct judge_input *in, const char *subject);

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
