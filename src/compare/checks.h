/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef COMPARE_CHECKS_H
#define COMPARE_CHECKS_H

#include "compare/compare.h"

/*
 * A result or a comparison as a list of checks that pass, fail or are skipped, for engines that
 * know only these: the verdict; the window; every gating cell; correctness tests; each cell that
 * failed or is missing; and whether the host's witness agrees. What is inconclusive is skipped. Of a
 * comparison a check fails where mmiocompare's exit status would be 1: --fail-on and --require
 * decide.
 */
enum check_outcome { CHECK_PASS, CHECK_FAIL, CHECK_SKIP };

struct check {
	/* "normal-nc", "window", "witness", a cell's id; "host: " and an id, "host: window" */
	char name[128];
	enum check_outcome outcome;
	char why[640];           /* what was seen, or the reason; printable ASCII */
	bool has_value;
	double value;
	enum unit unit;          /* UNIT_RATIO: guest by host */
};

struct checks {
	struct check *v;         /* owned */
	size_t n;
	bool failed;             /* out of memory */
};

/* 0, -ENOMEM. */
int checks_of_result(struct checks *checks, const struct result *r, const struct verdict *v);
int checks_of_comparison(struct checks *checks, const struct comparison *c);
void checks_free(struct checks *checks);

size_t checks_count(const struct checks *checks, enum check_outcome outcome);

#endif
