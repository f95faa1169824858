// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <string.h>
#include "base/text.h"
#include "env/conditions.h"

static bool condition_holds(const struct facts *facts, const struct condition *c)
{
	const char *v = fact_get(facts, c->fact);

	if (!v || !*v)
		return c->match == IS_NOT_SAID;
	switch (c->match) {
	case KNOWN:
		return true;
	case IS:
		return !strcmp(v, c->text);
	case IS_NOT:
	case IS_NOT_SAID:
		return strcmp(v, c->text);
	case STARTS:
		return !strncmp(v, c->text, strlen(c->text));
	case CONTAINS:
		return strstr(v, c->text);
	case HAS_WORD:
		return text_has_word(v, c->text);
	}
	return false;
}

bool conditions_hold(const struct facts *facts, const struct condition *c)
{
	for (int i = 0; i < CONDITIONS && c[i].fact; i++)
		if (!condition_holds(facts, &c[i]))
			return false;
	return true;
}
