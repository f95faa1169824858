// SPDX-License-Identifier: GPL-2.0-or-later
// input: JSON
// covers: report/baseline_read.c report/baseline_write.c report/baseline_text.c report/baseline_json.c judge/baseline.c judge/kind.c
/*
 * A baseline: a list of what its lines hold, a text for one that is no JSON. What is accepted is kept
 * anew, below the directory and nowhere else, is found there, and says the same.
 */
#include "config.h"
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "report/baseline.h"
#include "report/json_file.h"
#include "results.h"

#define PLACE "old/machine/device/fuzz.jsonl"

/* The lines of the file; is_ours: as far as one sees, the first says that it is a baseline. */
static size_t put_baseline(const uint8_t *data, size_t size, bool *is_ours)
{
	json_t *root = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
	FILE *f = fuzz_out();
	const char *text;
	const json_t *schema = json_object_get(json_array_get(root, 0), "schema");
	size_t n, lines = 0;

	*is_ours = !schema || (json_is_string(schema) &&
			       !strcmp(json_string_value(schema), BASELINE_SCHEMA));
	for (size_t i = 0; i < json_array_size(root); i++) {
		const json_t *line = json_array_get(root, i);

		if (json_is_string(line))
			fwrite(json_string_value(line), 1, json_string_length(line), f);
		else
			json_dumpf(line, f, JSON_REAL_PRECISION(17));
		fputc('\n', f);
	}
	json_decref(root);
	text = fuzz_out_close(&n);
	fuzz_require(fuzz_tree_put(PLACE, text, n), "no file");
	for (const char *p = text; (p = memchr(p, '\n', n - (size_t)(p - text))); p++)
		lines++;
	return lines;
}

/* Names of directories are made of what a result says: letters, digits and '-'. */
static void check_directories(const struct result *r)
{
	char machine[BASELINE_DIR_MAX], device[BASELINE_DIR_MAX];
	const char *names[] = { machine, device };

	baseline_machine_dir(machine, r);
	baseline_device_dir(device, r);
	for (size_t i = 0; i < 2; i++) {
		fuzz_require(names[i][0] && strlen(names[i]) < BASELINE_DIR_MAX, "'%s'", names[i]);
		for (const char *p = names[i]; *p; p++)
			fuzz_require(isalnum((unsigned char)*p) || *p == '-', "'%s'", names[i]);
	}
}

/* One file, whose first line can be read; or with most 1: perhaps it cannot. */
static void check_list(const char *directory, size_t most)
{
	struct baseline_list list;
	const char *page;
	size_t length;

	fuzz_require(!baseline_list_read(&list, directory), "%s", fuzz_error());
	fuzz_begin(); /* it keeps messages itself */
	fuzz_require(list.n == 1 && list.n_broken <= most, "%zu files, %zu broken", list.n, list.n_broken);
	baseline_list_text(fuzz_out(), &list, directory);
	page = fuzz_out_close(&length);
	fuzz_require(fuzz_is_clean(page, length), "%s", page);
	fuzz_require(!baseline_list_write(&list, fuzz_tree_path("list.json")), "%s", fuzz_error());
	baseline_list_free(&list);
}

static void check_same(const struct result *a, const struct result *b)
{
	struct verdict v, w;
	json_t *x, *y;

	judge_run(&v, a, NULL);
	judge_run(&w, b, NULL);
	x = json_result(a, &v);
	y = json_result(b, &w);
	fuzz_require(json_equal(x, y), "the run of %s", a->started);
	json_decref(x);
	json_decref(y);
}

/* At its own place, once; by its name. */
static void check_saved(const struct compare_side *runs)
{
	char directory[PATH_MAX], *path, *found;
	struct baseline_head head;
	struct result *again;
	size_t n;

	snprintf(directory, sizeof(directory), "%s", fuzz_tree_path("new"));
	fuzz_require(!baseline_save(&path, directory, "fuzz", runs, false), "%s", fuzz_error());
	fuzz_require(!strncmp(path, directory, strlen(directory)) && !strstr(path, ".."), "%s", path);
	fuzz_require(!baseline_find(&found, directory, "fuzz", &runs->runs[0], 0) &&
		     !strcmp(path, found), "%s", path);
	free(found);
	fuzz_require(!baseline_read(&head, &again, &n, path) && n == runs->n_runs, "%s", fuzz_error());
	fuzz_require(!strcmp(head.started, runs->runs[0].started), "%s", head.started);
	for (size_t i = 0; i < n; i++) {
		check_same(&runs->runs[i], &again[i]);
		result_free(&again[i]);
	}
	free(again);
	fuzz_require(baseline_save(&found, directory, "fuzz", runs, false) == -EEXIST && !found, "%s",
		     path);
	fuzz_begin();
	fuzz_require(!baseline_save(&found, directory, "fuzz", runs, true), "%s", fuzz_error());
	free(found);
	check_list(directory, 0);
	free(path);
}

/* Elsewhere it is found by the facts in its first line only, if at all, and is told of. */
static void check_found(const char *directory, const struct result *run, uint16_t vendor)
{
	struct result like = *run; /* nothing of it is freed */
	char *path = NULL;
	int ret;

	like.device.vendor = vendor;
	log_mute(true); /* a list keeps messages itself, and then they would be shown */
	ret = baseline_find(&path, directory, "fuzz", &like, 0);

	fuzz_require(ret ? ret == -ENOENT && !path : path != NULL, "%d", ret);
	free(path);
	path = NULL;
	fuzz_require(!baseline_find(&path, directory, "fuzz", &like, UINT64_MAX), "%s", fuzz_error());
	fuzz_begin();
	free(path);
}

FUZZ_TARGET(baseline)
{
	char directory[PATH_MAX], path[PATH_MAX];
	struct baseline_head head;
	struct compare_side runs;
	struct result *v;
	char why[256] = "";
	size_t lines;
	bool is_ours;
	int ret;

	fuzz_begin();
	fuzz_tree(NULL, 0);
	lines = put_baseline(data, size, &is_ours);
	snprintf(directory, sizeof(directory), "%s", fuzz_tree_path("old"));
	snprintf(path, sizeof(path), "%s", fuzz_tree_path(PLACE));
	ret = baseline_read(&head, &v, &runs.n_runs, path);
	fuzz_require(!ret || (ret == -EINVAL && fuzz_error()[0]), "%d without a word", ret);
	if (ret) {
		check_list(directory, 1);
		return 0;
	}
	fuzz_require(is_ours && lines == runs.n_runs + 1, "%zu runs of %zu lines", runs.n_runs, lines);
	runs.runs = v;
	check_list(directory, 0);
	check_directories(&v[0]);
	check_found(directory, &v[0], v[0].device.vendor);
	check_found(directory, &v[0], v[0].device.vendor ^ 1);
	fuzz_require(!baseline_check_run(&v[0], why, sizeof(why)) == !why[0], "%s", why);
	check_saved(&runs);
	results_free(v, runs.n_runs);
	free(v);
	return 0;
}
