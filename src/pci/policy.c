// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdio.h>
#include <string.h>
#include "base/array.h"
#include "base/parse.h"
#include "pci/policy.h"

/* What a rule looks at. */
struct subject {
	const struct pci_device *dev;
	const struct bar *bar;
	const struct policy_ask *ask;
};

#define RULE(name, holds)                              \
	static bool name(const struct subject *s)      \
	{                                              \
		return holds;                          \
	}

RULE(is_no_bar, !s->bar || s->bar->kind == BAR_NONE)
RULE(is_dead, s->dev->dead)
RULE(is_io, s->bar->kind != BAR_MEMORY)
RULE(is_unset_in_vm, s->bar->unset && s->ask->kernel.guest)
RULE(is_unset, s->bar->unset)

/*
 * Its register holds 0 or what was there, and with memory decode on the function answers there, over others'
 * BARs (PCIe base spec 7.5.1.1.3). What is on already does no more harm.
 */
static bool is_beside_unset(const struct subject *s)
{
	for (unsigned int i = 0; i < PCI_BARS && !s->dev->memory_decode; i++)
		if (s->dev->bars[i].kind == BAR_MEMORY && s->dev->bars[i].unset)
			return true;
	return false;
}

RULE(is_without_file, !s->bar->has_file)
/* A mapping has whole pages: the rest of this one would be other registers, perhaps as WC. */
RULE(is_too_small, s->bar->size_bytes < POLICY_MIN_BYTES ||
		   s->bar->size_bytes < s->ask->kernel.page_bytes)
RULE(is_bridge_header, s->dev->bridge_header)

static bool is_full_of_msix(const struct subject *s)
{
	struct bar_area clear;

	return !policy_clear_area(s->bar, &clear);
}

RULE(is_locked_down, s->ask->kernel.locked_down)
/* Linux maps devices' memory for programs through the alias that is shared with the host, always. */
RULE(is_in_realm, s->ask->kernel.realm)
RULE(is_bridge, s->dev->bridge)
/* vfio-pci or a vendor's variant of it. An idle function sleeps there; one in use is a VM's. */
RULE(is_bound_to_vfio, strstr(s->dev->driver, "vfio"))
RULE(is_bound, s->dev->driver[0] && !is_bound_to_vfio(s) && !s->bar->claimed[0])
/* With IO_STRICT_DEVMEM, as distributions have it, the kernel maps what is claimed for nobody else. */
RULE(is_bound_and_claimed, s->dev->driver[0] && !is_bound_to_vfio(s) && s->bar->claimed[0])
RULE(is_claimed, s->bar->claimed[0] && !s->dev->driver[0])
RULE(has_side_effects, !s->bar->prefetchable)
/* Their BARs are prefetchable, and no class says so: PCI Code and ID Assignment 1.5, CXL 3.1 8.1.12. */
RULE(is_cxl, s->dev->class_code == 0x0502)
RULE(is_virtio, s->bar->virtio_registers)

/*
 * Registers that may say prefetchable, and do on some models (H100, Radeon's doorbells). NVIDIA's open kernel
 * modules: BAR 0 of a GPU; Linux, drivers/gpu/drm/amd/amdgpu: BAR 2 has doorbells, or registers on old ones.
 */
static bool is_vendors(const struct subject *s)
{
	static const struct {
		uint16_t vendor;
		uint8_t base_class;
		unsigned int bar;
	} registers[] = { { 0x10de, 0x03, 0 }, { 0x1002, 0x03, 2 }, { 0x1002, 0x12, 2 } };

	for (size_t i = 0; i < ARRAY_SIZE(registers); i++)
		if (s->dev->vendor == registers[i].vendor &&
		    s->dev->class_code >> 8 == registers[i].base_class && s->bar->index == registers[i].bar)
			return s->bar->prefetchable;
	return false;
}

RULE(has_msix, s->bar->n_msix)
/* A driver that left it on holds its own; the kernel turns it off with the last driver. */
RULE(is_bus_master, s->dev->bus_master && !s->dev->driver[0] && !s->ask->read_only)

