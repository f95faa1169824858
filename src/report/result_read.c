// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "base/parse.h"
#include "report/json_file.h"
#include "report/report.h"

/* Beyond these a file is not a result of ours, whatever it says. */
#define CELLS_MAX      10000u
#define ROUNDS_MAX     10000u
#define TICKS_MAX      1000000u
#define LIST_MAX       1000u

/*
 * A reader that stops at the first thing that does not fit: get_* do nothing after a failure, so
 * that only the first is told, with where it is.
 */
struct reader {
	const char *path;
	char where[96];
	int ret;
};

static void fail(struct reader *rd, const char *key, const char *what)
{
	if (rd->ret)
		return;
	rd->ret = -EINVAL;
	log_error("%s: %s%s%s: %s: not a %s file that mmiobench wrote", rd->path, rd->where,
		  rd->where[0] ? "." : "", key, what, RESULT_SCHEMA);
}

static void at(struct reader *rd, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void at(struct reader *rd, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(rd->where, sizeof(rd->where), fmt, ap);
	va_end(ap);
}

static const json_t *get(struct reader *rd, const json_t *o, const char *key, json_type type)
{
	const json_t *v = json_object_get(o, key);

	if (rd->ret)
		return NULL;
	if (!v)
		fail(rd, key, "missing");
	else if (json_typeof(v) != type && !(type == JSON_TRUE && json_is_boolean(v)))
		fail(rd, key, "of the wrong type");
	return rd->ret ? NULL : v;
}

/* No text of ours has escape sequences or line ends; pages print it as it is. */
static bool has_controls(const char *s)
{
	for (const unsigned char *p = (const unsigned char *)s; *p; p++)
		if (*p < ' ' || *p == 0x7f || (*p == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0))
			return true;
	return false;
}

static void get_text(struct reader *rd, const json_t *o, const char *key, char *buf, size_t n)
{
	const json_t *v = get(rd, o, key, JSON_STRING);

	if (!v)
		return;
	if (json_string_length(v) >= n)
		fail(rd, key, "too long");
	else if (has_controls(json_string_value(v)))
		fail(rd, key, "text with control characters");
	else
		memcpy(buf, json_string_value(v), json_string_length(v) + 1);
}

static json_int_t get_int(struct reader *rd, const json_t *o, const char *key, json_int_t min,
			  json_int_t max)
{
	const json_t *v = get(rd, o, key, JSON_INTEGER);
	json_int_t i = json_integer_value(v);

	if (!v)
		return 0;
	if (i < min || i > max) {
		fail(rd, key, "out of range");
		return 0;
	}
	return i;
}

static uint64_t get_u64(struct reader *rd, const json_t *o, const char *key, json_int_t max)
{
	return (uint64_t)get_int(rd, o, key, 0, max);
}

static uint64_t get_hex(struct reader *rd, const json_t *o, const char *key)
{
	char text[24] = "";
	uint64_t v = 0;

	get_text(rd, o, key, text, sizeof(text));
	if (!rd->ret && parse_u64(text, &v))
		fail(rd, key, "no number");
	return v;
}

static bool get_bool(struct reader *rd, const json_t *o, const char *key)
{
	const json_t *v = get(rd, o, key, JSON_TRUE);

	return v && json_is_true(v);
}

/* Positive or zero. null, where allowed, gives 0: not measured. */
static double get_real(struct reader *rd, const json_t *o, const char *key, bool null_allowed)
{
	const json_t *v = json_object_get(o, key);

	if (rd->ret || (null_allowed && json_is_null(v)))
		return 0;
	if (!json_is_number(v) || !(json_number_value(v) >= 0)) {
		fail(rd, key, v ? "no positive number" : "missing");
		return 0;
	}
	return json_number_value(v);
}

static const json_t *get_list(struct reader *rd, const json_t *o, const char *key, size_t max,
			      size_t *n)
{
	const json_t *v = get(rd, o, key, JSON_ARRAY);

	*n = v ? json_array_size(v) : 0;
	if (*n > max)
		fail(rd, key, "too long a list");
	return rd->ret ? NULL : v;
}

static const char *name_of_confidence(int c)
{
	return confidence_name((enum confidence)c);
}

static const char *name_of_guest(int g)
{
	return env_guest_name((enum env_guest)g);
}

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

/* One of the words name_of(0) .. name_of(last), as its number. */
static int get_word(struct reader *rd, const json_t *o, const char *key, int last,
		    const char *(*name_of)(int value))
{
	char word[16] = "";
	int i = 0;

	get_text(rd, o, key, word, sizeof(word));
	while (i <= last && strcmp(name_of(i), word))
		i++;
	if (i <= last)
		return i;
	fail(rd, key, "no known word");
	return 0;
}

static void read_environment(struct reader *rd, const json_t *root, struct env *env)
{
	const json_t *o = get(rd, root, "environment", JSON_OBJECT), *facts, *virt, *emulated;
	char name[64] = "", source[128] = "";
	static char value[65536];
	size_t n;

	at(rd, "environment");
	facts = get_list(rd, o, "facts", LIST_MAX, &n);
	for (size_t i = 0; i < n && !rd->ret; i++) {
		const json_t *f = json_array_get(facts, i);

		at(rd, "environment.facts[%zu]", i);
		get_text(rd, f, "name", name, sizeof(name));
		get_text(rd, f, "value", value, sizeof(value));
		get_text(rd, f, "source", source, sizeof(source));
		if (!rd->ret && fact_add(&env->facts, name, source, "%s", value))
			rd->ret = -ENOMEM;
	}
	at(rd, "environment.virtualization");
	virt = get(rd, o, "virtualization", JSON_OBJECT);
	env->virt.guest = (enum env_guest)get_word(rd, virt, "machine", ENV_GUEST, name_of_guest);
	env->virt.confidence = (enum confidence)get_word(rd, virt, "confidence", CONFIDENCE_PROVED,
							 name_of_confidence);
	get_text(rd, virt, "hypervisor", env->virt.hypervisor, sizeof(env->virt.hypervisor));
	get_text(rd, virt, "why", env->virt.why, sizeof(env->virt.why));
	at(rd, "environment.emulated_cpu");
	emulated = get(rd, o, "emulated_cpu", JSON_OBJECT);
	env->emulated = get_bool(rd, emulated, "value");
	get_text(rd, emulated, "why", env->emulated_why, sizeof(env->emulated_why));
}

static void read_device(struct reader *rd, const json_t *root, struct pci_device *d)
{
	const json_t *o = get(rd, root, "device", JSON_OBJECT), *link;

	at(rd, "device");
	get_text(rd, o, "bdf", d->bdf, sizeof(d->bdf));
	d->vendor = (uint16_t)get_u64(rd, o, "vendor", UINT16_MAX);
	d->device = (uint16_t)get_u64(rd, o, "device", UINT16_MAX);
	d->subsystem_vendor = (uint16_t)get_u64(rd, o, "subsystem_vendor", UINT16_MAX);
	d->subsystem_device = (uint16_t)get_u64(rd, o, "subsystem_device", UINT16_MAX);
	d->class_code = (uint16_t)get_u64(rd, o, "class", UINT16_MAX);
	d->prog_if = (uint8_t)get_u64(rd, o, "prog_if", UINT8_MAX);
	d->revision = (uint8_t)get_u64(rd, o, "revision", UINT8_MAX);
	get_text(rd, o, "vendor_name", d->vendor_name, sizeof(d->vendor_name));
	get_text(rd, o, "device_name", d->device_name, sizeof(d->device_name));
	get_text(rd, o, "class_name", d->class_name, sizeof(d->class_name));
	get_text(rd, o, "driver", d->driver, sizeof(d->driver));
	d->numa_node = (int)get_int(rd, o, "numa_node", -1, INT32_MAX);
	d->has_serial = !json_is_null(json_object_get(o, "serial_number"));
	if (d->has_serial)
		d->serial = get_hex(rd, o, "serial_number");
	link = get(rd, o, "link", JSON_OBJECT);
	at(rd, "device.link");
	get_text(rd, link, "speed", d->link.speed, sizeof(d->link.speed));
	get_text(rd, link, "max_speed", d->link.max_speed, sizeof(d->link.max_speed));
	d->link.width = (unsigned int)get_u64(rd, link, "width", 64);
	d->link.max_width = (unsigned int)get_u64(rd, link, "max_width", 64);
	at(rd, "%s", "");
}

static void read_bar(struct reader *rd, const json_t *root, struct bar *b)
{
	const json_t *o = get(rd, root, "bar", JSON_OBJECT);

	at(rd, "bar");
	b->kind = BAR_MEMORY;
	b->index = (unsigned int)get_u64(rd, o, "index", PCI_BARS - 1);
	b->phys_bytes = get_hex(rd, o, "phys");
	b->size_bytes = get_u64(rd, o, "size_bytes", INT64_MAX);
	b->prefetchable = get_bool(rd, o, "prefetchable");
	b->is_64bit = get_bool(rd, o, "64bit");
	at(rd, "%s", "");
}

static void read_round(struct reader *rd, const json_t *o, struct round *r, bool counts)
{
	const json_t *ticks, *fault = json_object_get(o, "fault");
	size_t n;

	r->status = (enum cell_status)get_word(rd, o, "status", CELL_STATUSES - 1, name_of_status);
	r->laps = get_u64(rd, o, "laps", INT64_MAX);
	r->cpu = (unsigned int)get_u64(rd, o, "cpu", INT32_MAX);
	r->migrated = get_bool(rd, o, "migrated");
	r->preempted = (unsigned int)get_u64(rd, o, "preempted", UINT32_MAX);
	if (json_object_get(o, "why"))
		get_text(rd, o, "why", r->why, sizeof(r->why));
	if (fault) {
		r->fault.signal = (int)get_int(rd, fault, "signal", 1, 64);
		r->fault.code = (int)get_int(rd, fault, "code", INT32_MIN, INT32_MAX);
		r->fault.offset_bytes = get_hex(rd, fault, "offset");
	}
	if (counts) {
		r->tries = get_u64(rd, o, "tries", INT64_MAX / ROUNDS_MAX);
		r->events = get_u64(rd, o, "events", r->tries);
		get_text(rd, o, "note", r->note, sizeof(r->note));
	}
	ticks = get_list(rd, o, "ticks", TICKS_MAX, &n);
	if (!rd->ret && r->status == CELL_MEASURED && !counts && (!n || !r->laps))
		fail(rd, "ticks or laps", "nothing, though measured");
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
			fail(rd, "ticks", "no list of counts");
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
		fail(rd, "id", "does not begin with its experiment and mapping");
}

static void read_cell_plan(struct reader *rd, const json_t *o, struct cell_record *c)
{
	get_text(rd, o, "id", c->id, sizeof(c->id));
	get_text(rd, o, "experiment", c->experiment, sizeof(c->experiment));
	get_text(rd, o, "mapping", c->mapping, sizeof(c->mapping));
	check_id(rd, c);
	get_text(rd, o, "kernel", c->kernel, sizeof(c->kernel));
	get_text(rd, o, "barrier", c->barrier, sizeof(c->barrier));
	get_text(rd, o, "barrier2", c->barrier2, sizeof(c->barrier2));
	get_text(rd, o, "shape", c->shape, sizeof(c->shape));
	get_text(rd, o, "place", c->place, sizeof(c->place));
	get_text(rd, o, "access_pattern", c->access_pattern, sizeof(c->access_pattern));
	c->threads = (unsigned int)get_u64(rd, o, "threads", 65535);
	c->is_load = get_word(rd, o, "direction", 1, name_of_direction);
	c->width_bytes = (unsigned int)get_u64(rd, o, "width_bytes", 4096);
	c->interval_bytes = (uint32_t)get_u64(rd, o, "interval_bytes", UINT32_MAX);
	c->doorbell_bytes = (unsigned int)get_u64(rd, o, "doorbell_bytes", 8);
	c->shift_bytes = (uint32_t)get_u64(rd, o, "shift_bytes", 63);
	c->unit_bytes = (uint32_t)get_u64(rd, o, "unit_bytes", UINT32_MAX);
	c->region_bytes = get_u64(rd, o, "region_bytes", INT64_MAX);
	c->lap_bytes = get_u64(rd, o, "lap_bytes", INT64_MAX);
	if (!rd->ret && (!c->width_bytes || !c->lap_bytes || !c->unit_bytes || !c->threads))
		fail(rd, "width_bytes, lap_bytes, unit_bytes or threads", "zero");
	c->flushed = get_bool(rd, o, "flushed");
	get_text(rd, o, "flush_through", c->flush_through, sizeof(c->flush_through));
	get_text(rd, o, "unit", c->unit, sizeof(c->unit));
	if (!rd->ret && strcmp(c->unit, "B/s") && strcmp(c->unit, "ns") && !cell_counts(c))
		fail(rd, "unit", "no known word");
	if (!c->is_load)
		c->pattern = get_hex(rd, o, "pattern");
}

static void read_cell(struct reader *rd, const json_t *o, struct cell_record *c, size_t index,
		      double clock_hz)
{
	const json_t *rounds;
	size_t n;

	at(rd, "cells[%zu]", index);
	read_cell_plan(rd, o, c);
	c->status = (enum cell_status)get_word(rd, o, "status", CELL_STATUSES - 1, name_of_status);
	get_text(rd, o, "why", c->why, sizeof(c->why));
	rounds = get_list(rd, o, "rounds", ROUNDS_MAX, &n);
	if (!rd->ret && c->status == CELL_MEASURED && !n)
		fail(rd, "rounds", "none, though measured");
	c->rounds = n ? calloc(n, sizeof(*c->rounds)) : NULL;
	if (n && !c->rounds && !rd->ret)
		rd->ret = -ENOMEM;
	for (size_t i = 0; i < n && !rd->ret; i++) {
		at(rd, "cells[%zu].rounds[%zu]", index, i);
		c->n_rounds++;
		read_round(rd, json_array_get(rounds, i), &c->rounds[i], cell_counts(c));
	}
	if (!rd->ret && cell_summarize(c, clock_hz))
		rd->ret = -ENOMEM;
}

static void read_cells(struct reader *rd, const json_t *root, struct result *r)
{
	size_t n;
	const json_t *cells = get_list(rd, root, "cells", CELLS_MAX, &n);

	r->cells = n ? calloc(n, sizeof(*r->cells)) : NULL;
	if (n && !r->cells && !rd->ret)
		rd->ret = -ENOMEM;
	for (size_t i = 0; i < n && !rd->ret; i++) {
		r->n_cells++;
		read_cell(rd, json_array_get(cells, i), &r->cells[i], i, r->clock_hz);
	}
	at(rd, "%s", "");
}

static void read_probes(struct reader *rd, const json_t *root, struct result *r)
{
	size_t n;
	const json_t *list = get_list(rd, root, "probes", LIST_MAX, &n);
	char route[16] = "";

	for (size_t i = 0; i < n && !rd->ret; i++) {
		const json_t *o = json_array_get(list, i);
		struct probe_record p = { 0 };

		at(rd, "probes[%zu]", i);
		get_text(rd, o, "name", p.name, sizeof(p.name));
		get_text(rd, o, "mapping", p.mapping, sizeof(p.mapping));
		get_text(rd, o, "outcome", p.outcome, sizeof(p.outcome));
		get_text(rd, o, "detail", p.detail, sizeof(p.detail));
		p.load_ns = get_real(rd, o, "load_ns", true);
		p.store_ns = get_real(rd, o, "store_ns", true);
		get_text(rd, o, "route", route, sizeof(route));
		if (strcmp(route, probe_route(&p)))
			fail(rd, "route", "does not fit store_ns");
		if (!rd->ret && result_add_probe(r, &p))
			rd->ret = -ENOMEM;
	}
	at(rd, "%s", "");
}

static void read_journal(struct reader *rd, const json_t *root, struct result *r)
{
	size_t n;
	const json_t *list = get_list(rd, root, "journal", RESULT_JOURNAL_MAX, &n);

	for (size_t i = 0; i < n && !rd->ret; i++) {
		const json_t *o = json_array_get(list, i);
		struct journal_record j = { 0 };

		at(rd, "journal[%zu]", i);
		get_text(rd, o, "time", j.time, sizeof(j.time));
		get_text(rd, o, "boot_id", j.boot_id, sizeof(j.boot_id));
		get_text(rd, o, "kernel", j.kernel, sizeof(j.kernel));
		get_text(rd, o, "probe", j.probe, sizeof(j.probe));
		get_text(rd, o, "mapping", j.mapping, sizeof(j.mapping));
		if (!json_is_null(json_object_get(o, "outcome")))
			get_text(rd, o, "outcome", j.outcome, sizeof(j.outcome));
		j.this_boot = get_bool(rd, o, "this_boot");
		if (!rd->ret && result_add_journal(r, &j))
			rd->ret = -ENOMEM;
	}
	at(rd, "%s", "");
}

static void read_plan(struct reader *rd, const json_t *root, struct result *r)
{
	const json_t *o = get(rd, root, "plan", JSON_OBJECT), *clock, *window, *asks;

	at(rd, "plan");
	get_text(rd, o, "profile", r->profile, sizeof(r->profile));
	r->seed = get_hex(rd, o, "seed");
	r->rounds_planned = (unsigned int)get_u64(rd, o, "rounds_planned", ROUNDS_MAX);
	r->rounds_done = (unsigned int)get_u64(rd, o, "rounds_done", ROUNDS_MAX);
	r->batches = (unsigned int)get_u64(rd, o, "batches", TICKS_MAX);
	r->may_store = get_bool(rd, o, "stores");
	r->cpu = (unsigned int)get_u64(rd, o, "cpu", INT32_MAX);
	get_text(rd, o, "cpu_why", r->cpu_why, sizeof(r->cpu_why));
	clock = get(rd, o, "clock", JSON_OBJECT);
	at(rd, "plan.clock");
	get_text(rd, clock, "name", r->clock_name, sizeof(r->clock_name));
	r->clock_hz = get_real(rd, clock, "hz", false);
	if (!rd->ret && !(r->clock_hz > 0))
		fail(rd, "hz", "zero");
	r->clock_resolution_ticks = get_u64(rd, clock, "resolution_ticks", INT64_MAX);
	r->clock_overhead_ticks = get_u64(rd, clock, "overhead_ticks", INT64_MAX);
	at(rd, "window");
	window = get(rd, root, "window", JSON_OBJECT);
	r->offset_bytes = get_u64(rd, window, "offset_bytes", INT64_MAX);
	r->length_bytes = get_u64(rd, window, "length_bytes", INT64_MAX);
	r->window = (enum window_state)get_word(rd, window, "state", WINDOW_LOST,
						name_of_window);
	at(rd, "asks");
	asks = get(rd, root, "asks", JSON_OBJECT);
	get_text(rd, asks, "plain", r->asks[0], sizeof(r->asks[0]));
	get_text(rd, asks, "wc", r->asks[1], sizeof(r->asks[1]));
	get_text(rd, asks, "ram", r->asks[2], sizeof(r->asks[2]));
	get_text(rd, asks, "devmem", r->asks[3], sizeof(r->asks[3]));
	at(rd, "%s", "");
}

static void read_root(struct reader *rd, const json_t *root, struct result *r)
{
	const json_t *tool, *command;
	char schema[32] = "";

	get_text(rd, root, "schema", schema, sizeof(schema));
	if (!rd->ret && strcmp(schema, RESULT_SCHEMA))
		fail(rd, "schema", schema);
	tool = get(rd, root, "tool", JSON_OBJECT);
	get_text(rd, tool, "version", r->version, sizeof(r->version));
	get_text(rd, tool, "arch", r->arch, sizeof(r->arch));
	command = get(rd, root, "command", JSON_STRING);
	r->command = command ? strdup(json_string_value(command)) : NULL;
	if (command && !r->command)
		rd->ret = -ENOMEM;
	get_text(rd, root, "started", r->started, sizeof(r->started));
	r->duration_s = get_real(rd, root, "duration_s", false);
	r->replayed = get_bool(rd, root, "replayed");
	r->is_ram = get_bool(rd, root, "ram");
	read_environment(rd, root, &r->env);
	at(rd, "%s", "");
	if (!r->is_ram) {
		read_device(rd, root, &r->device);
		read_bar(rd, root, &r->bar);
	}
	read_plan(rd, root, r);
	read_probes(rd, root, r);
	read_journal(rd, root, r);
	read_cells(rd, root, r);
}

int result_read(struct result *result, const char *path)
{
	struct reader rd = { .path = path };
	struct result new = { 0 };
	json_t *root = json_file_read(path);

	if (!root)
		return -EINVAL;
	read_root(&rd, root, &new);
	json_decref(root);
	if (rd.ret == -ENOMEM)
		log_error("out of memory for %s", path);
	if (rd.ret) {
		result_free(&new);
		return rd.ret;
	}
	*result = new;
	return 0;
}
