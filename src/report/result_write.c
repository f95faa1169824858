// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <string.h>
#include "report/json_file.h"
#include "report/report.h"
#include "report/self_check.h"

static json_t *json_round(const struct round *r, bool counts)
{
	json_t *ticks = json_array(), *round;

	for (unsigned int i = 0; i < r->n; i++)
		json_array_append_new(ticks, json_integer((json_int_t)r->ticks[i]));
	round = json_pack("{ss sI si sb sI so}", "status", cell_status_name(r->status), "laps",
			  (json_int_t)r->laps, "cpu", (int)r->cpu, "migrated", r->migrated,
			  "preempted", (json_int_t)r->preempted, "ticks", ticks);
	if (counts)
		json_object_update_new(round, json_pack("{sI sI so}", "tries", (json_int_t)r->tries,
							"events", (json_int_t)r->events, "note",
							json_text(r->note)));
	if (r->why[0])
		json_object_set_new(round, "why", json_text(r->why));
	if (r->fault.signal)
		json_object_set_new(round, "fault",
				    json_pack("{si si so}", "signal", r->fault.signal, "code",
					      r->fault.code, "offset",
					      json_hex(r->fault.offset_bytes)));
	return round;
}

static json_t *json_summary(const struct summary *s)
{
	return json_pack("{si sf sf sf sf sf sf s[ff] sf}", "n", (int)s->n, "min", s->min, "p5",
			 s->p5, "median", s->median, "p95", s->p95, "max", s->max, "mad", s->mad,
			 "median_interval", s->ci_low, s->ci_high, "coverage", s->coverage);
}

static json_t *json_cell(const struct cell_record *c)
{
	json_t *rounds = json_array(), *cell;

	for (unsigned int i = 0; i < c->n_rounds; i++)
		json_array_append_new(rounds, json_round(&c->rounds[i], cell_counts(c)));
	cell = json_pack("{ss ss ss ss ss ss ss ss ss ss si si sI si si sI sI sI sb ss ss ss ss so so}", "id", c->id,
			 "experiment", c->experiment, "mapping", c->mapping, "kernel", c->kernel,
			 "barrier", c->barrier, "barrier2", c->barrier2, "shape", c->shape, "place",
			 c->place, "direction", c->is_load ? "load" : "store", "access_pattern",
			 c->access_pattern, "threads", (int)c->threads, "width_bytes", (int)c->width_bytes, "interval_bytes", (json_int_t)c->interval_bytes,
			 "doorbell_bytes", (int)c->doorbell_bytes, "shift_bytes", (int)c->shift_bytes,
			 "region_bytes", (json_int_t)c->region_bytes, "lap_bytes",
			 (json_int_t)c->lap_bytes, "unit_bytes", (json_int_t)c->unit_bytes, "flushed", c->flushed, "flush_through",
			 c->flush_through, "unit", c->unit, "status", cell_status_name(c->status),
			 "why", c->why, "pattern", c->is_load ? json_null() : json_hex(c->pattern),
			 "rounds", rounds);
	if (cell_counts(c) && c->n_rounds)
		json_object_update_new(cell, json_pack("{sI sI}", "tries", (json_int_t)c->tries,
						       "events", (json_int_t)c->events));
	if (c->has_summary)
		json_object_set_new(cell, "summary", json_summary(&c->summary));
	return cell;
}

/* 0 stands for "not measured" in memory; in the file it is null. */
static json_t *json_ns(double ns)
{
	return ns > 0 ? json_real(ns) : json_null();
}

static json_t *json_probe(const struct probe_record *p)
{
	return json_pack("{ss ss ss ss so so so}", "name", p->name, "mapping", p->mapping, "outcome",
			 p->outcome, "route", probe_route(p), "detail", json_text(p->detail), "load_ns", json_ns(p->load_ns),
			 "store_ns", json_ns(p->store_ns));
}

static json_t *json_journal(const struct journal_record *j)
{
	return json_pack("{so so so so so so sb}", "time", json_text(j->time), "boot_id",
			 json_text(j->boot_id), "kernel", json_text(j->kernel), "probe",
			 json_text(j->probe), "mapping", json_text(j->mapping), "outcome",
			 j->outcome[0] ? json_text(j->outcome) : json_null(), "this_boot",
			 j->this_boot);
}

static json_t *json_plan(const struct result *r)
{
	json_t *o = json_pack("{ss so si si si sb si so s{ss sf sI sI}}", "profile", r->profile, "seed",
			 json_hex(r->seed), "rounds_planned", (int)r->rounds_planned, "rounds_done",
			 (int)r->rounds_done, "batches", (int)r->batches, "stores", r->may_store,
			 "cpu", (int)r->cpu, "cpu_why", json_text(r->cpu_why), "clock", "name",
			 r->clock_name, "hz", r->clock_hz, "resolution_ticks",
			 (json_int_t)r->clock_resolution_ticks, "overhead_ticks",
			 (json_int_t)r->clock_overhead_ticks);

	if (r->launch.index)
		json_object_set_new(o, "launch",
				    json_pack("{si si so}", "index", (int)r->launch.index, "of",
					      (int)r->launch.of, "seed", json_hex(r->launch.seed)));
	return o;
}

int result_writable(const char *path)
{
	return json_file_writable(path);
}

json_t *json_result(const struct result *r, const struct verdict *verdict)
{
	json_t *cells = json_array(), *probes = json_array(), *journal = json_array(), *root;

	for (size_t i = 0; i < r->n_cells; i++)
		json_array_append_new(cells, json_cell(&r->cells[i]));
	for (size_t i = 0; i < r->n_probes; i++)
		json_array_append_new(probes, json_probe(&r->probes[i]));
	for (size_t i = 0; i < r->n_journal; i++)
		json_array_append_new(journal, json_journal(&r->journal[i]));
	root = json_pack(
		"{ss s{ss ss} so ss sf sb sb so so so s{sI sI ss} s{ss ss ss ss} so so so so so}",
		"schema", RESULT_SCHEMA, "tool", "version", r->version, "arch", r->arch, "command",
		json_text(r->command ? r->command : ""), "started", r->started, "duration_s",
		r->duration_s, "replayed", r->replayed, "ram", r->is_ram, "environment",
		json_environment(&r->env), "device", r->is_ram ? json_null() : json_device(&r->device),
		"bar", r->is_ram ? json_null() : json_bar(&r->bar), "window", "offset_bytes",
		(json_int_t)r->offset_bytes, "length_bytes", (json_int_t)r->length_bytes, "state",
		window_state_name(r->window), "asks", "plain", r->asks[0], "wc", r->asks[1], "ram",
		r->asks[2], "devmem", r->asks[3], "plan", json_plan(r), "probes", probes, "journal", journal, "cells",
		cells, "verdict", json_verdict(verdict, r));
	if (r->disturbance.why[0] || r->disturbance.power_lost)
		json_object_set_new(root, "disturbance",
				    json_pack("{so sb}", "why", json_text(r->disturbance.why),
					      "power_lost", r->disturbance.power_lost));
	if (r->self_check.launches)
		json_object_set_new(root, "self_check", self_check_json(&r->self_check));
	return root;
}

int result_write(const struct result *r, const struct verdict *verdict, const char *path)
{
	return json_file_write(json_result(r, verdict), path, false);
}
