/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WITNESS_MEMORY_MAP_H
#define WITNESS_MEMORY_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where the machine's RAM is, and where the kernel has it mapped: /proc/iomem and /proc/kcore. */
struct memory_map {
	struct ram { uint64_t first, last; } *ram; /* physical, ascending */
	size_t n_ram;
	struct segment {
		uint64_t first, last; /* the kernel's addresses */
		uint64_t offset;      /* less this: physical */
	} *segments;
	size_t n_segments;
};

/* 0; -EOPNOTSUPP with why: it cannot be known; -ENOMEM. */
int memory_map_load(struct memory_map *m, char *why, size_t n);
void memory_map_free(struct memory_map *m);

/* One line of /proc/iomem; any bytes. 0 or -ENOMEM. */
int memory_map_add_line(struct memory_map *m, const char *line);

/* The head of /proc/kcore, an ELF file; any bytes. 0, -EINVAL, -ENOMEM. */
int memory_map_add_kcore(struct memory_map *m, const void *head, size_t n);

/* All of it is RAM. */
bool memory_map_is_ram(const struct memory_map *m, uint64_t phys, uint64_t size);

/* Of an address of the kernel's. -ENOENT: in no segment. */
int memory_map_phys(const struct memory_map *m, uint64_t address, uint64_t *phys);

#endif
