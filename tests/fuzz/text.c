// SPDX-License-Identifier: GPL-2.0-or-later
// covers: report/html/html_write.c base/log.c base/text.c
/* Any text, put into a terminal's page, a message, HTML, and gnuplot's script, is only text there. */
#include "config.h"
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/log.h"
#include "base/text.h"
#include "plot/script.h"
#include "report/html/html_write.h"
#include "record/json_file.h"
#include "report/text/text.h"
#include "fuzz.h"

/*
 * Whether streams are terminals, in replay for all targets: the streams into memory, where a
 * terminal's sequences can be looked at.
 */
static bool on_terminal;

int isatty(int fd)
{
	(void)fd;
	return on_terminal;
}

/* What is left of a terminal's page without the sequences that are ours. */
static void drop_ours(char *page)
{
	static const char *const ours[] = { "\r\033[K", "\033[1;32m", "\033[1;31m", "\033[1;33m",
					    "\033[1m", "\033[0m" };
	char *to = page;

	while (*page) {
		size_t n = 0;

		for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++)
			if (!n && !strncmp(page, ours[i], strlen(ours[i])))
				n = strlen(ours[i]);
		if (n)
			page += n;
		else
			*to++ = *page++;
	}
	*to = 0;
}

/* No line is longer than the terminal, but for a word that is. */
static void check_lines(const char *page, int columns)
{
	for (const char *line = page; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		size_t n = strcspn(line, "\n"), blank = n > 11 ? 11 : n;

		while (blank < n && line[blank] != ' ')
			blank++;
		fuzz_require(n <= (size_t)columns || blank == n, "%d columns: %.*s", columns, (int)n, line);
	}
}

/* s as what COLUMNS says, too: whoever calls us may set it. */
static void check_coloured(const char *s)
{
	char *page;
	int columns;

	on_terminal = true;
	setenv("TERM", "xterm", 1);
	setenv("COLUMNS", s, 1);
	columns = (int)text_columns(fuzz_out());
	fuzz_out_close(NULL);
	for (int style = TEXT_PLAIN; style <= TEXT_HEAD; style++) {
		FILE *out = fuzz_out();
		size_t n;

		text_style_begin(out, (enum text_style)style);
		text_wrapped(out, "label", 11, s);
		text_style_end(out);
		page = (char *)(uintptr_t)fuzz_out_close(&n);
		fuzz_require(n < 4 || style == TEXT_PLAIN || page[0] == '\033', "no style: %s", page);
		drop_ours(page);
		fuzz_require(fuzz_is_ascii(page) || fuzz_is_clean(page, strlen(page)), "%s", page);
		check_lines(page, columns);
	}
	unsetenv("COLUMNS");
	on_terminal = false;
}

/* What really goes to stderr: each message is a line, and progress is none that stays. */
static void check_messages(const char *s)
{
	FILE *terminal = stderr;
	size_t n, lines = 0;
	char begin[64];
	char *page;

	on_terminal = true;
	log_keep(NULL, 0);
	stderr = fuzz_out();
	log_progress("%s", s);
	log_warn("%s", s);
	log_progress("%s", s);
	log_error("%s", s);
	log_note("%s", s);
	log_progress("%s", s);
	log_progress("%s", "");
	page = (char *)(uintptr_t)fuzz_out_close(&n);
	stderr = terminal;
	on_terminal = false;
	fuzz_require(strlen(page) == n, "a NUL");
	for (size_t i = 0; i < 2; i++) {
		snprintf(begin, sizeof(begin), "\r\033[K%s: %s", program_invocation_short_name,
			 i ? "" : "warning: ");
		fuzz_require(strstr(page, begin), "progress stays before a message: %s", page);
	}
	drop_ours(page);
	fuzz_require(fuzz_is_clean(page, strlen(page)), "messages of '%s': %s", s, page);
	for (char *p = page; (p = strchr(p, '\n')); p++)
		lines++;
	fuzz_require(lines == 3, "%zu lines: %s", lines, page);
	fuzz_begin();
}

static void check_terminal(const char *s)
{
	const char *page;
	size_t n;

	text_wrapped(fuzz_out(), "label", 11, s);
	page = fuzz_out_close(&n);
	fuzz_require(fuzz_is_clean(page, n) && !memchr(page, 0, n), "a page of '%s'", s);
	log_error("%s", s);
	fuzz_error();
}

/* An entity, or a character that means nothing in a text nor in a quoted attribute. */
static const char *html_character(const char *p)
{
	static const char *const entities[] = { "&amp;", "&lt;", "&gt;", "&quot;", "&#39;" };

	if (*p != '&')
		return *p == '<' || *p == '>' || *p == '"' || *p == '\'' ? NULL : p + 1;
	for (size_t i = 0; i < sizeof(entities) / sizeof(*entities); i++)
		if (!strncmp(p, entities[i], strlen(entities[i])))
			return p + strlen(entities[i]);
	return NULL;
}

static void check_html(const char *s)
{
	const char *page, *p;
	size_t n;

	html_put(fuzz_out(), "%s%d%u%zu%%", s, -1, 2u, sizeof(s));
	page = fuzz_out_close(&n);
	fuzz_require(fuzz_is_clean(page, n), "HTML of '%s'", s);
	fuzz_require(n <= 6 * (size_t)HTML_TEXT_MOST + 64, "%zu bytes of HTML", n);
	for (p = page; p && *p;)
		p = html_character(p);
	fuzz_require(p == page + n, "HTML of '%s': %s", s, page);
}

static void check_json(const char *s)
{
	json_t *text = json_pack("[o]", json_text(s)), *again;
	const char *block;
	size_t n;

	html_put_json(fuzz_out(), json_incref(text));
	block = fuzz_out_close(&n);
	again = json_loads(block, 0, NULL);
	fuzz_require(json_equal(text, again), "JSON of '%s': %s", s, block);
	for (const char *p = block; *p; p++)
		fuzz_require(*p == '\n' ? !p[1] : *p >= ' ' && *p < 0x7f && !strchr("<>&", *p),
			     "a script block of '%s': %s", s, block);
	json_decref(again);
	json_decref(text);
}

/* What gnuplot reads in double quotes: octal is octal, and nothing else there means anything. */
static void check_gnuplot(const char *s)
{
	char *want = fuzz_text((const uint8_t *)s, strlen(s));
	const char *script, *p, *w = text_clean(want);
	size_t n;

	script_quote(fuzz_out(), s);
	script = fuzz_out_close(&n);
	fuzz_require(n >= 2 && script[0] == '"' && script[n - 1] == '"', "%s", script);
	for (p = script + 1; p < script + n - 1; w++) {
		int c = *p;
		unsigned int octal = 0;

		if (c == '\\') {
			fuzz_require(sscanf(p, "\\%3o", &octal) == 1 && isdigit((unsigned char)p[3]),
				     "%s", script);
			p += 4;
			/* it takes as many digits as there are up to three: a fourth is text */
			c = (int)octal;
		} else {
			fuzz_require(isalnum(c) || strchr(" .,:/_+-", c), "%s", script);
			p++;
		}
		fuzz_require(c == *w, "'%s' of '%s'", script, want);
	}
	fuzz_require(!*w, "'%s' of '%s'", script, want);
	free(want);
}

FUZZ_TARGET(text)
{
	char *s = fuzz_text(data, size);

	fuzz_begin();
	check_terminal(s);
	check_coloured(s);
	check_messages(s);
	check_html(s);
	check_json(s);
	check_gnuplot(s);
	check_gnuplot(s);
	free(s);
	return 0;
}
