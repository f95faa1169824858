// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdlib.h>
#include "base/memory.h"

static bool out;

void memory_note_out(void)
{
	out = true;
}

bool memory_is_out(void)
{
	return out;
}

void *memory_alloc(size_t n)
{
	void *p = malloc(n);

	if (!p)
		memory_note_out();
	return p;
}
