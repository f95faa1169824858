/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef JUDGE_RULES_H
#define JUDGE_RULES_H

#include "judge/judge.h"

/* One row a line of evidence. Every safe sign is one-sided: not seen proves nothing. */
struct rule {
	const char *line;
	const char *source;
	bool timing;             /* counts for nothing on an emulated CPU */
	/* Fills observed, threshold, says, strength, why; false: nothing was observed. */
	bool (*observe)(struct evidence *e, const struct result *run, const struct result *host);
};

extern const struct rule judge_rules[]; /* ends with a row without line */

/*
 * Largest ratio of WC to plain store throughput over regions of 4 KiB and more; 0 when it was not
 * measured. Used by the rules and shown by reports.
 */
double judge_wc_ratio(const struct result *run, const char **id);

#endif
