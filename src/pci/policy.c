// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include "pci/policy.h"

static bool is_no_bar(const struct pci_device *dev, const struct bar *bar,
		      const struct policy_ask *ask)
{
	(void)dev, (void)ask;
	return !bar || bar->kind == BAR_NONE || !bar->size_bytes;
}

static bool is_io(const struct pci_device *dev, const struct bar *bar,
		  const struct policy_ask *ask)
{
	(void)dev, (void)ask;
	return bar->kind != BAR_MEMORY;
}

static bool is_unset(const struct pci_device *dev, const struct bar *bar,
		     const struct policy_ask *ask)
{
	(void)dev, (void)ask;
	return bar->unset;
}

static bool is_without_file(const struct pci_device *dev, const struct bar *bar,
			    const struct policy_ask *ask)
{
	(void)dev, (void)ask;
	return !bar->has_file;
}

/* A mapping has whole pages: the rest of this one would be other registers, perhaps as WC. */
static bool is_too_small(const struct pci_device *dev, const struct bar *bar,
			 const struct policy_ask *ask)
{
	(void)dev;
	return bar->size_bytes < POLICY_MIN_BYTES || bar->size_bytes < ask->page_bytes;
}

static bool is_locked_down(const struct pci_device *dev, const struct bar *bar,
			   const struct policy_ask *ask)
{
	(void)dev, (void)bar;
	return ask->locked_down;
}

static bool is_bridge(const struct pci_device *dev, const struct bar *bar,
		      const struct policy_ask *ask)
{
	(void)bar;
	return dev->bridge && !ask->allow_bridge;
}

static bool is_bound(const struct pci_device *dev, const struct bar *bar,
		     const struct policy_ask *ask)
{
	(void)bar;
	return dev->driver[0] && !ask->allow_bound_driver;
}

static bool has_side_effects(const struct pci_device *dev, const struct bar *bar,
			     const struct policy_ask *ask)
{
	(void)dev;
	return !bar->prefetchable && !ask->allow_side_effects;
}

static bool is_claimed(const struct pci_device *dev, const struct bar *bar,
		       const struct policy_ask *ask)
{
	return bar->claimed[0] && !dev->driver[0] && !ask->allow_bound_driver;
}

static bool has_msix(const struct pci_device *dev, const struct bar *bar,
		     const struct policy_ask *ask)
{
	(void)dev;
	return bar->n_msix && !ask->allow_side_effects;
}

/* A driver that left it on holds its own; the kernel turns it off with the last driver. */
static bool is_bus_master(const struct pci_device *dev, const struct bar *bar,
			  const struct policy_ask *ask)
{
	(void)bar;
	return dev->bus_master && !dev->driver[0] && !ask->read_only && !ask->allow_side_effects;
}

/* Base classes whose functions have prefetchable memory to offer: PCI Code and ID Assignment, 1. */
static bool is_unnamed(const struct pci_device *dev, const struct bar *bar,
		       const struct policy_ask *ask)
{
	static const uint8_t display = 0x03, memory = 0x05, processor = 0x0b, accelerator = 0x12,
			     co_processor = 0x40;
	unsigned int base = dev->class_code >> 8;

	(void)bar;
	return !ask->bar_named && base != display && base != memory && base != processor &&
	       base != accelerator && base != co_processor;
}

