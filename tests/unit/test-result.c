// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "record/output.h"
#include "report/report.h"
#include "fixture.h"

static void make_round(struct cell_record *c, unsigned int i, enum cell_status status,
		       const char *why)
{
	c->rounds[i].status = status;
	snprintf(c->rounds[i].why, sizeof(c->rounds[i].why), "%s", why);
}

/* A result with every status, a fault, journal entries and awkward numbers. */
static void make_full(struct result *r)
{
	struct cell_record *c;

	fixture_result(r);
	r->clock_hz = 2904038123.4711; /* not exact in decimal digits */
	fixture_probe(r, "alignment", MAP_PLAIN, "SIGBUS/BUS_ADRALN", 0, 0);
	fixture_probe(r, "alignment", MAP_WC, "not-run", 0, 0);
	fixture_journal(r, "aca2f632-b8d1-45aa-9b58-d9d27c027229", "");
	fixture_journal(r, FIXTURE_BOOT, "works");
	fixture_cell(r, "bw/plain/store8/4K/posted", 1.3e9);
	fixture_cell(r, "bw/plain/store8/4K/flushed", 1.1e9);
	fixture_cell(r, "bw/wc/store8/4K/posted", 3.7e9);
	fixture_cell(r, "bw/wc/load8/4K", 8e6);
	fixture_cell(r, "lat/wc/load8+dep@each/64", 911.25);
	fixture_cell(r, "lat/wc/store8+dsb-st@each/64/posted", 77.7);
	for (int s = CELL_FAULTED; s < CELL_STATUSES; s++) {
		c = fixture_cell(r, "bw/plain/load8/4K", 1e6);
		snprintf(c->id, sizeof(c->id), "bw/plain/load8/4K/%d", s);
		make_round(c, 1, (enum cell_status)s, "it was so");
	}
	c = &r->cells[6];
	c->rounds[1].fault = (struct fault){ SIGBUS, BUS_OBJERR, 0xfff8 };
	free(c->rounds[1].ticks);
	c->rounds[1].ticks = NULL;
	c->rounds[1].n = 0;
	c->rounds[2].migrated = true;
	c->rounds[2].preempted = 3;
	c = fixture_cell(r, "bw/wc/load8/64K", 1);
	for (unsigned int i = 0; i < c->n_rounds; i++)
		free(c->rounds[i].ticks);
	c->n_rounds = 0;
	c->has_summary = false;
	c->status = CELL_SKIPPED;
	strcpy(c->why, "3 passes would take 900 ms");
	c = fixture_cell(r, "bw/wc/load8/1K", 1);
	for (unsigned int i = 0; i < c->n_rounds; i++)
		free(c->rounds[i].ticks);
	c->n_rounds = 0;
	c->has_summary = false;
	c->status = CELL_NOT_RUN;
	for (size_t i = 0; i < r->n_cells; i++)
		assert_int_equal(0, cell_summarize(&r->cells[i], r->clock_hz));
}

static void make_ram(struct result *r)
{
	fixture_result(r);
	r->is_ram = true;
	r->window = WINDOW_UNTOUCHED;
	r->device = (struct pci_device){ 0 };
	r->bar = (struct bar){ 0 };
	r->n_probes = 0;
	fixture_probe(r, "access", MAP_RAM, "reads-back", 3, 2);
	fixture_cell(r, "bw/ram/store8/4K/posted", 1e10);
}

static void make_empty(struct result *r)
{
	fixture_result(r);
	facts_free(&r->env.facts);
	r->device.has_serial = false;
	r->n_probes = 0;
}

static void make_text(struct result *r)
{
	fixture_result(r);
	free(r->command);
	r->command = strdup("mmiobench --json \"a b\"\n\t\\ \303\251");
	strcpy(r->device.vendor_name, "Soci\303\251t\303\251");
	r->device.serial = UINT64_MAX;
	r->device.numa_node = 3;
	r->bar.size_bytes = 1ull << 40;
	r->seed = UINT64_MAX;
	r->env.emulated = true;
	strcpy(r->env.emulated_why, "--emulated");
	r->replayed = true;
	result_disturbed(r, "driver other has taken the device");
	result_disturbed(r, "the second is not told");
	r->disturbance.power_lost = true;
}

static void write_named(const char *name, const struct result *r)
{
	struct verdict v;
	char path[512];

	judge_run(&v, r, NULL);
	assert_int_equal(0, result_write(r, &v, fixture_path(path, sizeof(path), name)));
}

