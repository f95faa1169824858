// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdio.h>
#include <string.h>
#include "base/words.h"

int word_number(const struct words *words, const char *word)
{
	int i = 0;

	while (i < words->n && strcmp(words->name(i), word))
		i++;
	return i < words->n ? i : -1;
}

void word_set(struct word *w, const struct words *words, const char *text)
{
	int i = word_number(words, text);

	*w = (struct word){ .is = i < 0 ? words->n : i };
	if (i < 0)
		snprintf(w->other, sizeof(w->other), "%s", text);
}

const char *word_text(const struct word *w, const struct words *words)
{
	return w->is < words->n ? words->name(w->is) : w->other;
}

bool word_is_same(const struct word *a, const struct word *b)
{
	return a->is == b->is && !strcmp(a->other, b->other);
}
