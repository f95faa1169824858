/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef JUDGE_COMPARE_H
#define JUDGE_COMPARE_H

#include "judge/judge.h"

/* A guest's run held against a host's. Pure. */

enum compare_state {
	COMPARE_MEASURED,   /* on both sides */
	COMPARE_COUNTED,    /* counts events on both sides: held against no ratio */
	COMPARE_NOT_RUN,    /* skipped or not reached on at least one side */
	COMPARE_FAILED      /* faulted, killed, timed out or failed on at least one side */
};

struct compare_row {
	const struct cell_record *host, *guest;
	enum compare_state state;
	/* guest's median by the host's; > 1 is faster for B/s, slower for ns. Only when measured. */
	double ratio, low, high;
};

struct comparison {
	const struct result *host, *guest;
	struct verdict verdict;  /* of the guest, with the host as reference */
	struct compare_row *rows; /* owned; in the host's order */
	size_t n_rows;
	size_t n_failed, n_not_run;
	size_t n_wrong;          /* cells of either side that saw what must not be */
};

/*
 * 0 when the two are runs of the same kind of device and BAR by the same plan; else -EINVAL and the
 * first field that differs, with both values, in why.
 */
int compare_check(const struct result *host, const struct result *guest, char *why, size_t n);

/* Both results must outlive c. 0, -ENOMEM. */
int compare_make(struct comparison *c, const struct result *host, const struct result *guest);
void compare_free(struct comparison *c);

/* Exit status of mmiocompare: 0 preserved, 1 not preserved, or a cell failed, 3 inconclusive. */
int compare_status(const struct comparison *c);

#endif
