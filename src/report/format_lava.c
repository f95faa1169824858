// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdio.h>
#include "report/checks.h"
#include "report/format.h"

/*
 * What lava-test-case prints, for the dispatcher that reads the console: parameters are parted by
 * blanks, and each has one '='. The reason stands before, for people. A ">" would end a signal, a
 * "<LAVA" in a reason begin one.
 */

static void lava_reason(FILE *out, const struct check *c)
{
	fprintf(out, "%s: ", c->outcome == CHECK_PASS ? "pass" :
				     c->outcome == CHECK_FAIL ? "fail" : "skip");
	for (const char *s = c->name; *s; s++)
		fputc(*s == '<' || *s == '>' ? '?' : *s, out);
	fputs(": ", out);
	for (const char *s = c->why; *s; s++)
		fputc(*s == '<' || *s == '>' ? '?' : *s, out);
	fputc('\n', out);
}

static void lava_check(FILE *out, const struct check *c, const char *mark)
{
	static const char *const results[] = { [CHECK_PASS] = "pass", [CHECK_FAIL] = "fail",
					       [CHECK_SKIP] = "skip" };
	char slug[160], name[160], number[40];

	lava_reason(out, c);
	snprintf(name, sizeof(name), "%s%s", mark, c->name);
	fprintf(out, "<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=%s RESULT=%s",
		format_slug(slug, sizeof(slug), name), results[c->outcome]);
	if (c->has_value && c->outcome != CHECK_SKIP)
		fprintf(out, " UNITS=%s MEASUREMENT=%s", c->unit,
			format_number(number, sizeof(number), c->value));
	fputs(">\n", out);
}

static int lava_checks(FILE *out, struct checks *checks, const char *mark)
{
	for (size_t i = 0; i < checks->n; i++)
		lava_check(out, &checks->v[i], mark);
	checks_free(checks);
	return 0;
}

int lava_result(FILE *out, const struct result *r, const struct verdict *v)
{
	struct checks checks;
	int ret = checks_of_result(&checks, r, v);

	if (ret)
		return ret;
	return lava_checks(out, &checks, format_mark(r->env.emulated, r->replayed));
}

int lava_comparison(FILE *out, const struct comparison *c)
{
	struct checks checks;
	int ret = checks_of_comparison(&checks, c);

	if (ret)
		return ret;
	return lava_checks(out, &checks, format_mark(format_emulated(c), format_replayed(c)));
}
