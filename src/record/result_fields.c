// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "record/fields.h"
#include "record/json_file.h"
#include "record/result_file.h"

/* Beyond these a file is not a result of ours, whatever it says. */
#define CELLS_MAX  10000
#define ROUNDS_MAX 10000
#define TICKS_MAX  1000000
#define LIST_MAX   1000

#define BROKEN	      "too coarse|faulted|killed|timeout|failed"
#define FAULT_PATTERN "killed|timeout|failed|SIG[A-Z]+/[A-Z_]+|signal [0-9]+, code -?[0-9]+"

#define OR_MAP_NAME(type, name, ...) "|" name
LIST_WORDS(direction, "store", "load"); /* by is_load */
LIST_WORDS(profile, "quick", "default", "full");
LIST_WORDS(route, "direct", "trapped", "unknown");
#define PROBE_WORD(id, name) name,
LIST_WORDS(probe, PROBES(PROBE_WORD));
LIST_WORDS(probe_outcome, PROBE_OUTCOMES(PROBE_WORD));
ENUM_WORDS(mapping, map_name, enum map_type, MAP_TYPES);
ENUM_WORDS(unit, unit_name, enum unit, CELL_UNITS);
ENUM_WORDS(status, cell_status_name, enum cell_status, CELL_STATUSES);
ENUM_WORDS(window, window_state_name, enum window_state, WINDOW_STATES);

/* A visit */

static bool round_counts(const struct scope *at)
{
	return cell_counts(at->outer->rec);
}

static const struct field fault_fields[] = {
	INT("signal", fault, signal, 1, 64),
	INT("code", fault, code, INT32_MIN, INT32_MAX),
	HEX("offset", fault, offset_bytes),
	{ 0 },
};
static const struct record_table fault_table = { .size = sizeof(struct fault),
						 .fields = fault_fields };

static const struct field round_fields[] = {
	WORD("status", round, status, words_status),
	INT("laps", round, laps, 0, INT64_MAX),
	INT("cpu", round, cpu, 0, INT32_MAX),
	BOOL("migrated", round, migrated),
	INT("preempted", round, preempted, 0, UINT32_MAX),
	LIST("ticks", round, ticks, n, ITEMS(.type = FIELD_INT, .size = sizeof(uint64_t)),
	     .flags = FIELD_OWNED, .most = TICKS_MAX),
	INT("tries", round, tries, 0, INT64_MAX / ROUNDS_MAX, .flags = FIELD_OPTIONAL,
	    .when = round_counts),
	INT("events", round, events, 0, INT64_MAX / ROUNDS_MAX, .flags = FIELD_OPTIONAL,
	    .when = round_counts),
	TEXT("note", round, note, .flags = FIELD_OPTIONAL, .when = round_counts),
	TEXT("why", round, why, .flags = FIELD_OPTIONAL),
	OBJECT("fault", round, fault, fault_table, .flags = FIELD_OPTIONAL),
	{ 0 },
};
static const struct rule round_rules[] = {
	{ IF("status", "measured"), THEN("why", MUST_ABSENT) },
	{ IF("status", "measured"), THEN("fault", MUST_ABSENT) },
	{ IF("status", "not run|skipped|" BROKEN), THEN("why", MUST_PRESENT) },
	{ 0 },
};

static int round_finish(const struct scope *at, struct problem *p)
{
	const struct round *r = at->rec;

	return r->events > r->tries ? problem_set(p, "events", "more than tries") : 0;
}

static const struct record_table round_table = { "round", sizeof(struct round), round_fields,
						 round_rules, round_finish };

/* A cell */

