// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include "base/log.h"
#include "map/map.h"

int map_ram(struct mapping *m, const struct map_range *range, uint64_t pages_offset)
{
	void *p = mmap(NULL, m->pages_bytes, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	(void)range;
	(void)pages_offset;
	if (p == MAP_FAILED) {
		int err = errno;

		log_error("no %llu bytes of memory for --map ram: %s: choose a smaller --length",
			  (unsigned long long)m->pages_bytes, strerror(err));
		return -err;
	}
	m->pages = p;
	return 0;
}
