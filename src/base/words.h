/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_WORDS_H
#define BASE_WORDS_H

#include <stdbool.h>

/* The names of an enum's values, 0 .. n - 1. */
struct words {
	const char *(*name)(int value);
	int n;
};

/* words_ID of a function that names them, and of a list. */
#define ENUM_WORDS(id, name_of, type, count)                                                       \
	static const char *id##_word(int value)                                                    \
	{                                                                                          \
		return name_of((type)value);                                                       \
	}                                                                                          \
	const struct words words_##id = { id##_word, count }
#define LIST_WORDS(id, ...)                                                                        \
	static const char *id##_word(int value)                                                    \
	{                                                                                          \
		static const char *const words[] = { __VA_ARGS__ };                                \
		return words[value];                                                               \
	}                                                                                          \
	const struct words words_##id = { id##_word, sizeof((const char *[]){ __VA_ARGS__ }) /     \
						     sizeof(char *) }

/* -1: it is none of them. */
int word_number(const struct words *words, const char *word);

/* One of them, or of a file that may know more than we do: n, and the word itself. */
struct word {
	int is;
	char other[32];          /* "": it is one of them */
};

void word_set(struct word *w, const struct words *words, const char *text);
const char *word_text(const struct word *w, const struct words *words);
bool word_is_same(const struct word *a, const struct word *b);

#endif