static const struct field spec_fields[] = {
	OPEN("experiment", cell_spec, experiment, words_experiment, 15, .pattern = PATTERN_ONE),
	WORD("mapping", cell_spec, mapping, words_mapping),
	TEXT("kernel", cell_spec, kernel, .pattern = "^[a-z0-9_]+$"),
	TEXT("barrier", cell_spec, barrier, .pattern = PATTERN_ONE),
	TEXT("barrier2", cell_spec, barrier2, .pattern = PATTERN_NAME),
	TEXT("shape", cell_spec, shape, .pattern = "^[A-Za-z0-9+-]*$"),
	TEXT("place", cell_spec, place, .pattern = "^[a-z-]*$"),
	WORD("direction", cell_spec, is_load, words_direction),
	TEXT("access_pattern", cell_spec, access_pattern, .pattern = "^([a-z]+[0-9]*)?$"),
	INT("threads", cell_spec, threads, 1, UINT16_MAX),
	INT("width_bytes", cell_spec, width_bytes, 1, 4096),
	INT("interval_bytes", cell_spec, interval_bytes, 0, UINT32_MAX),
	INT("doorbell_bytes", cell_spec, doorbell_bytes, 0, 8),
	INT("shift_bytes", cell_spec, shift_bytes, 0, 63),
	INT("region_bytes", cell_spec, region_bytes, 0, INT64_MAX),
	INT("lap_bytes", cell_spec, lap_bytes, 1, INT64_MAX),
	INT("unit_bytes", cell_spec, unit_bytes, 1, UINT32_MAX),
	BOOL("flushed", cell_spec, flushed),
	TEXT("flush_through", cell_spec, flush_through, .pattern = "^(" MAP_WAYS(OR_MAP_NAME) ")$"),
	WORD("unit", cell_spec, unit, words_unit),
	{ 0 },
};
const struct record_table spec_table = { .size = sizeof(struct cell_spec), .fields = spec_fields };

static const struct field summary_fields[] = {
	INT("n", summary, n, 1, ROUNDS_MAX),
	REAL("min", summary, min, .flags = FIELD_ABOVE_0),
	REAL("p5", summary, p5, .flags = FIELD_ABOVE_0),
	REAL("median", summary, median, .flags = FIELD_ABOVE_0),
	REAL("p95", summary, p95, .flags = FIELD_ABOVE_0),
	REAL("max", summary, max, .flags = FIELD_ABOVE_0),
	REAL("mad", summary, mad),
	REALS("median_interval", summary, ci_low, 2, .flags = FIELD_ABOVE_0),
	REAL("coverage", summary, coverage, .most = 1),
	{ 0 },
};
static const struct record_table summary_table = { "summary", sizeof(struct summary),
						   summary_fields, NULL, NULL };

static bool cell_has_counts(const struct scope *at)
{
	const struct cell_record *c = at->rec;

	return cell_counts(c) && c->n_rounds;
}

static bool cell_stores(const struct scope *at)
{
	return !((const struct cell_record *)at->rec)->spec.is_load;
}

static const struct field cell_fields[] = {
	TEXT("id", cell_record, id, .pattern = PATTERN_CELL),
	INLINE(cell_record, spec, spec_table),
	WORD("status", cell_record, status, words_status),
	TEXT("why", cell_record, why),
	HEX("pattern", cell_record, pattern, .flags = FIELD_NULL, .when = cell_stores),
	LIST("rounds", cell_record, rounds, n_rounds, RECORDS(round_table), .flags = FIELD_OWNED,
	     .most = ROUNDS_MAX),
	INT("tries", cell_record, tries, 0, INT64_MAX, .flags = FIELD_OPTIONAL | FIELD_DERIVED,
	    .when = cell_has_counts),
	INT("events", cell_record, events, 0, INT64_MAX, .flags = FIELD_OPTIONAL | FIELD_DERIVED,
	    .when = cell_has_counts),
	OBJECT("summary", cell_record, summary, summary_table,
	       .flags = FIELD_OPTIONAL | FIELD_DERIVED,
	       .has = offsetof(struct cell_record, has_summary)),
	{ 0 },
};

