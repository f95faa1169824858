// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <string.h>
#include "base/log.h"
#include "env/env.h"
#include "record/fields.h"
#include "record/json_file.h"
#include "witness/ranges.h"
#include "witness/witness_file.h"

#define WATCHED_SCHEMA "mmiobench-witness/1" /* of a kprobe, up to 0.9 */

ENUM_WORDS(who, witness_who_name, enum witness_who, WITNESS_WHOS);
ENUM_WORDS(range_state, witness_state_name, enum witness_state, WITNESS_STATES);
ENUM_WORDS(through, witness_through_name, enum witness_through, WITNESS_THROUGHS);
ENUM_WORDS(flag, witness_flag_name, enum witness_flag, WITNESS_FLAGS);
ENUM_WORDS(tables, witness_tables_name, enum witness_tables, WITNESS_TABLES);
ENUM_WORDS(fwb, witness_fwb_name, enum witness_fwb, WITNESS_FWBS);
ENUM_WORDS(memory_type, memory_type_name, enum memory_type, MEMORY_TYPES);
ENUM_WORDS(below, virt_below_name, enum virt_below, VIRT_BELOW_HYPERVISOR + 1);

static const struct field tool_fields[] = TOOL_FIELDS(witness);
static const struct record_table tool_table = { .fields = tool_fields };

/* The BARs of a function that can be mapped. */

static int make_bar(const struct scope *at, size_t i, void *out)
{
	const struct pci_device *d = at->rec;

	for (int bar = 0; bar < PCI_BARS; bar++)
		if (witness_watches(&d->bars[bar]) && !i--) {
			*(struct bar *)out = d->bars[bar];
			return 1;
		}
	return 0;
}

static int mapped_bar_finish(const struct scope *at, struct problem *p)
{
	const struct bar *bar = at->rec;
	struct pci_device *d = at->outer->rec;

	if (!witness_watches(bar) || d->bars[bar->index].kind ||
	    bar->phys_bytes + (bar->size_bytes - 1) < bar->phys_bytes)
		return problem_set(p, "index, phys or size_bytes", "no BAR that can be mapped");
	d->bars[bar->index] = *bar;
	return 0;
}

static const struct field mapped_bar_fields[] = {
	{ .type = FIELD_INLINE, .size = sizeof(struct bar), .table = &bar_table },
	{ 0 },
};
static const struct record_table mapped_bar_table = { .size = sizeof(struct bar), .fields = mapped_bar_fields,
						      .finish = mapped_bar_finish };

static const struct field function_fields[] = {
	{ .type = FIELD_INLINE, .size = sizeof(struct pci_device), .table = &device_table },
	MADE_LIST("bars", make_bar, RECORDS(mapped_bar_table), .flags = FIELD_TAKEN, .most = PCI_BARS),
	{ 0 },
};
static const struct record_table function_table = { .size = sizeof(struct pci_device),
						    .fields = function_fields };

static const struct field vm_fields[] = {
	INT("pid", witness_vm, pid, 1, INT32_MAX),
	TEXT("comm", witness_vm, comm),
	INT("nested", witness_vm, nested, 0, INT32_MAX),
	WORD("tables", witness_vm, tables, words_tables),
	WORD("fwb", witness_vm, fwb, words_fwb),
	{ 0 },
};
static const struct record_table vm_table = { .size = sizeof(struct witness_vm), .fields = vm_fields };

static const struct field lack_fields[] = {
	WORD("what", witness_lack, what, words_who),
	TEXT("why", witness_lack, why, .least = 1),
	{ 0 },
};
static const struct record_table lack_table = { .size = sizeof(struct witness_lack), .fields = lack_fields };

static const struct field range_fields[] = {
	WORD("who", witness_range, who, words_who),
	INT("pid", witness_range, pid, 1, INT32_MAX, .flags = FIELD_NULL),
	TEXT("comm", witness_range, comm),
	INT("nested", witness_range, nested, 0, INT32_MAX),
	INT("function", witness_range, function, -1, WITNESS_FUNCTIONS_MAX - 1),
	INT("bar", witness_range, bar, 0, PCI_BARS - 1),
	INT("offset_bytes", witness_range, offset_bytes, 0, INT64_MAX),
	INT("size_bytes", witness_range, size_bytes, 1, INT64_MAX),
	HEX("address", witness_range, address),
	HEX("phys", witness_range, phys, .flags = FIELD_NULL),
	WORD("type", witness_range, type, words_memory_type),
	BOOL("forced", witness_range, forced),
	WORD("state", witness_range, state, words_range_state),
	INT("leaf_least_bytes", witness_range, leaf_least_bytes, 1, INT64_MAX, .flags = FIELD_NULL),
	INT("leaf_most_bytes", witness_range, leaf_most_bytes, 1, INT64_MAX, .flags = FIELD_NULL),
	WORD("through", witness_range, through, words_through),
	TEXT("path", witness_range, path),
	WORD("any_uncached", witness_range, any_uncached, words_flag),
	{ 0 },
};
static const struct rule range_rules[] = {
	{ IF("who", "driver"), THEN("pid", MUST_NULL) },
	{ IF("who", "vm|process"), THEN("pid", MUST_VALUE) },
	{ IF("state", "untouched|trapped|unreadable"), THEN("leaf_most_bytes", MUST_NULL) },
	{ 0 },
};
static const struct record_table range_table = { "mapping", sizeof(struct witness_range), range_fields,
						 range_rules, NULL };

