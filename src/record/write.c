// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "record/field.h"
#include "record/json_file.h"

/* Each of these returns NULL without memory, or where a number is not finite. */

static json_t *value_json(const struct field *f, const void *p, const struct scope *at, size_t i);
static int put_fields(json_t *o, const struct record_table *t, const struct scope *at);

static json_t *json_hex(uint64_t v)
{
	char buf[24];

	snprintf(buf, sizeof(buf), "0x%" PRIx64, v);
	return json_string(buf);
}

static json_t *counts_json(const struct field *f, const char *counts)
{
	json_t *o = json_object();
	int failed = 0;

	for (int i = (int)f->least; i < f->words->n; i++)
		failed |= json_object_set_new(
			o, f->words->name(i),
			json_integer(field_int(f->item, counts + (size_t)i * f->item->size)));
	if (!failed)
		return o;
	json_decref(o);
	return NULL;
}

static json_t *list_json(const struct field *f, const char *items, const struct scope *at)
{
	size_t size = field_item_size(f), n = f->make ? SIZE_MAX : field_items(f, at);
	void *made = f->make ? calloc(1, size) : NULL;
	json_t *list = json_array();
	int ret = f->make && !made ? -ENOMEM : 1;

	for (size_t i = 0; i < n && ret > 0; i++) {
		if (f->make)
			ret = f->make(at, i, made);
		if (ret > 0 && json_array_append_new(list, value_json(f->item, f->make ? made :
				items + i * size + f->item->offset, at, i)))
			ret = -ENOMEM;
	}
	free(made);
	if (ret >= 0)
		return list;
	json_decref(list);
	return NULL;
}

static json_t *object_json(const struct record_table *t, const struct scope *at)
{
	json_t *o = json_object();

	if (!put_fields(o, t, at))
		return o;
	json_decref(o);
	return NULL;
}

/* i: of an item in a list. */
static json_t *value_json(const struct field *f, const void *p, const struct scope *at, size_t i)
{
	const char *const *s = p;
	/* nothing is written to it */
	const struct scope in = { (void *)(uintptr_t)(f->type == FIELD_GROUP ? at->rec : p), at,
				  f->name, i };

	switch (f->type) {
	case FIELD_CONST:
		return json_string(f->fixed);
	case FIELD_TEXT:
		return json_text(p);
	case FIELD_STRING:
		return json_text(*s ? *s : "");
	case FIELD_BOOL:
		return json_boolean(field_is_not_0(p, f->size));
	case FIELD_INT:
		return json_integer(field_int(f, p));
	case FIELD_HEX:
		return json_hex(*(const uint64_t *)p);
	case FIELD_REAL:
		return json_real(*(const double *)p);
	case FIELD_WORD:
	case FIELD_OPEN:
		return json_text(field_word(f, p));
	case FIELD_COUNTS:
		return counts_json(f, p);
	case FIELD_LIST:
		return list_json(f, p, at);
	default:
		return object_json(f->table, &in);
	}
}

/* What make says in place of a member. */
static int put_made(json_t *o, const struct field *f, const struct scope *at)
{
	size_t size = f->table ? f->table->size : f->item ? f->item->size * (size_t)f->words->n : f->size;
	void *made = size ? calloc(1, size) : NULL; /* 0: its row does not say */
	int ret = made ? f->make(at, 0, made) : size ? -ENOMEM : -EINVAL;

	if (ret > 0)
		ret = json_object_set_new(o, f->name, value_json(f, made, at, SIZE_MAX)) ? -ENOMEM : 0;
	else if (!ret && f->flags & FIELD_NULL)
		ret = json_object_set_new(o, f->name, json_null());
	free(made);
	return ret;
}

static int put_field(json_t *o, const struct field *f, const struct scope *at)
{
	const void *p = field_at(f, at);

	if (f->type == FIELD_INLINE)
		return put_fields(o, f->table, &(struct scope){ .rec = field_at(f, at), .outer = at });
	if (!field_is_set(f, p, at))
		return f->flags & FIELD_OPTIONAL ? 0 : json_object_set_new(o, f->name, json_null());
	if (f->make && f->type != FIELD_LIST)
		return put_made(o, f, at);
	return json_object_set_new(o, f->name, value_json(f, p, at, SIZE_MAX));
}

static int put_fields(json_t *o, const struct record_table *t, const struct scope *at)
{
	int ret = o ? 0 : -ENOMEM;

	for (const struct field *f = t->fields; (f->name || f->table) && !ret; f++)
		ret = put_field(o, f, at);
	return ret;
}

json_t *record_json(const struct record_table *t, const void *rec, const struct scope *outer)
{
	return object_json(t, &(struct scope){ .rec = (void *)(uintptr_t)rec, .outer = outer });
}
