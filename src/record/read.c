// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "base/parse.h"
#include "base/text.h"
#include "record/field.h"

/* Each of these returns 0; -EINVAL after logging what does not fit, or -ENOMEM. */

typedef int (*value_reader)(const struct reader *rd, const struct field *f, const json_t *v, void *p,
			    const struct scope *at);

static int read_fields(const struct reader *rd, const struct record_table *t, const json_t *o,
		       const struct scope *at);

/* "cells[3].rounds[0].", or nothing; as much as there is room for. */
static size_t put_path(char *buf, size_t n, const struct scope *at)
{
	size_t used = at->outer ? put_path(buf, n, at->outer) : 0;

	if (!at->name || used >= n)
		return used;
	if (at->index == SIZE_MAX)
		return used + (size_t)snprintf(buf + used, n - used, "%s.", at->name);
	return used + (size_t)snprintf(buf + used, n - used, "%s[%zu].", at->name, at->index);
}

static int refuse(const struct reader *rd, const struct scope *at, const char *key, const char *fmt,
		  ...) __attribute__((format(printf, 4, 5)));

static int refuse(const struct reader *rd, const struct scope *at, const char *key, const char *fmt,
		  ...)
{
	char where[160] = "", what[160];
	size_t n = put_path(where, sizeof(where), at);
	va_list ap;

	if (!key && n && n < sizeof(where)) /* an item of a list has no name */
		where[n - 1] = 0;
	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	log_error("%s: %s%s: %s: not a %s file that %s wrote", rd->path, where, key ? key : "", what,
		  rd->schema, rd->program);
	return -EINVAL;
}

static int check_text(const struct reader *rd, const struct field *f, const json_t *v,
		      const struct scope *at)
{
	const char *s = json_string_value(v);

	if (!s)
		return refuse(rd, at, f->name, "of the wrong type");
	if ((int64_t)json_string_length(v) > field_most(f))
		return refuse(rd, at, f->name, "too long");
	if (!(f->flags & FIELD_RAW) && !text_is_printable(s)) /* pages print it as it is */
		return refuse(rd, at, f->name, "text with control characters");
	if ((int64_t)json_string_length(v) < f->least)
		return refuse(rd, at, f->name, "empty");
	if (f->words && f->type != FIELD_OPEN && word_number(f->words, s) < 0)
		return refuse(rd, at, f->name, "no known word");
	return 0;
}

static int read_const(const struct reader *rd, const struct field *f, const json_t *v, void *p,
		      const struct scope *at)
{
	const struct field text = { .name = f->name, .most = 31 };
	int ret = check_text(rd, &text, v, at);

	(void)p;
	return ret || !strcmp(json_string_value(v), f->fixed) ? ret :
		refuse(rd, at, f->name, "%s", json_string_value(v));
}

static int read_text(const struct reader *rd, const struct field *f, const json_t *v, void *p,
		     const struct scope *at)
{
	int ret = check_text(rd, f, v, at);

	if (!ret && f->type == FIELD_OPEN)
		word_set(p, f->words, json_string_value(v));
	else if (!ret)
		memcpy(p, json_string_value(v), json_string_length(v) + 1);
	return ret;
}

static int read_string(const struct reader *rd, const struct field *f, const json_t *v, void *p,
		       const struct scope *at)
{
	char **s = p;
	int ret = check_text(rd, f, v, at);

	if (ret)
		return ret;
	*s = strdup(json_string_value(v));
	return *s ? 0 : -ENOMEM;
}

static int read_bool(const struct reader *rd, const struct field *f, const json_t *v, void *p,
		     const struct scope *at)
{
	*(bool *)p = json_is_true(v);
	return json_is_boolean(v) ? 0 : refuse(rd, at, f->name, "of the wrong type");
}

static int read_int(const struct reader *rd, const struct field *f, const json_t *v, void *p,
		    const struct scope *at)
{
	int64_t i = json_integer_value(v);

	if (!json_is_integer(v))
		return refuse(rd, at, f->name, "of the wrong type");
	if (i < f->least || i > field_most(f))
		return refuse(rd, at, f->name, "out of range: %" PRId64 " to %" PRId64, f->least,
			      field_most(f));
	field_int_set(p, f->size, i);
	return 0;
}

static int read_hex(const struct reader *rd, const struct field *f, const json_t *v, void *p,
		    const struct scope *at)
{
	const struct field text = { .name = f->name, .most = 23 };
	int ret = check_text(rd, &text, v, at);

	return ret || !parse_u64(json_string_value(v), p) ? ret :
		refuse(rd, at, f->name, "no number");
}

static int read_real(const struct reader *rd, const struct field *f, const json_t *v, void *p,
		     const struct scope *at)
{
	double real = json_number_value(v);

	if (!json_is_number(v))
		return refuse(rd, at, f->name, "of the wrong type");
	if (!(real >= (double)f->least && real <= (double)field_most(f)) ||
	    (f->flags & FIELD_ABOVE_0 && real <= 0))
		return refuse(rd, at, f->name, "out of range: %s%" PRId64 " to %" PRId64,
			      f->flags & FIELD_ABOVE_0 ? "above " : "", f->least, field_most(f));
	*(double *)p = real;
	return 0;
}

static int read_word(const struct reader *rd, const struct field *f, const json_t *v, void *p,
		     const struct scope *at)
{
	const struct field text = { .name = f->name, .most = 31, .words = f->words };
	int ret = check_text(rd, &text, v, at);

	if (!ret)
		field_int_set(p, f->size, word_number(f->words, json_string_value(v)));
	return ret;
}