static void page(const struct result *r, char **text, size_t *n)
{
	struct verdict v;
	FILE *f = open_memstream(text, n);

	assert_non_null(f);
	judge_run(&v, r, NULL);
	result_text(f, r, &v, "saved.json");
	assert_int_equal(0, fclose(f));
}

static void test_round_trip(void **state)
{
	static void (*const makers[])(struct result *) = { make_full, make_ram, make_empty,
							   make_text, fixture_result };
	char first[512], second[512];

	(void)state;
	fixture_path(first, sizeof(first), "first");
	fixture_path(second, sizeof(second), "second");
	for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]); i++) {
		struct result r, back = { 0 };
		char *a, *b;
		size_t na, nb;

		makers[i](&r);
		write_named("first", &r);
		assert_int_equal(0, result_read(&back, first));
		write_named("second", &back);
		a = fixture_read(first, &na);
		b = fixture_read(second, &nb);
		assert_int_equal(na, nb);
		assert_memory_equal(a, b, na);
		free(a);
		free(b);
		page(&r, &a, &na);
		page(&back, &b, &nb);
		assert_string_equal(a, b);
		free(a);
		free(b);
		result_free(&r);
		result_free(&back);
	}
}

/* Where the summary is computed again, its last digit must be, whatever the clock's rate. */
static void test_round_trip_clocks(void **state)
{
	char first[512], second[512];

	(void)state;
	fixture_path(first, sizeof(first), "first");
	fixture_path(second, sizeof(second), "second");
	for (int i = 0; i < 50; i++) {
		struct result r, back = { 0 };
		char *a, *b;
		size_t na, nb;

		fixture_result(&r);
		r.clock_hz = 1e9 * (1 + i / 7.0);
		fixture_cell(&r, "bw/wc/store8/4K/posted", 1e9 / 3);
		write_named("first", &r);
		assert_int_equal(0, result_read(&back, first));
		write_named("second", &back);
		a = fixture_read(first, &na);
		b = fixture_read(second, &nb);
		assert_string_equal(a, b);
		free(a);
		free(b);
		result_free(&r);
		result_free(&back);
	}
}

static void test_read_back(void **state)
{
	struct result r, b = { 0 };
	char path[512];

	(void)state;
	make_full(&r);
	write_named("values", &r);
	assert_int_equal(0, result_read(&b, fixture_path(path, sizeof(path), "values")));
	assert_int_equal(r.n_cells, b.n_cells);
	for (int i = 0; i < 4; i++) /* faulted, killed, timeout, failed */
		assert_int_equal(CELL_FAULTED + i, b.cells[6 + i].status);
	assert_string_equal("it was so", b.cells[6].why);
	assert_int_equal(CELL_SKIPPED, b.cells[10].status);
	assert_int_equal(CELL_NOT_RUN, b.cells[11].status);
	assert_false(b.cells[10].has_summary);
	assert_int_equal(SIGBUS, b.cells[6].rounds[1].fault.signal);
	assert_int_equal(BUS_OBJERR, b.cells[6].rounds[1].fault.code);
	assert_int_equal(0xfff8, b.cells[6].rounds[1].fault.offset_bytes);
	assert_true(b.cells[6].rounds[2].migrated);
	assert_int_equal(3, b.cells[6].rounds[2].preempted);
	assert_int_equal(0x8877665544332211, b.cells[0].pattern);
	assert_true(b.cells[1].spec.flushed);
	assert_string_equal("plain", b.cells[1].spec.flush_through);
	assert_int_equal(0xdeadbeefcafef00d, b.seed);
	assert_true(b.device.has_serial);
	assert_int_equal(0xfedcba9876543210, b.device.serial);
	assert_int_equal(-1, b.device.numa_node);
	assert_true(b.clock_hz == r.clock_hz);
	assert_string_equal("", probe_outcome_text(&b.journal[0].outcome));
	assert_true(b.probes[2].load_ns == 0);
	assert_string_equal("6.1.0-50-arm64", fact_get(&b.env.facts, "kernel_release"));
	for (size_t i = 0; i < r.n_cells; i++) {
		assert_int_equal(r.cells[i].has_summary, b.cells[i].has_summary);
		if (r.cells[i].has_summary)
			assert_memory_equal(&r.cells[i].summary, &b.cells[i].summary,
					    sizeof(struct summary));
	}
	result_free(&r);
	result_free(&b);
}

