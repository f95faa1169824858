/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PCI_POLICY_H
#define PCI_POLICY_H

#include "pci/device.h"

/*
 * What is safe to touch. Pure: from what is known of a function and what the user said to what may
 * be done. A BAR is somebody's hardware: unasked, only a prefetchable BAR that nobody uses, of a function
 * whose class has memory in it, is read; and nothing is written unless the user named the BAR.
 * Prefetchable alone does not mean that reads have no side effects: PCIe base spec 7.5.1.2.1 wants that,
 * and its implementation note lets a BAR with registers say so all the same, as many NICs' do.
 */

struct policy_ask {
	bool bar_named;              /* --bar N: consent to write */
	bool read_only;              /* --read-only */
	bool allow_bound_driver;     /* --allow-bound-driver: or claimed by another one */
	bool allow_side_effects;     /* --allow-side-effects: not prefetchable, MSI-X, bus master */
	bool allow_bridge;           /* --allow-bridge */
	uint64_t page_bytes;         /* of the kernel that maps; 0: 4096 */
	bool locked_down;            /* that kernel: it maps no BAR */
};

enum policy_reason {
	POLICY_OK,
	POLICY_NO_BAR,           /* not implemented, or no such index */
	POLICY_IO_BAR,
	POLICY_UNSET,
	POLICY_NO_FILE,
	POLICY_TOO_SMALL,        /* below a page, or POLICY_MIN_BYTES: nothing could be measured */
	POLICY_LOCKDOWN,
	POLICY_BRIDGE,
	POLICY_BOUND_DRIVER,
	POLICY_CLAIMED,          /* no driver of its own, but somebody in the kernel uses that memory */
	POLICY_SIDE_EFFECTS,
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

/* The first reason that holds, in the order of the enum, that ask does not override. */
struct policy_answer policy_check(const struct pci_device *dev, const struct bar *bar,
				  const struct policy_ask *ask);

/*
 * MSI-X vectors are never in a window, no option overrides that: a store would change them, and a
 * hypervisor traps the host's pages that they lie in, while the rest of the BAR is direct. So many of
 * length_bytes from offset_bytes on come before the first such page; and the first offset from there on
 * that is in none (it may lie beyond the BAR's end).
 */
uint64_t policy_clear_bytes(const struct bar *bar, uint64_t offset_bytes, uint64_t length_bytes);
uint64_t policy_clear_offset(const struct bar *bar, uint64_t offset_bytes);

/*
 * The next one behind that, which stays when that is overridden or mended; POLICY_OK: there is none, or
 * that is one that nothing overrides, or a bridge, whose driver is not to be unbound.
 */
enum policy_reason policy_next(const struct pci_device *dev, const struct bar *bar,
			       const struct policy_ask *ask, enum policy_reason behind);

/* "a driver is bound", for lists. */
const char *policy_reason_short(enum policy_reason reason);

/*
 * What to do about it: an option, a command; "" where nothing helps. A printf template: %1$s is the
 * function's address, any number of times; no other argument.
 */
const char *policy_reason_way_out(enum policy_reason reason);

#endif
