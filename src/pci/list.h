/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PCI_LIST_H
#define PCI_LIST_H

#include "pci/device.h"

struct pci_list {
	struct pci_device *v;
	size_t n;
};

/*
 * Every function that sysfs shows (below the sysroot), in order of address, through libpci. Reads
 * configuration space only, never a BAR. 0, or -errno after logging; a machine without PCI is an
 * empty list. The caller frees it.
 */
int pci_list_load(struct pci_list *list);
void pci_list_free(struct pci_list *list);

/* The order of the list, by "domain:bus:device.function". */
int pci_bdf_compare(const char *a, const char *b);

/* Reads the function's link again and keeps the faster of both: an idle GPU's is slowed down. */
void pci_link_look_again(struct pci_device *dev);

#endif
