// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "base/parse.h"
#include "base/path.h"
#include "base/text.h"
#include "pair/group.h"

bool group_is_bdf(const char *text)
{
	unsigned int domain, bus, dev, func;
	char again[32];

	if (sscanf(text, "%x:%x:%x.%x", &domain, &bus, &dev, &func) != 4)
		return false;
	/* written again it is the same: no blanks, no signs, no tail, and nothing that leads to another directory */
	snprintf(again, sizeof(again), "%04x:%02x:%02x.%u", domain, bus, dev, func);
	return !strcmp(text, again) && bus <= 0xff && dev <= 0x1f && func <= 7;
}

int group_number(const char *bdf)
{
	char name[32];
	unsigned int number;
	int ret = path_link_name(name, sizeof(name), "/sys/bus/pci/devices/%s/iommu_group", bdf);

	if (!ret)
		ret = parse_uint(name, INT_MAX, &number);
	return ret ? ret : (int)number;
}

bool group_driver_is_parking(const char *driver)
{
	return strstr(driver, "vfio") || !strcmp(driver, "pci-stub");
}

static const struct pci_device *find(const struct pci_list *list, const char *bdf)
{
	for (size_t i = 0; i < list->n; i++)
		if (!strcmp(list->v[i].bdf, bdf))
			return &list->v[i];
	return NULL;
}

/*
 * Bridges' ports have a driver that leaves DMA to others (pcieport), and hold only routing; other functions of
 * class 06h are part of the machine, and without a driver nobody's.
 */
static bool is_bridge(const struct pci_device *dev)
{
	return dev->bridge_header || (dev->bridge && !dev->driver[0]);
}

static int add(struct group *g, const struct pci_list *list, char *name)
{
	const struct pci_device *dev = find(list, name);
	struct group_member *m = &g->v[g->n];

	if (!dev) {
		log_error("%s is in IOMMU group %d, and is no PCI function that was there a moment ago: try again; if it "
			  "is none at all, give up this device", text_clean(name), g->number);
		return -ENODEV;
	}
	if (g->n == GROUP_MAX) {
		log_error("IOMMU group %d has more than %d functions: choose a device of another group", g->number,
			  GROUP_MAX);
		return -E2BIG;
	}
	*m = (struct group_member){ .dev = dev, .is_bridge = is_bridge(dev) };
	strcpy(m->driver, dev->driver);
	g->n++;
	return 0;
}

static int by_address(const void *a, const void *b)
{
	return pci_bdf_compare(((const struct group_member *)a)->dev->bdf,
			       ((const struct group_member *)b)->dev->bdf);
}

static int read_members(struct group *g, const struct pci_list *list)
{
	char path[PATH_MAX];
	struct dirent *e;
	int ret = path_make(path, sizeof(path), "/sys/kernel/iommu_groups/%d/devices", g->number);
	DIR *d = ret ? NULL : opendir(path);

	if (!d) {
		ret = ret ? ret : -errno;
		log_error("cannot read who is in IOMMU group %d (%s): look at %s", g->number, strerror(-ret), path);
		return ret;
	}
	while (!ret && (errno = 0, e = readdir(d)))
		if (e->d_name[0] != '.')
			ret = add(g, list, e->d_name);
	closedir(d);
	return ret;
}

static bool has_smmu(void)
{
	char path[PATH_MAX];
	struct dirent *e;
	DIR *d = path_make(path, sizeof(path), "/sys/class/iommu") ? NULL : opendir(path);
	bool has = false;

	while (d && !has && (e = readdir(d)))
		has = strstr(e->d_name, "smmu");
	if (d)
		closedir(d);
	return has;
}

/* False: there is none, and none will be made. */
static bool is_pending(struct group *g, const struct pci_list *list, const char *bdf)
{
	const struct pci_device *dev = find(list, bdf);

	if (!dev || dev->driver[0] || !has_smmu())
		return false;
	g->is_pending = true;
	g->v[g->n++] = (struct group_member){ .dev = dev };
	return true;
}

int group_read(struct group *g, const struct pci_list *list, const char *bdf)
{
	int number = group_number(bdf), ret;

	*g = (struct group){ .number = number < 0 ? -1 : number };
	if (number == -ENOENT && is_pending(g, list, bdf))
		return 0;
	if (number < 0 && number != -ENOENT)
		log_error("%s: cannot tell its IOMMU group (%s): look at iommu_group in its directory", bdf,
			  strerror(-number));
	if (number < 0)
		return number;
	ret = read_members(g, list);
	if (!ret)
		qsort(g->v, g->n, sizeof(g->v[0]), by_address);
	return ret;
}
