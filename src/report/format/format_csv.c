// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdio.h>
#include <string.h>
#include "compare/compare_wording.h"
#include "report/format/csv.h"
#include "report/format/format.h"
#include "verdict/violations.h"

/* Which run: the same in every row, so that files can be put together. */
static void csv_run(struct csv *w, const struct result *r, const struct verdict *v)
{
	char device[16];

	csv_bool(w, "emulated", r->env.emulated);
	csv_bool(w, "replayed", r->replayed);
	csv_text(w, "verdict", verdict_outcome_name(v->outcome));
	csv_text(w, "confidence", confidence_name(v->confidence));
	csv_bool(w, "about_guest", v->about_guest);
	csv_text(w, "machine", env_guest_name(r->env.virt.guest));
	csv_text(w, "kernel_release", fact_or(&r->env.facts, "kernel_release", ""));
	csv_text(w, "cpu_model", fact_or(&r->env.facts, "cpu_model", ""));
	csv_text(w, "arch", r->arch);
	csv_text(w, "device", r->is_ram ? "" : format_device(device, sizeof(device), r));
	csv_text(w, "bdf", r->device.bdf);
	csv_count(w, "bar", !r->is_ram, r->bar.index);
	csv_text(w, "started", r->started);
	csv_text(w, "version", r->version);
}

static void csv_result_row(struct csv *w, const struct result *r, const struct verdict *v,
			   const struct cell_record *c)
{
	const struct summary *s = &c->summary;
	bool has = cell_has_median(c), counts = cell_counts(c) && c->n_rounds;
	char why[256] = "";

	csv_text(w, "id", c->id);
	csv_fields(w, &spec_table, &c->spec);
	csv_number(w, "median", has, s->median);
	csv_number(w, "median_low", has, s->ci_low);
	csv_number(w, "median_high", has, s->ci_high);
	csv_number(w, "coverage", has, s->coverage);
	csv_count(w, "rounds", true, c->n_rounds);
	csv_count(w, "tries", counts, c->tries);
	csv_count(w, "events", counts, c->events);
	csv_text(w, "status", cell_status_name(c->status));
	csv_text(w, "why", c->why);
	csv_text(w, "wrong", cell_failed(r, v, c, why, sizeof(why)) ? why : "");
	csv_run(w, r, v);
	csv_end(w);
}

static void csv_result(FILE *out, const struct result *r, const struct verdict *v)
{
	static const struct cell_record none;
	struct csv w = { .out = out, .head = true };

	csv_result_row(&w, r, v, &none);
	w.head = false;
	for_each_cell(c, r)
		csv_result_row(&w, r, v, c);
}

struct side_names {
	const char *status, *why, *n, *median;
};

static void csv_side(struct csv *w, const struct compare_row *row, int side)
{
	static const struct side_names all[] = {
		{ "host_status", "host_why", "host_n", "host_median" },
		{ "guest_status", "guest_why", "guest_n", "guest_median" },
	};
	const struct side_names *names = &all[side];
	const struct compare_figure *of = &row->sides[side];

	csv_text(w, names->status, of->cell ? cell_status_name(of->cell->status) : "absent");
	csv_text(w, names->why, of->cell ? of->cell->why : "");
	csv_count(w, names->n, row->is_timed, of->n);
	csv_number(w, names->median, row->is_timed, of->median);
}

static void csv_test(struct csv *w, const struct comparison *c, const struct compare_row *row)
{
	bool has = row->is_timed, judged = has && c->cells.judged;

	csv_number(w, "ratio", has, row->ratio.value);
	csv_number(w, "ratio_low", has, row->ratio.low);
	csv_number(w, "ratio_high", has, row->ratio.high);
	csv_number(w, "p", judged, row->p);
	csv_number(w, "p_adjusted", judged, row->p_adjusted);
	csv_number(w, "p_same", judged, row->p_same);
	csv_text(w, "word", judged ? compare_word_name(row->word) : "");
	csv_count(w, "further", judged && row->further, row->further);
}

static void csv_comparison_row(struct csv *w, const struct comparison *c,
			       const struct compare_row *row)
{
	static const struct cell_record none;
	const struct cell_record *cell = row->sides[0].cell ? row->sides[0].cell :
					 row->sides[1].cell ? row->sides[1].cell : &none;

	csv_text(w, "id", row->id);
	csv_fields(w, &spec_table, &cell->spec);
	csv_text(w, "state", compare_state_name(row->state));
	csv_bool(w, "gate", row->gate != NULL);
	csv_side(w, row, 0);
	csv_side(w, row, 1);
	csv_test(w, c, row);
	csv_bool(w, "judged", c->cells.judged);
	csv_text(w, "statistical_unit", c->cells.by_run ? "run" : "round");
	csv_bool(w, "emulated", c->cells.emulated);
	csv_bool(w, "replayed", c->cells.replayed);
	csv_text(w, "comparison", compare_ratio_name(c));
	csv_text(w, "verdict", verdict_outcome_name(c->verdict.outcome));
	csv_text(w, "confidence", confidence_name(c->verdict.confidence));
	csv_count(w, "exit_status", true, (uint64_t)compare_status(c));
	csv_end(w);
}

static void csv_comparison(FILE *out, const struct comparison *c)
{
	const struct compare_row none = { .id = "" };
	struct csv w = { .out = out, .head = true };

	csv_comparison_row(&w, c, &none);
	w.head = false;
	for (size_t i = 0; i < c->cells.n_rows; i++)
		csv_comparison_row(&w, c, &c->cells.rows[i]);
}

int csv_write(FILE *out, const struct told *t)
{
	if (t->comparison)
		csv_comparison(out, t->comparison);
	else
		csv_result(out, t->run, t->verdict);
	return 0;
}
