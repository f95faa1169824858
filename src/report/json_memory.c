// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <jansson.h>
#include <malloc.h>
#include <stdlib.h>
#include "base/memory.h"
#include "report/json_memory.h"

/*
 * It is only counted, never refused: jansson 2.14 does not notice when a string that it is reading
 * cannot grow, and reads on behind its end.
 */
static size_t taken;

/* glibc's own part of each */
static size_t cost(void *p)
{
	return malloc_usable_size(p) + sizeof(size_t);
}

static void *take(size_t n)
{
	void *p = memory_alloc(n);

	if (p)
		taken += cost(p);
	return p;
}

/* What was taken before the watch began may be given back, too. */
static void give_back(void *p)
{
	size_t n = p ? cost(p) : 0;

	taken -= n < taken ? n : taken;
	free(p);
}

void json_memory_watch(void)
{
	json_set_alloc_funcs(take, give_back);
	taken = 0;
}

size_t json_memory_bytes(void)
{
	return taken;
}
