/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef JUDGE_COMPARE_H
#define JUDGE_COMPARE_H

#include "judge/compare_cells.h"
#include "judge/held.h"
#include "judge/judge.h"

/*
 * A guest's runs held against a host's: the verdict, and the figures. Or today's against a
 * baseline's: "host" then stands for the first side, "guest" for the second. Pure.
 */

struct comparison {
	/* what the verdict is about: the host's first run, and the guest's worst */
	const struct result *host, *guest;
	struct verdict verdict;  /* of the guest, with the host and its witness as reference */
	enum held held;          /* the guest's own evidence against the witness' */
	char held_why[288];
	unsigned int n_verdicts[VERDICTS]; /* of the guest's runs, by word */
	struct compare_side sides[2]; /* host, guest */
	struct compare_ask ask;
	struct compare_cells cells;
	size_t n_wrong;          /* cells of any run that saw what must not be */
	size_t n_left;           /* runs that did not leave the device as they found it */
};

/*
 * 0 when the two are runs of the same kind of device and BAR with the same consent and window; else
 * -EINVAL and the first field that differs, with both values, in why. A cell that one of them does
 * not have is no reason, but with no cell in common nothing is left to compare. Nor is the profile:
 * then no figure is judged.
 */
int compare_check(const struct result *host, const struct result *guest, char *why, size_t n);

/* Of that only the cells: each is there once, one is in both, and both have it in one unit. */
int compare_check_cells(const struct result *host, const struct result *guest, char *why, size_t n);

/*
 * The same for each side's runs among themselves, which must have the same cells, be of the same
 * kind of machine, and none be there twice or be left from before (judge/launches.h); *bad: the one
 * that does not fit (0: first to second).
 */
int compare_check_side(const struct compare_side *side, size_t *bad, char *why, size_t n);

/* No run may be on both sides, under whatever name; *h, *g: which is. 0, -EINVAL. */
int compare_check_distinct(const struct compare_side *host, const struct compare_side *guest,
			   size_t *h, size_t *g, char *why, size_t n);

/* One run a side, asked for nothing. Both results must outlive c. 0, -ENOMEM. */
int compare_make(struct comparison *c, const struct result *host, const struct result *guest);

/* Checked sides; what they point to must outlive c. 0, -ENOMEM. */
int compare_make_sides(struct comparison *c, const struct compare_side *host,
		       const struct compare_side *guest, const struct compare_ask *ask);
void compare_free(struct comparison *c);

/*
 * The verdict about one of a side's runs (0: host, 1: guest), by all that there is; only c's ask and
 * host need be set.
 */
void compare_judge(struct verdict *v, const struct comparison *c, int side,
		   const struct result *run);

/*
 * Exit status of mmiocompare: 0 preserved and nothing that was asked about is worse, 1 not
 * preserved, failed, missing or regressed, 3 inconclusive; and in why what made it so, or with 0 what
 * is not decided for all that.
 */
int compare_status_why(const struct comparison *c, char *why, size_t n);
int compare_status(const struct comparison *c);

#endif
