// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "report/json_file.h"
#include "report/reader.h"
#include "report/report.h"
#include "report/self_check.h"

/* Beyond these a file is not a result of ours, whatever it says. */
#define CELLS_MAX      10000u
#define ROUNDS_MAX     10000u
#define TICKS_MAX      1000000u
#define LIST_MAX       1000u

static const char *name_of_status(int s)
{
	return cell_status_name((enum cell_status)s);
}

static const char *name_of_window(int s)
{
	return window_state_name((enum window_state)s);
}

static const char *name_of_direction(int load)
{
	return load ? "load" : "store";
}

static void read_round(struct reader *rd, const json_t *o, struct round *r, bool counts)
{
	const json_t *ticks, *fault = json_object_get(o, "fault");
	size_t n;

	r->status = (enum cell_status)reader_word(rd, o, "status", CELL_STATUSES - 1,
						  name_of_status);
	r->laps = reader_u64(rd, o, "laps", INT64_MAX);
	r->cpu = (unsigned int)reader_u64(rd, o, "cpu", INT32_MAX);
	r->migrated = reader_bool(rd, o, "migrated");
	r->preempted = (unsigned int)reader_u64(rd, o, "preempted", UINT32_MAX);
	if (json_object_get(o, "why"))
		reader_text(rd, o, "why", r->why, sizeof(r->why));
	if (fault) {
		r->fault.signal = (int)reader_int(rd, fault, "signal", 1, 64);
		r->fault.code = (int)reader_int(rd, fault, "code", INT32_MIN, INT32_MAX);
		r->fault.offset_bytes = reader_hex(rd, fault, "offset");
	}
	if (counts) {
		r->tries = reader_u64(rd, o, "tries", INT64_MAX / ROUNDS_MAX);
		r->events = reader_u64(rd, o, "events", r->tries);
		reader_text(rd, o, "note", r->note, sizeof(r->note));
	}
	ticks = reader_list(rd, o, "ticks", TICKS_MAX, &n);
	if (!rd->ret && r->status == CELL_MEASURED && !counts && (!n || !r->laps))
		reader_fail(rd, "ticks or laps", "nothing, though measured");
	r->ticks = n ? calloc(n, sizeof(*r->ticks)) : NULL;
	if (rd->ret || !n)
		return;
	if (!r->ticks) {
		rd->ret = -ENOMEM;
		return;
	}
	for (r->n = 0; r->n < n && !rd->ret; r->n++) {
		const json_t *t = json_array_get(ticks, r->n);

		if (!json_is_integer(t) || json_integer_value(t) < 0)
			reader_fail(rd, "ticks", "no list of counts");
		else
			r->ticks[r->n] = (uint64_t)json_integer_value(t);
	}
}

/* Pages and comparisons take ids apart. */
static void check_id(struct reader *rd, const struct cell_record *c)
{
	char start[sizeof(c->experiment) + sizeof(c->mapping) + 2];

	snprintf(start, sizeof(start), "%s/%s/", c->experiment, c->mapping);
	if (!rd->ret && strncmp(c->id, start, strlen(start)))
		reader_fail(rd, "id", "does not begin with its experiment and mapping");
}

static void read_cell_plan(struct reader *rd, const json_t *o, struct cell_record *c)
{
	reader_text(rd, o, "id", c->id, sizeof(c->id));
	reader_text(rd, o, "experiment", c->experiment, sizeof(c->experiment));
	reader_text(rd, o, "mapping", c->mapping, sizeof(c->mapping));
	check_id(rd, c);
	reader_text(rd, o, "kernel", c->kernel, sizeof(c->kernel));
	reader_text(rd, o, "barrier", c->barrier, sizeof(c->barrier));
	reader_text(rd, o, "barrier2", c->barrier2, sizeof(c->barrier2));
	reader_text(rd, o, "shape", c->shape, sizeof(c->shape));
	reader_text(rd, o, "place", c->place, sizeof(c->place));
	reader_text(rd, o, "access_pattern", c->access_pattern, sizeof(c->access_pattern));
	c->threads = (unsigned int)reader_u64(rd, o, "threads", 65535);
	c->is_load = reader_word(rd, o, "direction", 1, name_of_direction);
	c->width_bytes = (unsigned int)reader_u64(rd, o, "width_bytes", 4096);
	c->interval_bytes = (uint32_t)reader_u64(rd, o, "interval_bytes", UINT32_MAX);
	c->doorbell_bytes = (unsigned int)reader_u64(rd, o, "doorbell_bytes", 8);
	c->shift_bytes = (uint32_t)reader_u64(rd, o, "shift_bytes", 63);
	c->unit_bytes = (uint32_t)reader_u64(rd, o, "unit_bytes", UINT32_MAX);
	c->region_bytes = reader_u64(rd, o, "region_bytes", INT64_MAX);
	c->lap_bytes = reader_u64(rd, o, "lap_bytes", INT64_MAX);
	if (!rd->ret && (!c->width_bytes || !c->lap_bytes || !c->unit_bytes || !c->threads))
		reader_fail(rd, "width_bytes, lap_bytes, unit_bytes or threads", "zero");
	c->flushed = reader_bool(rd, o, "flushed");
	reader_text(rd, o, "flush_through", c->flush_through, sizeof(c->flush_through));
	reader_text(rd, o, "unit", c->unit, sizeof(c->unit));
	if (!rd->ret && strcmp(c->unit, "B/s") && strcmp(c->unit, "ns") && !cell_counts(c))
		reader_fail(rd, "unit", "no known word");
	if (!c->is_load)
		c->pattern = reader_hex(rd, o, "pattern");
}