/* The file must be refused with one line that names it and every word, and r left alone. */
static void assert_refused(const char *path, const char *word)
{
	struct result r = { .n_cells = 4711 };
	char text[1024];
	unsigned int lines;
	int ret;

	fixture_stderr_begin();
	ret = result_read(&r, path);
	lines = fixture_stderr_end(text, sizeof(text));
	if (ret >= 0 || lines != 1 || !strstr(text, path) || (word && !strstr(text, word)))
		fail_msg("returned %d, %u lines, wanted \"%s\": %s", ret, lines, word ? word : "",
			 text);
	assert_int_equal(4711, r.n_cells);
}

static void test_truncated(void **state)
{
	char whole[512], cut[512], *text;
	struct result r, b = { 0 };
	size_t n, tried = 0;

	(void)state;
	fixture_path(whole, sizeof(whole), "whole");
	fixture_path(cut, sizeof(cut), "cut");
	fixture_result(&r);
	fixture_cell(&r, "bw/wc/store8/4K/posted", 1e9);
	write_named("whole", &r);
	text = fixture_read(whole, &n);
	assert_int_equal('\n', text[n - 1]);
	for (size_t at = 0; at < n - 1; at += at < 64 || at > n - 64 ? 1 : 7, tried++) {
		fixture_write(cut, text, at);
		assert_refused(cut, at ? "cut off" : "empty");
	}
	assert_true(tried > 200);
	fixture_write(cut, text, n - 1); /* all but the line's end is all */
	assert_int_equal(0, result_read(&b, cut));
	free(text);
	result_free(&r);
	result_free(&b);
}

/* Random damage: refused with a line or accepted, never a crash or a page with escapes. */
static void test_damaged(void **state)
{
	char path[512], *text, line[1024];
	uint64_t x = 88172645463325252ull;
	struct result r;
	size_t n;

	(void)state;
	fixture_path(path, sizeof(path), "damaged");
	make_full(&r);
	write_named("damaged", &r);
	result_free(&r);
	text = fixture_read(path, &n);
	for (int i = 0; i < 1500; i++) {
		struct result b = { 0 };
		size_t at, k, page_n;
		char saved, *out;
		unsigned int lines;
		int ret;

		x ^= x << 13, x ^= x >> 7, x ^= x << 17;
		at = x % n;
		k = (x >> 40) % n;
		saved = text[at];
		text[at] = i % 3 ? text[k] : (char)(x >> 32);
		fixture_write(path, text, n);
		fixture_stderr_begin();
		ret = result_read(&b, path);
		lines = fixture_stderr_end(line, sizeof(line));
		assert_int_equal(ret ? 1 : 0, lines);
		if (!ret) {
			page(&b, &out, &page_n);
			assert_null(strchr(out, '\033'));
			free(out);
		}
		result_free(&b);
		text[at] = saved;
	}
	free(text);
}

