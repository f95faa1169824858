/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PAIR_GROUP_H
#define PAIR_GROUP_H

#include <stdio.h>
#include "pci/list.h"

/*
 * The IOMMU group of a function: what a VM gets, it gets as a whole, since the IOMMU cannot tell the members'
 * accesses apart. VFIO wants every member without a driver of the kernel's, or with vfio-pci.
 */
#define GROUP_MAX 128

struct group_member {
	const struct pci_device *dev; /* into the list */
	char driver[64];              /* "": none */
	bool is_bridge;               /* keeps its driver, which VFIO allows */
};

/*
 * Behind an SMMU, Linux before 6.15 makes a function's group when a driver is bound to it for the first time
 * (drivers/base/dd.c, really_probe() calls dma_configure()). Until then the function alone is known to be in it.
 */
struct group {
	int number;              /* -1: it is pending */
	bool is_pending;
	struct group_member v[GROUP_MAX]; /* in order of address */
	size_t n;
};

/*
 * list must outlive g. 0; -ENOENT: the function has no group, as without an IOMMU (not logged); other -errno
 * after logging.
 */
int group_read(struct group *g, const struct pci_list *list, const char *bdf);

/* Of the group that bdf is in; -ENOENT: none; other -errno. Logs nothing. */
int group_number(const char *bdf);

/* A driver that only parks a function for a VM, so that nothing of this machine uses it. */
bool group_driver_is_parking(const char *driver);

/* "0000:00:01.0": what pci_device.bdf looks like, and nothing else does. */
bool group_is_bdf(const char *text);

#endif
