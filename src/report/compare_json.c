// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include "report/json_file.h"
#include "report/report.h"

static const char *const state_names[] = {
	[COMPARE_MEASURED] = "measured",
	[COMPARE_COUNTED] = "counted",
	[COMPARE_NOT_RUN] = "not run",
	[COMPARE_FAILED] = "failed",
};

static json_t *json_side(const struct cell_record *c)
{
	json_t *side = json_pack("{ss ss}", "status", cell_status_name(c->status), "why", c->why);

	if (c->has_summary)
		json_object_set_new(side, "median", json_real(c->summary.median));
	return side;
}

static json_t *json_row(const struct compare_row *row)
{
	json_t *o = json_pack("{ss ss ss so so}", "id", row->host->id, "unit", row->host->unit,
			      "state", state_names[row->state], "host", json_side(row->host), "guest",
			      json_side(row->guest));

	if (row->state == COMPARE_MEASURED)
		json_object_set_new(o, "ratio",
				    json_pack("{sf s[ff]}", "guest_by_host", row->ratio, "interval",
					      row->low, row->high));
	return o;
}

static json_t *json_run(const struct result *r)
{
	const char *kernel = fact_get(&r->env.facts, "kernel_release");

	return json_pack("{ss so so sb ss}", "started", r->started, "kernel",
			 kernel ? json_text(kernel) : json_null(), "bdf", json_text(r->device.bdf),
			 "emulated", r->env.emulated, "machine",
			 env_guest_name(r->env.virt.guest));
}

int compare_write(const struct comparison *c, const char *path)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < c->n_rows; i++)
		json_array_append_new(rows, json_row(&c->rows[i]));
	return json_file_write(json_pack("{ss so so so so si si}", "schema", "mmiobench-compare/1",
					 "host", json_run(c->host), "guest", json_run(c->guest),
					 "verdict", json_verdict(&c->verdict, c->guest),
					 "cells", rows, "n_wrong", (int)c->n_wrong, "exit_status",
					 compare_status(c)),
			       path, true);
}