static const struct rule cell_rules[] = {
	{ IF("direction", "load"), THEN("pattern", MUST_NULL) },
	{ IF("direction", "load"), THEN_IS("flushed", "false") },
	{ IF("direction", "store"), THEN("pattern", MUST_VALUE) },
	{ IF("flushed", "true"), THEN("flush_through", MUST_FILLED) },
	{ IF("flushed", "false"), THEN("flush_through", MUST_EMPTY) },
	{ IF("status", "measured"), THEN("why", MUST_EMPTY) },
	{ IF("status", "measured"), THEN("rounds", MUST_FILLED) },
	{ IF("status", "measured"), EACH("rounds"), THEN_IS("status", "measured") },
	{ IF("status", "skipped|" BROKEN), THEN("why", MUST_FILLED) },
	{ IF("status", "not run|skipped"), THEN("rounds", MUST_EMPTY) },
	{ IF("status", "not run|skipped"), THEN("summary", MUST_ABSENT) },
	{ IF("unit", "events"), THEN("summary", MUST_ABSENT) },
	{ IF("unit", "events"), EACH("rounds"), THEN("ticks", MUST_EMPTY) },
	{ IF("unit", "events"), EACH("rounds"), THEN("tries", MUST_PRESENT) },
	{ IF("unit", "events"), EACH("rounds"), THEN("events", MUST_PRESENT) },
	{ IF("unit", "events"), EACH("rounds"), THEN("note", MUST_PRESENT) },
	{ IF("unit", "events"), AND("status", "measured"), THEN("tries", MUST_PRESENT) },
	{ IF("unit", "events"), AND("status", "measured"), THEN("tries", MUST_LEAST), .value = "1" },
	{ IF("unit", "events"), AND("status", "measured"), THEN("events", MUST_PRESENT) },
	{ IF("unit", "B/s|ns"), THEN("tries", MUST_ABSENT) },
	{ IF("unit", "B/s|ns"), THEN("events", MUST_ABSENT) },
	{ IF("unit", "B/s|ns"), EACH("rounds"), THEN("tries", MUST_ABSENT) },
	{ IF("unit", "B/s|ns"), EACH("rounds"), THEN("events", MUST_ABSENT) },
	{ IF("unit", "B/s|ns"), EACH("rounds"), THEN("note", MUST_ABSENT) },
	{ IF("unit", "B/s|ns"), EACH("rounds"), AND("status", "measured"),
	  THEN("laps", MUST_LEAST), .value = "1" },
	{ IF("unit", "B/s|ns"), EACH("rounds"), AND("status", "measured"),
	  THEN("ticks", MUST_FILLED) },
	{ IF("unit", "B/s|ns"), AND("status", "measured"), THEN("summary", MUST_PRESENT) },
	{ 0 },
};

/* Comparisons find a cell by its id. */
static int cell_finish(const struct scope *at, struct problem *p)
{
	const struct result *r = at->outer->rec;
	struct cell_record *c = at->rec;
	char start[SPEC_ID_BYTES];
	size_t n = spec_id_start(start, &c->spec);

	if (strncmp(c->id, start, n))
		return problem_set(p, "id", "does not begin with its experiment and mapping");
	return cell_summarize(c, r->clock_hz);
}

const struct record_table cell_table = { "cell", sizeof(struct cell_record), cell_fields,
					 cell_rules, cell_finish };

/* Probes and the journal */

static int make_route(const struct scope *at, size_t i, void *out)
{
	(void)i;
	*(int *)out = (int)probe_route(at->rec);
	return 1;
}

static const struct field probe_fields[] = {
	WORD("name", probe_record, probe, words_probe),
	WORD("mapping", probe_record, mapping, words_mapping),
	OPEN("outcome", probe_record, outcome, words_probe_outcome, 31),
	MADE("route", FIELD_WORD, make_route, .size = sizeof(int), .words = &words_route,
	     .flags = FIELD_DERIVED | FIELD_CHECKED),
	TEXT("detail", probe_record, detail),
	REAL("load_ns", probe_record, load_ns, .flags = FIELD_NULL | FIELD_ABOVE_0),
	REAL("store_ns", probe_record, store_ns, .flags = FIELD_NULL | FIELD_ABOVE_0),
	{ 0 },
};
#define OTHERS "memtype|alignment|dc-zva|exclusive"
static const struct rule probe_rules[] = {
	{ IF("name", "access"), THEN("outcome", MUST_LIKE),
	  .value = "^(reads-back|does-not-read-back|all-ones|loads-only|" FAULT_PATTERN ")$" },
	{ IF("name", OTHERS), THEN("outcome", MUST_LIKE),
	  .value = "^(works|write-combining|uncached|uncached-minus|prohibited|never-succeeds|"
		   "not-run|out-of-memory|" FAULT_PATTERN ")$" },
	{ IF("name", OTHERS), THEN("load_ns", MUST_NULL) },
	{ IF("name", OTHERS), THEN("store_ns", MUST_NULL) },
	{ 0 },
};
static const struct record_table probe_table = { "probe", sizeof(struct probe_record),
						 probe_fields, probe_rules, NULL };

