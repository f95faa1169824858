// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "base/log.h"
#include "report/baseline.h"
#include "report/json_file.h"
#include "report/output.h"

static json_t *json_head(const struct compare_side *runs)
{
	const struct result *first = &runs->runs[0];
	char now[32], value[BASELINE_VALUE];
	time_t t = time(NULL);
	json_t *head;
	struct tm tm;

	strftime(now, sizeof(now), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&t, &tm));
	head = json_pack("{ss ss ss si}", "schema", BASELINE_SCHEMA, "version", PACKAGE_VERSION,
			 "saved", now, "runs", (int)runs->n_runs);
	for (int i = 0; i < BASELINE_KEYS; i++) {
		baseline_value(value, i, first);
		json_object_set_new(head, baseline_facts[i].name, json_text(value));
	}
	baseline_value(value, baseline_find_fact("kernel_release"), first);
	json_object_update_new(head, json_pack("{so ss ss sb}", "started",
					       json_text(first->started), "kernel", value,
					       "verdict", baseline_verdict_name(runs), "emulated",
					       first->env.emulated));
	return head;
}

static int put_line(FILE *f, json_t *root)
{
	int ret = root ? json_line_put(f, root) : -ENOMEM;

	json_decref(root);
	return ret;
}

static int put_baseline(FILE *f, const void *what)
{
	const struct compare_side *runs = what;
	int ret = put_line(f, json_head(runs));

	for (size_t i = 0; i < runs->n_runs && !ret; i++) {
		struct verdict v;

		judge_run(&v, &runs->runs[i], NULL);
		ret = put_line(f, json_result(&runs->runs[i], &v));
	}
	return ret;
}

/* Opened, made if it is missing; a link in at's directory is not followed. */
static int open_directory(int at, const char *name)
{
	int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | (at == AT_FDCWD ? 0 : O_NOFOLLOW), fd;

	if (mkdirat(at, name, 0777) && errno != EEXIST)
		return -errno;
	fd = openat(at, name, flags);
	return fd < 0 ? -errno : fd;
}

static int open_place(const char *directory, const char *machine, const char *device)
{
	int top = open_directory(AT_FDCWD, directory), middle, fd, ret = 0;

	if (top < 0)
		return top;
	middle = open_directory(top, machine);
	fd = middle < 0 ? middle : open_directory(middle, device);
	/* that they were made must outlive a crash, too */
	if (fd >= 0)
		ret = output_sync_directory(top);
	if (fd >= 0 && !ret)
		ret = output_sync_directory(middle);
	if (ret) {
		close(fd);
		fd = ret;
	}
	if (middle >= 0)
		close(middle);
	close(top);
	return fd;
}

int baseline_save(char **path, const char *directory, const char *name,
		  const struct compare_side *runs, bool replace)
{
	char machine[BASELINE_DIR_MAX], device[BASELINE_DIR_MAX], file[BASELINE_NAME_MAX + 8];
	int fd, ret;

	baseline_machine_dir(machine, &runs->runs[0]);
	baseline_device_dir(device, &runs->runs[0]);
	snprintf(file, sizeof(file), "%s.jsonl", name);
	if (asprintf(path, "%s/%s/%s/%s", directory, machine, device, file) < 0) {
		*path = NULL;
		log_error("out of memory");
		return -ENOMEM;
	}
	fd = open_place(directory, machine, device);
	/* told before all of it is written; output_write_at sees to it that it holds */
	ret = fd < 0 ? fd : !replace && !faccessat(fd, file, F_OK, AT_SYMLINK_NOFOLLOW) ? -EEXIST :
	      output_write_at(fd, file, replace, put_baseline, runs);
	if (fd >= 0)
		close(fd);
	if (!ret)
		return 0;
	if (ret == -EEXIST)
		log_error("%s is there already: another name, or --replace", *path);
	else
		log_error("cannot write %s: %s: choose another place with --baseline DIR", *path,
			  strerror(-ret));
	free(*path);
	*path = NULL;
	return ret;
}