/* One change to a good file: path in dots, what to put there (NULL: removed), the complaint. */
static const struct change {
	const char *at, *value, *word;
} changes[] = {
	{ "schema", NULL, "missing" },
	{ "schema", "\"mmiobench-result/2\"", "mmiobench-result/2" },
	{ "schema", "\"\\u001b[31mx\"", "control" },
	{ "schema", "1", "wrong type" },
	{ "tool", NULL, "tool" },
	{ "tool", "[]", "tool" },
	{ "tool.arch", NULL, "arch" },
	{ "tool.arch", "\"0123456789abcdef\"", "too long" },
	{ "command", "null", "command" },
	{ "started", "\"2026-01-02\\n03:04\"", "control" },
	{ "duration_s", "-1", "duration_s" },
	{ "duration_s", "\"1\"", "duration_s" },
	{ "replayed", "0", "replayed" },
	{ "ram", NULL, "ram" },
	{ "environment", "null", "environment" },
	{ "environment.facts", "{}", "facts" },
	{ "environment.facts.0.value", "7", "environment.facts[0].value" },
	{ "environment.facts.0", "null", "environment.facts[0]" },
	{ "environment.virtualization.machine", "\"banana\"", "machine" },
	{ "environment.virtualization.confidence", "\"sure\"", "confidence" },
	{ "environment.virtualization.why", NULL, "why" },
	{ "environment.emulated_cpu.value", "\"yes\"", "value" },
	{ "device", "null", "device" },
	{ "device.vendor", "65536", "device.vendor" },
	{ "device.vendor", "-1", "device.vendor" },
	{ "device.vendor", "6900.0", "device.vendor" },
	{ "device.prog_if", "256", "prog_if" },
	{ "device.bdf", "\"0000:00:03.0-and-more\"", "too long" },
	{ "device.numa_node", NULL, "numa_node" },
	{ "device.numa_node", "-2", "numa_node" },
	{ "device.numa_node", "4294967296", "numa_node" },
	{ "device.serial_number", NULL, "serial_number" },
	{ "device.serial_number", "5", "serial_number" },
	{ "device.serial_number", "\"0x1ffffffffffffffff\"", "serial_number" },
	{ "device.link.width", "65", "width" },
	{ "bar", "null", "bar" },
	{ "bar.index", "6", "bar.index" },
	{ "bar.index", "-1", "bar.index" },
	{ "bar.phys", "\"twelve\"", "phys" },
	{ "bar.size_bytes", "-4096", "size_bytes" },
	{ "bar.prefetchable", "null", "prefetchable" },
	{ "window.offset_bytes", "-1", "offset_bytes" },
	{ "window.length_bytes", "1e6", "length_bytes" },
	{ "window.state", "\"gone\"", "state" },
	{ "asks.wc", NULL, "asks.wc" },
	{ "plan.profile", "null", "profile" },
	{ "plan.seed", "\"\"", "seed" },
	{ "plan.seed", "12", "seed" },
	{ "plan.rounds_done", "-3", "rounds_done" },
	{ "plan.rounds_done", "10001", "rounds_done" },
	{ "plan.clock.hz", "0", "hz: out of range" },
	{ "plan.clock.hz", "1e300", "plan.clock.hz: out of range" },
	{ "duration_s", "1e300", "duration_s: out of range" },
	{ "plan.cpu_why", "\"a\\u202eb\"", "control" },
	{ "plan.clock.hz", "-1e9", "hz" },
	{ "plan.clock.hz", "null", "hz" },
	{ "plan.clock.hz", NULL, "hz" },
	{ "plan.clock.resolution_ticks", "-1", "resolution_ticks" },
	{ "probes", "{}", "probes" },
	{ "probes.0.load_ns", "-1", "load_ns" },
	{ "probes.0.load_ns", NULL, "load_ns" },
	{ "probes.0.outcome", "\"0123456789012345678901234567890123\"", "probes[0].outcome" },
	{ "journal.0.outcome", NULL, "journal[0].outcome" },
	{ "journal.0.this_boot", "1", "this_boot" },
	{ "journal.0.boot_id", "null", "boot_id" },
	{ "cells", NULL, "cells" },
	{ "cells", "7", "cells" },
	{ "cells.0", "[]", "cells[0]" },
	{ "cells.0.id", "\"\"", "id" },
	{ "cells.0.id", "\"bw\"", "id" },
	{ "cells.0.id", "\"bw/plain\"", "id" },
	{ "cells.0.id", "\"lat/plain/store8/4K/posted\"", "id" },
	{ "cells.0.mapping", "\"wc\"", "id" },
	{ "cells.0.experiment", "\"0123456789abcdef\"", "too long" },
	{ "cells.0.direction", "\"both\"", "direction" },
	{ "cells.0.width_bytes", "0", "width_bytes: out of range" },
	{ "cells.0.unit_bytes", "0", "unit_bytes: out of range" },
	{ "cells.0.shift_bytes", "64", "shift_bytes" },
	{ "cells.0.doorbell_bytes", "-4", "doorbell_bytes" },
	{ "cells.0.access_pattern", "7", "access_pattern" },
	{ "cells.0.width_bytes", "-8", "width_bytes" },
	{ "cells.0.lap_bytes", "0", "lap_bytes: out of range" },
	{ "cells.0.lap_bytes", "-1", "lap_bytes" },
	{ "cells.0.interval_bytes", "4294967296", "interval_bytes" },
	{ "cells.0.flushed", "\"\"", "flushed" },
	{ "cells.0.unit", "\"MB/s\"", "unit" },
	{ "cells.0.status", "\"great\"", "status" },
	{ "cells.0.status", "\"Measured\"", "status" },
	{ "cells.0.status", "null", "status" },
	{ "cells.0.pattern", "null", "pattern" },
	{ "cells.0.pattern", "\"0x\"", "pattern" },
	{ "cells.0.rounds", "[]", "rounds" },
	{ "cells.0.rounds", "null", "rounds" },
	{ "cells.0.rounds.0", "3", "cells[0].rounds[0]" },
	{ "cells.0.rounds.1.status", "\"\"", "cells[0].rounds[1].status" },
	{ "cells.0.rounds.0.laps", "0", "laps" },
	{ "cells.0.rounds.0.laps", "-1", "laps" },
	{ "cells.0.rounds.0.cpu", "2147483648", "cpu" },
	{ "cells.0.rounds.0.preempted", "-1", "preempted" },
	{ "cells.0.rounds.0.ticks", "[]", "ticks" },
	{ "cells.0.rounds.0.ticks", "[1, -2, 3]", "ticks" },
	{ "cells.0.rounds.0.ticks", "[1, 2.5]", "ticks" },
	{ "cells.0.rounds.0.ticks", "[[1]]", "ticks" },
	{ "cells.0.rounds.0.ticks", "\"12\"", "ticks" },
	{ "cells.6.rounds.1.fault", "7", "fault: of the wrong type" },
	{ "cells.6.rounds.1.fault.signal", "0", "signal" },
	{ "cells.6.rounds.1.fault.signal", "1000", "signal" },
	{ "cells.6.rounds.1.fault.code", "\"2\"", "code" },
	{ "cells.6.rounds.1.fault.offset", "-8", "offset" },
	{ "cells.6.rounds.1.why", "7", "why" },
};

