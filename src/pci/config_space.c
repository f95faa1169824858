// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <endian.h>
#include <pci/pci.h>
#include "pci/fill.h"

/* Device Serial Number, PCIe base spec 7.9.3. Needs root: beyond byte 64. */
static void fill_serial(struct pci_device *d, struct pci_dev *from)
{
	struct pci_cap *cap;
	uint64_t serial; /* the lower half first */

	pci_fill_info(from, PCI_FILL_CAPS | PCI_FILL_EXT_CAPS);
	cap = pci_find_cap(from, PCI_EXT_CAP_ID_DSN, PCI_CAP_EXTENDED);
	if (!cap || !pci_read_block(from, (int)cap->addr + 4, (u8 *)&serial, sizeof(serial)))
		return;
	serial = le64toh(serial);
	if (serial == 0 || serial == UINT64_MAX) /* not programmed, or no answer */
		return;
	d->has_serial = true;
	d->serial = serial;
}

static uint16_t header_word(const u8 *header, unsigned int at)
{
	return (uint16_t)(header[at] | header[at + 1] << 8);
}

/* at: of a register whose low three bits are a BAR's index, the others an offset in that BAR. */
static void msix_area(struct pci_device *d, const u8 *cap, unsigned int at, uint64_t bytes)
{
	uint32_t place = header_word(cap, at) | (uint32_t)header_word(cap, at + 2) << 16;
	unsigned int index = place & PCI_MSIX_BIR;
	struct bar *bar = index < PCI_BARS ? &d->bars[index] : NULL;

	if (bar)
		bar->msix[bar->n_msix++] = (struct bar_area){ place & ~PCI_MSIX_BIR, bytes };
}

/* PCIe base spec 7.7.2: 16 bytes a vector, and a bit of it in words of 64. As beyond byte 64, needs root. */
static void fill_msix(struct pci_device *d, struct pci_dev *from)
{
	struct pci_cap *found;
	unsigned int vectors;
	u8 cap[12];

	pci_fill_info(from, PCI_FILL_CAPS);
	found = pci_find_cap(from, PCI_CAP_ID_MSIX, PCI_CAP_NORMAL);
	if (!found || !pci_read_block(from, (int)found->addr, cap, sizeof(cap)))
		return;
	vectors = (header_word(cap, PCI_CAP_FLAGS) & PCI_MSIX_TABSIZE) + 1u;
	msix_area(d, cap, PCI_MSIX_TABLE, vectors * 16u);
	msix_area(d, cap, PCI_MSIX_PBA, (vectors + 63) / 64 * 8);
}

/* Virtio spec 1.3, 4.1.2 and 4.1.4: structures in BARs, each named by a vendor's capability. */
#define VIRTIO_VENDOR      0x1af4
#define VIRTIO_FIRST       0x1000
#define VIRTIO_LAST        0x107f
#define VIRTIO_CFG_TYPE    3
#define VIRTIO_CFG_BAR     4
#define VIRTIO_CFG_COMMON  1 /* up to VIRTIO_CFG_DEVICE: registers, the interrupt status is cleared by a read */
#define VIRTIO_CFG_DEVICE  4

static void fill_virtio(struct pci_device *d, struct pci_dev *from)
{
	u8 cap[VIRTIO_CFG_BAR + 1];

	if (d->vendor != VIRTIO_VENDOR || d->device < VIRTIO_FIRST || d->device > VIRTIO_LAST)
		return;
	for (unsigned int i = 0; i < PCI_BARS; i++)
		d->bars[i].virtio_registers = d->hidden;
	pci_fill_info(from, PCI_FILL_CAPS);
	for (const struct pci_cap *c = from->first_cap; c; c = c->next) {
		if (c->id != PCI_CAP_ID_VNDR || c->type != PCI_CAP_NORMAL ||
		    !pci_read_block(from, (int)c->addr, cap, sizeof(cap)) || cap[VIRTIO_CFG_BAR] >= PCI_BARS)
			continue;
		if (cap[VIRTIO_CFG_TYPE] >= VIRTIO_CFG_COMMON && cap[VIRTIO_CFG_TYPE] <= VIRTIO_CFG_DEVICE)
			d->bars[cap[VIRTIO_CFG_BAR]].virtio_registers = true;
	}
}

/*
 * What the kernel found no room for has a line of zeros in "resource", and its register is still there. One
 * of 32 bits that is not prefetchable and has no address reads as zero: that cannot be told from no BAR.
 */
static void fill_roomless(struct pci_device *d, const u8 *header)
{
	for (unsigned int i = 0; i < PCI_BARS; i++) {
		unsigned int low = header[PCI_BASE_ADDRESS_0 + 4 * i], type = low & PCI_BASE_ADDRESS_MEM_TYPE_MASK;
		struct bar *bar = &d->bars[i];

		if (bar->kind == BAR_NONE && low) {
			bar->kind = low & PCI_BASE_ADDRESS_SPACE_IO ? BAR_IO : BAR_MEMORY;
			bar->unset = true;
			bar->prefetchable = bar->kind == BAR_MEMORY && low & PCI_BASE_ADDRESS_MEM_PREFETCH;
			bar->is_64bit = bar->kind == BAR_MEMORY && type == PCI_BASE_ADDRESS_MEM_TYPE_64;
		}
		i += bar->kind == BAR_MEMORY && bar->is_64bit;
	}
}

/* Beyond the header configuration space needs root; without a list of capabilities nothing is missed. */
static bool is_hidden(struct pci_dev *from, const u8 *header)
{
	u8 beyond;

	return header_word(header, PCI_STATUS) & PCI_STATUS_CAP_LIST &&
	       !pci_read_block(from, 64, &beyond, sizeof(beyond));
}

/* Of a virtual function, PCIe base spec 9.3.4.1: vendor reads ffff, memory space enable 0. */
void config_fill(struct pci_device *d, struct pci_dev *from)
{
	u8 header[64];
	unsigned int type;

	d->bridge = d->class_code >> 8 == PCI_BASE_CLASS_BRIDGE;
	d->memory_decode = d->virtual_function;
	if (!pci_read_block(from, 0, header, sizeof(header)))
		return;
	/* the kernel wakes what is in D3cold before it reads */
	d->dead = header_word(header, d->virtual_function ? PCI_COMMAND : PCI_VENDOR_ID) == 0xffff;
	if (d->dead)
		return;
	d->revision = header[PCI_REVISION_ID];
	d->prog_if = header[PCI_CLASS_PROG];
	type = header[PCI_HEADER_TYPE] & 0x7f;
	if (type == PCI_HEADER_TYPE_NORMAL) {
		d->subsystem_vendor = header_word(header, PCI_SUBSYSTEM_VENDOR_ID);
		d->subsystem_device = header_word(header, PCI_SUBSYSTEM_ID);
		fill_roomless(d, header);
	}
	d->bridge_header = type == PCI_HEADER_TYPE_BRIDGE || type == PCI_HEADER_TYPE_CARDBUS;
	d->bridge |= d->bridge_header;
	d->hidden = is_hidden(from, header);
	d->memory_decode |= (header[PCI_COMMAND] & PCI_COMMAND_MEMORY) != 0;
	d->bus_master = header[PCI_COMMAND] & PCI_COMMAND_MASTER;
	fill_msix(d, from);
	fill_virtio(d, from);
	fill_serial(d, from);
}
