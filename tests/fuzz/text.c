// SPDX-License-Identifier: GPL-2.0-or-later
// covers: report/html_write.c report/text.c base/log.c plot/script.c
/* Any text, put into a terminal's page, a message, HTML, and gnuplot's script, is only text there. */
#include "config.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "base/clean.h"
#include "base/log.h"
#include "plot/script.h"
#include "report/html_write.h"
#include "report/json_file.h"
#include "report/text.h"
#include "fuzz.h"

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

	html_put(fuzz_out(), "%s", s);
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
static void check_gnuplot(const char *s, bool tick)
{
	char *want = fuzz_text((const uint8_t *)s, strlen(s));
	const char *script, *p, *w = text_clean(want);
	size_t n;

	(tick ? script_quote_tick : script_quote)(fuzz_out(), s, 100);
	script = fuzz_out_close(&n);
	fuzz_require(n >= 2 && script[0] == '"' && script[n - 1] == '"', "%s", script);
	for (p = script + 1; p < script + n - 1; w++) {
		int c = *p;
		unsigned int octal = 0;

		if (c == '\\') {
			fuzz_require(sscanf(p, "\\%3o", &octal) == 1 && isdigit((unsigned char)p[3]),
				     "%s", script);
			p += tick && octal == '%' ? 8 : 4;
			fuzz_require(!tick || octal != '%' || !strncmp(p - 4, "\\045", 4), "%s",
				     script);
			/* it takes as many digits as there are up to three: a fourth is text */
			c = (int)octal;
		} else {
			fuzz_require(isalnum(c) || strchr(" .,:/_+-", c), "%s", script);
			p++;
		}
		fuzz_require(c == *w, "'%s' of '%s'", script, want);
	}
	fuzz_require(!*w || w == want + 100, "'%s' of '%s'", script, want);
	free(want);
}

FUZZ_TARGET(text)
{
	char *s = fuzz_text(data, size);

	fuzz_begin();
	check_terminal(s);
	check_html(s);
	check_json(s);
	check_gnuplot(s, false);
	check_gnuplot(s, true);
	free(s);
	return 0;
}
