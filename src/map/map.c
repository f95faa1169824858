// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "base/array.h"
#include "base/log.h"
#include "base/text.h"
#include "map/map.h"

#define ROW(type, name, map, ...) { map, __VA_ARGS__ },
static const struct map_way ways[MAP_TYPES] = { MAP_WAYS(ROW) };
#define EACH(...) 0,
_Static_assert(sizeof((char[]){ MAP_WAYS_MEMORY(EACH) }) == 1,
	       "what is no BAR is asked for as MAP_RAM: a second one would be taken for a BAR");

/* What this process has mapped: a cell maps its data, and the page that it reads to flush. */
static struct mapping open_maps[8];

const struct map_way *map_way(enum map_type type)
{
	return &ways[type];
}

bool map_option_find(enum map_type *type, const char *way)
{
	*type = MAP_PLAIN;
	if (!strcmp(way, MAP_OPTION_SYSFS))
		return true;
	for (enum map_type t = 0; t < MAP_TYPES; t++) {
		if (!ways[t].option || strcmp(map_name(t), way))
			continue;
		*type = t;
		return true;
	}
	return false;
}

/* The last row first: ordinary memory, which is no BAR, ends the list. */
static const char *list_options(char *buf, size_t n, bool with_help)
{
	snprintf(buf, n, MAP_OPTION_SYSFS);
	for (int t = MAP_TYPES - 1; t >= 0; t--) {
		bool last = t == MAP_RAM;

		if (!ways[t].option)
			continue;
		if (with_help)
			text_append(buf, n, "; %s%s: %s", last ? "or " : "", map_name(t), ways[t].option);
		else
			text_append(buf, n, "%s%s", last ? " or " : ", ", map_name(t));
	}
	return buf;
}

const char *map_option_names(char *buf, size_t n)
{
	return list_options(buf, n, false);
}

const char *map_option_help(char *buf, size_t n)
{
	return list_options(buf, n, true);
}

static bool overlaps(const struct mapping *m, uint64_t phys, uint64_t bytes)
{
	return m->pages && m->type != MAP_RAM && phys < m->pages_phys + m->pages_bytes &&
	       m->pages_phys < phys + bytes;
}

int map_open(struct mapping *m, enum map_type type, const struct map_range *range)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t phys = range->bar ? range->bar->phys_bytes : 0;
	/* sysfs maps from the page that the BAR starts in */
	uint64_t first = (phys & (page - 1)) + range->offset_bytes;
	uint64_t skip = first & (page - 1);
	struct mapping new = {
		.type = type,
		.length_bytes = range->length_bytes,
		.pages_bytes = (skip + range->length_bytes + page - 1) & ~(page - 1),
		.pages_phys = type == MAP_RAM ? 0 : (phys & ~(page - 1)) + first - skip,
	};
	struct mapping *slot = NULL;
	int ret;

	for (size_t i = 0; i < ARRAY_SIZE(open_maps); i++) {
		if (!open_maps[i].pages)
			slot = &open_maps[i];
		else if (open_maps[i].type != type && type != MAP_RAM &&
			 overlaps(&open_maps[i], new.pages_phys, new.pages_bytes)) {
			log_error("refused to map a page as %s that is mapped as %s: mismatched aliases",
				  map_name(type), map_name(open_maps[i].type));
			return -EBUSY;
		}
	}
	if (!slot)
		return -EMFILE;
	ret = ways[type].map(&new, range, first - skip);
	if (ret)
		return ret;
	new.addr = (volatile unsigned char *)new.pages + skip;
	*slot = new;
	*m = new;
	return 0;
}

void map_close(struct mapping *m)
{
	if (!m->addr)
		return;
	munmap(m->pages, m->pages_bytes);
	for (size_t i = 0; i < ARRAY_SIZE(open_maps); i++)
		if (open_maps[i].pages == m->pages)
			open_maps[i].pages = NULL;
	m->addr = NULL;
}

bool map_contains(const void *addr, uint64_t *offset_bytes)
{
	uintptr_t at = (uintptr_t)addr;

	for (size_t i = 0; i < ARRAY_SIZE(open_maps); i++) {
		uintptr_t pages = (uintptr_t)open_maps[i].pages;

		if (!pages || at < pages || at - pages >= open_maps[i].pages_bytes)
			continue;
		*offset_bytes = at - pages;
		return true;
	}
	return false;
}
