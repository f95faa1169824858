/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

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
bool text_is_printable(const char *s);

/* Each byte that is not part of such text becomes '?', in place. */
char *text_printable(char *s);

/* Adds to the string in buf, which has n bytes, what fits. */
void text_append(char *buf, size_t n, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* True when word is one of the words that blanks part. */
bool text_has_word(const char *words, const char *word);

/* "s" behind a noun, but for one. */
const char *plural(size_t n);

/* True when item is one of the comma-separated words of list. */
bool list_has(const char *list, const char *item);

/*
 * The next word of such a list, empty ones passed over; NULL: there is none. Returns what follows it. A word
 * that word has no room for is "", which is nothing's name.
 */
const char *list_next(const char *list, char *word, size_t n);

#endif
