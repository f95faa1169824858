// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Changes of JSON that leave it JSON, for libFuzzer: bytes changed blindly are mostly refused by
 * jansson already, and never come to what reads the values. Targets with "// input: JSON" get it.
 */
#include "config.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include "fuzz.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed);

#define STRING_MOST 4096

/* Every value with where it is, in a row; what is too much is left out. */
struct place {
	json_t *value, *parent; /* not owned */
	const char *key;        /* in an object */
	size_t index;           /* in a list */
};

struct places {
	struct place v[4096];
	size_t n;
};

static void collect(struct places *all, json_t *value, json_t *parent, const char *key, size_t index)
{
	if (all->n == sizeof(all->v) / sizeof(all->v[0]))
		return;
	all->v[all->n++] = (struct place){ value, parent, key, index };
	if (json_is_array(value))
		for (size_t i = 0; i < json_array_size(value); i++)
			collect(all, json_array_get(value, i), value, NULL, i);
	for (void *it = json_object_iter(value); it; it = json_object_iter_next(value, it))
		collect(all, json_object_iter_value(it), value, json_object_iter_key(it), 0);
}

static const struct place *any(const struct places *all)
{
	return &all->v[(size_t)rand() % all->n];
}

static void put(const struct place *p, json_t *value)
{
	if (json_is_array(p->parent))
		json_array_set_new(p->parent, p->index, value);
	else if (p->parent)
		json_object_set_new(p->parent, p->key, value);
	else
		json_decref(value);
}

static json_t *other_integer(json_int_t old)
{
	static const json_int_t edges[] = {
		0, 1, -1, 2, 8, 16, 63, 64, 255, 256, 4095, 4096, 65535, 65536, INT32_MAX, UINT32_MAX,
		(json_int_t)UINT32_MAX + 1, INT64_MAX, INT64_MIN, INT64_MAX / 10000
	};
	size_t n = sizeof(edges) / sizeof(edges[0]), i = (size_t)rand() % (n + 4);

	if (i < n)
		return json_integer(edges[i]);
	return json_integer(i == n	   ? (json_int_t)((uint64_t)old + 1) :
			    i == n + 1 ? (json_int_t)((uint64_t)old - 1) :
			    i == n + 2 ? (json_int_t)((uint64_t)old << (rand() % 64)) :
					 rand());
}

static json_t *other_real(double old)
{
	static const double edges[] = { 0, -0.0, 1, -1, 0.5, 1e9, 1e15, 1e-9, 1e-300, 5e-324, 1e300,
					1.7e308 };
	size_t n = sizeof(edges) / sizeof(edges[0]), i = (size_t)rand() % (n + 2);
	double v = i < n ? edges[i] : i == n ? old * (rand() % 1000) : old / (1 + rand() % 1000);
	json_t *real = json_real(v);

	return real ? real : json_integer(0);
}

static json_t *other_string(const char *old, size_t length)
{
	static const char *const words[] = {
		"", "0x0", "0xffffffffffffffff", "\xe2\x80\xae", "\xc2\x9b", "/", "<b>&\"'`$(x)\\", "%s%n",
		"none", "wc", "plain", "ram"
	};
	char text[STRING_MOST + 1];
	size_t n;
	json_t *string;

	if (rand() % 3 == 0)
		return json_string(words[(size_t)rand() % (sizeof(words) / sizeof(words[0]))]);
	n = length < STRING_MOST ? length : STRING_MOST;
	memcpy(text, old, n);
	if (rand() % 4 == 0 && n) /* as long as a field may be, and a bit */
		for (size_t more = (size_t)rand() % 300; more && n < STRING_MOST; more--, n++)
			text[n] = text[n - 1];
	else
		n = LLVMFuzzerMutate((uint8_t *)text, n, n + 16 < STRING_MOST ? n + 16 : STRING_MOST);
	string = json_stringn(text, n);
	return string ? string : json_string("?");
}

static void change_list(json_t *list, const struct places *all)
{
	size_t n = json_array_size(list), i = n ? (size_t)rand() % n : 0;

	switch (rand() % 4) {
	case 0:
		json_array_remove(list, i);
		break;
	case 1:
		json_array_insert_new(list, i, json_deep_copy(any(all)->value));
		break;
	case 2:
		if (n)
			json_array_append_new(list, json_deep_copy(json_array_get(list, i)));
		break;
	default:
		json_array_clear(list);
	}
}

static void change_object(json_t *object, const struct places *all)
{
	const struct place *other = any(all);

	if (other->parent == object && rand() % 2)
		json_object_del(object, other->key);
	else if (other->key)
		json_object_set_new(object, other->key, json_deep_copy(other->value));
}

static void change(const struct place *p, const struct places *all)
{
	if (rand() % 16 == 0)
		put(p, rand() % 2 ? json_deep_copy(any(all)->value) : json_null());
	else if (json_is_integer(p->value))
		put(p, other_integer(json_integer_value(p->value)));
	else if (json_is_real(p->value))
		put(p, other_real(json_real_value(p->value)));
	else if (json_is_string(p->value))
		put(p, other_string(json_string_value(p->value), json_string_length(p->value)));
	else if (json_is_array(p->value))
		change_list(p->value, all);
	else if (json_is_object(p->value))
		change_object(p->value, all);
	else
		put(p, json_boolean(!json_is_true(p->value)));
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed)
{
	static struct places all;
	json_t *root = json_loadb((const char *)data, size, 0, NULL);
	char *text;
	size_t n;

	srand(seed);
	if (!root || rand() % 10 == 0) {
		json_decref(root);
		return LLVMFuzzerMutate(data, size, max);
	}
	for (int i = rand() % 4; i >= 0; i--) {
		all.n = 0;
		collect(&all, root, NULL, NULL, 0);
		change(any(&all), &all);
	}
	text = json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(17));
	json_decref(root);
	n = text ? strlen(text) : 0;
	if (n && n <= max)
		memcpy(data, text, n);
	else
		n = size;
	free(text);
	return n;
}
