/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PCI_FILL_H
#define PCI_FILL_H

#include "pci/device.h"

/* The parts of pci_list_load() that have files of their own. */

struct pci_dev;

/*
 * What a function says of itself in configuration space, through libpci, whose errors leave by its
 * callback. d has its ids, class and BARs by then; a BAR that sysfs is silent about is added.
 */
void config_fill(struct pci_device *d, struct pci_dev *from);

/*
 * Fills claimed of the BARs of v, which is in the list's order: who in the kernel has requested memory of a
 * function that no driver is bound to, as /proc/iomem says. A firmware's framebuffer, for instance, belongs to
 * efifb or simpledrm, which are bound to a platform device. Without the file nothing is claimed. Where its
 * addresses are hidden, as from all but root, the functions are marked hidden.
 */
void iomem_claims(struct pci_device *v, size_t n);

#endif