static void read_cell(struct reader *rd, const json_t *o, struct cell_record *c, size_t index,
		      double clock_hz)
{
	const json_t *rounds;
	size_t n;

	reader_at(rd, "cells[%zu]", index);
	read_cell_plan(rd, o, c);
	c->status = (enum cell_status)reader_word(rd, o, "status", CELL_STATUSES - 1,
						  name_of_status);
	reader_text(rd, o, "why", c->why, sizeof(c->why));
	rounds = reader_list(rd, o, "rounds", ROUNDS_MAX, &n);
	if (!rd->ret && c->status == CELL_MEASURED && !n)
		reader_fail(rd, "rounds", "none, though measured");
	c->rounds = n ? calloc(n, sizeof(*c->rounds)) : NULL;
	if (n && !c->rounds && !rd->ret)
		rd->ret = -ENOMEM;
	for (size_t i = 0; i < n && !rd->ret; i++) {
		reader_at(rd, "cells[%zu].rounds[%zu]", index, i);
		c->n_rounds++;
		read_round(rd, json_array_get(rounds, i), &c->rounds[i], cell_counts(c));
	}
	if (!rd->ret && cell_summarize(c, clock_hz))
		rd->ret = -ENOMEM;
}

static void read_cells(struct reader *rd, const json_t *root, struct result *r)
{
	size_t n;
	const json_t *cells = reader_list(rd, root, "cells", CELLS_MAX, &n);

	r->cells = n ? calloc(n, sizeof(*r->cells)) : NULL;
	if (n && !r->cells && !rd->ret)
		rd->ret = -ENOMEM;
	for (size_t i = 0; i < n && !rd->ret; i++) {
		r->n_cells++;
		read_cell(rd, json_array_get(cells, i), &r->cells[i], i, r->clock_hz);
	}
	reader_at(rd, "%s", "");
}

static void read_probes(struct reader *rd, const json_t *root, struct result *r)
{
	size_t n;
	const json_t *list = reader_list(rd, root, "probes", LIST_MAX, &n);
	char route[16] = "";

	for (size_t i = 0; i < n && !rd->ret; i++) {
		const json_t *o = json_array_get(list, i);
		struct probe_record p = { 0 };

		reader_at(rd, "probes[%zu]", i);
		reader_text(rd, o, "name", p.name, sizeof(p.name));
		reader_text(rd, o, "mapping", p.mapping, sizeof(p.mapping));
		reader_text(rd, o, "outcome", p.outcome, sizeof(p.outcome));
		reader_text(rd, o, "detail", p.detail, sizeof(p.detail));
		p.load_ns = reader_real(rd, o, "load_ns", true);
		p.store_ns = reader_real(rd, o, "store_ns", true);
		reader_text(rd, o, "route", route, sizeof(route));
		if (strcmp(route, probe_route(&p)))
			reader_fail(rd, "route", "does not fit store_ns");
		if (!rd->ret && result_add_probe(r, &p))
			rd->ret = -ENOMEM;
	}
	reader_at(rd, "%s", "");
}

static void read_journal(struct reader *rd, const json_t *root, struct result *r)
{
	size_t n;
	const json_t *list = reader_list(rd, root, "journal", RESULT_JOURNAL_MAX, &n);

	for (size_t i = 0; i < n && !rd->ret; i++) {
		const json_t *o = json_array_get(list, i);
		struct journal_record j = { 0 };

		reader_at(rd, "journal[%zu]", i);
		reader_text(rd, o, "time", j.time, sizeof(j.time));
		reader_text(rd, o, "boot_id", j.boot_id, sizeof(j.boot_id));
		reader_text(rd, o, "kernel", j.kernel, sizeof(j.kernel));
		reader_text(rd, o, "probe", j.probe, sizeof(j.probe));
		reader_text(rd, o, "mapping", j.mapping, sizeof(j.mapping));
		if (!json_is_null(json_object_get(o, "outcome")))
			reader_text(rd, o, "outcome", j.outcome, sizeof(j.outcome));
		j.this_boot = reader_bool(rd, o, "this_boot");
		if (!rd->ret && result_add_journal(r, &j))
			rd->ret = -ENOMEM;
	}
	reader_at(rd, "%s", "");
}

/* Absent where a run was started by itself. */
static void read_launch(struct reader *rd, const json_t *plan, struct launch_record *l)
{
	const json_t *o = json_object_get(plan, "launch");

	if (rd->ret || !o)
		return;
	reader_at(rd, "plan.launch");
	l->of = (unsigned int)reader_int(rd, o, "of", 2, LIST_MAX);
	l->index = (unsigned int)reader_int(rd, o, "index", 1, l->of);
	l->seed = reader_hex(rd, o, "seed");
	reader_at(rd, "plan");
}

