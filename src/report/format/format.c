// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "base/log.h"
#include "base/text.h"
#include "compare/compare_wording.h"
#include "record/output.h"
#include "report/format/format.h"
#include "report/report.h"

#define OPTION "--format NAME=FILE"

static int text_write(FILE *out, const struct told *t)
{
	if (t->comparison)
		compare_text(out, t->comparison);
	else
		result_text(out, t->run, t->verdict, NULL);
	return 0;
}

const struct format formats[] = {
	{ "text", "the page", text_write, false },
	{ "csv", "spreadsheets, R, pandas", csv_write, false },
	{ "markdown", "pull requests, $GITHUB_STEP_SUMMARY", markdown_write, true },
	{ "ktap", "prove, kselftest; JUnit through a converter", ktap_write, true },
	{ "gobench", "benchstat", gobench_write, false },
	{ "gab-bigger", "github-action-benchmark, rates", gab_write_bigger, false },
	{ "gab-smaller", "the same, times", gab_write_smaller, false },
	{ "bmf", "Bencher", bmf_write, false },
	{ "openmetrics", "Prometheus, node_exporter's textfile collector", openmetrics_write, false },
	{ "lava", "LAVA's signals", lava_write, true },
	{ "kcidb", "KernelCI's KCIDB", kcidb_write, true },
	{ 0 },
};

struct told told_run(const struct result *r, const struct verdict *v)
{
	return (struct told){ .run = r, .verdict = v, .emulated = r->env.emulated,
			      .replayed = r->replayed };
}

struct told told_comparison(const struct comparison *c)
{
	return (struct told){ .run = c->guest, .verdict = &c->verdict, .comparison = c,
			      .emulated = c->cells.emulated, .replayed = c->cells.replayed };
}

int told_checks(struct checks *checks, const struct told *t)
{
	return t->comparison ? checks_of_comparison(checks, t->comparison) :
			       checks_of_result(checks, t->run, t->verdict);
}

int format_write(FILE *out, const struct format *f, const struct told *t)
{
	struct checks checks = { .n = 0 };
	struct told whole = *t;
	int ret = f->checks ? told_checks(&checks, t) : 0;

	whole.checks = &checks;
	if (!ret)
		ret = f->write(out, &whole);
	checks_free(&checks);
	return ret;
}

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

/* Two outputs may share a device or a pipe: only a regular file would be overwritten. */
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

int format_outputs_check(const struct format_outputs *o, const char *json)
{
	int ret = 0;

	for (size_t i = 0; i < o->n && !ret; i++) {
		const char *path = o->v[i].path;

		ret = json ? check_shared(path, json) : 0;
		for (size_t j = 0; j < i && !ret; j++)
			ret = check_shared(path, o->v[j].path);
		if (!ret)
			ret = output_writable(path, OPTION);
	}
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
	const struct told *told;
};

static int put(FILE *out, const void *what)
{
	const struct job *job = what;

	return format_write(out, job->format, job->told);
}

int format_outputs_write(const struct format_outputs *o, const struct told *t)
{
	int ret = 0;

	for (size_t i = 0; i < o->n; i++) {
		const struct job job = { o->v[i].format, t };
		int one = output_write(o->v[i].path, OPTION, put, &job);

		ret = ret ? ret : one;
	}
	return ret;
}

const char *format_mark(const struct told *t)
{
	return t->emulated ? "emulated: " : t->replayed ? "replayed: " : "";
}

static bool figure_of_cell(struct format_figure *f, const struct cell_record *c)
{
	const struct summary *s = &c->summary;

	*f = (struct format_figure){ c->id, c->spec.unit, s->median, s->ci_low, s->ci_high,
				     cell_has_interval(c), compare_gate(c) != NULL, NULL };
	return cell_has_median(c);
}

static bool figure_of_row(struct format_figure *f, const struct compare_row *row)
{
	*f = (struct format_figure){ row->id, row->unit, row->ratio.value, row->ratio.low,
				     row->ratio.high, true, row->gate != NULL, row };
	return row->is_timed;
}

bool format_next_figure(struct format_figure *f, size_t *at, const struct told *t)
{
	const struct comparison *c = t->comparison;
	bool found = false;

	for (size_t n = c ? c->cells.n_rows : t->run->n_cells; *at < n && !found; ++*at)
		found = c ? figure_of_row(f, &c->cells.rows[*at]) : figure_of_cell(f, &t->run->cells[*at]);
	return found;
}

const char *format_device(char *buf, size_t n, const struct result *r)
{
	if (r->is_ram)
		return "ram";
	snprintf(buf, n, "%04x:%04x", r->device.vendor, r->device.device);
	return buf;
}

const char *format_clean(char *buf, size_t n, const char *s)
{
	snprintf(buf, n, "%s", s);
	return text_clean(buf);
}

const char *format_slug(char *buf, size_t n, const char *s)
{
	snprintf(buf, n, "%s", s);
	for (char *p = buf; *p; p++)
		if (*p == '/')
			*p = '.';
		else if ((*p & 0x80) || (!isalnum(*p) && *p != '-' && *p != '.'))
			*p = '_';
	return buf;
}

const char *format_number(char *buf, size_t n, double v)
{
	snprintf(buf, n, "%.10g", v);
	return buf;
}
