// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include "compare/witnessed.h"
#include "record/fields.h"
#include "record/json_file.h"

/* A guest's tables with its host's as JSON. It is only written. */

static int make_kernel(const struct scope *at, size_t i, void *out)
{
	const struct witness *w = at->rec;
	const char **kernel = out;

	(void)i;
	*kernel = fact_get(&w->env.facts, "kernel_release");
	return *kernel != NULL;
}

static const struct field side_fields[] = {
	TEXT("started", witness, started, .pattern = PATTERN_TIME),
	MADE("kernel", FIELD_STRING, make_kernel, .size = sizeof(char *), .flags = FIELD_NULL),
	BOOL("emulated", witness, env.emulated),
	WORD("machine", witness, env.virt.guest, words_machine),
	{ 0 },
};
static const struct record_table side_table = { "machine", sizeof(struct witness), side_fields, NULL, NULL };

static const struct field range_fields[] = {
	WORD("who", witness_range, who, words_who),
	INT("pid", witness_range, pid, 1, INT32_MAX, .flags = FIELD_NULL),
	TEXT("comm", witness_range, comm),
	INT("offset_bytes", witness_range, offset_bytes, 0, INT64_MAX),
	INT("size_bytes", witness_range, size_bytes, 1, INT64_MAX),
	WORD("through", witness_range, through, words_through),
	TEXT("path", witness_range, path),
	WORD("asks", witness_range, type, words_memory_type),
	{ 0 },
};
static const struct record_table range_table = { .size = sizeof(struct witness_range), .fields = range_fields };

static const struct field mapping_fields[] = {
	INLINE(witnessed_mapping, range, range_table, .flags = FIELD_POINTER),
	WORD("gets", witnessed_mapping, gets, words_memory_type),
	BOOL("trapped", witnessed_mapping, trapped),
	BOOL("several", witnessed_mapping, several),
	BOOL("untouched", witnessed_mapping, untouched),
	{ 0 },
};
static const struct record_table mapping_table = { "mapping", sizeof(struct witnessed_mapping), mapping_fields,
						   NULL, NULL };

static const struct field stage2_fields[] = {
	INT("pid", witness_range, pid, 1, INT32_MAX),
	TEXT("comm", witness_range, comm),
	INT("nested", witness_range, nested, 0, INT32_MAX),
	HEX("address", witness_range, address),
	INT("size_bytes", witness_range, size_bytes, 1, INT64_MAX),
	WORD("type", witness_range, type, words_memory_type),
	BOOL("forced", witness_range, forced),
	WORD("state", witness_range, state, words_range_state),
	{ 0 },
};
static const struct record_table stage2_table = { .size = sizeof(struct witness_range), .fields = stage2_fields };

static int make_host_bdf(const struct scope *at, size_t i, void *out)
{
	const struct witnessed_bar *b = at->rec;
	const char **bdf = out;

	(void)i;
	*bdf = b->host ? b->host->bdf : NULL;
	return *bdf != NULL;
}

static const struct field bar_fields[] = {
	OBJECT("device", witnessed_bar, guest, device_table, .flags = FIELD_POINTER),
	MADE("host_bdf", FIELD_STRING, make_host_bdf, .size = sizeof(char *), .flags = FIELD_NULL,
	     .pattern = PATTERN_BDF),
	OBJECT("bar", witnessed_bar, bar, bar_table, .flags = FIELD_POINTER),
	WORD("normal_nc", witnessed_bar, outcome, words_outcome),
	WORD("confidence", witnessed_bar, confidence, words_confidence),
	BOOL("counts", witnessed_bar, counts),
	TEXT("why", witnessed_bar, why, .least = 1),
	OBJECT("stage2", witnessed_bar, range, stage2_table, .flags = FIELD_POINTER | FIELD_NULL),
	LIST("mappings", witnessed_bar, mappings, n_mappings, RECORDS(mapping_table), .flags = FIELD_OWNED,
	     .most = WITNESS_RANGES_MAX),
	{ 0 },
};
static const struct rule bar_rules[] = {
	{ IF("normal_nc", "inconclusive"), THEN_IS("confidence", "unknown") },
	{ IF("normal_nc", "preserved|demoted|trapped|write-back"), THEN_IS("confidence", "likely|proved") },
	{ 0 },
};
static const struct record_table witnessed_bar_table = { .size = sizeof(struct witnessed_bar),
							 .fields = bar_fields, .rules = bar_rules };

static int make_status(const struct scope *at, size_t i, void *out)
{
	int *status = out;

	(void)i;
	*status = witnessed_status(at->rec);
	return 1;
}

static const struct field witnessed_fields[] = {
	CONST("schema", WITNESSED_SCHEMA),
	OBJECT("host", witnessed, host, side_table, .flags = FIELD_POINTER),
	OBJECT("guest", witnessed, guest, side_table, .flags = FIELD_POINTER),
	LIST("bars", witnessed, bars, n_bars, RECORDS(witnessed_bar_table), .flags = FIELD_OWNED, .least = 1,
	     .most = WITNESS_FUNCTIONS_MAX * PCI_BARS),
	MADE("exit_status", FIELD_INT, make_status, .size = sizeof(int), .most = 3),
	{ 0 },
};
const struct record_table witnessed_table = { .size = sizeof(struct witnessed), .fields = witnessed_fields };

int witnessed_write(const struct witnessed *w, const char *path)
{
	return json_file_write(record_json(&witnessed_table, w, NULL), path, true);
}