/*
 * Base classes whose functions have prefetchable memory to offer: PCI Code and ID Assignment, 1. Not
 * processors and co-processors: the many are crypto engines, with rings of registers (QAT's and their VFs').
 */
static bool is_unnamed(const struct subject *s)
{
	static const uint8_t display = 0x03, memory = 0x05, accelerator = 0x12;
	unsigned int base = s->dev->class_code >> 8;

	return is_cxl(s) || (base != display && base != memory && base != accelerator);
}

/* The option of the user that lifts a refusal. */
enum lift { NOTHING, ALLOW_BRIDGE, ALLOW_BOUND_DRIVER, ALLOW_SIDE_EFFECTS, BAR_NAMED };

static bool is_lifted(enum lift by, const struct policy_ask *ask)
{
	const bool given[] = {
		[NOTHING] = false,
		[ALLOW_BRIDGE] = ask->allow_bridge,
		[ALLOW_BOUND_DRIVER] = ask->allow_bound_driver,
		[ALLOW_SIDE_EFFECTS] = ask->allow_side_effects,
		[BAR_NAMED] = ask->bar_named,
	};

	return given[by];
}

/*
 * In the order of the enum, in which a rule may rely on those before it: what no option lifts comes first. In
 * a remedy %1$s is the function's address, %2$s (never alone: printf) a window that is clear of MSI-X vectors.
 */
