// SPDX-License-Identifier: GPL-2.0-or-later
// input: JSON
// covers: record/field.c record/read.c record/rules.c record/write.c record/machine_fields.c record/result_fields.c record/self_check_fields.c
/* A result that is accepted is written, and read again as the same. */
#include "config.h"
#include <errno.h>
#include <stdlib.h>
#include "record/json_file.h"
#include "report/report.h"
#include "verdict/judge.h"
#include "results.h"

/* What was measured is told. */
static void check_cells(const struct result *r, const json_t *root)
{
	const json_t *cells = json_object_get(root, "cells");

	fuzz_require(json_array_size(cells) == r->n_cells, "%zu cells of %zu", json_array_size(cells),
		     r->n_cells);
	for (size_t i = 0; i < r->n_cells; i++)
		fuzz_require(json_is_object(json_object_get(json_array_get(cells, i), "summary")) ==
			     r->cells[i].has_summary, "the summary of %s", r->cells[i].id);
}

static json_t *write_again(const struct result *r)
{
	struct verdict v;
	json_t *root;
	char *text;

	judge_run(&v, r, NULL);
	root = result_json(r, &v);
	fuzz_require(root, "it cannot be written");
	check_cells(r, root);
	text = json_dumps(root, JSON_REAL_PRECISION(17));
	fuzz_require(text, "it cannot be written");
	json_decref(root);
	root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	fuzz_require(root, "what is written is no JSON: %s", text);
	free(text);
	return root;
}

FUZZ_TARGET(result)
{
	/* of what a run says this is judged again */
	static const char *const computed[] = { "verdict", "summary", "tries", "events", "status", "why",
						"this_boot", NULL };
	json_t *root = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
	json_t *first, *second;
	struct result r, again;
	int ret;

	fuzz_begin();
	if (!root)
		return 0;
	ret = result_from_json(&r, root, "input");
	if (ret) {
		json_decref(root);
		fuzz_require(ret == -EINVAL && fuzz_error()[0], "refused with %d without a word", ret);
		return 0;
	}
	first = write_again(&r);
	results_check_told(root, first, computed);
	json_decref(root);
	fuzz_require(!result_from_json(&again, first, "again"), "%s", fuzz_error());
	second = write_again(&again);
	fuzz_require(json_equal(first, second), "it reads otherwise: %s",
		     json_dumps(second, JSON_INDENT(1)));
	json_decref(first);
	json_decref(second);
	result_free(&r);
	result_free(&again);
	return 0;
}
