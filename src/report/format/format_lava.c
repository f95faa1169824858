// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdio.h>
#include "report/format/format.h"

/*
 * What lava-test-case prints, for the dispatcher that reads the console: parameters are parted by
 * blanks, and each has one '='. The reason stands before, for people. A ">" would end a signal, a
 * "<LAVA" in a reason begin one.
 */

static const char *const results[] = { [CHECK_PASS] = "pass", [CHECK_FAIL] = "fail",
				       [CHECK_SKIP] = "skip" };

static void lava_text(FILE *out, const char *s)
{
	for (; *s; s++)
		fputc(*s == '<' || *s == '>' ? '?' : *s, out);
}

static void lava_check(FILE *out, const struct check *c, const char *mark)
{
	char slug[160], name[160], number[40];

	fprintf(out, "%s: ", results[c->outcome]);
	lava_text(out, c->name);
	fputs(": ", out);
	lava_text(out, c->why);
	snprintf(name, sizeof(name), "%s%s", mark, c->name);
	fprintf(out, "\n<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=%s RESULT=%s",
		format_slug(slug, sizeof(slug), name), results[c->outcome]);
	if (c->has_value && c->outcome != CHECK_SKIP)
		fprintf(out, " UNITS=%s MEASUREMENT=%s", unit_name(c->unit),
			format_number(number, sizeof(number), c->value));
	fputs(">\n", out);
}

int lava_write(FILE *out, const struct told *t)
{
	for (size_t i = 0; i < t->checks->n; i++)
		lava_check(out, &t->checks->v[i], format_mark(t));
	return 0;
}
