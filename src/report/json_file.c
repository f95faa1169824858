// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "base/memory.h"
#include "judge/correct.h"
#include "report/json_file.h"
#include "report/output.h"

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

json_t *json_hex(uint64_t v)
{
	char buf[24];

	snprintf(buf, sizeof(buf), "0x%" PRIx64, v);
	return json_string(buf);
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

int json_line_put(FILE *f, const json_t *root)
{
	const struct dump d = { root, DUMP_RAW };
	long before = ftell(f);
	int ret = put_json(f, &d);

	return ret ? ret : ftell(f) - before > JSON_FILE_BYTES_MAX ? -EFBIG : 0;
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

static json_t *json_says(unsigned int says, const char *arch)
{
	json_t *list = json_array();

	for (int e = EFFECTIVE_UNKNOWN + 1; e < EFFECTIVES; e++)
		if (says & SAYS(e))
			json_array_append_new(list, json_string(effective_name(e, arch)));
	return list;
}

/* The cells that saw what must not be. */
static json_t *json_failed(const struct verdict *v, const struct result *run)
{
	json_t *failed = json_array();
	char why[256];

	for (size_t i = 0; i < run->n_cells; i++)
		if (cell_failed(run, v, &run->cells[i], why, sizeof(why)))
			json_array_append_new(failed, json_pack("{ss so}", "id", run->cells[i].id,
								"why", json_text(why)));
	return failed;
}

/* The barriers that each mapping needs between data and flag; null: not known. */
static json_t *json_needs(const struct verdict *v, const struct result *run)
{
	static const char *const mappings[] = { "plain", "wc", "ram" };
	json_t *needs = json_object();

	for (int t = 0; t < 3; t++) {
		double cost;
		const struct cell_record *c = litmus_cheapest(run, v, mappings[t], &cost);

		json_object_set_new(needs, mappings[t],
				    c ? json_pack("{ss ss}", "writer", c->barrier, "reader",
						  c->barrier2) : json_null());
	}
	return needs;
}

json_t *json_verdict(const struct verdict *v, const struct result *run)
{
	const char *arch = run->arch;
	json_t *evidence = json_array(), *advice = json_array();

	for (unsigned int i = 0; i < v->n_evidence; i++) {
		const struct evidence *e = &v->evidence[i];

		json_array_append_new(evidence,
				      json_pack("{ss so ss so ss so ss}", "line", e->line,
						"observed", json_text(e->observed), "threshold",
						e->threshold, "says", json_says(e->says, arch),
						"strength", strength_name(e->strength), "why",
						json_text(e->why), "source", e->source));
	}
	for (unsigned int i = 0; i < v->n_advice; i++)
		json_array_append_new(advice, json_string(v->advice[i]));
	return json_pack("{ss ss ss sb sb so so so so so}", "normal_nc", verdict_word_name(v->word),
			 "effective", effective_name(v->effective, arch), "confidence",
			 confidence_name(v->confidence), "about_guest", v->about_guest, "emulated",
			 v->emulated, "reason", json_text(v->reason), "evidence", evidence,
			 "advice", advice, "data_then_flag", json_needs(v, run), "failed",
			 json_failed(v, run));
}
