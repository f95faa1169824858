// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/log.h"
#include "report/baseline.h"
#include "report/json_file.h"
#include "report/reader.h"

#define SUFFIX     ".jsonl"
#define LEVEL_FILE 3 /* DIRECTORY/MACHINE/DEVICE/NAME.jsonl */
#define TOLD_MOST  10 /* baselines in a message of what there is */

static int open_file(FILE **f, const char *path)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	int ret = fd < 0 ? -errno : 0;

	if (!ret && (fstat(fd, &st) || !S_ISREG(st.st_mode)))
		ret = -EINVAL;
	if (!ret) {
		*f = fdopen(fd, "r");
		ret = *f ? 0 : -ENOMEM;
	}
	if (ret) {
		log_error("cannot read %s: %s: a baseline is a regular file", path, strerror(-ret));
		if (fd >= 0)
			close(fd);
	}
	return ret;
}

static int read_head(struct baseline_head *head, FILE *f, const char *path)
{
	struct reader rd = { .path = path, .schema = BASELINE_SCHEMA, .program = "mmiocompare" };
	json_t *root = json_line_read(f, path, 1);
	char schema[32] = "";

	if (!root)
		return -EINVAL;
	*head = (struct baseline_head){ 0 };
	reader_text(&rd, root, "schema", schema, sizeof(schema));
	if (!rd.ret && strcmp(schema, rd.schema))
		reader_fail(&rd, "schema", schema);
	reader_text(&rd, root, "saved", head->saved, sizeof(head->saved));
	head->runs = (unsigned int)reader_int(&rd, root, "runs", 1, COMPARE_RUNS_MAX);
	for (int i = 0; i < BASELINE_KEYS; i++)
		reader_text(&rd, root, baseline_facts[i].name, head->keys[i],
			    sizeof(head->keys[i]));
	reader_text(&rd, root, "started", head->started, sizeof(head->started));
	reader_text(&rd, root, "kernel", head->kernel, sizeof(head->kernel));
	reader_text(&rd, root, "verdict", head->verdict, sizeof(head->verdict));
	head->emulated = reader_bool(&rd, root, "emulated");
	json_decref(root);
	return rd.ret;
}

static int read_run(struct result *r, FILE *f, const char *path, unsigned int line)
{
	json_t *root = json_line_read(f, path, line);
	int ret = root ? result_from_json(r, root, path) : -EINVAL;

	json_decref(root);
	return ret;
}

static int read_runs(struct result *runs, const struct baseline_head *head, FILE *f,
		     const char *path)
{
	int ret = 0;

	for (unsigned int i = 0; i < head->runs && !ret; i++)
		ret = read_run(&runs[i], f, path, i + 2);
	if (!ret && getc(f) != EOF) {
		log_error("%s has more than the %u results that its first line tells of: save it "
			  "again with --replace, or take it from a backup", path, head->runs);
		ret = -EINVAL;
	}
	return ret;
}

int baseline_read(struct baseline_head *head, struct result **runs, size_t *n_runs,
		  const char *path)
{
	struct result *v = NULL;
	FILE *f;
	int ret = open_file(&f, path);

	if (ret)
		return ret;
	ret = read_head(head, f, path);
	if (!ret) {
		v = calloc(head->runs, sizeof(*v));
		ret = v ? read_runs(v, head, f, path) : -ENOMEM;
		if (!v)
			log_error("out of memory for %s", path);
	}
	fclose(f);
	if (ret) {
		for (unsigned int i = 0; v && i < head->runs; i++)
			result_free(&v[i]);
		free(v);
		return ret;
	}
	*runs = v;
	*n_runs = head->runs;
	return 0;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* NAME.jsonl by a name that --save would take; a temporary one begins with a dot. */
static bool is_baseline(const FTSENT *e, char name[BASELINE_NAME_MAX + 1])
{
	size_t n = strlen(e->fts_name);

	if (e->fts_level != LEVEL_FILE || e->fts_info != FTS_F || n <= strlen(SUFFIX) ||
	    n - strlen(SUFFIX) > BASELINE_NAME_MAX ||
	    strcmp(e->fts_name + n - strlen(SUFFIX), SUFFIX))
		return false;
	memcpy(name, e->fts_name, n - strlen(SUFFIX));
	name[n - strlen(SUFFIX)] = '\0';
	return baseline_name_fits(name);
}

static int add_file(struct baseline_list *list, const char *path, const char *name)
{
	struct baseline_file *v = realloc(list->v, (list->n + 1) * sizeof(*v)), *file;
	FILE *f;

	if (!v)
		return -ENOMEM;
	list->v = v;
	file = &v[list->n];
	*file = (struct baseline_file){ .path = strdup(path) };
	if (!file->path)
		return -ENOMEM;
	list->n++;
	memcpy(file->name, name, strlen(name) + 1);
	log_keep(file->why, sizeof(file->why));
	if (!open_file(&f, path)) {
		if (!read_head(&file->head, f, path))
			file->why[0] = '\0';
		fclose(f);
	}
	log_keep(NULL, 0);
	list->n_broken += file->why[0] != '\0';
	return 0;
}

static int walk(struct baseline_list *list, FTS *fts)
{
	char name[BASELINE_NAME_MAX + 1];
	FTSENT *e;
	int ret = 0;

	while (!ret && (e = fts_read(fts))) {
		if (e->fts_info == FTS_DNR || e->fts_info == FTS_ERR || e->fts_info == FTS_NS) {
			log_error("cannot look into %s: %s", e->fts_path, strerror(e->fts_errno));
			ret = -e->fts_errno;
		} else if (e->fts_info == FTS_D && e->fts_level &&
			   (e->fts_name[0] == '.' || e->fts_level == LEVEL_FILE)) {
			fts_set(fts, e, FTS_SKIP);
		} else if (is_baseline(e, name)) {
			if (list->n == BASELINE_FILES_MAX) {
				log_error("more than %u baselines: name a directory with fewer",
					  BASELINE_FILES_MAX);
				return -E2BIG;
			}
			ret = add_file(list, e->fts_path, name);
		}
	}
	return ret;
}

int baseline_list_read(struct baseline_list *list, const char *directory)
{
	char *const roots[] = { (char *)(uintptr_t)directory, NULL };
	struct baseline_list new = { 0 };
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);
	int ret = fts ? walk(&new, fts) : -errno;

	if (fts)
		fts_close(fts);
	if (ret == -ENOMEM)
		log_error("out of memory for the baselines in %s", directory);
	if (ret) {
		baseline_list_free(&new);
		return ret;
	}
	*list = new;
	return 0;
}

