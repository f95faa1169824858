// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <jansson.h>
#include <string.h>
#include "base/parse.h"
#include "results.h"

static bool is_in(const char *const *list, const char *word)
{
	for (; *list; list++)
		if (!strcmp(*list, word))
			return true;
	return false;
}

static const char *member = ""; /* that is looked at, for messages */

/* Numbers in strings may be written in several ways. */
static bool same_string(const char *a, const char *b)
{
	uint64_t x, y;

	return !strcmp(a, b) || (!parse_u64(a, &x) && !parse_u64(b, &y) && x == y);
}

/* Nothing may be told of what is 0 or "", nor of what is not looked at: of memory, of loads. */
static bool may_be_null(const json_t *was)
{
	static const char *const idle[] = { "device", "bar", "pattern", NULL };

	return is_in(idle, member) || (json_is_number(was) && json_number_value(was) == 0) ||
	       (json_is_string(was) && !json_string_length(was));
}

static bool same_scalar(const json_t *a, const json_t *b)
{
	if (json_is_null(b) && may_be_null(a))
		return true;
	if (json_is_string(a) && json_is_string(b))
		return same_string(json_string_value(a), json_string_value(b));
	if (json_is_integer(a) && json_is_integer(b))
		return json_integer_value(a) == json_integer_value(b);
	if (json_is_number(a) && json_is_number(b))
		return json_number_value(a) == json_number_value(b);
	return json_typeof(a) == json_typeof(b);
}

static void check_object(const json_t *in, const json_t *out, const char *const *but)
{
	for (void *it = json_object_iter((json_t *)(uintptr_t)out); it;
	     it = json_object_iter_next((json_t *)(uintptr_t)out, it)) {
		const char *key = json_object_iter_key(it);
		const json_t *was = json_object_get(in, key);

		if (!was || is_in(but, key))
			continue;
		member = key;
		results_check_told(was, json_object_iter_value(it), but);
	}
}

void results_check_told(const json_t *in, const json_t *out, const char *const *but)
{
	if (json_is_object(in) && json_is_object(out)) {
		check_object(in, out, but);
	} else if (json_is_array(in) && json_is_array(out)) {
		fuzz_require(json_array_size(in) == json_array_size(out), "%zu of %zu",
			     json_array_size(out), json_array_size(in));
		for (size_t i = 0; i < json_array_size(in); i++)
			results_check_told(json_array_get(in, i), json_array_get(out, i), but);
	} else {
		fuzz_require(same_scalar(in, out), "%s: %s was %s", member,
			     json_dumps(out, JSON_ENCODE_ANY), json_dumps(in, JSON_ENCODE_ANY));
	}
}
