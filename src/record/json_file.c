// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "base/memory.h"
#include "record/output.h"
#include "record/json_file.h"

/* 17 digits are a double: what is computed again from a result read back is the same */
#define DUMP_RAW    (JSON_REAL_PRECISION(17))
#define DUMP_PRETTY (JSON_REAL_PRECISION(10) | JSON_INDENT(1))

#define OPTION "--json FILE"

json_t *json_text(const char *s)
{
	json_t *text = json_string(s);
	char *copy;

	if (text || !s)
		return text;
	copy = strdup(s);
	for (char *p = copy; p && *p; p++)
		if (*p & 0x80)
			*p = '?';
	text = copy ? json_string(copy) : NULL;
	free(copy);
	return text;
}

struct dump {
	const json_t *root;
	size_t flags;
};

static int put_json(FILE *f, const void *what)
{
	const struct dump *d = what;

	if (json_dumpf(d->root, f, d->flags) || fputc('\n', f) == EOF)
		return errno ? -errno : -EIO;
	return 0;
}

int json_put(FILE *f, json_t *root)
{
	const struct dump d = { root, DUMP_PRETTY };
	int ret = root ? put_json(f, &d) : -ENOMEM;

	json_decref(root);
	return ret;
}

int json_file_writable(const char *path)
{
	return output_writable(path, OPTION);
}

int json_file_write(json_t *root, const char *path, bool pretty)
{
	const struct dump d = { root, pretty ? DUMP_PRETTY : DUMP_RAW };
	int ret;

	if (!root) {
		log_error("out of memory for the JSON of %s", path);
		return -ENOMEM;
	}
	ret = output_write(path, OPTION, put_json, &d);
	json_decref(root);
	return ret;
}
