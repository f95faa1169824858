// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include "report/baseline.h"
#include "report/json_file.h"

static json_t *json_listed(const struct baseline_file *file)
{
	const struct baseline_head *h = &file->head;
	json_t *o = json_pack("{ss so so si}", "name", file->name, "file", json_text(file->path),
			      "saved", json_text(h->saved), "runs", (int)h->runs);

	for (int i = 0; i < BASELINE_KEYS; i++)
		json_object_set_new(o, baseline_facts[i].name, json_text(h->keys[i]));
	json_object_update_new(o, json_pack("{so so so sb}", "started", json_text(h->started),
					    "kernel", json_text(h->kernel), "verdict",
					    json_text(h->verdict), "emulated", h->emulated));
	return o;
}

int baseline_list_write(const struct baseline_list *list, const char *path)
{
	json_t *files = json_array(), *broken = json_array();

	for (size_t i = 0; i < list->n; i++) {
		const struct baseline_file *file = &list->v[i];

		if (file->why[0])
			json_array_append_new(broken, json_pack("{so so}", "file",
								json_text(file->path), "why",
								json_text(file->why)));
		else
			json_array_append_new(files, json_listed(file));
	}
	return json_file_write(json_pack("{ss so so}", "schema", "mmiobench-baselines/1",
					 "baselines", files, "unreadable", broken),
			       path, true);
}

static json_t *json_value(const char *value)
{
	return value[0] ? json_text(value) : json_null();
}

json_t *baseline_json(const struct baseline *b)
{
	json_t *list = json_array();

	for (size_t i = 0; i < b->differences.n; i++) {
		const struct baseline_difference *d = &b->differences.v[i];

		json_array_append_new(list, json_pack("{ss so so sb}", "fact",
						      baseline_facts[d->fact].name, "then",
						      json_value(d->then), "now",
						      json_value(d->now), "ignored", d->ignored));
	}
	return json_pack("{ss ss so}", "name", b->name, "saved", b->saved, "differences", list);
}
