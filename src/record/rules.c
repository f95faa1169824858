// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "record/field.h"

/* "a.b": b in the object a. */
static const json_t *look(const json_t *o, const char *path)
{
	char key[48];
	size_t n;

	for (; *path && o; path += n + (path[n] == '.')) {
		n = strcspn(path, ".");
		snprintf(key, sizeof(key), "%.*s", (int)n, path);
		o = json_object_get(o, key);
	}
	return o;
}

/* v is one of the values, "a|b|c". */
static bool is_one(const json_t *v, const char *values)
{
	char number[24];
	const char *s = json_is_true(v) ? "true" : json_is_false(v) ? "false" : json_string_value(v);

	if (json_is_integer(v)) {
		snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(v));
		s = number;
	}
	for (size_t n; s && *values; values += n + (values[n] == '|')) {
		n = strcspn(values, "|");
		if (strlen(s) == n && !strncmp(s, values, n))
			return true;
	}
	return false;
}

static size_t length(const json_t *v)
{
	return json_is_array(v) ? json_array_size(v) : json_string_length(v);
}

/* Whether something may be left out is its field's matter, but where a rule is about that. */
static bool is_so(const struct rule *r, const json_t *v)
{
	if (!v)
		return r->must != MUST_PRESENT;
	switch (r->must) {
	case MUST_EMPTY:
		return !length(v);
	case MUST_FILLED:
		return length(v);
	case MUST_NULL:
		return json_is_null(v);
	case MUST_VALUE:
		return !json_is_null(v);
	case MUST_ABSENT:
		return false;
	case MUST_PRESENT:
		return true;
	case MUST_IS:
		return is_one(v, r->value);
	case MUST_LIKE:
		return true;
	default:
		return json_number_value(v) >= strtod(r->value, NULL);
	}
}

/* What is derived is not read, so nothing is asked of it. */
static bool is_read(const struct record_table *t, const char *path)
{
	const struct field *f = field_find(t, path, strcspn(path, "."));

	return f && !(f->flags & FIELD_DERIVED);
}

static bool is_broken(const struct record_table *t, const struct rule *r, const json_t *o)
{
	if (r->when2 && !is_one(look(o, r->when2), r->is2))
		return false;
	return is_read(t, r->field) && !is_so(r, look(o, r->field));
}

static int report(const struct rule *r, const char *key, struct problem *p)
{
	static const char *const texts[] = {
		[MUST_EMPTY] = "must be empty",	     [MUST_FILLED] = "must not be empty",
		[MUST_NULL] = "must be null",	     [MUST_VALUE] = "must not be null",
		[MUST_ABSENT] = "must not be there", [MUST_PRESENT] = "missing",
		[MUST_IS] = "must be ",		     [MUST_LEAST] = "must be at least ",
	};

	return problem_set(p, key, "%s%s where %s is %s", texts[r->must], r->value ? r->value : "",
			   r->when2 ? r->when2 : r->when, r->when2 ? r->is2 : r->is);
}

int rules_check(const struct record_table *t, const json_t *o, struct problem *p)
{
	char where[48];

	for (const struct rule *r = t->rules; r && r->field; r++) {
		const struct field *f = r->each ? field_find(t, r->each, strlen(r->each)) : NULL;
		const json_t *list = f ? json_object_get(o, f->name) : NULL;

		if (!is_one(look(o, r->when), r->is))
			continue;
		if (!f && is_broken(t, r, o))
			return report(r, r->field, p);
		for (size_t i = 0; f && i < json_array_size(list); i++) {
			snprintf(where, sizeof(where), "%s[%zu].%s", r->each, i, r->field);
			if (is_broken(f->item->table, r, json_array_get(list, i)))
				return report(r, where, p);
		}
	}
	return 0;
}
