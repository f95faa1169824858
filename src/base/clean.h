/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_CLEAN_H
#define BASE_CLEAN_H

#include <stdbool.h>

/*
 * Everything but printable ASCII becomes '?', in place. For text from firmware, devices and files
 * that will reach a terminal or JSON: no escape sequence, no broken UTF-8.
 */
static inline char *text_clean(char *s)
{
	for (char *p = s; *p; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	return s;
}

/*
 * UTF-8 without what changes how a terminal or an editor shows the text around it: control
 * characters (C0, DEL, C1), line separators, marks of writing direction, characters of no width.
 */
bool text_is_tame(const char *s);

/* Each byte that is not part of such text becomes '?', in place. */
char *text_tame(char *s);

#endif
