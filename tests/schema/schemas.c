// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The schemas in results/: "make schemas" has this program print each. JSON Schema 2020-12, from the
 * tables that the files are written and read by. Where memory is lacking it says less, and the test
 * that holds the schemas current fails.
 */
#include "config.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "compare/compare_file.h"
#include "compare/witnessed.h"
#include "record/fields.h"
#include "witness/witness.h"

#define ONE_LINE "^[^\\u0000-\\u001f\\u007f]*$" /* pages print it as it is */

static const struct file {
	const char *name;
	const struct record_table *table;
	const char *about;
} files[] = {
	{ "result", &result_table, "One run of mmiobench on one BAR" },
	{ "compare", &comparison_table, "Runs that mmiocompare compared" },
	{ "survey", &survey_table, "A directory of results, by mmiocompare" },
	{ "witness", &witness_table, "Who has which BARs mapped, and as what, by mmiowitness" },
	{ "witnessed", &witnessed_table, "A guest's page tables with its host's, by mmiocompare" },
};

static json_t *defs; /* tables that have a name */

static json_t *table_schema(const struct record_table *t);
static json_t *field_schema(const struct field *f);

static json_t *words_schema(const struct words *words, int first)
{
	json_t *list = json_array();

	for (int i = first; i < words->n; i++)
		json_array_append_new(list, json_string(words->name(i)));
	return json_pack("{so}", "enum", list);
}

/* What is asked of a length or a number, but for what always holds. */
static json_t *bounds(json_t *o, const char *least_key, int64_t least, const char *most_key,
		      int64_t most)
{
	if (least_key)
		json_object_set_new(o, least_key, json_integer(least));
	if (most < INT64_MAX)
		json_object_set_new(o, most_key, json_integer(most));
	return o;
}

static json_t *text_schema(const struct field *f)
{
	json_t *o = bounds(json_pack("{ss}", "type", "string"), f->least ? "minLength" : NULL, f->least,
			   "maxLength", field_most(f));

	if (f->pattern || !(f->flags & FIELD_RAW))
		json_object_set_new(o, "pattern", json_string(f->pattern ? f->pattern : ONE_LINE));
	return o;
}

static json_t *number_schema(const struct field *f)
{
	return bounds(json_pack("{ss}", "type", f->type == FIELD_REAL ? "number" : "integer"),
		      f->flags & FIELD_ABOVE_0 ? "exclusiveMinimum" : "minimum", f->least, "maximum",
		      field_most(f));
}

static json_t *list_schema(const struct field *f)
{
	json_t *o = bounds(json_pack("{ss}", "type", "array"), f->least ? "minItems" : NULL, f->least,
			   "maxItems", field_most(f));

	if (f->flags & FIELD_UNIQUE)
		json_object_set_new(o, "uniqueItems", json_true());
	json_object_set_new(o, "items", field_schema(f->item));
	return o;
}

static json_t *object(json_t *required, json_t *properties)
{
	return json_pack("{ss sb so so}", "type", "object", "additionalProperties", 0, "required",
			 required, "properties", properties);
}

static json_t *counts_schema(const struct field *f)
{
	json_t *required = json_array(), *properties = json_object();

	for (int i = (int)f->least; i < f->words->n; i++) {
		json_array_append_new(required, json_string(f->words->name(i)));
		json_object_set_new(properties, f->words->name(i),
				    json_pack("{ss si}", "type", "integer", "minimum", 0));
	}
	return object(required, properties);
}

static json_t *record_schema(const struct record_table *t)
{
	if (!t->name)
		return table_schema(t);
	if (!json_object_get(defs, t->name)) {
		json_object_set_new(defs, t->name, json_null()); /* in the order of use */
		json_object_set_new(defs, t->name, table_schema(t));
	}
	return json_pack("{so}", "$ref", json_sprintf("#/$defs/%s", t->name));
}

/* The member is what the row says; 0: there is none, only an item or what make puts there. */
static bool fits(const struct field *f)
{
	size_t size = f->flags & FIELD_POINTER ? sizeof(void *) : f->type == FIELD_HEX ? sizeof(uint64_t) :
		      f->type == FIELD_REAL ? sizeof(double) : f->type == FIELD_OBJECT ? f->table->size : 0;

	return !f->size || !size || f->size == size;
}

static json_t *value_schema(const struct field *f)
{
	assert(fits(f));
	switch (f->type) {
	case FIELD_CONST:
		return json_pack("{ss}", "const", f->fixed);
	case FIELD_BOOL:
		return json_pack("{ss}", "type", "boolean");
	case FIELD_INT:
	case FIELD_REAL:
		return number_schema(f);
	case FIELD_HEX:
		return json_pack("{ss ss}", "type", "string", "pattern", "^0x[0-9a-f]{1,16}$");
	case FIELD_OPEN:
		return text_schema(f);
	case FIELD_TEXT:
	case FIELD_STRING:
	case FIELD_WORD:
		return f->words ? words_schema(f->words, (int)f->least) : text_schema(f);
	case FIELD_COUNTS:
		return counts_schema(f);
	case FIELD_LIST:
		return list_schema(f);
	default:
		return record_schema(f->table);
	}
}