static json_t *step(json_t *o, const char *key)
{
	json_t *next = json_is_array(o) ? json_array_get(o, (size_t)atoi(key)) :
					  json_object_get(o, key);

	assert_non_null(next);
	return next;
}

static void change_apply(json_t *root, const struct change *c)
{
	char copy[128], *save = NULL, *key, *next;
	json_t *value;

	snprintf(copy, sizeof(copy), "%s", c->at);
	key = strtok_r(copy, ".", &save);
	while ((next = strtok_r(NULL, ".", &save))) {
		root = step(root, key);
		key = next;
	}
	step(root, key); /* what is changed must be there */
	value = c->value ? json_loads(c->value, JSON_DECODE_ANY, NULL) : NULL;
	assert_true(!c->value || value);
	if (json_is_array(root))
		json_array_set_new(root, (size_t)atoi(key), value);
	else if (value)
		json_object_set_new(root, key, value);
	else
		json_object_del(root, key);
}

static void test_changed(void **state)
{
	char path[512], changed[512];
	struct result r;

	(void)state;
	fixture_path(path, sizeof(path), "good");
	fixture_path(changed, sizeof(changed), "changed");
	make_full(&r);
	write_named("good", &r);
	result_free(&r);
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		json_t *root = json_load_file(path, 0, NULL);

		assert_non_null(root);
		change_apply(root, &changes[i]);
		assert_int_equal(0, json_dump_file(root, changed, 0));
		json_decref(root);
		assert_refused(changed, changes[i].word);
	}
}

/* Words that a later version may write are kept as they are: they are none of ours, and stay readable. */
static void test_other_words(void **state)
{
	static const struct change others[] = {
		{ "cells.0.id", "\"gather/plain/store8/4K/posted\"", NULL },
		{ "cells.0.experiment", "\"gather\"", NULL },
		{ "probes.0.outcome", "\"signal 7, code 5\"", NULL },
		{ "journal.0.probe", "\"cas\"", NULL },
		{ "journal.0.mapping", "\"uc\"", NULL },
		{ "journal.0.outcome", "\"slept\"", NULL },
	};
	char path[512];
	struct result r, b;
	json_t *root;

	(void)state;
	fixture_path(path, sizeof(path), "others");
	make_full(&r);
	write_named("others", &r);
	root = json_load_file(path, 0, NULL);
	assert_non_null(root);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		change_apply(root, &others[i]);
	assert_int_equal(0, json_dump_file(root, path, 0));
	json_decref(root);
	assert_int_equal(0, result_read(&b, path));
	for (int i = 0; i < EXPERIMENT_IDS; i++)
		assert_false(cell_is(&b.cells[0], (enum exp_id)i));
	assert_false(spec_is_like(&b.cells[0].spec, &r.cells[0].spec));
	assert_string_equal("signal 7, code 5", probe_outcome_text(&b.probes[0].outcome));
	write_named("others", &b);
	root = json_load_file(path, 0, NULL);
	assert_non_null(root);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		json_t *want = json_loads(others[i].value, JSON_DECODE_ANY, NULL), *o = root;
		char copy[64], *save = NULL;

		snprintf(copy, sizeof(copy), "%s", others[i].at);
		for (char *key = strtok_r(copy, ".", &save); key; key = strtok_r(NULL, ".", &save))
			o = step(o, key);
		assert_true(json_equal(want, o));
		json_decref(want);
	}
	json_decref(root);
	result_free(&r);
	result_free(&b);
}

/* What is derived from the rest, or only there when there is something to say. */
static bool may_miss(const char *key, const char *under)
{
	return !strcmp(key, "verdict") || !strcmp(key, "summary") || !strcmp(key, "fault") ||
	       (!strcmp(key, "why") && !strcmp(under, "rounds"));
}

