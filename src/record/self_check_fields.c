// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <string.h>
#include "record/fields.h"
#include "record/result.h"

#define LAUNCHES_MOST 1000

static const struct field rate_fields[] = {
	REAL("rate", rate, value, .most = 1),
	REALS("interval", rate, low, 2, .most = 1),
	{ 0 },
};

static int rate_finish(const struct scope *at, struct problem *p)
{
	const struct rate *r = at->rec;

	return r->low <= r->value && r->value <= r->high ? 0 :
		problem_set(p, "rate", "no rate within its interval");
}

static const struct record_table rate_table = { .size = sizeof(struct rate), .fields = rate_fields,
						.finish = rate_finish };

static const struct field size_fields[] = {
	INT("runs", self_check_rate, runs, 1, LAUNCHES_MOST / 2),
	INT("comparisons", self_check_rate, comparisons, 1, SELF_CHECK_COMPARISONS),
	INT("independent", self_check_rate, independent, 1, LAUNCHES_MOST / 2),
	OBJECT("gating", self_check_rate, gating, rate_table),
	OBJECT("others", self_check_rate, others, rate_table),
	{ 0 },
};

/* One run a side, then half of the launches. */
static int size_finish(const struct scope *at, struct problem *p)
{
	const struct self_check *s = at->outer->rec;
	const struct self_check_rate *r = at->rec;

	if (r->runs != (at->index ? s->launches / 2 : 1))
		return problem_set(p, "runs", "out of range: neither one nor half of launches");
	if (r->independent > s->launches / (2 * r->runs))
		return problem_set(p, "independent", "out of range: more than launches allow");
	return 0;
}

static const struct record_table size_table = { .size = sizeof(struct self_check_rate),
						.fields = size_fields, .finish = size_finish };

static const struct field drift_fields[] = {
	INT("gating", self_check, drift_gating, 0, SELF_CHECK_CELLS),
	INT("others", self_check, drift_others, 0, INT32_MAX),
	INT("other_cells", self_check, drift_cells, 0, INT32_MAX),
	{ 0 },
};

static int drift_finish(const struct scope *at, struct problem *p)
{
	const struct self_check *s = at->rec;

	return s->drift_others > s->drift_cells ?
		problem_set(p, "others", "out of range: more than other_cells") : 0;
}

static const struct record_table drift_table = { .fields = drift_fields, .finish = drift_finish };

static const struct field shift_fields[] = {
	INT("runs", self_check_shift, runs, 1, LAUNCHES_MOST / 2),
	REAL("shift", self_check_shift, shift, .flags = FIELD_NULL | FIELD_ABOVE_0,
	     .most = SELF_CHECK_SHIFT_MOST),
	{ 0 },
};
static const struct record_table shift_table = { .size = sizeof(struct self_check_shift),
						 .fields = shift_fields };

static const struct field cell_fields[] = {
	TEXT("id", self_check_cell, id),
	LIST("shifts", self_check_cell, shifts, n_shifts, RECORDS(shift_table)),
	{ 0 },
};

/* One for each of the sizes. */
static int check_cell_finish(const struct scope *at, struct problem *p)
{
	const struct self_check *s = at->outer->rec;
	const struct self_check_cell *c = at->rec;

	if (c->n_shifts != s->n_sizes)
		return problem_set(p, "shifts", "too short a list");
	for (unsigned int i = 0; i < c->n_shifts; i++)
		if (c->shifts[i].runs != s->sizes[i].runs)
			return problem_set(p, "shifts", "out of range: not the runs of false_alarms");
	return 0;
}

static const struct record_table check_cell_table = { .size = sizeof(struct self_check_cell),
						      .fields = cell_fields,
						      .finish = check_cell_finish };

static const struct field self_check_fields[] = {
	INT("launches", self_check, launches, SELF_CHECK_LEAST, LAUNCHES_MOST),
	REAL("min_effect", self_check, min_effect, .most = 1),
	BOOL("judged", self_check, judged),
	LIST("false_alarms", self_check, sizes, n_sizes, RECORDS(size_table)),
	GROUP("drift", drift_table),
	LIST("detectable", self_check, cells, n_cells, RECORDS(check_cell_table)),
	{ 0 },
};

static const struct rule self_check_rules[] = {
	{ IF("judged", "true"), THEN("false_alarms", MUST_FILLED) },
	{ IF("judged", "false"), THEN("false_alarms", MUST_EMPTY) },
	{ 0 },
};

static int self_check_finish(const struct scope *at, struct problem *p)
{
	const struct self_check *s = at->rec;

	return s->judged != (s->n_sizes == SELF_CHECK_SIZES) ?
		problem_set(p, "false_alarms", "does not fit judged") : 0;
}

const struct record_table self_check_table = { .size = sizeof(struct self_check),
					       .fields = self_check_fields,
					       .rules = self_check_rules,
					       .finish = self_check_finish };
