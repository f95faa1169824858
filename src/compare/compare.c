// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include "compare/compare.h"
#include "compare/self_check.h"
#include "verdict/host_guest.h"
#include "verdict/violations.h"

static struct judge_input input_of(const struct comparison *c, int side, const struct result *run)
{
	struct judge_input in = { .run = run };

	if (side) {
		/* neither an earlier run nor a guest is a reference: there was a hypervisor below it, too */
		if (!c->before_after && host_guest_is_reference(c->host, run))
			in.host = c->host;
		in.witness = c->ask.witness;
	}
	return in;
}

static int judge_side(struct comparison *c, int side)
{
	const struct compare_side *s = &c->sides[side];
	struct verdict *v = c->verdicts[side] = calloc(s->n_runs, sizeof(*v));

	for (size_t i = 0; i < s->n_runs && v; i++) {
		struct judge_input in = input_of(c, side, &s->runs[i]);

		judge_input(&v[i], &in);
		c->n_wrong += count_failed(&s->runs[i], &v[i]);
		c->n_left += result_is_left(&s->runs[i]);
	}
	return v ? 0 : -ENOMEM;
}

/* The worst of the guest's runs is what the verdict is about. */
static void choose_verdict(struct comparison *c)
{
	struct judge_input in;

	for (size_t i = 0; i < c->sides[1].n_runs; i++) {
		struct verdict v = c->verdicts[1][i];

		/* on bare metal there is no hypervisor that could have preserved anything */
		if (!v.about_guest)
			v.outcome = VERDICT_INCONCLUSIVE;
		c->n_verdicts[v.outcome]++;
		if (i && verdict_goodness(v.outcome) >= verdict_goodness(c->verdict.outcome))
			continue;
		c->verdict = v;
		c->guest = &c->sides[1].runs[i];
	}
	in = input_of(c, 1, c->guest);
	c->agreement = judge_witness_agreement(&in, c->agreement_why, sizeof(c->agreement_why));
}

/* The side that sees less decides what both can show. */
static void find_detectable(struct compare_cells *c, const struct compare_side *host,
			    const struct compare_side *guest)
{
	size_t n = host->n_runs < guest->n_runs ? host->n_runs : guest->n_runs;

	for (size_t i = 0; i < c->n_rows; i++) {
		struct compare_row *row = &c->rows[i];

		if (!row->gate || !row->is_timed)
			continue;
		row->detectable = fmax(self_check_shift(host, row->id, c->by_run ? n : 0),
				       self_check_shift(guest, row->id, c->by_run ? n : 0));
		row->below = (row->word == COMPARE_SLOWER || row->word == COMPARE_FASTER) &&
			     expm1(fabs(log(row->ratio.value))) < row->detectable;
		c->n_below += row->below;
	}
}

bool compare_is_before_after(const struct compare_side *sides, uint64_t ignored)
{
	return ignored || environment_same_machine(&sides[0].runs[0], &sides[1].runs[0]);
}

int compare_make(struct comparison *c, const struct compare_side *host,
		       const struct compare_side *guest, const struct compare_ask *ask)
{
	struct comparison new = { .host = &host->runs[0], .sides = { *host, *guest }, .ask = *ask };
	int ret = compare_cells_make(&new.cells, host, guest, ask);

	new.before_after = compare_is_before_after(new.sides, ask->ignored);
	if (new.before_after)
		environment_compare(&new.changes, host, guest, ask->ignored);
	for (int side = 0; side < 2 && !ret; side++)
		ret = judge_side(&new, side);
	if (ret) {
		compare_free(&new);
		return ret;
	}
	find_detectable(&new.cells, host, guest);
	choose_verdict(&new);
	*c = new;
	return 0;
}

void compare_free(struct comparison *c)
{
	compare_cells_free(&c->cells);
	for (int side = 0; side < 2; side++) {
		free(c->verdicts[side]);
		c->verdicts[side] = NULL;
	}
}