static const struct field journal_fields[] = {
	TEXT("time", journal_record, time, .pattern = PATTERN_TIME),
	TEXT("boot_id", journal_record, boot_id, .pattern = "^[0-9a-f-]*$"),
	TEXT("kernel", journal_record, kernel),
	OPEN("probe", journal_record, probe, words_probe, 23,
	     .pattern = "^(alignment|dc-zva|exclusive)$"),
	OPEN("mapping", journal_record, mapping, words_mapping, 15, .pattern = "^wc$"),
	OPEN("outcome", journal_record, outcome, words_probe_outcome, 31, .flags = FIELD_NULL,
	     .pattern = "^(works|prohibited|never-succeeds|interrupted|survived|not-made|torn|"
			"out-of-memory|" FAULT_PATTERN ")$"),
	BOOL("this_boot", journal_record, this_boot),
	{ 0 },
};
static const struct record_table journal_table = { "journal", sizeof(struct journal_record),
						   journal_fields, NULL, NULL };

/* The run */

static const struct field tool_fields[] = TOOL_FIELDS(result);
static const struct record_table tool_table = { .fields = tool_fields };

static const struct field window_fields[] = {
	INT("offset_bytes", result, offset_bytes, 0, INT64_MAX),
	INT("length_bytes", result, length_bytes, 0, INT64_MAX),
	WORD("state", result, window, words_window),
	{ 0 },
};

static int window_finish(const struct scope *at, struct problem *p)
{
	const struct result *r = at->rec;

	if (!r->is_ram && (r->offset_bytes > r->bar.size_bytes ||
			   r->length_bytes > r->bar.size_bytes - r->offset_bytes))
		return problem_set(p, "length_bytes", "not in the BAR");
	return 0;
}

static const struct record_table window_table = { .fields = window_fields,
						  .finish = window_finish };

