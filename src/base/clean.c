// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stddef.h>
#include <stdint.h>
#include "base/clean.h"

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
static size_t tame_bytes(const char *s)
{
	uint32_t c;
	size_t n = decode((const unsigned char *)s, &c);

	for (size_t i = 0; n && i < sizeof(wild) / sizeof(wild[0]); i++)
		if (c >= wild[i].first && c <= wild[i].last)
			return 0;
	return n;
}

bool text_is_tame(const char *s)
{
	while (*s) {
		size_t n = tame_bytes(s);

		if (!n)
			return false;
		s += n;
	}
	return true;
}

char *text_tame(char *s)
{
	for (char *p = s; *p;) {
		size_t n = tame_bytes(p);

		if (!n)
			*p = '?';
		p += n ? n : 1;
	}
	return s;
}
