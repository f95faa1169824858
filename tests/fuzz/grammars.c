// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include "results.h"

/* What an engine takes a file of ours for, whatever the texts in it say. */

static bool begins(const char *s, const char *with)
{
	return !strncmp(s, with, strlen(with));
}

static bool json_holds(const char *text)
{
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);

	json_decref(root);
	return root;
}

/* RFC 4180: in each record as many fields as in the first, no quote is left open, no formula. */
static bool csv_holds(const char *text)
{
	size_t fields = 1, want = 0;
	bool quoted = false;

	for (const char *p = text; *p; p++) {
		bool first = p == text || strchr(",\n", p[-1]) || (p[-1] == '"' && quoted);

		if (first && strchr("=+@", *p) && *p)
			return false;
		if (*p == '"')
			quoted = !quoted;
		else if (*p == ',' && !quoted)
			fields++;
		if (*p != '\n' || quoted)
			continue;
		if (want && fields != want)
			return false;
		want = fields;
		fields = 1;
	}
	return !quoted && want > 1 && fields == 1;
}

/* A plan, as many numbered lines, and diagnostics. */
static bool ktap_holds(const char *text)
{
	unsigned long planned, seen = 0;
	char *end;

	if (!begins(text, "KTAP version 1\n1.."))
		return false;
	planned = strtoul(text + strlen("KTAP version 1\n1.."), &end, 10);
	for (const char *p = end; *p == '\n' && p[1]; p += strcspn(p, "\n")) {
		p++;
		if (begins(p, "# "))
			continue;
		p += begins(p, "not ") ? 4 : 0;
		if (!begins(p, "ok ") || strtoul(p + 3, &end, 10) != ++seen || *end != ' ')
			return false;
		p = end;
	}
	return seen == planned && planned;
}

/* Behind name{label="...",...}; NULL: it is none. */
static const char *skip_sample(const char *p)
{
	p += strspn(p, "abcdefghijklmnopqrstuvwxyz_");
	if (*p != '{')
		return NULL;
	do {
		p++;
		p += strspn(p, "abcdefghijklmnopqrstuvwxyz_");
		if (!begins(p, "=\""))
			return NULL;
		for (p += 2; *p != '"'; p++)
			if (!*p || *p == '\n' || (*p == '\\' && (!p[1] || !strchr("\\\"n", *++p))))
				return NULL;
		p++;
	} while (*p == ',');
	return *p == '}' ? p + 1 : NULL;
}

/* Comments of three sorts, samples with a number, and the end, once. */
static bool openmetrics_holds(const char *text)
{
	const char *p = text;
	char *end;

	while (!begins(p, "# EOF\n")) {
		if (begins(p, "# HELP ") || begins(p, "# TYPE ") || begins(p, "# UNIT ")) {
			p += strcspn(p, "\n");
		} else {
			p = skip_sample(p);
			if (!p || *p != ' ')
				return false;
			strtod(p + 1, &end);
			if (end == p + 1)
				return false;
			p = end;
		}
		if (*p++ != '\n')
			return false;
	}
	return !strcmp(p, "# EOF\n");
}

/* No text of others is a signal. */
static bool lava_holds(const char *text)
{
	static const char signal[] = "<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=";

	for (const char *p = text; (p = strstr(p, "<LAVA")); p += strcspn(p, "\n")) {
		if ((p > text && p[-1] != '\n') || !begins(p, signal))
			return false;
		p += strlen(signal);
		p += strspn(p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:+@-");
		if (!begins(p, " RESULT=pass") && !begins(p, " RESULT=fail") &&
		    !begins(p, " RESULT=skip"))
			return false;
		if (strcspn(p, "<>") != strcspn(p, "\n") - 1)
			return false;
	}
	return true;
}

/* Tags of ours only; nothing that GitHub would make a link, a person or an issue of. */
/* What renderers make links of; in a span of code they do not. */
static bool has_link(const char *text)
{
	for (const char *p = text; *p; p++) {
		const char *end = *p == '`' ? strchr(p + 1, '`') : NULL;

		if (end)
			p = end;
		else if (begins(p, "://") || begins(p, "](") || begins(p, "www."))
			return true;
	}
	return false;
}

static bool markdown_holds(const char *text)
{
	static const char *const tags[] = { "<details>", "</details>", "<summary>", "</summary>", "<span>",
					    "</span>", "<code>", "</code>" };

	for (const char *p = text; (p = strchr(p, '<')); p++) {
		bool ours = false;

		for (size_t i = 0; i < sizeof(tags) / sizeof(*tags); i++)
			ours |= begins(p, tags[i]);
		if (!ours)
			return false;
	}
	return !has_link(text);
}

/* The words that benchstat reads as more than a text stand where ours do. */
static bool gobench_holds(const char *text)
{
	for (const char *p = text; *p; p += strcspn(p, "\n"), p += *p == '\n') {
		size_t n = strcspn(p, "\n"), name = strcspn(p, " \n");
		char *end;

		if (*p == '#' || *p == '\n' || begins(p, "Unit "))
			continue;
		if (!begins(p, "Benchmark")) {
			if (!memchr(p, ':', n) || !islower((unsigned char)*p))
				return false;
			continue;
		}
		if (name == n || !strtod(p + name, &end) || *end != ' ')
			return false;
	}
	return true;
}

bool results_format_holds(const char *name, const char *text)
{
	static const struct {
		const char *name;
		bool (*holds)(const char *text);
	} rows[] = {
		{ "csv", csv_holds },
		{ "ktap", ktap_holds },
		{ "openmetrics", openmetrics_holds },
		{ "lava", lava_holds },
		{ "gab-bigger", json_holds },
		{ "gab-smaller", json_holds },
		{ "bmf", json_holds },
		{ "kcidb", json_holds },
		{ "markdown", markdown_holds },
		{ "gobench", gobench_holds },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (!strcmp(rows[i].name, name))
			return rows[i].holds(text);
	return true; /* a page */
}
