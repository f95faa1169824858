/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PCI_POLICY_H
#define PCI_POLICY_H

#include "pci/device.h"

/*
 * What is safe to touch, from what is known of a function and what the user said. Pure.
 *
 * Unless the user allows more, a BAR is only read, and only if it is prefetchable, nobody uses it, and its
 * function is of a class that has memory in BARs. Nothing is written unless the user named the BAR.
 * Prefetchable alone does not mean that reads have no side effects: PCIe base spec 7.5.1.2.1 demands that, but
 * its implementation note lets a BAR with registers say prefetchable, as those of many NICs do.
 */

/* What was found out about the kernel that maps. */
struct policy_kernel {
	uint64_t page_bytes;         /* 0: 4096 */
	bool locked_down;            /* it maps no BAR */
	bool guest;                  /* it runs in a VM */
	bool realm;                  /* it is in a Realm (Arm CCA): it maps another address */
};

/* What the user said, and of which kernel. */
struct policy_ask {
	bool bar_named;              /* --bar N: consent to write */
	bool read_only;              /* --read-only */
	bool allow_bound_driver;     /* --allow-bound-driver: or claimed by another one */
	bool allow_side_effects;     /* --allow-side-effects: registers, or a bus master */
	bool allow_bridge;           /* --allow-bridge */
	struct policy_kernel kernel;
};

enum policy_reason {
	POLICY_OK,
	POLICY_NO_BAR,           /* not implemented, or no such index */
	POLICY_DEAD,
	POLICY_IO_BAR,
	POLICY_UNSET_IN_VM,
	POLICY_UNSET,
	POLICY_UNSET_BESIDE,     /* another BAR of the function has no address, and decode is off */
	POLICY_NO_FILE,
	POLICY_TOO_SMALL,        /* below a page, or POLICY_MIN_BYTES: nothing could be measured */
	POLICY_BRIDGE_HEADER,
	POLICY_MSIX_ALL,         /* no page is clear of vectors */
	POLICY_LOCKDOWN,
	POLICY_REALM,
	POLICY_BRIDGE,
	POLICY_BOUND_VFIO,
	POLICY_BOUND_DRIVER,
	POLICY_BOUND_CLAIMED,    /* and the kernel may map it for nobody else */
	POLICY_CLAIMED,          /* no driver of its own, but somebody in the kernel uses that memory */
	POLICY_SIDE_EFFECTS,
	POLICY_CXL,
	POLICY_VIRTIO,
	POLICY_VENDOR,           /* registers, as the vendor's devices have them there */
	POLICY_MSIX,             /* its MSI-X table or pending bits: so it holds registers */
	POLICY_BUS_MASTER,       /* what is stored may start a transfer to this machine's memory */
	POLICY_UNNAMED,          /* of a class that may have registers there: with --bar only */
	POLICY_REASONS
};

#define POLICY_MIN_BYTES 4096

struct policy_answer {
	enum policy_reason reason;
	bool may_load;
	bool may_store;          /* implies may_load */
};

/* The first reason to refuse, in the order of the enum, that the user has not lifted. */
struct policy_answer policy_check(const struct pci_device *dev, const struct bar *bar,
				  const struct policy_ask *ask);

/*
 * MSI-X vectors are never in a window, and no option lifts that: a store would change them, and a
 * hypervisor traps the host's pages that hold them, while the rest of the BAR is direct.
 */
/* How many of length_bytes from offset_bytes on come before the first such page. */
uint64_t policy_clear_bytes(const struct bar *bar, uint64_t offset_bytes, uint64_t length_bytes);
/*
 * The first area without such a page; false: there is none. Where it lies before the vectors it is the
 * device's: a hypervisor puts vectors of its own behind that, and behind them nothing of the device.
 */
bool policy_clear_area(const struct bar *bar, struct bar_area *clear);

/* The next reason behind that one. POLICY_OK: there is none, or no option lifts that one. */
enum policy_reason policy_next(const struct pci_device *dev, const struct bar *bar,
			       const struct policy_ask *ask, enum policy_reason behind);

/* "a driver is bound", for lists. */
const char *policy_reason_short(enum policy_reason reason);

/*
 * What to do about it: an option, a command; "" where nothing helps. bdf is the function's address, or a
 * word for those of several; then bar is NULL.
 */
void policy_remedy(char *text, size_t n, enum policy_reason reason, const char *bdf, const struct bar *bar);

#endif
