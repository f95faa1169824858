/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PCI_DEVICE_H
#define PCI_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PCI_BARS 6 /* of a type 0 header; PCIe base spec 7.5.1.2.1 */

enum bar_kind { BAR_NONE, BAR_IO, BAR_MEMORY };

/* A part of a BAR. */
struct bar_area {
	uint64_t offset_bytes;
	uint64_t size_bytes;
};

struct bar {
	unsigned int index;
	enum bar_kind kind;
	uint64_t phys_bytes;      /* CPU physical address of its first byte */
	uint64_t size_bytes;      /* 0: not implemented, or not known, and then unset */
	bool prefetchable;
	bool is_64bit;
	bool unset;               /* IORESOURCE_UNSET: the kernel gave it no address */
	bool has_file;            /* sysfs resourceN */
	bool has_wc_file;         /* sysfs resourceN_wc */
	struct bar_area msix[2];  /* MSI-X table and pending bits, PCIe base spec 7.7.2; known to root */
	unsigned int n_msix;
	bool virtio_registers;    /* virtio's capabilities place some there; true, too, where they are hidden */
	char claimed[32];         /* who of the kernel has requested a part, as efifb; "": nobody, or not root */
};

/* "" and 0 where sysfs says nothing; width 0: not known. */
struct pci_link {
	char speed[24];           /* as sysfs says it: "16.0 GT/s PCIe" */
	char max_speed[24];
	unsigned int width;
	unsigned int max_width;
};

struct pci_device {
	unsigned int domain, bus, dev, func;
	char bdf[20];             /* "0000:01:00.0" */
	uint16_t vendor, device, subsystem_vendor, subsystem_device;
	uint16_t class_code;      /* base class << 8 | subclass */
	uint8_t prog_if, revision;
	bool bridge;              /* base class 06h, or header type 1 or 2 */
	bool bridge_header;       /* type 1 or 2: its BARs hold the bridge's own registers */
	bool dead;                /* configuration space reads as ones: off, hung or gone */
	bool hidden;              /* not root: no claims, and of configuration space only the header, are shown */
	char vendor_name[96], device_name[96], class_name[64]; /* numbers where pci.ids has none */
	char driver[64];          /* "": none bound */
	int numa_node;            /* -1: not known */
	bool virtual_function;    /* of SR-IOV: its physfn answers for vendor, device and decode */
	bool memory_decode;       /* COMMAND bit 1; a virtual function's own means nothing: on */
	bool bus_master;          /* COMMAND bit 2 */
	struct pci_link link;
	bool has_serial;          /* Device Serial Number capability, PCIe base spec 7.9.3 */
	uint64_t serial;
	struct bar bars[PCI_BARS];
};

#endif