static void remove_each(json_t *root, json_t *o, const char *path, const char *under)
{
	json_t *keys = json_array(), *v;
	const char *key;

	if (json_is_array(o) && json_array_size(o))
		remove_each(root, json_array_get(o, 0), path, under);
	json_object_foreach(o, key, v)
		json_array_append_new(keys, json_string(key));
	for (size_t i = 0; i < json_array_size(keys); i++) {
		key = json_string_value(json_array_get(keys, i));
		v = json_incref(json_object_get(o, key));
		if (!may_miss(key, under)) {
			remove_each(root, v, path, key);
			json_object_del(o, key);
			assert_int_equal(0, json_dump_file(root, path, 0));
			assert_refused(path, key);
			json_object_set(o, key, v);
		}
		json_decref(v);
	}
	json_decref(keys);
}

/* Nothing that a result has may be left out: the reader misses each field of each object. */
static void test_each_missing(void **state)
{
	char path[512];
	struct result r;
	json_t *root;

	(void)state;
	fixture_path(path, sizeof(path), "missing");
	fixture_result(&r);
	fixture_journal(&r, FIXTURE_BOOT, "works");
	fixture_cell(&r, "bw/plain/store8/4K/posted", 1e9);
	write_named("missing", &r);
	result_free(&r);
	root = json_load_file(path, 0, NULL);
	assert_non_null(root);
	remove_each(root, root, path, "");
	json_decref(root);
}

static void replace(const char *path, const char *old, const char *new)
{
	size_t n, head;
	char *text = fixture_read(path, &n), *at = strstr(text, old), *out;
	int len;

	assert_non_null(at);
	head = (size_t)(at - text);
	len = asprintf(&out, "%.*s%s%s", (int)head, text, new, at + strlen(old));
	assert_true(len > 0);
	fixture_write(path, out, (size_t)len);
	free(out);
	free(text);
}

/* What no JSON library writes, but a file can hold. */
static void test_raw(void **state)
{
	static const char *const raw[][3] = {
		{ "\"ram\": false", "\"ram\": false, \"ram\": false", "uplicate" },
		{ "\"laps\": 1000", "\"laps\": 99999999999999999999", "too big" },
		{ "\"laps\": 1000", "\"laps\": 1e999", "overflow" },
		{ "\"laps\": 1000", "\"laps\": NaN", "line 1" },
		{ "\"laps\": 1000", "\"laps\": Infinity", "line 1" },
		{ "\"laps\": 1000", "\"laps\": 0x10", "line 1" },
		{ "\"0.1.0\"", "\"0.1\\u0000.0\"", "line 1" },
		{ "\"0.1.0\"", "\"0.1\377.0\"", "line 1" },
		{ "\"0.1.0\"", "\"0.1\\ud800.0\"", "line 1" },
		{ "\"0.1.0\"", "\"0.1\033[31m.0\"", "line 1" },
		{ "{\"schema\"", "[{\"schema\"", "line" },
		{ "{\"schema\"", "\"schema\"", "line" },
	};
	char good[512], path[512], *text;
	struct result r;
	size_t n;

	(void)state;
	fixture_path(good, sizeof(good), "raw-good");
	fixture_path(path, sizeof(path), "raw");
	fixture_result(&r);
	fixture_cell(&r, "bw/plain/store8/4K/posted", 1e9);
	write_named("raw-good", &r);
	result_free(&r);
	text = fixture_read(good, &n);
	for (size_t i = 0; i < sizeof(raw) / sizeof(raw[0]); i++) {
		fixture_write(path, text, n);
		replace(path, raw[i][0], raw[i][1]);
		assert_refused(path, raw[i][2]);
	}
	fixture_write(path, text, n);
	assert_int_equal(0, truncate(path, (off_t)n + 100)); /* NULs behind the end */
	assert_refused(path, NULL);
	text[n / 2] = 0;
	fixture_write(path, text, n);
	assert_refused(path, NULL);
	free(text);
}

