// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdio.h>
#include "base/parse.h"
#include "judge/compare.h"

/*
 * A figure that one side lacks is no success, whatever the others say. What is skipped because it
 * would take too long says nothing where times count for nothing. The first that there is, in why.
 */
static bool is_incomplete(const struct comparison *c, char *why, size_t n)
{
	const struct compare_cells *t = &c->cells;
	size_t failed = t->n_states[COMPARE_FAILED];
	size_t absent = t->other_profile ? 0 : t->n_states[COMPARE_ABSENT];
	size_t gates = t->judged ? t->n_gate_states[COMPARE_ONE_SIDED] : 0;
	size_t others = t->judged && c->ask.fail_on_regression ?
			t->n_states[COMPARE_ONE_SIDED] - t->n_coarse : 0;

	if (c->n_wrong)
		snprintf(why, n, "%zu cell%s saw what must not be", c->n_wrong, plural(c->n_wrong));
	else if (failed)
		snprintf(why, n, "%zu cell%s failed", failed, plural(failed));
	else if (absent)
		snprintf(why, n, "%zu cell%s absent on one side", absent, plural(absent));
	else if (gates)
		snprintf(why, n, "%zu gating cell%s measured on one side only", gates, plural(gates));
	else if (others)
		snprintf(why, n, "%zu cell%s measured on one side only", others, plural(others));
	else
		return false;
	return true;
}

static size_t gates_judged(const struct comparison *c)
{
	const size_t *n = c->cells.n_gate_words;

	return n[COMPARE_SLOWER] + n[COMPARE_FASTER] + n[COMPARE_SAME] + n[COMPARE_OPEN];
}

static int verdict_status(const struct comparison *c, char *why, size_t n)
{
	if (c->verdict.word == VERDICT_PRESERVED)
		return 0;
	if (c->verdict.word != VERDICT_INCONCLUSIVE) {
		snprintf(why, n, "the verdict is %s", verdict_word_name(c->verdict.word));
		return 1;
	}
	snprintf(why, n, "nothing shows that %s was preserved", c->guest->asks[1]);
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

	if (c->held == HELD_DISAGREES) {
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