static int read_record(const struct reader *rd, const struct field *f, const json_t *v, void *p,
		       const struct scope *at)
{
	const struct scope in = { p, at, f->name, SIZE_MAX };

	return json_is_object(v) ? read_fields(rd, f->table, v, &in) :
				   refuse(rd, at, f->name, "of the wrong type");
}

static int read_group(const struct reader *rd, const struct field *f, const json_t *v, void *p,
		      const struct scope *at)
{
	(void)p;
	return read_record(rd, f, v, at->rec, at);
}

static const value_reader readers[FIELD_TYPES];

static int read_item(const struct reader *rd, const struct field *list, const json_t *v, void *p,
		     const struct scope *at, size_t i)
{
	const struct scope in = { p, at, list->name, i };

	if (list->item->type == FIELD_OBJECT && json_is_object(v))
		return read_fields(rd, list->item->table, v, &in);
	return readers[list->item->type](rd, list->item, v, p, &in);
}

/* Where the items go: into the record's array, an array of its own, or one item's place. */
static void *list_room(const struct field *f, void *p, size_t n)
{
	if (!(f->flags & (FIELD_OWNED | FIELD_TAKEN)))
		return p;
	return calloc(f->flags & FIELD_TAKEN || !n ? 1 : n, field_item_size(f));
}

static int read_list(const struct reader *rd, const struct field *f, const json_t *v, void *p,
		     const struct scope *at)
{
	size_t n = json_array_size(v), size = field_item_size(f);
	char *items;
	int ret = 0;

	if (!json_is_array(v))
		return refuse(rd, at, f->name, "of the wrong type");
	if ((int64_t)n > field_most(f) || (int64_t)n < f->least)
		return refuse(rd, at, f->name, "too %s a list", (int64_t)n < f->least ? "short" : "long");
	items = list_room(f, p, n);
	if (!items)
		return -ENOMEM;
	if (f->flags & FIELD_OWNED)
		*(void **)p = items;
	for (size_t i = 0; i < n && !ret; i++) {
		if (f->n_size) /* what is read so far is freed with the record */
			field_int_set((char *)at->rec + f->n_offset, f->n_size, (int64_t)i + 1);
		if (f->flags & FIELD_TAKEN)
			memset(items, 0, size);
		ret = read_item(rd, f, json_array_get(v, i),
				f->flags & FIELD_TAKEN ? items : items + i * size, at, i);
	}
	if (f->flags & FIELD_TAKEN)
		free(items);
	/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): the record has it, by FIELD_OWNED */
	return ret;
}

/* An object of counts is only written, so far. */
static const value_reader readers[FIELD_TYPES] = {
	[FIELD_CONST] = read_const, [FIELD_TEXT] = read_text,	  [FIELD_STRING] = read_string,
	[FIELD_BOOL] = read_bool,   [FIELD_INT] = read_int,	  [FIELD_HEX] = read_hex,
	[FIELD_REAL] = read_real,   [FIELD_WORD] = read_word,	  [FIELD_OPEN] = read_text,
	[FIELD_OBJECT] = read_record, [FIELD_GROUP] = read_group, [FIELD_LIST] = read_list,
};

static int read_field(const struct reader *rd, const struct field *f, const json_t *o,
		      const struct scope *at)
{
	const json_t *v = json_object_get(o, f->name);
	void *p = (char *)at->rec + f->offset;

	if (f->type == FIELD_INLINE)
		return read_fields(rd, f->table, o, &(struct scope){ p, at, NULL, SIZE_MAX });
	if (f->flags & FIELD_DERIVED || (f->when && !f->when(at)))
		return 0;
	if (!v && (f->when || !(f->flags & FIELD_OPTIONAL)))
		return refuse(rd, at, f->name, "missing");
	if (!v || (json_is_null(v) && f->flags & FIELD_NULL && !f->when))
		return 0;
	if (f->has)
		*((bool *)at->rec + f->has) = true;
	return readers[f->type](rd, f, v, p, at);
}

static int check_derived(const struct reader *rd, const struct field *f, const json_t *o,
			 const struct scope *at)
{
	const json_t *v = json_object_get(o, f->name);
	int value = -1;

	if (!v)
		return refuse(rd, at, f->name, "missing");
	f->make(at, 0, &value);
	return json_is_string(v) && !strcmp(f->words->name(value), json_string_value(v)) ? 0 :
		refuse(rd, at, f->name, "does not fit the rest");
}

static int read_fields(const struct reader *rd, const struct record_table *t, const json_t *o,
		       const struct scope *at)
{
	struct problem p = { .key = "" };
	int ret = 0;

	for (int early = 1; early >= 0; early--)
		for (const struct field *f = t->fields; (f->name || f->table) && !ret; f++)
			if (early == !!(f->flags & FIELD_EARLY))
				ret = read_field(rd, f, o, at);
	for (const struct field *f = t->fields; (f->name || f->table) && !ret; f++)
		if (f->flags & FIELD_DERIVED && f->flags & FIELD_CHECKED)
			ret = check_derived(rd, f, o, at);
	if (!ret)
		ret = rules_check(t, o, &p);
	if (!ret && t->finish)
		ret = t->finish(at, &p);
	return ret == -EINVAL && p.what[0] ? refuse(rd, at, p.key, "%s", p.what) : ret;
}

int record_read(const struct reader *rd, const struct record_table *t, const json_t *o, void *rec)
{
	const struct scope at = { rec, NULL, NULL, SIZE_MAX };
	int ret;

	if (json_is_object(o))
		ret = read_fields(rd, t, o, &at);
	else
		ret = refuse(rd, &at, t->fields->name, "missing");
	if (ret == -ENOMEM)
		log_error("out of memory for %s", rd->path);
	return ret;
}
