// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include "base/path.h"
#include "map/map.h"

#define LIST      "/sys/kernel/debug/x86/pat_memtype_list"
#define TYPE_MAX  24
#define TYPE_SCAN "%23[a-z-]"

/* Linux arch/x86/mm/pat/memtype.c, memtype_seq_show; the other form until 5.4. The end is exclusive. */
static bool read_line(const char *line, char *type, uint64_t *first, uint64_t *end)
{
	return sscanf(line, "PAT: [mem %" SCNx64 "-%" SCNx64 "] " TYPE_SCAN, first, end, type) == 3 ||
	       sscanf(line, TYPE_SCAN " @ %" SCNx64 "-%" SCNx64, type, first, end) == 3;
}

static bool is_other(const char *type, enum map_type asked)
{
	return asked == MAP_WC ? !strncmp(type, "uncached", strlen("uncached")) :
				 !strcmp(type, "write-combining");
}

bool map_listed_otherwise(const struct mapping *m, char *type, size_t n)
{
	char path[PATH_MAX], line[128], listed[TYPE_MAX];
	uint64_t first, end;
	bool found = false;
	FILE *f;

	if (m->type == MAP_RAM || path_make(path, sizeof(path), LIST))
		return false;
	f = fopen(path, "re");
	if (!f)
		return false;
	while (!found && fgets(line, sizeof(line), f))
		found = read_line(line, listed, &first, &end) && is_other(listed, m->type) &&
			first < m->pages_phys + m->pages_bytes && end > m->pages_phys;
	fclose(f);
	if (found)
		snprintf(type, n, "%s", listed);
	return found;
}
