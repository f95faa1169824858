// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <argz.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/memory.h"
#include "base/path.h"

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

long long memory_oom_kills(void)
{
	FILE *f = path_fopen("/proc/vmstat");
	long long n = -1;
	char line[128];

	while (f && n < 0 && fgets(line, sizeof(line), f))
		if (sscanf(line, "oom_kill %lld", &n) != 1)
			n = -1;
	if (f)
		fclose(f);
	return n;
}

char *memory_join(const char *first, char **argv)
{
	char *words = NULL, *joined = NULL;
	size_t n = 0;

	if (argz_create(argv, &words, &n)) {
		memory_note_out();
		return NULL;
	}
	argz_stringify(words, n, ' ');
	if (asprintf(&joined, "%s%s", first, words ? words : "") < 0) {
		memory_note_out();
		joined = NULL;
	}
	free(words);
	return joined;
}
