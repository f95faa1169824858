/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MAP_MAP_H
#define MAP_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "arch/info.h"
#include "pci/device.h"

/*
 * Ways to map a BAR. A row makes an enum map_type, its struct map_way, its words in results and in --map:
 * TYPE, name in options, ids and results, function in a map_*.c, then members of struct map_way. A mapping
 * has a type that was asked for; which type it really is, only verdict/ says. TYPE must be no flag of
 * mmap(2): MAP_SYNC and MAP_FIXED are taken.
 */
#define MAP_WAYS_SYSFS(row)                                                                        \
	row(PLAIN, "plain", map_sysfs, .asks = ASKS_DEVICE, .file_suffix = "")                     \
	row(WC, "wc", map_sysfs, .asks = ASKS_WRITECOMBINE, .file_suffix = "_wc")
/* No BAR at all. */
#define MAP_WAYS_MEMORY(row)                                                                       \
	row(RAM, "ram", map_ram, .asks = ASKS_CACHED,                                              \
	    .option = "ordinary memory, to try the tool")
/* Of experiments with optional_mappings. */
#define MAP_WAYS_OPTIONAL(row)                                                                     \
	row(DEVMEM, "devmem", map_devmem, .asks = ASKS_NONCACHED,                                  \
	    .option = "/dev/mem as well, for early-ack",                                           \
	    .refusal = "/dev/mem goes past the kernel's checks")

#define MAP_WAYS_BAR(row) MAP_WAYS_SYSFS(row) MAP_WAYS_OPTIONAL(row)
#define MAP_WAYS(row)     MAP_WAYS_SYSFS(row) MAP_WAYS_MEMORY(row) MAP_WAYS_OPTIONAL(row)

#define MAP_WAY_TYPE(type, ...) MAP_##type,
enum map_type { MAP_WAYS(MAP_WAY_TYPE) MAP_TYPES };

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

/* sets m->pages for whole pages from pages_offset; -errno after logging */
typedef int map_fn(struct mapping *m, const struct map_range *range, uint64_t pages_offset);

struct map_way {
	map_fn *map;
	enum arch_asks asks;     /* for which type of memory */
	const char *file_suffix; /* of map_sysfs: after "resourceN" */
	const char *option;      /* what --map NAME measures; NULL: what --map sysfs does */
	const char *refusal;     /* why it is used only if --map names it; NULL: it is usual */
};

const char *map_name(enum map_type type);
const struct map_way *map_way(enum map_type type);

/*
 * --map: true when way is one, and *type is then the mapping that it names, or MAP_PLAIN; its choices,
 * "sysfs, devmem or ram", and with what each is for.
 */
#define MAP_OPTION_SYSFS "sysfs"
bool map_option_find(enum map_type *type, const char *way);
const char *map_option_names(char *buf, size_t n);
const char *map_option_help(char *buf, size_t n);

/*
 * Maps; m is set only on success. -EBUSY when this process has one of the same pages mapped with
 * another type: Device and Normal-NC aliases of one page are mismatched attributes (Arm ARM B2.11),
 * and on x86 the first one would decide the type of both. Every error is logged with its remedy.
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

#define MAP_WAY_DECLARE(type, name, map, ...) map_fn map;
MAP_WAYS(MAP_WAY_DECLARE)

#endif
