/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef COMPARE_COMPARE_H
#define COMPARE_COMPARE_H

#include "compare/compare_cells.h"
#include "compare/environment.h"
#include "verdict/judge.h"
#include "verdict/witness_agreement.h"

/*
 * A guest's runs compared with a host's: the verdict, and the figures. Or one machine's later runs
 * with its earlier ones: "host" then stands for what was before, "guest" for what came after. Pure.
 */

struct comparison {
	/* what the verdict is about: the host's first run, and the guest's worst */
	const struct result *host, *guest;
	struct verdict *verdicts[2]; /* owned; of each side's runs, by all that there is */
	struct verdict verdict;  /* of the guest, with the host and its witness as reference */
	enum agreement agreement; /* the guest's own evidence against the witness' */
	char agreement_why[288];
	unsigned int n_verdicts[VERDICTS]; /* of the guest's runs, by word */
	struct compare_side sides[2]; /* host, guest */
	struct compare_ask ask;
	bool before_after;       /* both sides are of one machine */
	struct environment_changes changes; /* what is otherwise after; none where !before_after */
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
 * kind of machine, and none be there twice or be left from before; *bad: the one that does not fit
 * (0: first to second).
 */
int compare_check_side(const struct compare_side *side, size_t *bad, char *why, size_t n);

/*
 * Names of mmiobench --launches are numbers: x-4.json of four launches stays where three are made
 * anew, and x-*.json takes it in. 0 when a side's launches are of one start, or each start's are all
 * there; else *bad: one that is not with the first.
 */
int compare_check_launches(const struct compare_side *side, size_t *bad, char *why, size_t n);

/* Whether the sides are earlier and later runs of one machine, by their facts or by --ignore. */
bool compare_is_before_after(const struct compare_side *sides, uint64_t ignored);

/* No run may be on both sides, under whatever name; *h, *g: which is. 0, -EINVAL. */
int compare_check_distinct(const struct compare_side *host, const struct compare_side *guest,
			   size_t *h, size_t *g, char *why, size_t n);

/* Checked sides; what they point to must outlive c. 0, -ENOMEM. */
int compare_make(struct comparison *c, const struct compare_side *host,
		 const struct compare_side *guest, const struct compare_ask *ask);
void compare_free(struct comparison *c);

/*
 * Exit status of mmiocompare: 0 preserved and nothing that was asked about is worse, 1 not
 * preserved, failed, missing or regressed, 3 inconclusive; and in why what made it so, or with 0 what
 * is not decided for all that.
 */
int compare_status_why(const struct comparison *c, char *why, size_t n);
int compare_status(const struct comparison *c);

#endif
