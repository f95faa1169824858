// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <string.h>
#include "compare/compare_file.h"
#include "record/fields.h"
#include "record/json_file.h"

/* A comparison as JSON. It is only written. */

ENUM_WORDS(agreement, witness_agreement_name, enum agreement, AGREEMENT_DISAGREES + 1);
ENUM_WORDS(comparison, compare_word_name, enum compare_word, COMPARE_WORDS);
ENUM_WORDS(state, compare_state_name, enum compare_state, COMPARE_STATES);
LIST_WORDS(units_of, "round", "run"); /* by by_run */

static const struct comparison *whole(const struct scope *at)
{
	return at->rec;
}

/* One of a side's runs */

static int make_kernel(const struct scope *at, size_t i, void *out)
{
	const struct result *r = at->rec;
	const char **kernel = out;

	(void)i;
	*kernel = fact_get(&r->env.facts, "kernel_release");
	return *kernel != NULL;
}

static const struct field run_fields[] = {
	TEXT("started", result, started, .pattern = PATTERN_TIME),
	MADE("kernel", FIELD_STRING, make_kernel, .size = sizeof(char *), .flags = FIELD_NULL),
	TEXT("bdf", result, device.bdf),
	BOOL("emulated", result, env.emulated),
	WORD("machine", result, env.virt.guest, words_machine),
	{ 0 },
};
static const struct record_table run_table = { "run", sizeof(struct result), run_fields, NULL,
					       NULL };

/* What is otherwise after, of earlier and later runs of one machine */

static int make_fact(const struct scope *at, size_t i, void *out)
{
	const struct environment_change *c = at->rec;
	const char **fact = out;

	(void)i;
	*fact = environment_facts[c->fact].name;
	return 1;
}

static const struct field change_fields[] = {
	MADE("fact", FIELD_STRING, make_fact, .size = sizeof(char *), .pattern = "^[a-z][a-z_]*$"),
	TEXT("before", environment_change, before, .least = 1, .flags = FIELD_NULL),
	TEXT("after", environment_change, after, .least = 1, .flags = FIELD_NULL),
	BOOL("ignored", environment_change, ignored),
	{ 0 },
};
static const struct record_table change_table = { .size = sizeof(struct environment_change),
						  .fields = change_fields };

/* Figures */

static bool is_by_round(const struct scope *at)
{
	return !whole(at)->cells.by_run;
}

#define STARTS                                                                                     \
	ITEMS(.type = FIELD_TEXT, .size = sizeof(struct result),                                   \
	      .offset = offsetof(struct result, started), .most = 31, .pattern = PATTERN_TIME)
static const struct field figure_fields[] = {
	WORD("unit", comparison, cells.by_run, words_units_of),
	REAL("min_effect", comparison, ask.min_effect, .most = 1),
	REAL("scatter", comparison, cells.scatter, .flags = FIELD_NULL, .when = is_by_round),
	BOOL("judged", comparison, cells.judged),
	LIST("host_runs", comparison, sides[0].runs, sides[0].n_runs, STARTS, .flags = FIELD_OWNED,
	     .least = 1, .most = COMPARE_RUNS_MAX),
	LIST("guest_runs", comparison, sides[1].runs, sides[1].n_runs, STARTS, .flags = FIELD_OWNED,
	     .least = 1, .most = COMPARE_RUNS_MAX),
	COUNTS("verdicts", comparison, n_verdicts, words_outcome),
	COUNTS("states", comparison, cells.n_states, words_state),
	COUNTS("words", comparison, cells.n_words, words_comparison, .least = COMPARE_SLOWER),
	COUNTS("gate_states", comparison, cells.n_gate_states, words_state),
	COUNTS("gate_words", comparison, cells.n_gate_words, words_comparison,
	       .least = COMPARE_SLOWER),
	{ 0 },
};
static const struct rule figure_rules[] = {
	{ IF("unit", "run"), THEN("scatter", MUST_NULL) },
	{ IF("unit", "round"), THEN("scatter", MUST_VALUE) },
	{ 0 },
};
static const struct record_table figure_table = { .name = "figures", .fields = figure_fields,
						  .rules = figure_rules };

/* A cell of both sides */

static const struct field state_fields[] = {
	WORD("status", cell_record, status, words_status),
	TEXT("why", cell_record, why),
	{ 0 },
};
static const struct record_table state_table = { .fields = state_fields };

static const struct field side_fields[] = {
	INLINE(compare_figure, cell, state_table, .flags = FIELD_POINTER),
	REAL("median", compare_figure, median, .flags = FIELD_OPTIONAL | FIELD_ABOVE_0),
	INT("n", compare_figure, n, 1, 10000, .flags = FIELD_OPTIONAL),
	{ 0 },
};
static const struct record_table side_table = { "side", sizeof(struct compare_figure), side_fields,
						NULL, NULL };

static const struct field ratio_fields[] = {
	REAL("guest_by_host", ratio, value, .flags = FIELD_ABOVE_0),
	REALS("interval", ratio, low, 2, .flags = FIELD_ABOVE_0),
	REALS("interval90", ratio, low90, 2, .flags = FIELD_ABOVE_0),
	{ 0 },
};
static const struct record_table ratio_table = { .size = sizeof(struct ratio),
						 .fields = ratio_fields };

static bool row_is_judged(const struct scope *at)
{
	return ((const struct compare_row *)at->rec)->word != COMPARE_NO_WORD;
}