static const struct rule {
	bool (*holds)(const struct subject *s);
	enum lift lift;
	const char *brief;
	const char *remedy;
} rules[POLICY_REASONS] = {
	[POLICY_OK] = { NULL, NOTHING, "may be tested", "" },
	[POLICY_NO_BAR] = {
		is_no_bar, NOTHING, "device has no such BAR",
		"take an index that mmiobench --list -s %1$s shows",
	},
	[POLICY_DEAD] = {
		is_dead, NOTHING, "does not answer",
		"its configuration space reads as ones: it is off, hung or gone. Turn on its slot if that is "
		"off (/sys/bus/pci/slots), then echo 1 | sudo tee /sys/bus/pci/devices/%1$s/remove and echo 1 | "
		"sudo tee /sys/bus/pci/rescan; if it is still so, power the machine off and on",
	},
	[POLICY_IO_BAR] = {
		is_io, NOTHING, "I/O ports, not memory",
		"take a memory BAR, if mmiobench --list -s %1$s shows one",
	},
	[POLICY_UNSET_IN_VM] = {
		is_unset_in_vm, NOTHING, "no address in this VM",
		"the VM's PCI window has no room for it: give the VM a larger one, of QEMU: -M "
		"virt,highmem-mmio-size=SIZE (arm64), -global q35-pcihost.pci-hole64-size=SIZE (x86); others: "
		"see doc/troubleshooting.md",
	},
	[POLICY_UNSET] = {
		is_unset, NOTHING, "has no address",
		"the kernel found no room for it (dmesg | grep %1$s): boot with pci=realloc, or turn on "
		"\"Above 4G Decoding\" in the firmware",
	},
	[POLICY_UNSET_BESIDE] = {
		is_beside_unset, NOTHING, "cannot be enabled",
		"another BAR of the function has no address: memory decode is off, and on it would let that BAR answer "
		"wherever its register points, over other devices. Give the PCI window room for all (mmiobench --list -s %1$s)",
	},
	[POLICY_NO_FILE] = {
		is_without_file, NOTHING, "has no resource file",
		"the kernel made none, and without it no program can map the BAR; or /sys is a "
		"container's: use a distribution's kernel, and the machine's own /sys",
	},
	[POLICY_TOO_SMALL] = {
		is_too_small, NOTHING, "smaller than a page",
		"a mapping takes whole pages: other registers in this one would be exposed to "
		"merging and speculation, so no option overrides this; take a larger BAR, or for "
		"one of 4 KiB and more a kernel with smaller pages",
	},
	[POLICY_BRIDGE_HEADER] = {
		is_bridge_header, NOTHING, "a bridge's registers",
		"they run the bridge itself, and all that is behind it, so no option overrides this: take a BAR "
		"of a function behind it",
	},
	[POLICY_MSIX_ALL] = {
		is_full_of_msix, NOTHING, "MSI-X leaves no window",
		"they are not stored to, nor is anything in the same 64 KiB, which hypervisors trap: nothing is "
		"left of this BAR, so take another one",
	},
	[POLICY_LOCKDOWN] = {
		is_locked_down, NOTHING, "kernel is locked down",
		"it maps no BAR for anybody, and nothing lifts that while it runs: boot with Secure Boot off, "
		"or without lockdown= on the kernel's command line; "
		"cat /sys/kernel/security/lockdown then shows [none]",
	},
	[POLICY_REALM] = {
		is_in_realm, NOTHING, "in a Realm (Arm CCA)",
		"a Realm's kernel maps a BAR for programs at the address that is shared with the host, where an "
		"assigned device is not: nothing measured there would be its, so no option overrides this; "
		"measure on the host, or in a VM that is no Realm",
	},
	[POLICY_BRIDGE] = {
		is_bridge, ALLOW_BRIDGE, "belongs to a bridge",
		"--allow-bridge, if everything behind it may stop",
	},
	[POLICY_BOUND_VFIO] = {
		is_bound_to_vfio, ALLOW_BOUND_DRIVER, "bound to vfio",
		"where no VM or program has it, unbind it: echo %1$s | sudo tee /sys/bus/pci/devices/%1$s/"
		"driver/unbind; where a VM is to have it, sudo mmiowitness -s %1$s on this host tells its "
		"memory type without that",
	},
	[POLICY_BOUND_DRIVER] = {
		is_bound, ALLOW_BOUND_DRIVER, "a driver is bound",
		"where nothing needs the device (no disk, network or screen of this machine, no VM), unbind "
		"it: echo %1$s | sudo tee /sys/bus/pci/devices/%1$s/driver/unbind; or "
		"--allow-bound-driver, if the driver bears it; or only look: sudo mmiowitness -s %1$s tells who has it "
		"mapped as what",
	},
	[POLICY_BOUND_CLAIMED] = {
		is_bound_and_claimed, ALLOW_BOUND_DRIVER, "a driver has claimed it",
		"where nothing needs the device (no disk, network or screen of this machine, no VM), unbind "
		"it: echo %1$s | sudo tee /sys/bus/pci/devices/%1$s/driver/unbind; or, after booting with "
		"iomem=relaxed, --allow-bound-driver, if the driver bears it; or only look: sudo mmiowitness -s %1$s "
		"tells who has it mapped as what",
	},
	[POLICY_CLAIMED] = {
		is_claimed, ALLOW_BOUND_DRIVER, "claimed by the kernel",
		"sudo grep -A3 %1$s /proc/iomem tells by whom. A console's framebuffer goes with "
		"video=efifb:off (efifb) or initcall_blacklist=sysfb_init (BOOTFB, simpledrm) on the kernel's "
		"command line; or, after booting with iomem=relaxed, --allow-bound-driver, if it bears it",
	},
	[POLICY_SIDE_EFFECTS] = {
		has_side_effects, ALLOW_SIDE_EFFECTS, "not prefetchable",
		"--allow-side-effects, if reading and writing its registers at random does no harm",
	},
	[POLICY_CXL] = {
		is_cxl, ALLOW_SIDE_EFFECTS, "CXL registers",
		"a CXL device's memory is behind no BAR: these are its component registers, its decoders of "
		"memory among them. --allow-side-effects, if nothing of its memory is in use",
	},
	[POLICY_VIRTIO] = {
		is_virtio, ALLOW_SIDE_EFFECTS, "virtio registers",
		"its capabilities place the queues' registers there, and a read of its interrupt status clears "
		"that: --allow-side-effects, if nothing uses the device",
	},
	[POLICY_VENDOR] = {
		is_vendors, ALLOW_SIDE_EFFECTS, "a GPU's registers",
		"prefetchable or not, this vendor's GPUs have registers or doorbells there: take the BAR with their "
		"memory, a larger one; or --allow-side-effects, if nothing uses the device"
	},
	[POLICY_MSIX] = {
		has_msix, ALLOW_SIDE_EFFECTS, "has MSI-X vectors in it",
		"there may be other registers in it, too; if the device's manual says that there is memory beside "
		"the vectors: -s %1$s --allow-side-effects %2$s",
	},
	[POLICY_BUS_MASTER] = {
		is_bus_master, ALLOW_SIDE_EFFECTS, "is a bus master",
		"what is stored could start a transfer to this machine's memory, and no driver is there: "
		"sudo setpci -s %1$s COMMAND=0:4 turns that off, if nothing uses the device; or "
		"--read-only; or --allow-side-effects",
	},
	[POLICY_UNNAMED] = {
		is_unnamed, BAR_NAMED, "only when named",
		"functions of that class often have registers in prefetchable BARs: --bar N, if the "
		"device's manual says that it is memory",
	},
};