static void test_no_result(void **state)
{
	static const char *const whole[] = { "", " ", "\n", "null", "7", "\"x\"", "[]", "{}",
					     "{\"schema\": \"mmiobench-result/1\"}",
					     "\177ELF\002\001\001" };
	char path[512], *deep = malloc(200000);

	(void)state;
	assert_refused(fixture_path(path, sizeof(path), "nowhere"), "No such file");
	fixture_path(path, sizeof(path), "no-result");
	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
		fixture_write(path, whole[i], strlen(whole[i]));
		assert_refused(path, NULL);
	}
	assert_non_null(deep);
	memset(deep, '[', 200000);
	fixture_write(path, deep, 200000);
	assert_refused(path, "line 1");
	for (size_t i = 0; i < 200000; i += 5)
		memcpy(deep + i, "{\"a\":", 5);
	fixture_write(path, deep, 200000);
	assert_refused(path, "line 1");
	free(deep);
	assert_int_equal(0, mkdir(fixture_path(path, sizeof(path), "directory"), 0700));
	assert_refused(path, "Is a directory");
	if (!access("/dev/zero", R_OK))
		assert_refused("/dev/zero", NULL);
}

/* A file beyond any result's size is not read to its end. */
static void test_too_long(void **state)
{
	char path[512], blank[4096];
	FILE *f;

	(void)state;
	memset(blank, ' ', sizeof(blank));
	f = fopen(fixture_path(path, sizeof(path), "long"), "we");
	assert_non_null(f);
	for (int i = 0; i < (65 << 20) / (int)sizeof(blank); i++)
		assert_int_equal(1, fwrite(blank, sizeof(blank), 1, f));
	assert_int_equal(0, fclose(f));
	assert_refused(path, "MiB");
	unlink(path);
}

/* As readable as any other new file, though it was made beside and renamed; and nothing is left. */
static void test_write(void **state)
{
	char path[512], text[1024];
	struct verdict v;
	struct result r;
	struct stat st;
	mode_t mask = umask(022);

	(void)state;
	fixture_result(&r);
	judge_run(&v, &r, NULL);
	fixture_path(path, sizeof(path), "mode");
	assert_int_equal(0, result_write(&r, &v, path));
	assert_int_equal(0, stat(path, &st));
	assert_int_equal(0644, st.st_mode & 0777);
	umask(077);
	assert_int_equal(0, result_write(&r, &v, path));
	assert_int_equal(0, stat(path, &st));
	assert_int_equal(0600, st.st_mode & 0777);
	umask(mask);

	fixture_stderr_begin();
	assert_true(result_write(&r, &v, fixture_path(path, sizeof(path), "no/place")) < 0);
	assert_int_equal(1, fixture_stderr_end(text, sizeof(text)));
	assert_non_null(strstr(text, "--json"));
	assert_int_equal(0, mkdir(fixture_path(path, sizeof(path), "a-directory"), 0700));
	fixture_stderr_begin();
	assert_int_equal(-EISDIR, result_write(&r, &v, path));
	assert_int_equal(1, fixture_stderr_end(text, sizeof(text)));
	result_free(&r);
}

/* A pipe or a device is written to: replacing it, run as root, would break the machine. */
static void test_write_special(void **state)
{
	char path[512], text[1024];
	struct result r, b = { 0 };
	struct verdict v;
	struct stat st;
	pid_t child;
	int status;

	(void)state;
	fixture_result(&r);
	judge_run(&v, &r, NULL);
	assert_int_equal(0, mkfifo(fixture_path(path, sizeof(path), "pipe"), 0600));
	child = fork();
	assert_true(child >= 0);
	if (!child)
		_exit(result_write(&r, &v, path) ? 1 : 0);
	assert_int_equal(0, result_read(&b, path)); /* a pipe can be read as well */
	assert_int_equal(child, waitpid(child, &status, 0));
	assert_int_equal(0, status);
	assert_int_equal(r.bar.size_bytes, b.bar.size_bytes);
	assert_int_equal(0, lstat(path, &st));
	assert_true(S_ISFIFO(st.st_mode));
	result_free(&b);
	if (!access("/dev/full", W_OK)) {
		assert_int_equal(0, symlink("/dev/full", fixture_path(path, sizeof(path), "full")));
		fixture_stderr_begin();
		assert_int_equal(-ENOSPC, result_write(&r, &v, path));
		assert_int_equal(1, fixture_stderr_end(text, sizeof(text)));
		assert_int_equal(0, lstat(path, &st));
		assert_true(S_ISLNK(st.st_mode));
	}
	result_free(&r);
}

