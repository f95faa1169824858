/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PCI_IOMEM_H
#define PCI_IOMEM_H

#include "pci/device.h"

/*
 * Who has requested memory of a function that no driver is bound to, as /proc/iomem says: a firmware's
 * framebuffer, say, belongs to efifb or simpledrm, which are bound to a platform device. Fills claimed of
 * the BARs of v, which is in the order of domain, bus, device and function. Only root is told addresses:
 * for others, and without the file, nothing is claimed.
 */
void iomem_claims(struct pci_device *v, size_t n);

#endif
