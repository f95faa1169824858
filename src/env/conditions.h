/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ENV_CONDITIONS_H
#define ENV_CONDITIONS_H

#include <stdbool.h>
#include "base/fact.h"

/* Conditions on facts, for tables of what follows from them. */
enum match {
	KNOWN,
	IS,
	IS_NOT,      /* known, and another */
	IS_NOT_SAID, /* another, or not known */
	STARTS,
	CONTAINS,
	HAS_WORD,    /* among those that blanks part */
};

struct condition {
	const char *fact;
	enum match match;
	const char *text;
};

#define CONDITIONS 4

/* Whether all of them hold; c has CONDITIONS places, those behind the last condition are empty. */
bool conditions_hold(const struct facts *facts, const struct condition *c);

#endif
