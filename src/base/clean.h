/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_CLEAN_H
#define BASE_CLEAN_H

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

#endif
