// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/path.h"
#include "witness/smaps.h"

/* drivers/vfio/pci: the region's index in a file offset; BARs are regions 0 to 5 */
#define VFIO_REGION_SHIFT 40

/* of a group's device, and of a device opened as a character device (Linux 6.6) */
static const char *const vfio_names[] = { "anon_inode:[vfio-device]", "/dev/vfio/devices/" };

void smaps_begin(struct smaps_scan *s, const struct bar *bars)
{
	*s = (struct smaps_scan){ .bars = bars };
	for (int i = 0; i < PCI_BARS; i++)
		s->flags[i] = WITNESS_FLAG_NO_MAPPING;
}

static bool is_vfio(const char *name)
{
	for (size_t i = 0; i < sizeof(vfio_names) / sizeof(*vfio_names); i++)
		if (!strncmp(name, vfio_names[i], strlen(vfio_names[i])))
			return true;
	return false;
}

/*
 * The offset that a vfio mapping shows is the one that the VMM gave, with the BAR's index; before
 * commit aac6db75a9fc (2024) it was the physical address. Where a BAR lies so high that one may be taken for the
 * other, both BARs are meant.
 */
static bool may_be(const struct bar *bar, uint64_t offset)
{
	uint64_t in_region = offset & ((1ull << VFIO_REGION_SHIFT) - 1);

	if (!witness_watches(bar))
		return false;
	return (offset >> VFIO_REGION_SHIFT == bar->index && in_region < bar->size_bytes) ||
	       (offset >= bar->phys_bytes && offset - bar->phys_bytes < bar->size_bytes);
}

static void add(struct smaps_scan *s, enum witness_flag flag)
{
	for (int i = 0; i < PCI_BARS; i++) {
		if (!s->open[i])
			continue;
		s->open[i] = false;
		if (s->flags[i] == WITNESS_FLAG_NO_MAPPING)
			s->flags[i] = flag;
		else if (s->flags[i] != flag)
			s->flags[i] = WITNESS_FLAG_MIXED;
	}
}

static bool has_nameless(const char *flags)
{
	for (const char *p = flags; (p = strstr(p, "??")); p += 2)
		if ((p == flags || p[-1] == ' ') && (!p[2] || p[2] == ' ' || p[2] == '\n'))
			return true;
	return false;
}

/* "ffff7a000000-ffff7b000000 rw-s 20000000000 00:0e 1043    anon_inode:[vfio-device]" */
static bool parse_head(const char *line, unsigned long long *offset, const char **name)
{
	unsigned long long from, to;
	int at = 0;

	if (sscanf(line, "%llx-%llx %*4s %llx %*x:%*x %*u %n", &from, &to, offset, &at) != 3 || !at)
		return false;
	*name = line + at;
	return true;
}

void smaps_line(struct smaps_scan *s, const char *line)
{
	static const char vm_flags[] = "VmFlags:";
	unsigned long long offset;
	const char *name;

	if (!strncmp(line, vm_flags, sizeof(vm_flags) - 1)) {
		add(s, has_nameless(line + sizeof(vm_flags) - 1) ? WITNESS_FLAG_SET :
								   WITNESS_FLAG_CLEAR);
	} else if (parse_head(line, &offset, &name)) {
		add(s, WITNESS_FLAG_NOT_KNOWN); /* the one before had no flags */
		for (int i = 0; i < PCI_BARS && is_vfio(name); i++)
			s->open[i] = may_be(&s->bars[i], offset);
	}
}

void smaps_end(struct smaps_scan *s)
{
	add(s, WITNESS_FLAG_NOT_KNOWN);
}

int smaps_read(enum witness_flag *flags, const struct bar *bars, unsigned int pid)
{
	char path[PATH_MAX], *line = NULL;
	struct smaps_scan scan;
	int ret = path_make(path, sizeof(path), "/proc/%u/smaps", pid);
	size_t size = 0;
	FILE *f;

	for (int i = 0; i < PCI_BARS; i++)
		flags[i] = WITNESS_FLAG_NOT_KNOWN;
	if (ret)
		return ret;
	f = fopen(path, "re");
	if (!f)
		return -errno;
	smaps_begin(&scan, bars);
	errno = 0;
	while (getline(&line, &size, f) > 0)
		smaps_line(&scan, line);
	/* of a process that ends meanwhile the file ends early, or with an error */
	ret = ferror(f) ? (errno ? -errno : -EIO) : 0;
	smaps_end(&scan);
	if (!ret)
		memcpy(flags, scan.flags, sizeof(scan.flags));
	free(line);
	fclose(f);
	return ret;
}