void baseline_list_free(struct baseline_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->v[i].path);
	free(list->v);
	*list = (struct baseline_list){ 0 };
}

/* Which keys it has otherwise, as bits. */
static uint64_t other_keys(const struct baseline_file *file, const struct result *like)
{
	char value[BASELINE_VALUE];
	uint64_t other = 0;

	for (int i = 0; i < BASELINE_KEYS; i++) {
		baseline_value(value, i, like);
		if (strcmp(value, file->head.keys[i]))
			other |= BASELINE_FACT(i);
	}
	return other;
}

/* The way to a baseline of another machine or device: all that would be refused, not only keys. */
static void tell_other(const struct baseline_file *file, const struct result *like)
{
	const struct compare_side now = { like, 1 };
	struct compare_side then = { 0 };
	struct baseline_differences d;
	struct baseline_head head;
	struct result *runs;
	char line[4096] = "";
	size_t at = 0;

	if (baseline_read(&head, &runs, &then.n_runs, file->path))
		return;
	then.runs = runs;
	baseline_compare(&d, &then, &now, 0);
	for (size_t i = 0; i < d.n && at < sizeof(line); i++)
		if (d.v[i].refused)
			at += (size_t)snprintf(line + at, sizeof(line) - at,
					       "%s%s \"%s\" there, \"%s\" now (--ignore %s)",
					       at ? "; " : "", baseline_facts[d.v[i].fact].name,
					       d.v[i].then, d.v[i].now,
					       baseline_facts[d.v[i].fact].name);
	log_note("there is %s of another machine or device: %s", file->name, line);
	for (size_t i = 0; i < then.n_runs; i++)
		result_free(&runs[i]);
	free(runs);
}

/* What there is, where there is not what was asked for: first of this machine and device. */
static void tell_what_there_is(const struct baseline_list *list, const char *name,
			       const struct result *like)
{
	size_t told = 0;

	for (size_t i = 0; i < list->n && told < TOLD_MOST; i++) {
		if (list->v[i].why[0] || other_keys(&list->v[i], like))
			continue;
		log_note("there is %s of this machine and device, saved at %s", list->v[i].name,
			 list->v[i].head.saved);
		told++;
	}
	for (size_t i = 0; i < list->n && told < TOLD_MOST; i++) {
		if (list->v[i].why[0] || strcmp(list->v[i].name, name) ||
		    !other_keys(&list->v[i], like))
			continue;
		tell_other(&list->v[i], like);
		told++;
	}
}

static int choose(const struct baseline_file **chosen, const struct baseline_list *list,
		  const char *name, const struct result *like, uint64_t ignored)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++) {
		const struct baseline_file *file = &list->v[i];

		if (file->why[0] || strcmp(file->name, name) ||
		    (other_keys(file, like) & ~ignored))
			continue;
		*chosen = file;
		n++;
	}
	return n == 1 ? 0 : n ? -ENOTUNIQ : -ENOENT;
}

/* Not at its own place: by what all of them say. */
static int find_other(char **path, const char *directory, const char *name,
		      const struct result *like, uint64_t ignored)
{
	const struct baseline_file *chosen = NULL;
	struct baseline_list list;
	int ret = baseline_list_read(&list, directory);

	if (ret)
		return ret;
	ret = choose(&chosen, &list, name, like, ignored);
	if (!ret) {
		*path = strdup(chosen->path);
		ret = *path ? 0 : -ENOMEM;
	} else if (ret == -ENOTUNIQ) {
		log_error("several baselines in %s are called %s and have all facts that are not "
			  "ignored: leave out one --ignore", directory, name);
	} else {
		log_error("%s has no baseline %s of this machine and device: keep one with "
			  "--save, or see mmiocompare --baseline DIR for what there is", directory, name);
		tell_what_there_is(&list, name, like);
	}
	baseline_list_free(&list);
	return ret;
}

int baseline_find(char **path, const char *directory, const char *name, const struct result *like,
		  uint64_t ignored)
{
	char machine[BASELINE_DIR_MAX], device[BASELINE_DIR_MAX];
	struct stat st;

	baseline_machine_dir(machine, like);
	baseline_device_dir(device, like);
	if (asprintf(path, "%s/%s/%s/%s" SUFFIX, directory, machine, device, name) < 0) {
		*path = NULL;
		log_error("out of memory");
		return -ENOMEM;
	}
	/* whatever is there is what was asked for, also when it cannot be read */
	if (!lstat(*path, &st))
		return 0;
	free(*path);
	*path = NULL;
	return find_other(path, directory, name, like, ignored);
}
