// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/array.h"
#include "pair/guest_memory.h"

#define ALIGN_BYTES (2ull << 20) /* VMMs begin a guest's memory where a large page can be */

/* All of the file's pages, where memory begins at base in the VMM. 0 or -EBADMSG. */
static int read_pages(unsigned char *packed, const struct serial_memory *m, int mem, uint64_t base)
{
	for (size_t i = 0; i < m->n; i++) {
		uint64_t at = i * m->page_bytes, left = m->packed_bytes - at;
		size_t n = left < m->page_bytes ? left : m->page_bytes;

		if (pread(mem, packed + at, n, (off_t)(base + m->pages[i] - m->ram_bytes)) != (ssize_t)n)
			return -EBADMSG;
	}
	return 0;
}

/* zlib's own header, before all is read for nothing: RFC 1950, 2.2. */
static bool may_be_packed(const unsigned char *packed)
{
	return (packed[0] & 15) == 8 && !((packed[0] << 8 | packed[1]) % 31);
}

static int try_base(struct serial_file *f, unsigned char *packed, int mem, uint64_t base)
{
	if (read_pages(packed, &f->memory, mem, base) || !may_be_packed(packed))
		return -EBADMSG;
	return serial_file_unpack(f, packed);
}

/* A mapping that has room for it may begin before it, or end behind it, as neighbours are joined. */
static int try_mapping(struct serial_file *f, unsigned char *packed, int mem, uint64_t first, uint64_t end,
		       uint64_t ram_bytes)
{
	const uint64_t bases[] = { first, (first + ALIGN_BYTES - 1) & ~(ALIGN_BYTES - 1), end - ram_bytes };

	for (size_t i = 0; i < ARRAY_SIZE(bases); i++)
		if (bases[i] >= first && bases[i] + ram_bytes <= end && !try_base(f, packed, mem, bases[i]))
			return 0;
	return -EBADMSG;
}

int guest_memory_fetch(struct serial_file *f, pid_t vmm, uint64_t ram_bytes)
{
	unsigned char *packed = calloc(1, f->memory.packed_bytes);
	char name[64], line[512];
	int mem, ret = -EBADMSG;
	FILE *maps;

	snprintf(name, sizeof(name), "/proc/%d/mem", (int)vmm);
	mem = open(name, O_RDONLY | O_CLOEXEC);
	snprintf(name, sizeof(name), "/proc/%d/maps", (int)vmm);
	maps = fopen(name, "re");
	while (packed && mem >= 0 && maps && ret && fgets(line, sizeof(line), maps)) {
		unsigned long long first, end;
		char mode[8];

		if (sscanf(line, "%llx-%llx %7s", &first, &end, mode) == 3 && mode[0] == 'r' && mode[1] == 'w' &&
		    end - first >= ram_bytes)
			ret = try_mapping(f, packed, mem, first, end, ram_bytes);
	}
	if (maps)
		fclose(maps);
	if (mem >= 0)
		close(mem);
	free(packed);
	return ret;
}