static int make_below(const struct scope *at, size_t i, void *out)
{
	const struct witness *w = at->rec;
	int *below = out;

	(void)i;
	*below = (int)virt_below(&w->env);
	return 1;
}

static const struct field witness_fields[] = {
	CONST("schema", WITNESS_SCHEMA),
	GROUP("tool", tool_table),
	STRING("command", witness, command, .flags = FIELD_RAW),
	TEXT("started", witness, started, .pattern = PATTERN_TIME),
	REAL("duration_s", witness, duration_s),
	OBJECT("environment", witness, env, env_table),
	MADE("below", FIELD_WORD, make_below, .size = sizeof(int), .words = &words_below,
	     .flags = FIELD_DERIVED),
	INT("pid", witness, pid, 1, INT32_MAX, .flags = FIELD_NULL),
	LIST("functions", witness, functions, n_functions, RECORDS(function_table), .flags = FIELD_OWNED,
	     .most = WITNESS_FUNCTIONS_MAX),
	LIST("vms", witness, vms, n_vms, RECORDS(vm_table), .flags = FIELD_OWNED, .most = WITNESS_VMS_MAX),
	LIST("mappings", witness, ranges, n_ranges, RECORDS(range_table), .flags = FIELD_OWNED,
	     .most = WITNESS_RANGES_MAX),
	INT("left_out", witness, left_out, 0, INT64_MAX),
	LIST("lacks", witness, lacks, n_lacks, RECORDS(lack_table), .most = WITNESS_LACKS_MAX),
	{ 0 },
};

/* NULL: it fits. */
static const char *range_problem(const struct witness *w, const struct witness_range *r, const char **key)
{
	const struct bar *bar;

	*key = "address or size_bytes";
	if (r->address + (r->size_bytes - 1) < r->address)
		return "beyond all addresses";
	*key = "leaf_least_bytes";
	if (r->leaf_least_bytes > r->leaf_most_bytes || !r->leaf_least_bytes != !r->leaf_most_bytes)
		return "does not fit leaf_most_bytes";
	*key = "function";
	if (r->function < 0)
		return r->who != WITNESS_VM || r->offset_bytes ? "a guest's address, and no VM's" : NULL;
	if ((size_t)r->function >= w->n_functions)
		return "not one of functions";
	bar = &w->functions[r->function].bars[r->bar];
	*key = "bar";
	if (!bar->kind)
		return "not one of its function's";
	*key = "offset_bytes or size_bytes";
	return r->offset_bytes >= bar->size_bytes || r->size_bytes > bar->size_bytes - r->offset_bytes ?
	       "not in the BAR" : NULL;
}

static int witness_finish(const struct scope *at, struct problem *p)
{
	const struct witness *w = at->rec;
	char where[64];

	for (size_t i = 0; i < w->n_ranges; i++) {
		const char *key, *what = range_problem(w, &w->ranges[i], &key);

		if (!what && i && witness_compare(&w->ranges[i - 1], &w->ranges[i]) > 0)
			key = "address", what = "not in order";
		if (!what)
			continue;
		snprintf(where, sizeof(where), "mappings[%zu].%s", i, key);
		return problem_set(p, where, "%s", what);
	}
	return 0;
}

const struct record_table witness_table = { .size = sizeof(struct witness),
					    .fields = witness_fields, .finish = witness_finish };

json_t *witness_json(const struct witness *w)
{
	return record_json(&witness_table, w, NULL);
}

int witness_write(const struct witness *w, const char *path)
{
	return json_file_write(witness_json(w), path, true);
}

static int read_root(struct witness *w, const char *path, const json_t *root)
{
	const struct reader rd = { path, WITNESS_SCHEMA, "mmiowitness" };
	const char *schema = json_string_value(json_object_get(root, "schema"));

	if (schema && !strcmp(schema, WATCHED_SCHEMA)) {
		log_error("%s is of an mmiowitness before 1.0, which watched KVM map pages: run today's on the "
			  "host, it reads what is mapped", path);
		return -EINVAL;
	}
	return record_read(&rd, &witness_table, root, w);
}

int witness_read(struct witness *w, const char *path)
{
	struct witness new = { 0 };
	json_t *root = json_file_read(path);
	int ret = root ? read_root(&new, path, root) : -EINVAL;

	json_decref(root);
	if (ret)
		witness_free(&new);
	else
		*w = new;
	return ret;
}