static void test_values(void **state)
{
	struct cell_record c = { .spec.unit = UNIT_RATE, .spec.lap_bytes = 4096, .spec.unit_bytes = 8 };
	uint64_t ticks[][4] = { { 40, 10, 30, 20 }, { 50, 50, 50, 50 }, { 0, 0, 0, 0 }, { 7 } };
	struct round rounds[4] = { 0 };
	double out[4];

	(void)state;
	/* 1000 laps of 4096 bytes in 2e6 ticks of 1 GHz */
	assert_true(cell_value(&c, 1000, 2e6, 1e9) == 2.048e9);
	c.spec.unit = UNIT_NS;
	assert_true(cell_value(&c, 1000, 2e6, 1e9) == 2e6 / 512000);

	c = (struct cell_record){ .spec.unit = UNIT_NS, .spec.lap_bytes = 8, .spec.unit_bytes = 8,
				  .rounds = rounds, .n_rounds = 4 };
	for (int i = 0; i < 4; i++)
		rounds[i] = (struct round){ .status = CELL_MEASURED, .laps = 1, .n = 4,
					    .ticks = ticks[i] };
	rounds[3].status = CELL_FAULTED;
	strcpy(rounds[3].why, "SIGBUS");
	/* medians 25 and 50; one took no time at all, one faulted: neither is averaged in */
	assert_int_equal(2, cell_medians(&c, 1e9, out));
	assert_true(out[0] == 25 && out[1] == 50);
	assert_int_equal(40, ticks[0][0]); /* raw ticks stay as they came */
	assert_int_equal(0, cell_summarize(&c, 1e9));
	assert_int_equal(CELL_FAULTED, c.status);
	assert_string_equal("SIGBUS", c.why);
	assert_int_equal(2, c.summary.n);
	rounds[3].status = CELL_MEASURED;
	assert_int_equal(0, cell_summarize(&c, 1e9));
	assert_int_equal(CELL_MEASURED, c.status);
	assert_string_equal("", c.why);
	c.n_rounds = 0;
	c.status = CELL_SKIPPED;
	assert_int_equal(0, cell_summarize(&c, 1e9));
	assert_int_equal(CELL_SKIPPED, c.status);
	assert_false(c.has_summary);
}

/* Recorded ids are those that are made from what the record says of the cell. */
static void test_ids(void **state)
{
	static const char *const names[] = { "data/lab-bookworm-host", "data/field-kvmtool-host",
					     "page/altra-host" };
	const char *top = getenv("srcdir");
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char path[512], plain[SPEC_ID_BYTES], full[SPEC_ID_BYTES];
		struct result r = { 0 };

		snprintf(path, sizeof(path), "%s/tests/%s.json", top ? top : ".", names[i]);
		assert_int_equal(0, result_read(&r, path));
		for (size_t k = 0; k < r.n_cells; k++, n++) {
			spec_id(plain, &r.cells[k].spec, false);
			spec_id(full, &r.cells[k].spec, true);
			if (strcmp(r.cells[k].id, plain) && strcmp(r.cells[k].id, full))
				fail_msg("%s is neither %s nor %s", r.cells[k].id, plain, full);
		}
		result_free(&r);
	}
	assert_true(n > 40);
}

static void test_fault_names(void **state)
{
	static const struct fault adraln = { SIGBUS, BUS_ADRALN, 0 }, odd = { 11, 77, 0 };
	char buf[32];

	(void)state;
	assert_string_equal("SIGBUS/BUS_ADRALN", fault_name(buf, sizeof(buf), &adraln));
	assert_string_equal("signal 11, code 77", fault_name(buf, sizeof(buf), &odd));
}

/* Ctrl-C in the middle of it. */
static int put_interrupted(FILE *out, const void *what)
{
	(void)what;
	raise(SIGTERM);
	return fputs("all of it\n", out) < 0 ? -EIO : 0;
}

/* A signal comes when the file is there as a whole, and nothing else. */
static void test_interrupted(void **state)
{
	char path[] = "/tmp/mmiobench-test-XXXXXX", file[64];
	int wstatus;
	pid_t pid;

	(void)state;
	assert_non_null(mkdtemp(path));
	snprintf(file, sizeof(file), "%s/r.json", path);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		signal(SIGTERM, SIG_DFL);
		output_write(file, "--json FILE", put_interrupted, NULL);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &wstatus, 0), pid);
	assert_true(WIFSIGNALED(wstatus));
	assert_int_equal(WTERMSIG(wstatus), SIGTERM);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(rmdir(path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_round_trip),    cmocka_unit_test(test_round_trip_clocks),
		cmocka_unit_test(test_read_back),     cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_damaged),	      cmocka_unit_test(test_changed),
		cmocka_unit_test(test_other_words),
		cmocka_unit_test(test_each_missing),  cmocka_unit_test(test_raw),
		cmocka_unit_test(test_no_result),     cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_write),	      cmocka_unit_test(test_write_special),
		cmocka_unit_test(test_values),	      cmocka_unit_test(test_fault_names),
		cmocka_unit_test(test_ids),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_cleanup);
}