/* In the order of the enum: what nothing can change comes before what an option overrides. */
static const struct policy_row {
	bool (*holds)(const struct pci_device *, const struct bar *, const struct policy_ask *);
	const char *brief;
	const char *way_out;
} rows[POLICY_REASONS] = {
	[POLICY_OK] = { NULL, "may be tested", "" },
	[POLICY_NO_BAR] = {
		is_no_bar, "device has no such BAR",
		"take an index that mmiobench --list -s %1$s shows",
	},
	[POLICY_IO_BAR] = {
		is_io, "I/O ports, not memory",
		"take a memory BAR: mmiobench --list -s %1$s",
	},
	[POLICY_UNSET] = {
		is_unset, "has no address",
		"the kernel found no room for it (dmesg | grep %1$s): boot with pci=realloc, or "
		"give the bridge above it a larger window",
	},
	[POLICY_NO_FILE] = {
		is_without_file, "has no resource file",
		"the kernel made none, and without it no program can map the BAR; or /sys is a "
		"container's: use a distribution's kernel, and the machine's own /sys",
	},
	[POLICY_TOO_SMALL] = {
		is_too_small, "smaller than a page",
		"a mapping takes whole pages: other registers in this one would be exposed to "
		"merging and speculation, so no option overrides this; take a larger BAR, or for "
		"one of 4 KiB and more a kernel with smaller pages",
	},
	[POLICY_LOCKDOWN] = {
		is_locked_down, "kernel is locked down",
		"it maps no BAR for anybody, and nothing lifts that while it runs: boot with Secure Boot off, "
		"or without lockdown= on the kernel's command line; "
		"cat /sys/kernel/security/lockdown then shows [none]",
	},
	[POLICY_BRIDGE] = {
		is_bridge, "belongs to a bridge",
		"--allow-bridge, if everything behind it may stop",
	},
	[POLICY_BOUND_DRIVER] = {
		is_bound, "a driver is bound",
		"where nothing needs the device (no disk, network or screen of this machine, no VM), unbind "
		"it: echo %1$s | sudo tee /sys/bus/pci/devices/%1$s/driver/unbind; or "
		"--allow-bound-driver, if the driver bears it",
	},
	[POLICY_CLAIMED] = {
		is_claimed, "claimed by the kernel",
		"sudo grep -A3 %1$s /proc/iomem tells by whom. A console's framebuffer goes with "
		"video=efifb:off (efifb) or initcall_blacklist=sysfb_init (BOOTFB, simpledrm) on the kernel's "
		"command line; or --allow-bound-driver, if it bears it",
	},
	[POLICY_SIDE_EFFECTS] = {
		has_side_effects, "not prefetchable",
		"--allow-side-effects, if reading and writing its registers at random does no harm",
	},
	[POLICY_MSIX] = {
		has_msix, "has MSI-X vectors in it",
		"so there are registers in it, too: --allow-side-effects with an --offset behind all of "
		"them, as the device's manual says",
	},
	[POLICY_BUS_MASTER] = {
		is_bus_master, "is a bus master",
		"what is stored could start a transfer to this machine's memory, and no driver is there: "
		"sudo setpci -s %1$s COMMAND=0:4 turns that off, if nothing uses the device; or "
		"--read-only; or --allow-side-effects",
	},
	[POLICY_UNNAMED] = {
		is_unnamed, "only when named",
		"functions of that class often have registers in prefetchable BARs: --bar N, if the "
		"device's manual says that it is memory",
	},
};

static enum policy_reason first_from(int r, const struct pci_device *dev, const struct bar *bar,
				     const struct policy_ask *ask)
{
	for (; r < POLICY_REASONS; r++)
		if (rows[r].holds(dev, bar, ask))
			return r;
	return POLICY_OK;
}

enum policy_reason policy_next(const struct pci_device *dev, const struct bar *bar,
			       const struct policy_ask *ask, enum policy_reason behind)
{
	return behind > POLICY_BRIDGE ? first_from((int)behind + 1, dev, bar, ask) : POLICY_OK;
}

struct policy_answer policy_check(const struct pci_device *dev, const struct bar *bar,
				  const struct policy_ask *ask)
{
	enum policy_reason reason = first_from(POLICY_OK + 1, dev, bar, ask);
	bool may_load = reason == POLICY_OK;

	return (struct policy_answer){ reason, may_load, may_load && ask->bar_named && !ask->read_only };
}

/* The largest pages that a host has; x86's have 4 KiB, and nobody measures between such registers. */
#define HOST_PAGE_BYTES 65536ull

static struct bar_area whole_pages(const struct bar_area *a)
{
	uint64_t start = a->offset_bytes & ~(HOST_PAGE_BYTES - 1), end = a->offset_bytes + a->size_bytes;

	end = (end + HOST_PAGE_BYTES - 1) & ~(HOST_PAGE_BYTES - 1);
	return (struct bar_area){ start, end - start };
}

uint64_t policy_clear_offset(const struct bar *bar, uint64_t offset_bytes)
{
	/* one may begin where the other ends */
	for (unsigned int i = 0; i < bar->n_msix * bar->n_msix; i++) {
		struct bar_area a = whole_pages(&bar->msix[i % bar->n_msix]);

		if (offset_bytes - a.offset_bytes < a.size_bytes)
			offset_bytes = a.offset_bytes + a.size_bytes;
	}
	return offset_bytes;
}

uint64_t policy_clear_bytes(const struct bar *bar, uint64_t offset_bytes, uint64_t length_bytes)
{
	for (unsigned int i = 0; i < bar->n_msix; i++) {
		struct bar_area a = whole_pages(&bar->msix[i]);

		if (offset_bytes - a.offset_bytes < a.size_bytes)
			return 0;
		if (a.offset_bytes - offset_bytes < length_bytes)
			length_bytes = a.offset_bytes - offset_bytes;
	}
	return length_bytes;
}

static const struct policy_row *row(enum policy_reason reason)
{
	static const struct policy_row unknown = { NULL, "?", "" };

	return (unsigned int)reason < POLICY_REASONS ? &rows[reason] : &unknown;
}

const char *policy_reason_short(enum policy_reason reason)
{
	return row(reason)->brief;
}

const char *policy_reason_way_out(enum policy_reason reason)
{
	return row(reason)->way_out;
}
