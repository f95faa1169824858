// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include "report/escape.h"
#include "report/html/html_write.h"

/* A character of more than one byte is one '?'. */
static void put_character(FILE *out, unsigned char c)
{
	bool continues = (c & 0xc0) == 0x80;

	switch (c) {
	case '&':
		fputs("&amp;", out);
		break;
	case '<':
		fputs("&lt;", out);
		break;
	case '>':
		fputs("&gt;", out);
		break;
	case '"':
		fputs("&quot;", out);
		break;
	case '\'':
		fputs("&#39;", out);
		break;
	default:
		if (!continues)
			fputc((c >= ' ' && c <= '~') || c == '\n' ? c : '?', out);
	}
}

static void put_text(FILE *out, const char *text)
{
	size_t n = 0;

	for (; n < HTML_TEXT_MOST && text[n]; n++)
		put_character(out, (unsigned char)text[n]);
	if (text[n])
		fprintf(out, " [... %zu bytes in all: see the raw data]", n + strlen(text + n));
}

void html_put(FILE *out, const char *markup, ...)
{
	va_list ap;

	va_start(ap, markup);
	escape_print(out, put_text, markup, ap);
	va_end(ap);
}

void html_put_lines(FILE *out, const char *text)
{
	for (; *text; text++)
		put_character(out, (unsigned char)*text);
}

/*
 * These stand only in strings, where JSON takes them as an escape, too. Of all controls only DEL is
 * none to jansson.
 */
static int put_json_bytes(const char *bytes, size_t n, void *arg)
{
	FILE *out = arg;

	for (size_t i = 0; i < n; i++) {
		if (bytes[i] == '<' || bytes[i] == '>' || bytes[i] == '&' || bytes[i] == 0x7f)
			fprintf(out, "\\u%04x", bytes[i]);
		else
			fputc(bytes[i], out);
	}
	return 0;
}

int html_put_json(FILE *out, json_t *root)
{
	int ret;

	if (!root)
		return -ENOMEM;
	/* what is not ASCII, U+2028 among it, is an escape as well; 17 digits are a double */
	ret = json_dump_callback(root, put_json_bytes, out,
				 JSON_ENSURE_ASCII | JSON_COMPACT | JSON_REAL_PRECISION(17));
	json_decref(root);
	return ret ? -ENOMEM : 0;
}