static bool row_is_open(const struct scope *at)
{
	return ((const struct compare_row *)at->rec)->word == COMPARE_OPEN;
}

/* 0: too many would be needed. */
static int make_further(const struct scope *at, size_t i, void *out)
{
	const struct compare_row *row = at->rec;

	(void)i;
	memcpy(out, &row->further, sizeof(row->further));
	return row->further != 0;
}

static const struct field test_fields[] = {
	REAL("p", compare_row, p, .most = 1),
	REAL("p_adjusted", compare_row, p_adjusted, .most = 1),
	REAL("p_same", compare_row, p_same, .most = 1),
	BOOL("exact", compare_row, exact),
	WORD("word", compare_row, word, words_comparison, .least = COMPARE_SLOWER),
	REAL("detectable", compare_row, detectable, .flags = FIELD_NULL | FIELD_ABOVE_0),
	BOOL("below_detectable", compare_row, below),
	MADE("further", FIELD_INT, make_further, .size = sizeof(size_t), .least = 1,
	     .most = RATIO_FURTHER_MOST, .flags = FIELD_NULL | FIELD_OPTIONAL, .when = row_is_open),
	{ 0 },
};
static const struct rule test_rules[] = {
	{ IF("word", "inconclusive"), THEN("further", MUST_PRESENT) },
	{ IF("word", "slower|faster|same"), THEN("further", MUST_ABSENT) },
	{ 0 },
};
static const struct record_table test_table = { .name = "test", .fields = test_fields,
						.rules = test_rules };

static const struct field row_fields[] = {
	STRING("id", compare_row, id, .most = 95, .pattern = PATTERN_CELL),
	WORD("unit", compare_row, unit, words_unit),
	WORD("state", compare_row, state, words_state),
	BOOL("gate", compare_row, gate),
	OBJECT("host", compare_row, sides[0], side_table, .flags = FIELD_NULL),
	OBJECT("guest", compare_row, sides[1], side_table, .flags = FIELD_NULL),
	OBJECT("ratio", compare_row, ratio, ratio_table, .flags = FIELD_OPTIONAL,
	       .has = offsetof(struct compare_row, is_timed)),
	GROUP("test", test_table, .flags = FIELD_OPTIONAL, .when = row_is_judged),
	{ 0 },
};
#define UNMEASURED "counted|not run|one-sided|absent|failed"
static const struct rule row_rules[] = {
	{ IF("state", "measured"), THEN("ratio", MUST_PRESENT) },
	{ IF("state", "measured"), THEN("host.median", MUST_PRESENT) },
	{ IF("state", "measured"), THEN("host.n", MUST_PRESENT) },
	{ IF("state", "measured"), THEN("guest.median", MUST_PRESENT) },
	{ IF("state", "measured"), THEN("guest.n", MUST_PRESENT) },
	{ IF("state", UNMEASURED), THEN("ratio", MUST_ABSENT) },
	{ IF("state", UNMEASURED), THEN("test", MUST_ABSENT) },
	{ IF("state", "measured|counted|not run|one-sided|failed"), THEN("host", MUST_VALUE) },
	{ IF("state", "measured|counted|not run|one-sided|failed"), THEN("guest", MUST_VALUE) },
	{ 0 },
};
static const struct record_table row_table = { "row", sizeof(struct compare_row), row_fields,
					       row_rules, NULL };

/* The whole */

static bool has_witness(const struct scope *at)
{
	return whole(at)->ask.witness;
}

static const struct field witness_fields[] = {
	WORD("held", comparison, agreement, words_agreement),
	TEXT("why", comparison, agreement_why, .least = 1),
	{ 0 },
};
static const struct record_table agreement_table = { .fields = witness_fields };

static int make_status(const struct scope *at, size_t i, void *out)
{
	int *status = out;

	(void)i;
	*status = compare_status(whole(at));
	return 1;
}

static const struct field comparison_fields[] = {
	CONST("schema", COMPARE_SCHEMA),
	LIST("changes", comparison, changes.v, changes.n, RECORDS(change_table),
	     .flags = FIELD_NULL, .has = offsetof(struct comparison, before_after)),
	OBJECT("host", comparison, host, run_table, .flags = FIELD_POINTER),
	OBJECT("guest", comparison, guest, run_table, .flags = FIELD_POINTER),
	OBJECT("verdict", comparison, verdict, verdict_table),
	GROUP("witness", agreement_table, .flags = FIELD_NULL, .when = has_witness),
	GROUP("figures", figure_table),
	LIST("cells", comparison, cells.rows, cells.n_rows, RECORDS(row_table),
	     .flags = FIELD_OWNED, .most = 20000),
	INT("n_wrong", comparison, n_wrong, 0, INT32_MAX),
	MADE("exit_status", FIELD_INT, make_status, .size = sizeof(int), .most = 3),
	{ 0 },
};
static const struct rule comparison_rules[] = {
	{ IF("figures.judged", "true"), EACH("cells"), AND("state", "measured"),
	  THEN("test", MUST_PRESENT) },
	{ IF("figures.judged", "false"), EACH("cells"), THEN("test", MUST_ABSENT) },
	{ 0 },
};
const struct record_table comparison_table = { .size = sizeof(struct comparison),
					       .fields = comparison_fields,
					       .rules = comparison_rules };

int compare_write(const struct comparison *c, const char *path)
{
	/* what the verdict is about; nothing is written to it */
	const struct scope guest = { .rec = (void *)(uintptr_t)c->guest };

	return json_file_write(record_json(&comparison_table, c, &guest), path, true);
}
