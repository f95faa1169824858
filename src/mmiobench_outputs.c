// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/log.h"
#include "mmiobench_outputs.h"
#include "record/output.h"
#include "record/json_file.h"
#include "report/report.h"
#include "run/launch.h"

void outputs_now(char *buf, size_t n)
{
	date_text(buf, n, time(NULL));
}

static bool is_taken(const char *path)
{
	char first[PATH_MAX];

	return !access(path, F_OK) ||
	       (!launch_name(first, sizeof(first), path, 1) && !access(first, F_OK));
}

void outputs_stem(char *buf, size_t n, const struct bench_options *o,
		  const struct target *target, const char *started)
{
	char id[64] = "ram", more[16] = "";

	if (o->json) {
		snprintf(buf, n, "%s", o->json);
		return;
	}
	if (mkdir("results", 0755) && errno != EEXIST)
		log_warn("cannot make results/ here: %s", strerror(errno));
	if (target->dev)
		snprintf(id, sizeof(id), "%04x-%04x-%s-bar%u", target->dev->vendor, target->dev->device,
			 target->dev->bdf, target->bar->index);
	for (int i = 2; i < 1000; i++) {
		/* two may start in one second, and neither is there before it ends */
		snprintf(buf, n, "results/mmiobench-%s-%s-%d%s.json", id, started, (int)getpid(), more);
		for (char *p = strchr(buf, '/') + 1; *p; p++)
			if (*p == ':')
				*p = '-';
		if (!is_taken(buf))
			return;
		snprintf(more, sizeof(more), "-%d", i);
	}
}

/* The journal cannot be made again. */
static int check_replaces(const struct outputs *out, const char *journal)
{
	const char *path = output_is_same(out->json, journal) ? out->json : NULL;

	for (size_t i = 0; i < out->formats.n && !path; i++)
		if (output_is_same(out->formats.v[i].path, journal))
			path = out->formats.v[i].path;
	if (!path)
		return 0;
	log_error("an output to %s would replace the crash journal: name another file", path);
	return -EINVAL;
}

/* Several results do not fit into what is no file of its own for each. */
static int index_name(char *buf, size_t n, const char *path, unsigned int launch,
		      const char *option)
{
	struct stat st;

	if (!strcmp(path, "-")) {
		log_error("--launches: several results would run into each other on stdout: give "
			  "%s a file", option);
		return -EINVAL;
	}
	if (!stat(path, &st) && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)) {
		log_error("--launches: %s is no file, and each result needs one: name another with "
			  "%s", path, option);
		return -EINVAL;
	}
	if (*path && !launch_name(buf, n, path, launch))
		return 0;
	log_error("cannot write \"%.64s\": %s: choose another place with %s", path,
		  strerror(*path ? ENAMETOOLONG : ENOENT), option);
	return -EINVAL;
}

static int index_names(struct outputs *out, const char *stem, unsigned int launch)
{
	int ret = index_name(out->json, sizeof(out->json), stem, launch, "--json");

	for (size_t i = 0; i < out->formats.n && !ret; i++) {
		ret = index_name(out->paths[i], sizeof(out->paths[i]), out->formats.v[i].path, launch,
				 "--format");
		out->formats.v[i].path = out->paths[i];
	}
	return ret;
}

int outputs_make(struct outputs *out, const struct bench_options *o, const char *stem,
		 unsigned int launch)
{
	int ret = 0;

	snprintf(out->json, sizeof(out->json), "%s", stem);
	out->formats = o->formats;
	if (launch)
		ret = index_names(out, stem, launch);
	if (!ret)
		ret = check_replaces(out, o->request.journal);
	if (!ret)
		ret = json_file_writable(out->json);
	return ret ? ret : format_outputs_check(&out->formats, out->json);
}
