// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "record/field.h"

#define REAL_MOST 1000000000000000 /* 11 days in ns; what is computed from it stays finite */

int problem_set(struct problem *p, const char *key, const char *fmt, ...)
{
	va_list ap;

	snprintf(p->key, sizeof(p->key), "%s", key);
	va_start(ap, fmt);
	vsnprintf(p->what, sizeof(p->what), fmt, ap);
	va_end(ap);
	return -EINVAL;
}

const struct field *field_find(const struct record_table *t, const char *name, size_t n)
{
	const struct field *found = NULL;

	for (const struct field *f = t->fields; (f->name || f->table) && !found; f++) {
		if (f->type == FIELD_INLINE)
			found = field_find(f->table, name, n);
		else if (strlen(f->name) == n && !strncmp(f->name, name, n))
			found = f;
	}
	return found;
}

int64_t field_most(const struct field *f)
{
	if (f->most)
		return f->most;
	if (f->type == FIELD_TEXT)
		return (int64_t)f->size - 1;
	if (f->type == FIELD_REAL)
		return REAL_MOST;
	if (f->type == FIELD_LIST && f->size && !(f->flags & FIELD_OWNED))
		return (int64_t)(f->size / field_item_size(f));
	return INT64_MAX;
}

int64_t field_int(const struct field *f, const void *p)
{
	bool is_signed = f->least < 0;
	union {
		uint8_t u8;
		uint16_t u16;
		uint32_t u32;
		int32_t s32;
		int64_t s64;
	} v = { 0 };

	memcpy(&v, p, f->size);
	switch (f->size) {
	case 1:
		return v.u8;
	case 2:
		return v.u16;
	case 4:
		return is_signed ? v.s32 : (int64_t)v.u32;
	default:
		return v.s64;
	}
}

void field_int_set(void *p, size_t size, int64_t value)
{
	switch (size) {
	case 1:
		*(uint8_t *)p = (uint8_t)value;
		break;
	case 2:
		*(uint16_t *)p = (uint16_t)value;
		break;
	case 4:
		*(uint32_t *)p = (uint32_t)value;
		break;
	default:
		*(uint64_t *)p = (uint64_t)value;
	}
}

size_t field_item_size(const struct field *list)
{
	return list->item->table ? list->item->table->size : list->item->size;
}

size_t field_items(const struct field *list, const struct scope *at)
{
	const struct field count = { .size = list->n_size };

	if (!list->n_size)
		return list->size / field_item_size(list);
	return (size_t)field_int(&count, (const char *)at->rec + list->n_offset);
}

void *field_at(const struct field *f, const struct scope *at)
{
	void *p = (char *)at->rec + f->offset;

	return f->flags & (FIELD_OWNED | FIELD_POINTER) ? *(void **)p : p;
}

bool field_is_not_0(const void *value, size_t n)
{
	const char *p = value;

	while (n && !*p)
		p++, n--;
	return n;
}

bool field_is_set(const struct field *f, const void *p, const struct scope *at)
{
	if (f->when)
		return f->when(at);
	if (f->has)
		return *((const bool *)at->rec + f->has);
	if (f->flags & FIELD_POINTER)
		return p;
	if (!(f->flags & (FIELD_NULL | FIELD_OPTIONAL)) || f->make)
		return true;
	return f->type == FIELD_TEXT ? *(const char *)p != 0 : field_is_not_0(p, f->size);
}

const char *field_word(const struct field *f, const void *p)
{
	return f->type == FIELD_OPEN ? word_text(p, f->words) : f->words->name((int)field_int(f, p));
}

void record_text(char *buf, size_t n, const struct record_table *t, const void *rec, const char *path)
{
	size_t key = strcspn(path, ".");
	const struct field *f = field_find(t, path, key);
	/* nothing is written to it */
	const struct scope at = { .rec = (void *)(uintptr_t)rec };
	const void *p = field_at(f, &at);

	if (!field_is_set(f, p, &at))
		*buf = '\0';
	else if (path[key])
		record_text(buf, n, f->table, f->type == FIELD_GROUP ? rec : p, path + key + 1);
	else if (f->type == FIELD_TEXT)
		snprintf(buf, n, "%s", (const char *)p);
	else if (f->type == FIELD_BOOL)
		snprintf(buf, n, "%s", *(const bool *)p ? "yes" : "no");
	else if (f->type == FIELD_WORD || f->type == FIELD_OPEN)
		snprintf(buf, n, "%s", field_word(f, p));
	else if (f->type == FIELD_HEX)
		snprintf(buf, n, "0x%" PRIx64, *(const uint64_t *)p);
	else
		snprintf(buf, n, "%" PRId64, field_int(f, p));
}
