// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <string.h>
#include "judge/self_check.h"
#include "report/self_check.h"

#define LAUNCHES_MOST 1000

static json_t *json_rate(const struct rate *r)
{
	return json_pack("{sf s[ff]}", "rate", r->value, "interval", r->low, r->high);
}

static json_t *json_size(const struct self_check_rate *r)
{
	return json_pack("{si si si so so}", "runs", (int)r->runs, "comparisons",
			 (int)r->comparisons, "independent", (int)r->independent, "gating",
			 json_rate(&r->gating), "others", json_rate(&r->others));
}

static json_t *json_cell(const struct self_check *s, const struct self_check_cell *c)
{
	json_t *shifts = json_array();

	for (unsigned int i = 0; i < s->n_sizes; i++)
		json_array_append_new(shifts, json_pack("{si so}", "runs", (int)s->sizes[i].runs,
							"shift", c->shifts[i] > 0 ?
							json_real(c->shifts[i]) : json_null()));
	return json_pack("{ss so}", "id", c->id, "shifts", shifts);
}

json_t *self_check_json(const struct self_check *s)
{
	json_t *sizes = json_array(), *cells = json_array();

	for (unsigned int i = 0; i < s->n_sizes; i++)
		json_array_append_new(sizes, json_size(&s->sizes[i]));
	for (unsigned int i = 0; i < s->n_cells; i++)
		json_array_append_new(cells, json_cell(s, &s->cells[i]));
	return json_pack("{si sf sb so s{si si si} so}", "launches", (int)s->launches, "min_effect",
			 s->min_effect, "judged", s->judged, "false_alarms", sizes, "drift",
			 "gating", (int)s->drift_gating, "others", (int)s->drift_others,
			 "other_cells", (int)s->drift_cells, "detectable", cells);
}

/* A share, and an interval that holds it. */
static void read_rate(struct reader *rd, const json_t *o, const char *key, struct rate *r)
{
	const json_t *rate = reader_get(rd, o, key, JSON_OBJECT), *interval, *low, *high;
	size_t n;

	r->value = reader_real(rd, rate, "rate", false);
	interval = reader_list(rd, rate, "interval", 2, &n);
	if (rd->ret)
		return;
	low = json_array_get(interval, 0);
	high = json_array_get(interval, 1);
	r->low = json_number_value(low); /* 0 of what is none */
	r->high = json_number_value(high);
	if (!json_is_number(low) || !json_is_number(high) ||
	    !(r->low >= 0 && r->low <= r->value && r->value <= r->high && r->high <= 1))
		reader_fail(rd, key, "no rate within its interval");
}

/* One run a side, then half of the launches. */
static void read_size(struct reader *rd, const json_t *o, const struct self_check *s,
		      struct self_check_rate *r)
{
	unsigned int want = s->n_sizes ? s->launches / 2 : 1;

	r->runs = (unsigned int)reader_int(rd, o, "runs", want, want);
	r->comparisons = (unsigned int)reader_int(rd, o, "comparisons", 1, SELF_CHECK_COMPARISONS);
	r->independent = (unsigned int)reader_int(rd, o, "independent", 1,
						  s->launches / (2 * want));
	read_rate(rd, o, "gating", &r->gating);
	read_rate(rd, o, "others", &r->others);
}

static void read_shift(struct reader *rd, const json_t *o, const struct self_check *s, unsigned int i,
		       struct self_check_cell *c)
{
	reader_int(rd, o, "runs", s->sizes[i].runs, s->sizes[i].runs);
	c->shifts[i] = reader_real(rd, o, "shift", true);
	if (c->shifts[i] > SELF_CHECK_SHIFT_MOST)
		reader_fail(rd, "shift", "out of range");
}

static void read_cell(struct reader *rd, const json_t *o, const struct self_check *s,
		      struct self_check_cell *c)
{
	const json_t *shifts;
	size_t n;

	reader_text(rd, o, "id", c->id, sizeof(c->id));
	shifts = reader_list(rd, o, "shifts", s->n_sizes, &n);
	if (!rd->ret && n != s->n_sizes)
		reader_fail(rd, "shifts", "not as many as false_alarms");
	for (unsigned int i = 0; i < s->n_sizes && !rd->ret; i++)
		read_shift(rd, json_array_get(shifts, i), s, i, c);
}

static void read_lists(struct reader *rd, const json_t *o, struct self_check *s)
{
	size_t n_sizes, n_cells;
	const json_t *sizes = reader_list(rd, o, "false_alarms", SELF_CHECK_SIZES, &n_sizes);
	const json_t *cells = reader_list(rd, o, "detectable", SELF_CHECK_CELLS, &n_cells);

	if (!rd->ret && s->judged != (n_sizes == SELF_CHECK_SIZES))
		reader_fail(rd, "false_alarms", "does not fit judged");
	for (; s->n_sizes < n_sizes && !rd->ret; s->n_sizes++) {
		reader_at(rd, "self_check.false_alarms[%u]", s->n_sizes);
		read_size(rd, json_array_get(sizes, s->n_sizes), s, &s->sizes[s->n_sizes]);
	}
	for (; s->n_cells < n_cells && !rd->ret; s->n_cells++) {
		reader_at(rd, "self_check.detectable[%u]", s->n_cells);
		read_cell(rd, json_array_get(cells, s->n_cells), s, &s->cells[s->n_cells]);
	}
}

void self_check_read(struct reader *rd, const json_t *root, struct self_check *s)
{
	const json_t *o = json_object_get(root, "self_check"), *drift;

	if (rd->ret || !o)
		return;
	reader_at(rd, "self_check");
	s->launches = (unsigned int)reader_int(rd, o, "launches", SELF_CHECK_LEAST, LAUNCHES_MOST);
	s->min_effect = reader_real(rd, o, "min_effect", false);
	if (s->min_effect > 1)
		reader_fail(rd, "min_effect", "out of range");
	s->judged = reader_bool(rd, o, "judged");
	drift = reader_get(rd, o, "drift", JSON_OBJECT);
	s->drift_gating = (unsigned int)reader_int(rd, drift, "gating", 0, SELF_CHECK_CELLS);
	s->drift_cells = (unsigned int)reader_int(rd, drift, "other_cells", 0, INT32_MAX);
	s->drift_others = (unsigned int)reader_int(rd, drift, "others", 0, s->drift_cells);
	read_lists(rd, o, s);
	reader_at(rd, "%s", "");
}