static json_t *field_schema(const struct field *f)
{
	json_t *v = value_schema(f);

	return f->flags & FIELD_NULL ? json_pack("{s[o{ss}]}", "anyOf", v, "type", "null") : v;
}

/* "a|b", as f's values are in the file */
static json_t *values_schema(const struct field *f, const char *values)
{
	json_t *list = json_array();

	for (size_t n; *values; values += n + (values[n] == '|')) {
		n = strcspn(values, "|");
		json_array_append_new(list, f->type == FIELD_BOOL ? json_boolean(*values == 't') :
					    f->type == FIELD_INT ? json_integer(atoll(values)) :
								   json_stringn(values, n));
	}
	return json_pack("{so}", "enum", list);
}

static json_t *must_schema(const struct field *f, const struct rule *r)
{
	bool list = f->type == FIELD_LIST;

	switch (r->must) {
	case MUST_EMPTY:
		return json_pack("{si}", list ? "maxItems" : "maxLength", 0);
	case MUST_FILLED:
		return json_pack("{si}", list ? "minItems" : "minLength", 1);
	case MUST_NULL:
		return json_pack("{ss}", "type", "null");
	case MUST_VALUE:
		return json_pack("{s{ss}}", "not", "type", "null");
	case MUST_LEAST:
		return json_pack("{si}", "minimum", atoi(r->value));
	case MUST_LIKE:
		return json_pack("{ss}", "pattern", r->value);
	default:
		return values_schema(f, r->value);
	}
}

/* What an object must be like so that the field at path does as r says, or is one of values. */
static json_t *path_schema(const struct record_table *t, const char *path, const struct rule *r,
			   const char *values)
{
	size_t n = strcspn(path, ".");
	const struct field *f = field_find(t, path, n);
	json_t *v;

	assert(f); /* else it is a rule about what is not in the table */
	if (path[n])
		v = path_schema(f->table, path + n + 1, r, values);
	else if (values)
		v = values_schema(f, values);
	else if (r->must == MUST_PRESENT)
		return json_pack("{s[s]}", "required", path);
	else if (r->must == MUST_ABSENT)
		return json_pack("{s{s[s]}}", "not", "required", path);
	else
		v = must_schema(f, r);
	return json_pack("{s{so}}", "properties", f->name, v);
}

static json_t *if_then(const struct record_table *t, const char *when, const char *is, json_t *then)
{
	return when ? json_pack("{so so}", "if", path_schema(t, when, NULL, is), "then", then) : then;
}

static json_t *rule_schema(const struct record_table *t, const struct rule *r)
{
	const struct field *list = r->each ? field_find(t, r->each, strlen(r->each)) : NULL;
	const struct record_table *in = list ? list->item->table : t;
	json_t *then = if_then(in, r->when2, r->is2, path_schema(in, r->field, r, NULL));

	if (list)
		then = json_pack("{s{s{so}}}", "properties", r->each, "items", then);
	return if_then(t, r->when, r->is, then);
}

static void add_fields(const struct record_table *t, json_t *required, json_t *properties)
{
	for (const struct field *f = t->fields; f->name || f->table; f++) {
		if (f->type == FIELD_INLINE) {
			add_fields(f->table, required, properties);
			continue;
		}
		if (!(f->flags & FIELD_OPTIONAL))
			json_array_append_new(required, json_string(f->name));
		json_object_set_new(properties, f->name, field_schema(f));
	}
}

static json_t *table_schema(const struct record_table *t)
{
	json_t *required = json_array(), *properties = json_object(), *rules = json_array(), *o;

	add_fields(t, required, properties);
	o = object(required, properties);
	for (const struct rule *r = t->rules; r && r->field; r++)
		json_array_append_new(rules, rule_schema(t, r));
	if (json_array_size(rules))
		json_object_set(o, "allOf", rules);
	json_decref(rules);
	return o;
}

static int put_schema(const struct file *f)
{
	const char *schema = f->table->fields->fixed; /* "mmiobench-result/1" */
	json_t *o = json_pack("{ss so so so}", "$schema",
			      "https://json-schema.org/draft/2020-12/schema", "$id",
			      json_sprintf("mmiobench-%s-%s.schema.json", f->name, strchr(schema, '/') + 1), "title",
			      json_string(schema), "description",
			      json_sprintf("%s: see results/README.md.", f->about));
	int failed;

	defs = json_object();
	json_object_update_new(o, table_schema(f->table));
	json_object_set_new(o, "$defs", defs);
	failed = json_dumpf(o, stdout, JSON_INDENT(1)) || puts("") == EOF;
	json_decref(o);
	return failed;
}

int main(int argc, char **argv)
{
	for (size_t i = 0; argc == 2 && i < sizeof(files) / sizeof(files[0]); i++)
		if (!strcmp(files[i].name, argv[1]))
			return put_schema(&files[i]);
	fprintf(stderr, "usage: %s result|compare|survey|witness|witnessed\n", argv[0]);
	return 2;
}
