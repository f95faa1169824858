// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdio.h>
#include "base/text.h"
#include "compare/compare.h"

/*
 * A figure that one side lacks is no success, whatever the others say. What is skipped because it
 * would take too long says nothing where times count for nothing. The first that there is, in why.
 */
static bool is_incomplete(const struct comparison *c, char *why, size_t n)
{
	const struct compare_cells *t = &c->cells;
	const struct {
		size_t n;
		const char *cells, *what;
	} lacks[] = {
		{ c->n_wrong, "cell", "saw what must not be" },
		{ t->n_states[COMPARE_FAILED], "cell", "failed" },
		/* without resourceN_wc all of wc is: the verdict says why */
		{ t->other_profile || c->verdict.hidden ? 0 : t->n_states[COMPARE_ABSENT], "cell",
		  "absent on one side" },
		{ t->judged ? t->n_gate_states[COMPARE_ONE_SIDED] : 0, "gating cell",
		  "measured on one side only" },
		{ t->judged && c->ask.fail_on_regression ? t->n_states[COMPARE_ONE_SIDED] - t->n_coarse : 0,
		  "cell", "measured on one side only" },
	};

	for (size_t i = 0; i < sizeof(lacks) / sizeof(lacks[0]); i++) {
		if (!lacks[i].n)
			continue;
		snprintf(why, n, "%zu %s%s %s", lacks[i].n, lacks[i].cells, plural(lacks[i].n),
			 lacks[i].what);
		return true;
	}
	return false;
}

static size_t gates_judged(const struct comparison *c)
{
	const size_t *n = c->cells.n_gate_words;

	return n[COMPARE_SLOWER] + n[COMPARE_FASTER] + n[COMPARE_SAME] + n[COMPARE_OPEN];
}

static int verdict_status(const struct comparison *c, char *why, size_t n)
{
	if (c->verdict.outcome == VERDICT_PRESERVED)
		return 0;
	if (c->verdict.outcome != VERDICT_INCONCLUSIVE) {
		snprintf(why, n, "the verdict is %s", verdict_outcome_name(c->verdict.outcome));
		return 1;
	}
	if (c->verdict.hidden) {
		snprintf(why, n, "the VMM hides that the BAR is prefetchable: %s cannot be asked for",
			 c->guest->asks[MAP_WC]);
		return 1;
	}
	snprintf(why, n, "nothing shows that %s was preserved", c->guest->asks[MAP_WC]);
	if (!c->verdict.about_guest && !c->ask.require_preserved) {
		/* figures were asked for, and there is no hypervisor to judge */
		if (c->ask.fail_on_regression && gates_judged(c))
			return 0;
		snprintf(why, n, c->ask.fail_on_regression ? "no gating cell was judged" :
			 "no hypervisor to judge; with --fail-on regression the figures alone count");
	}
	return c->ask.require_preserved ? 1 : 3;
}

/* What passes because nobody asked for more is no proof. */
static void add_undecided(const struct comparison *c, char *why, size_t n)
{
	const struct compare_cells *t = &c->cells;
	size_t open = t->n_gates - (gates_judged(c) - t->n_gate_words[COMPARE_OPEN]);

	if (!t->judged || (t->n_gates && !open))
		return;
	if (!t->n_gates)
		snprintf(why, n, "no gating cell was measured, and that passes but for --fail-on "
			 "inconclusive");
	else
		snprintf(why, n, "%zu of %zu gating cells undecided, and that passes but for --fail-on "
			 "inconclusive; %s", open, t->n_gates, c->cells.by_run ?
			 "more launches a side decide, the page says how many (mmiobench --launches N)" :
			 "several launches a side decide (mmiobench --launches 5)");
}

static int gate_status(const struct comparison *c, char *why, size_t n)
{
	const struct compare_cells *t = &c->cells;
	size_t told = t->n_gate_words[COMPARE_FASTER] + t->n_gate_words[COMPARE_SAME];

	if (c->ask.fail_on_regression && t->n_gate_words[COMPARE_SLOWER]) {
		snprintf(why, n, "%zu gating cell%s slower", t->n_gate_words[COMPARE_SLOWER],
			 plural(t->n_gate_words[COMPARE_SLOWER]));
		return 1;
	}
	if (c->ask.fail_on_inconclusive && (!told || told < t->n_gates)) {
		snprintf(why, n, t->n_gates ? "%zu of %zu gating cells cannot be told" :
			 "no gating cell was measured", t->n_gates - told, t->n_gates);
		return 3;
	}
	return 0;
}

int compare_status_why(const struct comparison *c, char *why, size_t n)
{
	char gate_why[128] = "";
	int status, gate;

	if (c->agreement == AGREEMENT_DISAGREES) {
		snprintf(why, n, "the host's witness and the guest contradict each other");
		return 1;
	}
	if (c->n_left) {
		snprintf(why, n, "a run did not leave its device as it found it");
		return 1;
	}
	if (is_incomplete(c, gate_why, sizeof(gate_why))) {
		snprintf(why, n, "%s: no success whatever the verdict", gate_why);
		return 1;
	}
	status = verdict_status(c, why, n);
	if (!status) {
		snprintf(why, n, "%s", "");
		add_undecided(c, why, n);
	}
	gate = gate_status(c, gate_why, sizeof(gate_why));
	if (status == 1 || !gate || (status && gate != 1))
		return status;
	snprintf(why, n, "%s", gate_why);
	return gate;
}

int compare_status(const struct comparison *c)
{
	char why[160];

	return compare_status_why(c, why, sizeof(why));
}
