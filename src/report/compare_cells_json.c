// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include "report/compare_cells.h"

static json_t *json_cell(const struct cell_record *c, double median, size_t n)
{
	json_t *side;

	if (!c)
		return json_null();
	side = json_pack("{ss ss}", "status", cell_status_name(c->status), "why", c->why);
	if (n)
		json_object_update_new(side, json_pack("{sf si}", "median", median, "n", (int)n));
	return side;
}

static json_t *json_test(const struct compare_row *row)
{
	json_t *o =
		json_pack("{sf sf sf sb ss so sb}", "p", row->p, "p_adjusted", row->p_adjusted,
			  "p_same", row->p_same, "exact", row->exact, "word",
			  compare_word_name(row->word), "detectable",
			  row->detectable > 0 ? json_real(row->detectable) : json_null(),
			  "below_detectable", row->below);

	if (row->word == COMPARE_OPEN)
		json_object_set_new(o, "further",
				    row->further ? json_integer((json_int_t)row->further)
						 : json_null());
	return o;
}

static json_t *json_row(const struct compare_row *row, bool judged)
{
	json_t *o = json_pack("{ss ss ss sb so so}", "id", row->id, "unit", row->unit, "state",
			      compare_state_name(row->state), "gate", row->gate != NULL, "host",
			      json_cell(row->host, row->host_median, row->n_host), "guest",
			      json_cell(row->guest, row->guest_median, row->n_guest));

	if (!row->is_timed)
		return o;
	json_object_set_new(o, "ratio",
			    json_pack("{sf s[ff] s[ff]}", "guest_by_host", row->ratio.value,
				      "interval", row->ratio.low, row->ratio.high, "interval90",
				      row->ratio.low90, row->ratio.high90));
	if (judged)
		json_object_set_new(o, "test", json_test(row));
	return o;
}

json_t *compare_cells_json(const struct comparison *c)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < c->cells.n_rows; i++)
		json_array_append_new(rows, json_row(&c->cells.rows[i], c->cells.judged));
	return rows;
}

static json_t *json_words(const size_t *n)
{
	json_t *o = json_object();

	for (int w = COMPARE_SLOWER; w < COMPARE_WORDS; w++)
		json_object_set_new(o, compare_word_name((enum compare_word)w),
				    json_integer((json_int_t)n[w]));
	return o;
}

static json_t *json_states(const size_t *n)
{
	json_t *o = json_object();

	for (int s = 0; s < COMPARE_STATES; s++)
		json_object_set_new(o, compare_state_name((enum compare_state)s),
				    json_integer((json_int_t)n[s]));
	return o;
}

static json_t *json_starts(const struct compare_side *side)
{
	json_t *list = json_array();

	for (size_t i = 0; i < side->n_runs; i++)
		json_array_append_new(list, json_string(side->runs[i].started));
	return list;
}

static json_t *json_verdicts(const unsigned int *n)
{
	json_t *o = json_object();

	for (int w = 0; w < VERDICTS; w++)
		json_object_set_new(o, verdict_word_name((enum verdict_word)w), json_integer(n[w]));
	return o;
}

json_t *compare_figures_json(const struct comparison *c)
{
	const struct compare_cells *t = &c->cells;

	return json_pack("{ss sf so sb so so so so so so so}", "unit", t->by_run ? "run" : "round",
			 "min_effect", c->ask.min_effect, "scatter",
			 t->by_run ? json_null() : json_real(t->scatter), "judged", t->judged, "host_runs",
			 json_starts(&c->sides[0]), "guest_runs", json_starts(&c->sides[1]),
			 "verdicts", json_verdicts(c->n_verdicts), "states",
			 json_states(t->n_states), "words", json_words(t->n_words), "gate_states",
			 json_states(t->n_gate_states), "gate_words", json_words(t->n_gate_words));
}