static enum policy_reason first_from(unsigned int r, const struct subject *s)
{
	for (; r < POLICY_REASONS; r++)
		if (!is_lifted(rules[r].lift, s->ask) && rules[r].holds(s))
			return r;
	return POLICY_OK;
}

enum policy_reason policy_next(const struct pci_device *dev, const struct bar *bar,
			       const struct policy_ask *ask, enum policy_reason behind)
{
	const struct subject s = { dev, bar, ask };

	return rules[behind].lift == NOTHING ? POLICY_OK : first_from(behind + 1u, &s);
}

struct policy_answer policy_check(const struct pci_device *dev, const struct bar *bar,
				  const struct policy_ask *ask)
{
	const struct subject s = { dev, bar, ask };
	enum policy_reason reason = first_from(POLICY_OK + 1, &s);
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

bool policy_clear_area(const struct bar *bar, struct bar_area *clear)
{
	struct bar_area a = { 0 };

	/* an area that is clear begins the BAR, or where one with vectors ends */
	for (unsigned int i = 0; i <= bar->n_msix; i++) {
		uint64_t start = a.offset_bytes + a.size_bytes, bytes = 0;

		if (start < bar->size_bytes)
			bytes = policy_clear_bytes(bar, start, bar->size_bytes - start);
		if (bytes) {
			*clear = (struct bar_area){ start, bytes };
			return true;
		}
		if (i < bar->n_msix)
			a = whole_pages(&bar->msix[i]);
	}
	return false;
}

static const struct rule *rule(enum policy_reason reason)
{
	static const struct rule unknown = { NULL, NOTHING, "?", "" };

	return (unsigned int)reason < POLICY_REASONS ? &rules[reason] : &unknown;
}

const char *policy_reason_short(enum policy_reason reason)
{
	return rule(reason)->brief;
}

/* What is asked for by default, where there is room for it. */
static void window_options(char *text, size_t n, const struct bar *bar)
{
	char offset[24], length[24];
	struct bar_area clear;

	if (!bar || !policy_clear_area(bar, &clear)) {
		snprintf(text, n, "with an --offset and a --length");
		return;
	}
	if (clear.size_bytes > 1 << 20)
		clear.size_bytes = 1 << 20;
	snprintf(text, n, "--offset %s --length %s", format_size(offset, sizeof(offset), clear.offset_bytes),
		 format_size(length, sizeof(length), clear.size_bytes));
}

void policy_remedy(char *text, size_t n, enum policy_reason reason, const char *bdf, const struct bar *bar)
{
	char window[64];

	window_options(window, sizeof(window), bar);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-extra-args"
	snprintf(text, n, rule(reason)->remedy, bdf, window);
#pragma GCC diagnostic pop
}
