// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/path.h"
#include "witness/memory_map.h"

#define KCORE_HEAD_MOST (4u << 20) /* a machine has a few dozen segments, of 56 bytes */

int memory_map_add_line(struct memory_map *m, const char *line)
{
	uint64_t first, last;
	struct ram *ram;
	int at = 0;

	/* what lies within ("  Kernel code") is indented */
	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " : %n", &first, &last, &at) != 2 || !at || line[0] == ' ' ||
	    strncmp(line + at, "System RAM", 10) || !last || last < first)
		return 0;
	ram = realloc(m->ram, (m->n_ram + 1) * sizeof(*ram));
	if (!ram)
		return -ENOMEM;
	m->ram = ram;
	ram[m->n_ram++] = (struct ram){ first, last };
	return 0;
}

int memory_map_add_kcore(struct memory_map *m, const void *head, size_t n)
{
	Elf64_Ehdr elf;
	Elf64_Phdr p;

	if (n < sizeof(elf))
		return -EINVAL;
	memcpy(&elf, head, sizeof(elf));
	if (memcmp(elf.e_ident, ELFMAG, SELFMAG) || elf.e_ident[EI_CLASS] != ELFCLASS64 || elf.e_phentsize != sizeof(p) ||
	    elf.e_phoff > n || elf.e_phnum > (n - elf.e_phoff) / sizeof(p))
		return -EINVAL;
	m->segments = calloc(elf.e_phnum + 1u, sizeof(*m->segments));
	if (!m->segments)
		return -ENOMEM;
	for (size_t i = 0; i < elf.e_phnum; i++) {
		memcpy(&p, (const char *)head + elf.e_phoff + i * sizeof(p), sizeof(p));
		/* vmalloc's, which is mapped page by page, has 0 or -1 (fs/proc/kcore.c) */
		if (p.p_type == PT_LOAD && p.p_memsz && p.p_paddr && p.p_paddr != UINT64_MAX)
			m->segments[m->n_segments++] = (struct segment){ p.p_vaddr, p.p_vaddr + (p.p_memsz - 1),
									 p.p_vaddr - p.p_paddr };
	}
	return 0;
}

/* No more than the headers: what is behind them is the machine's memory itself. */
static int load_kcore(struct memory_map *m)
{
	Elf64_Ehdr elf = { 0 };
	ssize_t got = path_read_bytes(&elf, sizeof(elf), "/proc/kcore");
	size_t n = elf.e_phoff + (size_t)elf.e_phnum * elf.e_phentsize;
	void *head;
	int ret;

	if (got < 0)
		return (int)got;
	if (elf.e_phoff > KCORE_HEAD_MOST || n > KCORE_HEAD_MOST)
		return -EINVAL;
	head = malloc(n + 1);
	got = head ? path_read_bytes(head, n, "/proc/kcore") : -ENOMEM;
	ret = got < 0 ? (int)got : memory_map_add_kcore(m, head, (size_t)got);
	free(head);
	return ret;
}

static int load_iomem(struct memory_map *m)
{
	FILE *f = path_fopen("/proc/iomem");
	char line[256];
	int ret = f ? 0 : -errno;

	while (!ret && fgets(line, sizeof(line), f))
		ret = memory_map_add_line(m, line);
	if (f)
		fclose(f);
	return ret;
}

int memory_map_load(struct memory_map *m, char *why, size_t n)
{
	int ret = load_iomem(m);

	if (ret == -ENOMEM)
		return ret;
	if (!m->n_ram) {
		snprintf(why, n, "/proc/iomem does not say where RAM is (%s): it tells root with CAP_SYS_ADMIN",
			 ret ? strerror(-ret) : "no System RAM in it");
		return -EOPNOTSUPP;
	}
	ret = load_kcore(m);
	if (ret == -ENOMEM)
		return ret;
	if (!m->n_segments) {
		snprintf(why, n, "/proc/kcore does not say where the kernel has RAM mapped (%s): it tells root with "
			 "CAP_SYS_RAWIO, of kernels with CONFIG_PROC_KCORE",
			 ret ? strerror(-ret) : "no segment with a physical address");
		return -EOPNOTSUPP;
	}
	return 0;
}

void memory_map_free(struct memory_map *m)
{
	free(m->ram);
	free(m->segments);
	*m = (struct memory_map){ 0 };
}

bool memory_map_is_ram(const struct memory_map *m, uint64_t phys, uint64_t size)
{
	if (!size || phys + (size - 1) < phys)
		return false;
	for (size_t i = 0; i < m->n_ram; i++)
		if (phys >= m->ram[i].first && phys + (size - 1) <= m->ram[i].last)
			return true;
	return false;
}

int memory_map_phys(const struct memory_map *m, uint64_t address, uint64_t *phys)
{
	for (size_t i = 0; i < m->n_segments; i++)
		if (address >= m->segments[i].first && address <= m->segments[i].last) {
			*phys = address - m->segments[i].offset;
			return 0;
		}
	return -ENOENT;
}
