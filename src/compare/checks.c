// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/text.h"
#include "compare/compare_wording.h"
#include "compare/checks.h"
#include "record/figure.h"
#include "verdict/violations.h"
#include "verdict/wording.h"

static struct check *add(struct checks *checks, const char *name, enum check_outcome outcome,
			 const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* NULL: out of memory, found at the end. */
static struct check *add(struct checks *checks, const char *name, enum check_outcome outcome,
			 const char *fmt, ...)
{
	struct check *v = realloc(checks->v, (checks->n + 1) * sizeof(*v)), *c;
	va_list ap;

	if (!v) {
		checks->failed = true;
		return NULL;
	}
	checks->v = v;
	c = &v[checks->n++];
	*c = (struct check){ .outcome = outcome };
	snprintf(c->name, sizeof(c->name), "%s", name);
	text_clean(c->name);
	va_start(ap, fmt);
	vsnprintf(c->why, sizeof(c->why), fmt, ap);
	va_end(ap);
	text_clean(c->why);
	return c;
}

static void set_value(struct check *c, double value, enum unit unit)
{
	if (!c)
		return;
	c->has_value = true;
	c->value = value;
	c->unit = unit;
}

static enum check_outcome verdict_outcome(const struct verdict *v)
{
	if (v->hidden)
		return CHECK_FAIL;
	if (!v->about_guest || v->outcome == VERDICT_INCONCLUSIVE)
		return CHECK_SKIP;
	return v->outcome == VERDICT_PRESERVED ? CHECK_PASS : CHECK_FAIL;
}

static const char *power_lost(const struct result *r)
{
	return r->disturbance.power_lost ?
		       "; COMMAND, power state or power/control are not put back" : "";
}

static void add_window(struct checks *checks, const struct result *r)
{
	bool lost = result_is_left(r);

	add(checks, "window",
	    lost ? CHECK_FAIL : r->window == WINDOW_RESTORED ? CHECK_PASS : CHECK_SKIP, "%s%s",
	    window_state_name(r->window), power_lost(r));
}

static void add_unmeasured(struct checks *checks, const struct cell_record *c)
{
	bool skipped = c->status == CELL_SKIPPED || c->status == CELL_COARSE ||
		       c->status == CELL_NOT_RUN;

	add(checks, c->id, skipped ? CHECK_SKIP : CHECK_FAIL, "%s%s%s",
	    c->status == CELL_MEASURED ? "no figure" : cell_status_name(c->status),
	    c->why[0] ? ": " : "", c->why);
}

static void add_counts(struct checks *checks, const struct result *r, const struct verdict *v,
		       const struct cell_record *c)
{
	char why[256];

	if (cell_failed(r, v, c, why, sizeof(why)))
		add(checks, c->id, CHECK_FAIL, "%s", why);
	else if (c->status != CELL_MEASURED)
		add_unmeasured(checks, c);
	else if (integrity_is_device(r, c))
		add(checks, c->id, CHECK_SKIP, "%s's stores go wrong through plain, too: the "
		    "device's doing, and nothing is known of this mapping", c->spec.kernel);
	else
		add(checks, c->id, CHECK_PASS, "%" PRIu64 " of %" PRIu64 " tries saw %s", c->events,
		    c->tries, cell_is(c, EXP_ORDER) ? "a weak outcome that is allowed" :
								"other data than was stored");
}

static void add_cell(struct checks *checks, const struct result *r, const struct verdict *v,
		     const struct cell_record *c)
{
	char median[32];

	if (cell_counts(c)) {
		add_counts(checks, r, v, c);
	} else if (!cell_has_median(c)) {
		add_unmeasured(checks, c);
	} else if (compare_gate(c)) {
		set_value(add(checks, c->id, CHECK_PASS, "median %s: %s%s",
			      figure_cell(median, sizeof(median), c), compare_gate(c),
			      r->env.emulated ? "; emulated, says nothing about hardware" : ""),
			  c->summary.median, c->spec.unit);
	}
}

static int finish(struct checks *checks)
{
	if (!checks->failed)
		return 0;
	checks_free(checks);
	return -ENOMEM;
}

int checks_of_result(struct checks *checks, const struct result *r, const struct verdict *v)
{
	char line[512];

	*checks = (struct checks){ 0 };
	verdict_sentence(line, sizeof(line), r, v);
	add(checks, "normal-nc", verdict_outcome(v), "%s", line);
	add_window(checks, r);
	for (size_t i = 0; i < r->n_cells; i++)
		add_cell(checks, r, v, &r->cells[i]);
	return finish(checks);
}

static void add_verdict(struct checks *checks, const struct comparison *c)
{
	enum check_outcome outcome = verdict_outcome(&c->verdict);
	char line[512];

	if (outcome == CHECK_SKIP && c->ask.require_preserved)
		outcome = CHECK_FAIL;
	compare_sentence(line, sizeof(line), c);
	add(checks, "normal-nc", outcome, "%s", line);
}

/* A gating cell that was measured on both sides. */
static enum check_outcome gate_outcome(const struct comparison *c, const struct compare_row *row)
{
	if (row->word == COMPARE_SAME || row->word == COMPARE_FASTER)
		return CHECK_PASS;
	if (row->word == COMPARE_SLOWER)
		return c->ask.fail_on_regression ? CHECK_FAIL : CHECK_SKIP;
	return c->ask.fail_on_inconclusive ? CHECK_FAIL : CHECK_SKIP;
}

static void add_gate(struct checks *checks, const struct comparison *c,
		     const struct compare_row *row)
{
	char p[32] = "";

	if (c->cells.judged)
		snprintf(p, sizeof(p), ", p %.3g", row->p_adjusted);
	set_value(add(checks, row->id, gate_outcome(c, row),
		      "%s: %s %.4g, 95 %% interval %.4g to %.4g%s: %s%s%s",
		      c->cells.judged ? compare_word_name(row->word) : "not judged",
		      compare_ratio_name(c),
		      row->ratio.value, row->ratio.low, row->ratio.high, p, row->gate,
		      c->cells.emulated ? "; emulated, says nothing about hardware" :
		      row->word == COMPARE_SLOWER && !c->ask.fail_on_regression ?
					   "; a failure with --fail-on regression" : "",
		      row->below ? "; less than a self-check finds here" : ""),
		  row->ratio.value, UNIT_RATIO);
}

/* Missing or failed somewhere. */
static enum check_outcome lacking_outcome(const struct comparison *c, const struct compare_row *row)
{
	if (row->state == COMPARE_FAILED ||
	    (row->state == COMPARE_ABSENT && !c->cells.other_profile && !c->verdict.hidden))
		return CHECK_FAIL;
	if (row->state == COMPARE_ONE_SIDED && c->cells.judged &&
	    (row->gate || (c->ask.fail_on_regression && !row->coarse)))
		return CHECK_FAIL;
	return row->gate && c->ask.fail_on_inconclusive ? CHECK_FAIL : CHECK_SKIP;
}

/* "guest", of several runs "guest-2". */
static const char *run_name(char *buf, size_t n, const struct comparison *c, int side, size_t run)
{
	char number[24] = "";

	if (c->sides[side].n_runs > 1)
		snprintf(number, sizeof(number), "-%zu", run + 1);
	snprintf(buf, n, "%s%s", compare_side_name(c, side), number);
	return buf;
}

/* Cells that saw what must not be, of one run: "guest: " and the id. */
static void add_wrong(struct checks *checks, const struct comparison *c, int side, size_t run)
{
	const struct result *r = &c->sides[side].runs[run];
	char why[256], name[128], of[48];

	for (size_t i = 0; i < r->n_cells; i++) {
		if (!cell_failed(r, &c->verdicts[side][run], &r->cells[i], why, sizeof(why)))
			continue;
		snprintf(name, sizeof(name), "%s: %s", run_name(of, sizeof(of), c, side, run),
			 r->cells[i].id);
		add(checks, name, CHECK_FAIL, "run at %s: %s", r->started, why);
	}
}

/* A run that left its device otherwise than it found it: nothing else here would fail of it. */
static void add_left(struct checks *checks, const struct comparison *c, int side, size_t run)
{
	const struct result *r = &c->sides[side].runs[run];
	char name[64], of[48];

	if (!result_is_left(r))
		return;
	snprintf(name, sizeof(name), "%s: window", run_name(of, sizeof(of), c, side, run));
	add(checks, name, CHECK_FAIL, "run at %s: %s%s", r->started, window_state_name(r->window),
	    power_lost(r));
}

/* A cell saw in some run what must not be: add_wrong() has it. */
static bool is_wrong(const struct comparison *c, const char *id)
{
	char why[256];

	for (int s = 0; s < 2; s++)
		for (size_t i = 0; i < c->sides[s].n_runs; i++) {
			const struct result *r = &c->sides[s].runs[i];
			const struct cell_record *cell = result_find_cell(r, id);

			if (cell && cell_failed(r, &c->verdicts[s][i], cell, why, sizeof(why)))
				return true;
		}
	return false;
}

static void add_row(struct checks *checks, const struct comparison *c,
		    const struct compare_row *row)
{
	char sides[400];

	if (row->state == COMPARE_COUNTED) {
		if (!is_wrong(c, row->id))
			add(checks, row->id, CHECK_PASS, "nothing that must not be, on both sides");
	} else if (row->state == COMPARE_MEASURED) {
		if (row->gate)
			add_gate(checks, c, row);
	} else if (row->gate || row->state != COMPARE_NOT_RUN) {
		add(checks, row->id, lacking_outcome(c, row), "%s: %s",
		    compare_state_name(row->state), compare_sides_text(sides, sizeof(sides), c, row));
	}
}

/* Silence is no success, and no failure. */
static void add_witness(struct checks *checks, const struct comparison *c)
{
	static const enum check_outcome outcomes[] = { [AGREEMENT_SILENT] = CHECK_SKIP,
						       [AGREEMENT_AGREES] = CHECK_PASS,
						       [AGREEMENT_DISAGREES] = CHECK_FAIL };

	if (c->ask.witness)
		add(checks, "witness", outcomes[c->agreement], "%s: %s", witness_agreement_name(c->agreement),
		    c->agreement_why);
}

int checks_of_comparison(struct checks *checks, const struct comparison *c)
{
	*checks = (struct checks){ 0 };
	add_verdict(checks, c);
	for (int s = 0; s < 2; s++)
		for (size_t i = 0; i < c->sides[s].n_runs; i++)
			add_wrong(checks, c, s, i);
	for (size_t i = 0; i < c->cells.n_rows && !checks->failed; i++)
		add_row(checks, c, &c->cells.rows[i]);
	for (int s = 0; s < 2; s++)
		for (size_t i = 0; i < c->sides[s].n_runs; i++)
			add_left(checks, c, s, i);
	add_witness(checks, c);
	return finish(checks);
}

void checks_free(struct checks *checks)
{
	free(checks->v);
	*checks = (struct checks){ .failed = checks->failed };
}

size_t checks_count(const struct checks *checks, enum check_outcome outcome)
{
	size_t n = 0;

	for (size_t i = 0; i < checks->n; i++)
		n += checks->v[i].outcome == outcome;
	return n;
}
