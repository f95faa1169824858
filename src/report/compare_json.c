// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include "report/baseline.h"
#include "report/compare_cells.h"
#include "report/json_file.h"
#include "report/report.h"

static json_t *json_run(const struct result *r)
{
	const char *kernel = fact_get(&r->env.facts, "kernel_release");

	return json_pack("{ss so so sb ss}", "started", r->started, "kernel",
			 kernel ? json_text(kernel) : json_null(), "bdf", json_text(r->device.bdf),
			 "emulated", r->env.emulated, "machine",
			 env_guest_name(r->env.virt.guest));
}

static json_t *json_held(const struct comparison *c)
{
	if (!c->ask.witness)
		return json_null();
	return json_pack("{ss so}", "held", held_name(c->held), "why", json_text(c->held_why));
}

static json_t *json_baseline(const struct comparison *c)
{
	return c->ask.baseline ? baseline_json(c->ask.baseline) : json_null();
}

int compare_write(const struct comparison *c, const char *path)
{
	return json_file_write(json_pack("{ss so so so so so so so si si}", "schema",
					 "mmiobench-compare/1", "baseline", json_baseline(c), "host",
					 json_run(c->host), "guest",
					 json_run(c->guest), "verdict",
					 json_verdict(&c->verdict, c->guest), "witness",
					 json_held(c), "figures",
					 compare_figures_json(c), "cells", compare_cells_json(c),
					 "n_wrong", (int)c->n_wrong, "exit_status",
					 compare_status(c)),
			       path, true);
}