/* Rows behind devmem are of later versions, and earlier results do not have them. */
#define ASKS_FIELD(type, name, ...)                                                                \
	TEXT(name, result, asks[MAP_##type], .least = 1,                                           \
	     .flags = MAP_##type > MAP_DEVMEM ? FIELD_OPTIONAL : 0),
static const struct field asks_fields[] = { MAP_WAYS(ASKS_FIELD) { 0 } };
static const struct record_table asks_table = { .fields = asks_fields };

static const struct field clock_fields[] = {
	TEXT("name", result, clock_name, .pattern = "^[A-Z0-9_]+$"),
	REAL("hz", result, clock_hz, .least = 1),
	INT("resolution_ticks", result, clock_resolution_ticks, 1, INT64_MAX),
	INT("overhead_ticks", result, clock_overhead_ticks, 0, INT64_MAX),
	{ 0 },
};
static const struct record_table clock_table = { .fields = clock_fields };

static const struct field launch_fields[] = {
	INT("index", launch_record, index, 1, LIST_MAX),
	INT("of", launch_record, of, 2, LIST_MAX),
	HEX("seed", launch_record, seed),
	{ 0 },
};

static int launch_finish(const struct scope *at, struct problem *p)
{
	const struct launch_record *l = at->rec;

	return l->index > l->of ? problem_set(p, "index", "out of range: more than of") : 0;
}

static const struct record_table launch_table = { .size = sizeof(struct launch_record),
						  .fields = launch_fields,
						  .finish = launch_finish };

static const struct field plan_fields[] = {
	TEXT("profile", result, profile, .words = &words_profile),
	HEX("seed", result, seed),
	INT("rounds_planned", result, rounds_planned, 1, ROUNDS_MAX),
	INT("rounds_done", result, rounds_done, 0, ROUNDS_MAX),
	INT("batches", result, batches, 1, TICKS_MAX),
	BOOL("stores", result, may_store),
	INT("cpu", result, cpu, 0, INT32_MAX),
	TEXT("cpu_why", result, cpu_why),
	GROUP("clock", clock_table),
	OBJECT("launch", result, launch, launch_table, .flags = FIELD_OPTIONAL),
	{ 0 },
};
static const struct record_table plan_table = { .fields = plan_fields };

static const struct field disturbance_fields[] = {
	TEXT("why", disturbance, why),
	BOOL("power_lost", disturbance, power_lost),
	{ 0 },
};
static const struct record_table disturbance_table = { .size = sizeof(struct disturbance),
						       .fields = disturbance_fields };

static bool is_of_bar(const struct scope *at)
{
	return !((const struct result *)at->rec)->is_ram;
}

/* Whoever writes a result has the verdict, too: see result_json. */
static int make_verdict(const struct scope *at, size_t i, void *out)
{
	(void)i;
	memcpy(out, at->outer->rec, verdict_table.size);
	return 1;
}

static const struct field result_fields[] = {
	CONST("schema", RESULT_SCHEMA),
	GROUP("tool", tool_table),
	STRING("command", result, command, .flags = FIELD_RAW),
	TEXT("started", result, started, .pattern = PATTERN_TIME),
	REAL("duration_s", result, duration_s),
	BOOL("replayed", result, replayed),
	BOOL("ram", result, is_ram),
	OBJECT("environment", result, env, env_table),
	OBJECT("device", result, device, device_table, .flags = FIELD_NULL, .when = is_of_bar),
	OBJECT("bar", result, bar, bar_table, .flags = FIELD_NULL, .when = is_of_bar),
	GROUP("window", window_table),
	GROUP("asks", asks_table),
	GROUP("plan", plan_table),
	LIST("probes", result, probes, n_probes, RECORDS(probe_table), .flags = FIELD_OWNED,
	     .most = LIST_MAX),
	LIST("journal", result, journal, n_journal, RECORDS(journal_table), .flags = FIELD_OWNED,
	     .most = RESULT_JOURNAL_MAX),
	LIST("cells", result, cells, n_cells, RECORDS(cell_table), .flags = FIELD_OWNED,
	     .most = CELLS_MAX),
	MADE("verdict", FIELD_OBJECT, make_verdict, .table = &verdict_table, .flags = FIELD_DERIVED),
	OBJECT("disturbance", result, disturbance, disturbance_table, .flags = FIELD_OPTIONAL),
	OBJECT("self_check", result, self_check, self_check_table, .flags = FIELD_OPTIONAL),
	{ 0 },
};
static const struct rule result_rules[] = {
	{ IF("ram", "true"), THEN("device", MUST_NULL) },
	{ IF("ram", "true"), THEN("bar", MUST_NULL) },
	{ IF("ram", "true"), THEN("journal", MUST_EMPTY) },
	{ IF("ram", "true"), THEN_IS("verdict.normal_nc", "inconclusive") },
	{ IF("ram", "true"), EACH("cells"), THEN_IS("mapping", "ram") },
	{ IF("ram", "false"), THEN("device", MUST_VALUE) },
	{ IF("ram", "false"), THEN("bar", MUST_VALUE) },
	{ IF("ram", "false"), EACH("cells"), THEN_IS("mapping", &MAP_WAYS_BAR(OR_MAP_NAME)[1]) },
	{ 0 },
};
const struct record_table result_table = { .size = sizeof(struct result), .fields = result_fields,
					   .rules = result_rules };

json_t *result_json(const struct result *r, const struct verdict *v)
{
	/* nothing is written to these */
	const struct scope run = { .rec = (void *)(uintptr_t)r };
	const struct scope verdict = { .rec = (void *)(uintptr_t)v, .outer = &run };

	return record_json(&result_table, r, &verdict);
}

int result_write(const struct result *r, const struct verdict *v, const char *path)
{
	return json_file_write(result_json(r, v), path, false);
}

int result_from_json(struct result *result, const json_t *root, const char *path)
{
	const struct reader rd = { path, RESULT_SCHEMA, "mmiobench" };
	struct result new = { 0 };
	int ret = record_read(&rd, &result_table, root, &new);

	if (ret)
		result_free(&new);
	else
		*result = new;
	return ret;
}

int result_read(struct result *result, const char *path)
{
	json_t *root = json_file_read(path);
	int ret = root ? result_from_json(result, root, path) : -EINVAL;

	json_decref(root);
	return ret;
}
