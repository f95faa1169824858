// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <string.h>
#include "arch/info.h"
#include "record/fields.h"
#include "verdict/violations.h"

/* The verdict in a file. The outermost scope's record is the run that it is about. */

/* What is no type of an architecture's, first and last, and between them the types of each. */
#define ARCH_TYPES (EFFECTIVE_TRAPPED - EFFECTIVE_UNKNOWN - 1)
#define TYPES	   (2 + ARCH_INFOS * ARCH_TYPES)

static const char *effective_word(int i)
{
	int arch = (i - 1) / ARCH_TYPES, type = (i - 1) % ARCH_TYPES;

	if (!i || i == TYPES - 1)
		return effective_name(i ? EFFECTIVE_TRAPPED : EFFECTIVE_UNKNOWN, "");
	return effective_name((enum effective)(EFFECTIVE_UNKNOWN + 1 + type), arch_infos[arch]->name);
}

const struct words words_effective = { effective_word, TYPES };

ENUM_WORDS(outcome, verdict_outcome_name, enum verdict_outcome, VERDICTS);
ENUM_WORDS(strength, strength_name, enum strength, STRENGTHS);

static const struct result *run_of(const struct scope *at)
{
	while (at->outer)
		at = at->outer;
	return at->rec;
}

static int make_effective(const struct scope *at, size_t i, void *out)
{
	const struct verdict *v = at->rec;
	const char **name = out;

	(void)i;
	*name = effective_name(v->effective, run_of(at)->arch);
	return 1;
}

static int make_says(const struct scope *at, size_t i, void *out)
{
	const struct evidence *evidence = at->rec;
	const char **name = out;
	int e = EFFECTIVE_UNKNOWN + 1;

	for (; e < EFFECTIVES; e++)
		if (evidence->says & SAYS(e) && !i--)
			break;
	if (e == EFFECTIVES)
		return 0;
	*name = effective_name((enum effective)e, run_of(at)->arch);
	return 1;
}

static const struct field evidence_fields[] = {
	STRING("line", evidence, line, .least = 1),
	TEXT("observed", evidence, observed, .least = 1),
	TEXT("threshold", evidence, threshold, .least = 1),
	MADE_LIST("says", make_says, STRINGS(.words = &words_effective),
		  .flags = FIELD_UNIQUE),
	WORD("strength", evidence, strength, words_strength),
	TEXT("why", evidence, why, .least = 1),
	STRING("source", evidence, source, .least = 1),
	{ 0 },
};
static const struct rule evidence_rules[] = {
	{ IF("strength", "none"), THEN("says", MUST_EMPTY) },
	{ IF("strength", "weak|strong|proof"), THEN("says", MUST_FILLED) },
	{ 0 },
};
static const struct record_table evidence_table = { "evidence", sizeof(struct evidence),
						    evidence_fields, evidence_rules, NULL };

/* The barriers that a mapping needs between data and flag. */
static const struct field needs_fields[] = {
	TEXT("writer", cell_spec, barrier, .pattern = PATTERN_ONE),
	TEXT("reader", cell_spec, barrier2, .pattern = PATTERN_ONE),
	{ 0 },
};
static const struct record_table needs_table = { "needs", sizeof(struct cell_spec), needs_fields,
						 NULL, NULL };

static int make_needs(const struct scope *at, enum map_type mapping, void *out)
{
	double cost;
	const struct cell_record *c = litmus_cheapest(run_of(at), at->rec, mapping, &cost);

	if (c)
		memcpy(out, &c->spec, sizeof(c->spec));
	return c != NULL;
}

static int make_plain_needs(const struct scope *at, size_t i, void *out)
{
	(void)i;
	return make_needs(at, MAP_PLAIN, out);
}

static int make_wc_needs(const struct scope *at, size_t i, void *out)
{
	(void)i;
	return make_needs(at, MAP_WC, out);
}

static int make_ram_needs(const struct scope *at, size_t i, void *out)
{
	(void)i;
	return make_needs(at, MAP_RAM, out);
}

static const struct field data_fields[] = {
	MADE("plain", FIELD_OBJECT, make_plain_needs, .table = &needs_table, .flags = FIELD_NULL),
	MADE("wc", FIELD_OBJECT, make_wc_needs, .table = &needs_table, .flags = FIELD_NULL),
	MADE("ram", FIELD_OBJECT, make_ram_needs, .table = &needs_table, .flags = FIELD_NULL),
	{ 0 },
};
static const struct record_table data_table = { .fields = data_fields };

/* A cell that saw what must not be. */
struct failed {
	const char *id;
	char why[256];
	size_t next;             /* cell to look at */
};

static const struct field failed_fields[] = {
	STRING("id", failed, id, .most = 95, .pattern = PATTERN_CELL),
	TEXT("why", failed, why, .least = 1),
	{ 0 },
};
static const struct record_table failed_table = { .size = sizeof(struct failed),
						  .fields = failed_fields };

static int make_failed(const struct scope *at, size_t i, void *out)
{
	const struct result *run = run_of(at);
	struct failed *f = out;

	(void)i;
	while (f->next < run->n_cells) {
		const struct cell_record *c = &run->cells[f->next++];

		f->id = c->id;
		if (cell_failed(run, at->rec, c, f->why, sizeof(f->why)))
			return 1;
	}
	return 0;
}

static const struct field verdict_fields[] = {
	WORD("normal_nc", verdict, outcome, words_outcome),
	MADE("effective", FIELD_STRING, make_effective, .size = sizeof(char *), .words = &words_effective),
	WORD("confidence", verdict, confidence, words_confidence),
	BOOL("about_guest", verdict, about_guest),
	BOOL("emulated", verdict, emulated),
	TEXT("reason", verdict, reason, .least = 1),
	LIST("evidence", verdict, evidence, n_evidence, RECORDS(evidence_table)),
	LIST("advice", verdict, advice, n_advice, STRINGS(.least = 1)),
	GROUP("data_then_flag", data_table),
	MADE_LIST("failed", make_failed, RECORDS(failed_table)),
	{ 0 },
};
const struct record_table verdict_table = { "verdict", sizeof(struct verdict), verdict_fields, NULL,
					    NULL };
