// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "base/array.h"
#include "base/text.h"

/* Unicode's categories Cc, Cf, Zl and Zp, as far as they come in ranges; and what is no character. */
static const struct {
	uint32_t first, last;
} wild[] = {
	{ 0, 0x1f },	     { 0x7f, 0x9f },	    { 0xad, 0xad },	 { 0x61c, 0x61c },
	{ 0x180e, 0x180e },  { 0x200b, 0x200f },    { 0x2028, 0x202e },	 { 0x2060, 0x206f },
	{ 0xd800, 0xdfff },  { 0xfeff, 0xfeff },    { 0xfff9, 0xfffb },	 { 0xfffe, 0xffff },
	{ 0xe0000, 0xe0fff }, { 0x110000, UINT32_MAX },
};

/* Bytes of the character at s, which is then in c; 0: no UTF-8. */
static size_t decode(const unsigned char *s, uint32_t *c)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 }; /* less is overlong */
	size_t n = *s < 0x80 ? 1 : *s < 0xc0 ? 0 : *s < 0xe0 ? 2 : *s < 0xf0 ? 3 : *s < 0xf8 ? 4 : 0;

	*c = n == 1 ? *s : *s & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | (s[i] & 0x3f);
	}
	return n && *c >= least[n] ? n : 0;
}

/* Bytes of the character at s, 0: it is none that may stand in a text. */
static size_t printable_bytes(const char *s)
{
	uint32_t c;
	size_t n = decode((const unsigned char *)s, &c);

	for (size_t i = 0; n && i < ARRAY_SIZE(wild); i++)
		if (c >= wild[i].first && c <= wild[i].last)
			return 0;
	return n;
}

bool text_is_printable(const char *s)
{
	while (*s) {
		size_t n = printable_bytes(s);

		if (!n)
			return false;
		s += n;
	}
	return true;
}

char *text_printable(char *s)
{
	for (char *p = s; *p;) {
		size_t n = printable_bytes(p);

		if (!n)
			*p = '?';
		p += n ? n : 1;
	}
	return s;
}

void text_append(char *buf, size_t n, const char *fmt, ...)
{
	size_t used = strlen(buf);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(buf + used, n - used, fmt, ap);
	va_end(ap);
}

bool text_has_word(const char *words, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = strstr(words, word); p; p = strstr(p + 1, word))
		if ((p == words || p[-1] == ' ') && (p[n] == ' ' || !p[n]))
			return true;
	return false;
}

const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

bool list_has(const char *list, const char *item)
{
	size_t n = strlen(item);

	for (const char *p = list, *comma; p; p = comma ? comma + 1 : NULL) {
		comma = strchr(p, ',');
		if (!strncmp(p, item, n) && (p[n] == ',' || !p[n]))
			return true;
	}
	return false;
}

const char *list_next(const char *list, char *word, size_t n)
{
	const char *begin = list + strspn(list, ",");
	size_t length = strcspn(begin, ",");

	if (!length)
		return NULL;
	snprintf(word, n, "%.*s", length < n ? (int)length : 0, begin);
	return begin + length;
}
