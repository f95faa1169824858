/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PCI_SELECT_H
#define PCI_SELECT_H

#include "pci/device.h"

/* Selectors as lspci has them, by libpci's own parsers. NULL: any. */
struct pci_select {
	const char *slot; /* -s [[domain]:][bus]:][device][.func] */
	const char *id;   /* -d [vendor]:[device][:class] */
};

/* 0, or -EINVAL after logging what is wrong with which selector. */
int pci_select_check(const struct pci_select *sel);

/* sel must have passed pci_select_check. */
bool pci_select_match(const struct pci_select *sel, const struct pci_device *dev);

#endif
