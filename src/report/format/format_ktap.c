// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdarg.h>
#include <stdio.h>
#include "compare/compare_wording.h"
#include "report/escape.h"
#include "report/format/format.h"

/*
 * KTAP version 1 (Documentation/dev-tools/ktap.rst of Linux): what prove reads, too. A '#' in text
 * would begin a directive, and "TODO" would turn a failure into none.
 */
static void ktap_text(FILE *out, const char *s)
{
	for (; *s; s++)
		fputc(*s == '#' ? '?' : *s, out);
}

static void ktap_put(FILE *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void ktap_put(FILE *out, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	escape_print(out, ktap_text, fmt, ap);
	va_end(ap);
}

static void ktap_check(FILE *out, const struct check *c, size_t number)
{
	ktap_put(out, c->outcome == CHECK_SKIP ? "%sok %zu %s # SKIP %s\n" : "%sok %zu %s # seen: %s\n",
		 c->outcome == CHECK_FAIL ? "not " : "", number, c->name, c->why);
}

static void ktap_note(FILE *out, const char *label, const char *text)
{
	char safe[512];

	ktap_put(out, "# %s%s\n", label, format_clean(safe, sizeof(safe), text));
}

static void ktap_run(FILE *out, const char *label, const struct result *r)
{
	char line[400], device[16];

	snprintf(line, sizeof(line), "%s %s BAR %u, Linux %s, run at %s",
		 format_device(device, sizeof(device), r), r->device.bdf, r->bar.index,
		 fact_or(&r->env.facts, "kernel_release", ""), r->started);
	if (r->is_ram)
		snprintf(line, sizeof(line), "ordinary memory, Linux %s, run at %s",
			 fact_or(&r->env.facts, "kernel_release", ""), r->started);
	ktap_note(out, label, line);
	if (r->env.emulated)
		ktap_note(out, label, "EMULATED: times say nothing about hardware");
	if (r->replayed)
		ktap_note(out, label, "REPLAYED from a recorded tree: no real device");
}

static void ktap_comparison(FILE *out, const struct comparison *c)
{
	char line[700];

	for (size_t i = 0; *compare_change_text(line, sizeof(line), c, i); i++)
		ktap_note(out, "changed: ", line);
	for (int side = 0; side < 2; side++) {
		snprintf(line, sizeof(line), "%s: ", compare_side_name(c, side));
		ktap_run(out, line, side ? c->guest : c->host);
	}
}

int ktap_write(FILE *out, const struct told *t)
{
	const struct checks *checks = t->checks;

	fprintf(out, "KTAP version 1\n1..%zu\n", checks->n);
	if (t->comparison)
		ktap_comparison(out, t->comparison);
	else
		ktap_run(out, "", t->run);
	for (size_t i = 0; i < checks->n; i++)
		ktap_check(out, &checks->v[i], i + 1);
	fprintf(out, "# Totals: pass:%zu fail:%zu xfail:0 xpass:0 skip:%zu error:0\n",
		checks_count(checks, CHECK_PASS), checks_count(checks, CHECK_FAIL),
		checks_count(checks, CHECK_SKIP));
	return 0;
}
