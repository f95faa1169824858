// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include "compare/compare_file.h"
#include "compare/survey.h"
#include "record/fields.h"
#include "record/json_file.h"

/* A survey as JSON. It is only written; the outer scope's record is what was asked for. */

ENUM_WORDS(verdict, survey_verdict_name, unsigned int, VERDICTS + 1);

static const char *gate_name(int i)
{
	return compare_gates[i].what;
}

static const struct words words_gate = { gate_name, COMPARE_GATES };

static const struct field gate_fields[] = {
	STRING("what", compare_gate, what, .words = &words_gate),
	WORD("unit", compare_gate, spec.unit, words_unit),
	{ 0 },
};
static const struct record_table gate_table = { .fields = gate_fields };

#define FILE_NAME .least = 1, .flags = FIELD_RAW

/* Results of one kind with one verdict */

static const struct field figure_fields[] = {
	INLINE(survey_figure, gate, gate_table, .flags = FIELD_POINTER),
	INT("n", survey_figure, n, 0, INT64_MAX),
	REAL("median", survey_figure, median, .flags = FIELD_NULL | FIELD_ABOVE_0),
	REAL("low", survey_figure, low, .flags = FIELD_NULL | FIELD_ABOVE_0),
	REAL("high", survey_figure, high, .flags = FIELD_NULL | FIELD_ABOVE_0),
	INT("n_slower", survey_figure, n_slower, 0, INT64_MAX),
	INT("n_faster", survey_figure, n_faster, 0, INT64_MAX),
	{ 0 },
};
static const struct record_table figure_table = { "figure", sizeof(struct survey_figure),
						  figure_fields, NULL, NULL };

static const struct field sample_fields[] = {
	TEXT("machine", survey_record, keys[SURVEY_MACHINE]),
	TEXT("cpu", survey_record, keys[SURVEY_CPU]),
	TEXT("arch", survey_record, keys[SURVEY_ARCH]),
	TEXT("where", survey_record, keys[SURVEY_WHERE]),
	TEXT("kernel", survey_record, keys[SURVEY_KERNEL]),
	TEXT("device", survey_record, keys[SURVEY_DEVICE]),
	WORD("verdict", survey_record, verdict, words_verdict),
	{ 0 },
};
static const struct record_table sample_table = { .fields = sample_fields };

static int make_file(const struct scope *at, size_t i, void *out)
{
	const struct survey_cluster *c = at->rec;
	const char **name = out;

	if (i < c->n)
		*name = c->results[i]->file;
	return i < c->n;
}

static const struct field cluster_fields[] = {
	INLINE(survey_cluster, sample, sample_table, .flags = FIELD_POINTER),
	INT("n", survey_cluster, n, 1, INT64_MAX),
	INT("n_kind", survey_cluster, n_kind, 1, INT64_MAX),
	INT("n_proved", survey_cluster, n_proved, 0, INT64_MAX),
	INT("n_wrong", survey_cluster, n_wrong, 0, INT64_MAX),
	BOOL("odd", survey_cluster, odd),
	ARRAY("figures", survey_cluster, figures, RECORDS(figure_table), .least = COMPARE_GATES),
	MADE_LIST("files", make_file, STRINGS(FILE_NAME), .least = 1),
	{ 0 },
};
static const struct record_table cluster_table = { "cluster", sizeof(struct survey_cluster),
						   cluster_fields, NULL, NULL };

/* A result whose figure is far from its cluster's */

static const struct field file_fields[] = {
	STRING("file", survey_record, file, FILE_NAME),
	{ 0 },
};
static const struct record_table file_table = { .fields = file_fields };

static const struct field odd_fields[] = {
	INLINE(survey_odd, record, file_table, .flags = FIELD_POINTER),
	INLINE(survey_odd, gate, gate_table, .flags = FIELD_POINTER),
	BOOL("slower", survey_odd, slower),
	REAL("value", survey_odd, value, .flags = FIELD_ABOVE_0),
	REAL("typical", survey_odd, typical, .flags = FIELD_ABOVE_0),
	{ 0 },
};
static const struct record_table odd_table = { .size = sizeof(struct survey_odd),
					       .fields = odd_fields };

/* Files that are listed by their names */

static const struct field copy_fields[] = {
	STRING("file", survey_note, file, FILE_NAME),
	STRING("of", survey_note, text, FILE_NAME),
	{ 0 },
};
static const struct record_table copy_table = { .size = sizeof(struct survey_note),
						.fields = copy_fields };

static const struct field unreadable_fields[] = {
	STRING("file", survey_note, file, FILE_NAME),
	STRING("why", survey_note, text, FILE_NAME),
	{ 0 },
};
static const struct record_table unreadable_table = { .size = sizeof(struct survey_note),
						      .fields = unreadable_fields };

/* The whole */

static int make_status(const struct scope *at, size_t i, void *out)
{
	char why[160];
	int *status = out;

	(void)i;
	*status = survey_status(at->rec, at->outer->rec, why, sizeof(why));
	return 1;
}

static const struct field survey_fields[] = {
	CONST("schema", SURVEY_SCHEMA),
	INT("n_files", survey, n_files, 0, INT64_MAX),
	INT("n_results", survey, n_states[SURVEY_RESULT], 0, INT64_MAX),
	INT("n_other", survey, n_states[SURVEY_OTHER], 0, INT64_MAX),
	INT("n_untimed", survey, n_untimed, 0, INT64_MAX),
	COUNTS("verdicts", survey, n_verdicts, words_verdict),
	LIST("clusters", survey, clusters, n_clusters, RECORDS(cluster_table), .flags = FIELD_OWNED),
	LIST("far_off", survey, odds, n_odds, RECORDS(odd_table), .flags = FIELD_OWNED),
	LIST("wrong", survey, wrong, n_wrong,
	     ITEMS(.type = FIELD_STRING, .size = sizeof(struct survey_note),
		   .offset = offsetof(struct survey_note, file), FILE_NAME), .flags = FIELD_OWNED),
	LIST("copies", survey, copies, n_copies, RECORDS(copy_table), .flags = FIELD_OWNED),
	LIST("unreadable", survey, unreadable, n_unreadable, RECORDS(unreadable_table),
	     .flags = FIELD_OWNED),
	MADE("exit_status", FIELD_INT, make_status, .size = sizeof(int), .most = 3),
	{ 0 },
};
const struct record_table survey_table = { .size = sizeof(struct survey), .fields = survey_fields };

int survey_write(const struct survey *s, const struct compare_ask *ask, const char *path)
{
	/* nothing is written to it */
	const struct scope outer = { .rec = (void *)(uintptr_t)ask };

	return json_file_write(record_json(&survey_table, s, &outer), path, true);
}
