// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdio.h>
#include <string.h>
#include "judge/baseline.h"
#include "judge/correct.h"
#include "report/csv.h"
#include "report/format.h"

static void csv_cell(struct csv *w, const struct cell_record *c)
{
	csv_text(w, "experiment", c->experiment);
	csv_text(w, "mapping", c->mapping);
	csv_text(w, "kernel", c->kernel);
	csv_text(w, "barrier", c->barrier);
	csv_text(w, "barrier2", c->barrier2);
	csv_text(w, "shape", c->shape);
	csv_text(w, "place", c->place);
	csv_text(w, "direction", c->is_load ? "load" : "store");
	csv_text(w, "access_pattern", c->access_pattern);
	csv_count(w, "threads", true, c->threads);
	csv_count(w, "width_bytes", true, c->width_bytes);
	csv_count(w, "interval_bytes", true, c->interval_bytes);
	csv_count(w, "doorbell_bytes", true, c->doorbell_bytes);
	csv_count(w, "shift_bytes", true, c->shift_bytes);
	csv_count(w, "region_bytes", true, c->region_bytes);
	csv_count(w, "lap_bytes", true, c->lap_bytes);
	csv_count(w, "unit_bytes", true, c->unit_bytes);
	csv_bool(w, "flushed", c->flushed);
	csv_text(w, "flush_through", c->flush_through);
}

/* Which run: the same in every row, so that files can be put together. */
static void csv_run(struct csv *w, const struct result *r, const struct verdict *v)
{
	char device[16];

	csv_bool(w, "emulated", r->env.emulated);
	csv_bool(w, "replayed", r->replayed);
	csv_text(w, "verdict", verdict_word_name(v->word));
	csv_text(w, "confidence", confidence_name(v->confidence));
	csv_bool(w, "about_guest", v->about_guest);
	csv_text(w, "machine", env_guest_name(r->env.virt.guest));
	csv_text(w, "kernel_release", format_fact(r, "kernel_release"));
	csv_text(w, "cpu_model", format_fact(r, "cpu_model"));
	csv_text(w, "arch", r->arch);
	csv_text(w, "device", format_device(device, sizeof(device), r));
	csv_text(w, "bdf", r->device.bdf);
	csv_count(w, "bar", !r->is_ram, r->bar.index);
	csv_text(w, "started", r->started);
	csv_text(w, "version", r->version);
}

static void csv_result_row(struct csv *w, const struct result *r, const struct verdict *v,
			   const struct cell_record *c)
{
	const struct summary *s = &c->summary;
	bool has = format_has_median(c), counts = cell_counts(c) && c->n_rounds;
	char why[256] = "";

	csv_text(w, "id", c->id);
	csv_cell(w, c);
	csv_text(w, "unit", c->unit);
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

int csv_result(FILE *out, const struct result *r, const struct verdict *v)
{
	const struct cell_record none = { .experiment = "" };
	struct csv w = { .out = out, .head = true };

	csv_result_row(&w, r, v, &none);
	w.head = false;
	for (size_t i = 0; i < r->n_cells; i++)
		csv_result_row(&w, r, v, &r->cells[i]);
	return 0;
}

struct side_names {
	const char *status, *why, *n, *median;
};

static void csv_side(struct csv *w, const struct side_names *names, const struct compare_row *row,
		     const struct cell_record *c, size_t n, double median)
{
	csv_text(w, names->status, c ? cell_status_name(c->status) : "absent");
	csv_text(w, names->why, c ? c->why : "");
	csv_count(w, names->n, row->is_timed, n);
	csv_number(w, names->median, row->is_timed, median);
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
	static const struct side_names host = { "host_status", "host_why", "host_n",
						"host_median" };
	static const struct side_names guest = { "guest_status", "guest_why", "guest_n",
						 "guest_median" };
	static const struct cell_record none;
	const struct cell_record *cell = row->host ? row->host : row->guest ? row->guest : &none;

	csv_text(w, "id", row->id);
	csv_cell(w, cell);
	csv_text(w, "unit", row->unit);
	csv_text(w, "state", compare_state_name(row->state));
	csv_bool(w, "gate", row->gate != NULL);
	csv_side(w, &host, row, row->host, row->n_host, row->host_median);
	csv_side(w, &guest, row, row->guest, row->n_guest, row->guest_median);
	csv_test(w, c, row);
	csv_bool(w, "judged", c->cells.judged);
	csv_text(w, "statistical_unit", c->cells.by_run ? "run" : "round");
	csv_bool(w, "emulated", format_emulated(c));
	csv_bool(w, "replayed", format_replayed(c));
	csv_text(w, "baseline", c->ask.baseline ? c->ask.baseline->name : "");
	csv_text(w, "baseline_saved", c->ask.baseline ? c->ask.baseline->saved : "");
	csv_text(w, "verdict", verdict_word_name(c->verdict.word));
	csv_text(w, "confidence", confidence_name(c->verdict.confidence));
	csv_count(w, "exit_status", true, (uint64_t)compare_status(c));
	csv_end(w);
}

int csv_comparison(FILE *out, const struct comparison *c)
{
	const struct compare_row none = { .id = "", .unit = "" };
	struct csv w = { .out = out, .head = true };

	csv_comparison_row(&w, c, &none);
	w.head = false;
	for (size_t i = 0; i < c->cells.n_rows; i++)
		csv_comparison_row(&w, c, &c->cells.rows[i]);
	return 0;
}
