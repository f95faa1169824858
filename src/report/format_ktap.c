// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdio.h>
#include "report/checks.h"
#include "report/compare_cells.h"
#include "report/format.h"

/*
 * KTAP version 1 (Documentation/dev-tools/ktap.rst of Linux): what prove reads, too. A '#' in text
 * would begin a directive, and "TODO" would turn a failure into none.
 */
static void ktap_text(FILE *out, const char *s)
{
	for (; *s; s++)
		fputc(*s == '#' ? '?' : *s, out);
}

static void ktap_check(FILE *out, const struct check *c, size_t number)
{
	fprintf(out, "%sok %zu ", c->outcome == CHECK_FAIL ? "not " : "", number);
	ktap_text(out, c->name);
	fputs(c->outcome == CHECK_SKIP ? " # SKIP " : " # seen: ", out);
	ktap_text(out, c->why);
	fputc('\n', out);
}

static void ktap_note(FILE *out, const char *label, const char *text)
{
	char safe[512];

	fprintf(out, "# %s", label);
	ktap_text(out, format_clean(safe, sizeof(safe), text));
	fputc('\n', out);
}

static void ktap_run(FILE *out, const char *label, const struct result *r)
{
	char line[400], device[16];

	snprintf(line, sizeof(line), "%s %s BAR %u, Linux %s, run at %s",
		 format_device(device, sizeof(device), r), r->device.bdf, r->bar.index,
		 format_fact(r, "kernel_release"), r->started);
	if (r->is_ram)
		snprintf(line, sizeof(line), "ordinary memory, Linux %s, run at %s",
			 format_fact(r, "kernel_release"), r->started);
	ktap_note(out, label, line);
	if (r->env.emulated)
		ktap_note(out, label, "EMULATED: times say nothing about hardware");
	if (r->replayed)
		ktap_note(out, label, "REPLAYED from a recorded tree: no real device");
}

static void ktap_checks(FILE *out, const struct checks *checks)
{
	for (size_t i = 0; i < checks->n; i++)
		ktap_check(out, &checks->v[i], i + 1);
	fprintf(out, "# Totals: pass:%zu fail:%zu xfail:0 xpass:0 skip:%zu error:0\n",
		checks_count(checks, CHECK_PASS), checks_count(checks, CHECK_FAIL),
		checks_count(checks, CHECK_SKIP));
}

int ktap_result(FILE *out, const struct result *r, const struct verdict *v)
{
	struct checks checks;
	int ret = checks_of_result(&checks, r, v);

	if (ret)
		return ret;
	fprintf(out, "KTAP version 1\n1..%zu\n", checks.n);
	ktap_run(out, "", r);
	ktap_checks(out, &checks);
	checks_free(&checks);
	return 0;
}

static void ktap_baseline(FILE *out, const struct comparison *c)
{
	char line[700];

	if (*compare_baseline_text(line, sizeof(line), c))
		ktap_note(out, "against baseline ", line);
	for (size_t i = 0; *compare_difference_text(line, sizeof(line), c, i); i++)
		ktap_note(out, "differs: ", line);
}

int ktap_comparison(FILE *out, const struct comparison *c)
{
	struct checks checks;
	int ret = checks_of_comparison(&checks, c);

	if (ret)
		return ret;
	fprintf(out, "KTAP version 1\n1..%zu\n", checks.n);
	ktap_baseline(out, c);
	ktap_run(out, c->ask.baseline ? "baseline: " : "host: ", c->host);
	ktap_run(out, c->ask.baseline ? "now: " : "guest: ", c->guest);
	ktap_checks(out, &checks);
	checks_free(&checks);
	return 0;
}
