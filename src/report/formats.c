// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "base/log.h"
#include "report/format.h"
#include "report/output.h"
#include "report/report.h"

#define OPTION "--format NAME=FILE"

static int page_result(FILE *out, const struct result *r, const struct verdict *v)
{
	result_text(out, r, v, NULL);
	return 0;
}

static int page_comparison(FILE *out, const struct comparison *c)
{
	compare_text(out, c);
	return 0;
}

const struct format formats[] = {
	{ "text", "the page", page_result, page_comparison },
	{ "csv", "spreadsheets, R, pandas", csv_result, csv_comparison },
	{ "markdown", "pull requests, $GITHUB_STEP_SUMMARY", markdown_result, markdown_comparison },
	{ "ktap", "prove, kselftest; JUnit through a converter", ktap_result, ktap_comparison },
	{ "gobench", "benchstat", gobench_result, gobench_comparison },
	{ "gab-bigger", "github-action-benchmark, rates", gab_bigger_result, gab_bigger_comparison },
	{ "gab-smaller", "the same, times", gab_smaller_result, gab_smaller_comparison },
	{ "bmf", "Bencher", bmf_result, bmf_comparison },
	{ "openmetrics", "Prometheus, node_exporter's textfile collector", openmetrics_result,
	  openmetrics_comparison },
	{ "lava", "LAVA's signals", lava_result, lava_comparison },
	{ "kcidb", "KernelCI's KCIDB", kcidb_result, kcidb_comparison },
	{ 0 },
};

const char *format_help(char *buf, size_t n)
{
	size_t used = 0;

	*buf = 0;
	for (const struct format *f = formats; f->name && used < n; f++)
		used += (size_t)snprintf(buf + used, n - used, "%s%s: %s", used ? "; " : "",
					 f->name, f->what);
	return buf;
}

static const struct format *find(const char *name, size_t n)
{
	for (const struct format *f = formats; f->name; f++)
		if (strlen(f->name) == n && !memcmp(f->name, name, n))
			return f;
	return NULL;
}

static void log_names(const char *argument)
{
	char names[256] = "";
	size_t used = 0;

	for (const struct format *f = formats; f->name && used < sizeof(names); f++)
		used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s",
					 used ? ", " : "", f->name);
	log_error("--format %s: choose from %s, then =FILE or nothing for stdout", argument, names);
}

int format_outputs_add(struct format_outputs *o, const char *argument)
{
	size_t n = strcspn(argument, "=");
	const struct format *f = find(argument, n);

	if (!f) {
		log_names(argument);
		return -EINVAL;
	}
	if (o->n == FORMAT_OUTPUTS_MAX) {
		log_error("more than %d times --format: run mmiocompare on the result for the rest",
			  FORMAT_OUTPUTS_MAX);
		return -EINVAL;
	}
	o->v[o->n].format = f;
	o->v[o->n].path = argument[n] ? argument + n + 1 : "-";
	o->n++;
	return 0;
}

/* What is no file may be shared. */
static bool is_same_file(const char *a, const char *b)
{
	struct stat st;

	return (stat(a, &st) || S_ISREG(st.st_mode)) && output_is_same(a, b);
}

static int check_shared(const char *a, const char *b)
{
	if (!strcmp(a, "-") && !strcmp(b, "-")) {
		log_error("two outputs on stdout: give all but one a file, --format NAME=FILE");
		return -EINVAL;
	}
	if (strcmp(a, "-") && strcmp(b, "-") && is_same_file(a, b)) {
		log_error("two outputs to %s: give each a file of its own", a);
		return -EINVAL;
	}
	return 0;
}

static int check_one(const struct format_outputs *o, size_t i, const char *json, bool comparison)
{
	const struct format *f = o->v[i].format;
	const char *path = o->v[i].path;
	int ret = json ? check_shared(path, json) : 0;

	if (comparison ? !f->comparison : !f->result) {
		log_error("--format %s cannot tell of a %s: leave it out", f->name,
			  comparison ? "comparison" : "single result");
		return -EINVAL;
	}
	for (size_t j = 0; j < i && !ret; j++)
		ret = check_shared(path, o->v[j].path);
	return ret ? ret : output_writable(path, OPTION);
}

int format_outputs_check(const struct format_outputs *o, const char *json, bool comparison)
{
	int ret = 0;

	for (size_t i = 0; i < o->n && !ret; i++)
		ret = check_one(o, i, json, comparison);
	return ret;
}

bool format_outputs_on_stdout(const struct format_outputs *o)
{
	for (size_t i = 0; i < o->n; i++)
		if (!strcmp(o->v[i].path, "-"))
			return true;
	return false;
}

struct job {
	const struct format *format;
	const struct result *result;
	const struct verdict *verdict;
	const struct comparison *comparison;
};

static int put(FILE *out, const void *what)
{
	const struct job *job = what;

	if (job->comparison)
		return job->format->comparison(out, job->comparison);
	return job->format->result(out, job->result, job->verdict);
}

static int write_all(const struct format_outputs *o, struct job job)
{
	int ret = 0;

	for (size_t i = 0; i < o->n; i++) {
		int one;

		job.format = o->v[i].format;
		one = output_write(o->v[i].path, OPTION, put, &job);
		ret = ret ? ret : one;
	}
	return ret;
}

int format_outputs_result(const struct format_outputs *o, const struct result *r,
			  const struct verdict *v)
{
	return write_all(o, (struct job){ .result = r, .verdict = v });
}

int format_outputs_comparison(const struct format_outputs *o, const struct comparison *c)
{
	return write_all(o, (struct job){ .comparison = c });
}