static void read_plan(struct reader *rd, const json_t *root, struct result *r)
{
	const json_t *o = reader_get(rd, root, "plan", JSON_OBJECT), *clock, *window, *asks;

	reader_at(rd, "plan");
	reader_text(rd, o, "profile", r->profile, sizeof(r->profile));
	r->seed = reader_hex(rd, o, "seed");
	read_launch(rd, o, &r->launch);
	r->rounds_planned = (unsigned int)reader_u64(rd, o, "rounds_planned", ROUNDS_MAX);
	r->rounds_done = (unsigned int)reader_u64(rd, o, "rounds_done", ROUNDS_MAX);
	r->batches = (unsigned int)reader_u64(rd, o, "batches", TICKS_MAX);
	r->may_store = reader_bool(rd, o, "stores");
	r->cpu = (unsigned int)reader_u64(rd, o, "cpu", INT32_MAX);
	reader_text(rd, o, "cpu_why", r->cpu_why, sizeof(r->cpu_why));
	clock = reader_get(rd, o, "clock", JSON_OBJECT);
	reader_at(rd, "plan.clock");
	reader_text(rd, clock, "name", r->clock_name, sizeof(r->clock_name));
	r->clock_hz = reader_real(rd, clock, "hz", false);
	if (!rd->ret && r->clock_hz < 1)
		reader_fail(rd, "hz", "less than 1");
	r->clock_resolution_ticks = reader_u64(rd, clock, "resolution_ticks", INT64_MAX);
	r->clock_overhead_ticks = reader_u64(rd, clock, "overhead_ticks", INT64_MAX);
	reader_at(rd, "window");
	window = reader_get(rd, root, "window", JSON_OBJECT);
	r->offset_bytes = reader_u64(rd, window, "offset_bytes", INT64_MAX);
	r->length_bytes = reader_u64(rd, window, "length_bytes", INT64_MAX);
	if (!rd->ret && !r->is_ram &&
	    (r->offset_bytes > r->bar.size_bytes ||
	     r->length_bytes > r->bar.size_bytes - r->offset_bytes))
		reader_fail(rd, "length_bytes", "not in the BAR");
	r->window = (enum window_state)reader_word(rd, window, "state", WINDOW_LOST,
						   name_of_window);
	reader_at(rd, "asks");
	asks = reader_get(rd, root, "asks", JSON_OBJECT);
	reader_text(rd, asks, "plain", r->asks[0], sizeof(r->asks[0]));
	reader_text(rd, asks, "wc", r->asks[1], sizeof(r->asks[1]));
	reader_text(rd, asks, "ram", r->asks[2], sizeof(r->asks[2]));
	reader_text(rd, asks, "devmem", r->asks[3], sizeof(r->asks[3]));
	reader_at(rd, "%s", "");
}

static void read_disturbance(struct reader *rd, const json_t *root, struct disturbance *d)
{
	const json_t *o = json_object_get(root, "disturbance");

	if (!o)
		return;
	o = reader_get(rd, root, "disturbance", JSON_OBJECT);
	reader_at(rd, "disturbance");
	reader_text(rd, o, "why", d->why, sizeof(d->why));
	d->power_lost = reader_bool(rd, o, "power_lost");
	reader_at(rd, "%s", "");
}

static void read_root(struct reader *rd, const json_t *root, struct result *r)
{
	reader_start(rd, root, r->version, r->arch, r->started, &r->command);
	r->duration_s = reader_real(rd, root, "duration_s", false);
	r->replayed = reader_bool(rd, root, "replayed");
	r->is_ram = reader_bool(rd, root, "ram");
	reader_environment(rd, root, &r->env);
	reader_at(rd, "%s", "");
	if (!r->is_ram) {
		reader_device(rd, root, &r->device);
		reader_at(rd, "bar");
		reader_bar(rd, reader_get(rd, root, "bar", JSON_OBJECT), &r->bar);
		reader_at(rd, "%s", "");
	}
	read_plan(rd, root, r);
	read_probes(rd, root, r);
	read_journal(rd, root, r);
	read_disturbance(rd, root, &r->disturbance);
	self_check_read(rd, root, &r->self_check);
	read_cells(rd, root, r);
}

int result_from_json(struct result *result, const json_t *root, const char *path)
{
	struct reader rd = { .path = path, .schema = RESULT_SCHEMA, .program = "mmiobench" };
	struct result new = { 0 };

	read_root(&rd, root, &new);
	if (rd.ret == -ENOMEM)
		log_error("out of memory for %s", path);
	if (rd.ret) {
		result_free(&new);
		return rd.ret;
	}
	*result = new;
	return 0;
}

int result_read(struct result *result, const char *path)
{
	json_t *root = json_file_read(path);
	int ret = root ? result_from_json(result, root, path) : -EINVAL;

	json_decref(root);
	return ret;
}
