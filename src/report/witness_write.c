// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include "report/json_file.h"
#include "report/report.h"

static json_t *json_range(const struct witness_range *r)
{
	return json_pack(
		"{si sI sI so so ss sf sf si so sI sI}", "bar", (int)r->bar, "offset_bytes",
		(json_int_t)r->offset_bytes, "size_bytes", (json_int_t)r->size_bytes, "ipa",
		json_hex(r->ipa), "prot", json_hex(r->prot), "type", witness_type_name(r->type),
		"first_s", r->first_s, "last_s", r->last_s, "pid", (int)r->pid, "comm",
		json_text(r->comm), "count", (json_int_t)r->count, "again", (json_int_t)r->again);
}

static json_t *json_vmm(const struct witness *w, const struct witness_vmm *v)
{
	json_t *flags = json_array();

	for (int i = 0; i < PCI_BARS; i++)
		if (witness_watches(&w->device.bars[i]))
			json_array_append_new(flags, json_pack("{si ss}", "bar", i, "flag",
							       witness_flag_name(v->flags[i])));
	return json_pack("{si so so}", "pid", (int)v->pid, "comm", json_text(v->comm),
			 "allow_any_uncached", flags);
}

/* NULL: out of memory. */
static json_t *json_seen(const struct witness *w, unsigned int bar)
{
	const struct witness_change *change = &w->changes[bar];
	json_t *o = json_bar(&w->device.bars[bar]);
	struct witness_seen seen;

	if (witness_bar_seen(&seen, w, bar)) {
		json_decref(o);
		return NULL;
	}
	json_object_set_new(o, "seen",
			    json_pack("{ss sb so sI sI sI}", "type", witness_type_name(seen.type),
				      "mixed", seen.mixed, "changed_s",
				      change->seen ? json_real(change->time_s) : json_null(),
				      "bytes", (json_int_t)seen.bytes, "count",
				      (json_int_t)seen.count, "again", (json_int_t)seen.again));
	return o;
}

/* json_array_append_new takes NULL as its own failure. */
static json_t *json_bars(const struct witness *w)
{
	json_t *bars = json_array();

	for (unsigned int i = 0; i < PCI_BARS; i++) {
		if (!witness_watches(&w->device.bars[i]))
			continue;
		if (json_array_append_new(bars, json_seen(w, i))) {
			json_decref(bars);
			return NULL;
		}
	}
	return bars;
}

json_t *json_witness(const struct witness *w)
{
	json_t *prots = json_array(), *ranges = json_array(), *vmms = json_array();

	for (unsigned int i = 0; i < w->n_prots; i++)
		json_array_append_new(prots, json_pack("{ss so}", "name", w->prots[i].name, "value",
						       json_hex(w->prots[i].value)));
	for (size_t i = 0; i < w->n_ranges; i++)
		json_array_append_new(ranges, json_range(&w->ranges[i]));
	for (size_t i = 0; i < w->n_vmms; i++)
		json_array_append_new(vmms, json_vmm(w, &w->vmms[i]));
	return json_pack("{ss s{ss ss} so ss sf sb so so so ss so so sI sI so so so}", "schema",
			 WITNESS_SCHEMA, "tool", "version", w->version, "arch", w->arch, "command",
			 json_text(w->command ? w->command : ""), "started", w->started,
			 "duration_s", w->duration_s, "replayed", w->replayed, "environment",
			 json_environment(&w->env), "device", json_device(&w->device), "pid",
			 w->pid ? json_integer(w->pid) : json_null(), "end",
			 witness_end_name(w->end), "prots", prots, "hits",
			 w->has_hits ? json_integer((json_int_t)w->hits) : json_null(), "lost",
			 (json_int_t)w->lost, "unplaced", (json_int_t)w->unplaced, "mappings",
			 ranges, "vmms", vmms, "bars", json_bars(w));
}

int witness_write(const struct witness *w, const char *path)
{
	return json_file_write(json_witness(w), path, true);
}
