// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stddef.h>
#include <string.h>
#include "exp/litmus.h"

#define X LITMUS_X
#define Y LITMUS_Y

/* thread, access, value */
#define LOADED(t, a, v) { LITMUS_LOADED, t, a, v }
#define FINAL(w, v)     { LITMUS_FINAL, 0, w, v }

const struct litmus_shape litmus_shapes[] = {
	{ "MP", "the flag was seen, the data not", false,
	  { { "WW", { X, Y }, { 1, 1 } }, { "RR", { Y, X }, { 0, 0 } } },
	  { { LOADED(1, 0, 1), LOADED(1, 1, 0) } } },
	{ "SB", "neither load saw the other's store", false,
	  { { "WR", { X, Y }, { 1, 0 } }, { "WR", { Y, X }, { 1, 0 } } },
	  { { LOADED(0, 1, 0), LOADED(1, 1, 0) } } },
	{ "LB", "both loads saw a later store", false,
	  { { "RW", { X, Y }, { 0, 1 } }, { "RW", { Y, X }, { 0, 1 } } },
	  { { LOADED(0, 0, 1), LOADED(1, 0, 1) } } },
	{ "S", "data before a seen flag landed last", false,
	  { { "WW", { X, Y }, { 2, 1 } }, { "RW", { Y, X }, { 0, 1 } } },
	  { { LOADED(1, 0, 1), FINAL(X, 2) } } },
	{ "R", "the load missed an earlier store", false,
	  { { "WW", { X, Y }, { 1, 1 } }, { "WR", { Y, X }, { 2, 0 } } },
	  { { FINAL(Y, 2), LOADED(1, 1, 0) } } },
	{ "2+2W", "both first stores came last", false,
	  { { "WW", { X, Y }, { 1, 2 } }, { "WW", { Y, X }, { 1, 2 } } },
	  { { FINAL(X, 1), FINAL(Y, 1) } } },
	{ "CoRR", "a later load saw an older value", true,
	  { { "W", { X, X }, { 1, 0 } }, { "RR", { X, X }, { 0, 0 } } },
	  { { LOADED(1, 0, 1), LOADED(1, 1, 0) } } },
	{ "CoWW", "the first of two stores stayed", true,
	  { { "WW", { X, X }, { 1, 2 } }, { "W", { Y, Y }, { 1, 0 } } },
	  { { FINAL(X, 1) } } },
	{ "CoWR", "a load missed its own CPU's store", true,
	  { { "WR", { X, X }, { 1, 0 } }, { "W", { X, X }, { 2, 0 } } },
	  { { LOADED(0, 1, 2), FINAL(X, 1) }, { LOADED(0, 1, 0) } } },
	{ "CoRW", "a load saw what was stored after it", true,
	  { { "RW", { X, X }, { 0, 1 } }, { "W", { X, X }, { 2, 0 } } },
	  { { LOADED(0, 0, 2), FINAL(X, 2) }, { LOADED(0, 0, 1) } } },
	{ 0 },
};

const struct litmus_shape *litmus_find(const char *name)
{
	for (const struct litmus_shape *s = litmus_shapes; s->name; s++)
		if (!strcmp(s->name, name))
			return s;
	return NULL;
}

static bool holds(const struct litmus_condition *c, const struct litmus_seen *seen)
{
	uint32_t value = c->what == LITMUS_LOADED ? seen->loaded[c->thread][c->access] :
						    seen->final[c->access];

	return c->what == LITMUS_NOTHING || value == c->is;
}

bool litmus_is_weak(const struct litmus_shape *shape, const struct litmus_seen *seen)
{
	for (int i = 0; i < 2; i++) {
		const struct litmus_condition *both = shape->weak[i];

		if (both[0].what != LITMUS_NOTHING && holds(&both[0], seen) && holds(&both[1], seen))
			return true;
	}
	return false;
}
