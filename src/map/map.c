// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>
#include "arch/arch.h"
#include "base/log.h"
#include "map/map.h"

static const struct map_way ways[MAP_TYPES] = {
	[MAP_PLAIN] = { "plain", "sysfs", "", arch_asks_plain, map_sysfs },
	[MAP_WC] = { "wc", "sysfs", "_wc", arch_asks_wc, map_sysfs },
	[MAP_DEVMEM] = { "devmem", "devmem", NULL, arch_asks_devmem, map_devmem },
	[MAP_RAM] = { "ram", "ram", NULL, arch_asks_ram, map_ram },
};

/* What this process has mapped: a cell maps its data, and the page that it reads to flush. */
static struct mapping open_maps[8];

#define OPEN_MAPS (sizeof(open_maps) / sizeof(open_maps[0]))

const struct map_way *map_way(enum map_type type)
{
	return &ways[type];
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

	for (size_t i = 0; i < OPEN_MAPS; i++) {
		if (!open_maps[i].pages)
			slot = &open_maps[i];
		else if (open_maps[i].type != type && type != MAP_RAM &&
			 overlaps(&open_maps[i], new.pages_phys, new.pages_bytes)) {
			log_error("refused to map a page as %s that is mapped as %s: mismatched aliases",
				  ways[type].name, ways[open_maps[i].type].name);
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
	for (size_t i = 0; i < OPEN_MAPS; i++)
		if (open_maps[i].pages == m->pages)
			open_maps[i].pages = NULL;
	m->addr = NULL;
}

bool map_contains(const void *addr, uint64_t *offset_bytes)
{
	uintptr_t at = (uintptr_t)addr;

	for (size_t i = 0; i < OPEN_MAPS; i++) {
		uintptr_t pages = (uintptr_t)open_maps[i].pages;

		if (!pages || at < pages || at - pages >= open_maps[i].pages_bytes)
			continue;
		*offset_bytes = at - pages;
		return true;
	}
	return false;
}
