// SPDX-License-Identifier: GPL-2.0-or-later
// covers: pair/binding_file.c
// input: JSON
/*
 * What a killed mmiopair left to be put back: a file of any bytes. Its checksum is made right, unless the input
 * begins with '!'. What is taken names functions, drivers and values that sysfs may get, and nothing else.
 */
#include "config.h"
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/hash.h"
#include "pair/binding.h"
#include "fuzz.h"

#define NAME "run/mmiobench/pair-0000:01:00.0"

/* As it is, where it is no object. The caller frees. */
static char *with_check(const uint8_t *data, size_t size)
{
	json_t *root = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
	char check[20], *text = NULL;

	if (json_is_object(root)) {
		json_object_del(root, "check");
		text = json_dumps(root, JSON_COMPACT | JSON_SORT_KEYS);
		if (text) {
			snprintf(check, sizeof(check), "%016" PRIx64, hash_string(HASH_START, text));
			json_object_set_new(root, "check", json_string(check));
			free(text);
			text = json_dumps(root, JSON_COMPACT | JSON_SORT_KEYS);
		}
	}
	json_decref(root);
	return text;
}

static bool is_safe(const char *name)
{
	return !strchr(name, '/') && fuzz_is_ascii(name) && name[0] != '.' && name[0] != '-';
}

static void check_members(const struct bindings *b)
{
	fuzz_require(b->n <= GROUP_MAX && group_is_bdf(b->bdf) && b->pid > 0, "%s, %zu", b->bdf, b->n);
	fuzz_require(!b->vf.pf[0] || group_is_bdf(b->vf.pf), "%s", b->vf.pf);
	for (size_t i = 0; i < b->n; i++) {
		const struct binding *m = &b->v[i];

		fuzz_require(group_is_bdf(m->bdf) && is_safe(m->driver) && is_safe(m->override), "'%s' '%s' '%s'",
			     m->bdf, m->driver, m->override);
		fuzz_require(!m->power_control[0] || !strcmp(m->power_control, "on") ||
			     !strcmp(m->power_control, "auto"), "'%s'", m->power_control);
		fuzz_require(strspn(m->autosuspend_delay_ms, "-0123456789") == strlen(m->autosuspend_delay_ms),
			     "'%s'", m->autosuspend_delay_ms);
	}
}

FUZZ_TARGET(bindings)
{
	static struct bindings b, again;
	bool as_it_is = size && data[0] == '!';
	char *text = as_it_is ? NULL : with_check(data, size);
	const char *path = NULL;

	fuzz_begin();
	fuzz_tree(NULL, 0);
	fuzz_require(fuzz_tree_put(NAME, text ? (const void *)text : data + as_it_is,
				   text ? strlen(text) : size - as_it_is), "no file");
	free(text);
	path = fuzz_tree_path(NAME);
	if (binding_file_read(&b, path))
		return 0;
	check_members(&b);
	fuzz_require(!binding_file_write(&b) && b.lock >= 0, "it cannot be written again");
	close(b.lock);
	fuzz_require(!binding_file_read(&again, path), "nor be read again");
	b.lock = -1;
	fuzz_require(!memcmp(&b, &again, sizeof(b)), "and is another");
	return 0;
}
