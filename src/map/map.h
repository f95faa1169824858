/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MAP_MAP_H
#define MAP_MAP_H

#include <stdbool.h>
#include <stdint.h>
#include "pci/device.h"

/*
 * Ways to map a BAR, one row each. A mapping has a type that was asked for; which type it really
 * is, only judge/ says.
 */
enum map_type {
	MAP_PLAIN, /* sysfs resourceN: Device-nGnRE on arm64, UC- on x86 */
	MAP_WC,    /* sysfs resourceN_wc: Normal-NC, WC */
	MAP_RAM,   /* anonymous memory, for trying the tool: no BAR at all */
	MAP_DEVMEM, /* /dev/mem: Device-nGnRnE on arm64, UC- on x86; only where it was asked for */
	MAP_TYPES
};

struct mapping {
	enum map_type type;
	volatile unsigned char *addr; /* of the first byte asked for; NULL: not mapped */
	uint64_t length_bytes;
	/* whole pages, as mmap(2) has them */
	void *pages;
	uint64_t pages_bytes;
	uint64_t pages_phys;          /* physical address of the first page; 0 for ram */
};

/* What to map: bytes [offset, offset + length) of the BAR. */
struct map_range {
	const struct pci_device *dev; /* NULL for ram */
	const struct bar *bar;
	uint64_t offset_bytes;
	uint64_t length_bytes;
	bool writable;                /* false: pages are mapped read-only */
};

struct map_way {
	const char *name;    /* "plain", "wc", "ram": in options, ids and results */
	const char *backend; /* --map */
	const char *file_suffix; /* after "resourceN"; NULL: no file */
	const char *asks;    /* memory type by this architecture's name */
	/* sets m->pages for whole pages from pages_offset; -errno after logging */
	int (*map)(struct mapping *m, const struct map_range *range, uint64_t pages_offset);
};

const struct map_way *map_way(enum map_type type);

/*
 * Maps; m is set only on success. -EBUSY when this process has one of the same pages mapped with
 * another type: Device and Normal-NC aliases of one page are mismatched attributes (Arm ARM B2.11),
 * and on x86 the first one would decide the type of both. Every error is logged with its way out.
 */
int map_open(struct mapping *m, enum map_type type, const struct map_range *range);
void map_close(struct mapping *m);

/* True when addr lies in the pages of an open mapping; then the offset in them. For signal handlers. */
bool map_contains(const void *addr, uint64_t *offset_bytes);

/*
 * x86's kernel maps pages as they were mapped first, for as long as that mapping lives, whatever later
 * ones ask for: a framebuffer's console may have BAR pages WC. True when its list has any page of an
 * open mapping with the other type than it asks for: "write-combining", or "uncached-minus". False
 * where there is no list (other architectures, no debugfs).
 */
bool map_listed_otherwise(const struct mapping *m, char *type, size_t n);

/* The rows' functions. */
int map_sysfs(struct mapping *m, const struct map_range *range, uint64_t pages_offset);
int map_devmem(struct mapping *m, const struct map_range *range, uint64_t pages_offset);
int map_ram(struct mapping *m, const struct map_range *range, uint64_t pages_offset);

#endif
