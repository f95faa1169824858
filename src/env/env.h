/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ENV_ENV_H
#define ENV_ENV_H

#include <stdbool.h>
#include "base/fact.h"

enum confidence { CONFIDENCE_UNKNOWN, CONFIDENCE_LIKELY, CONFIDENCE_PROVED };

enum env_guest { ENV_GUEST_UNKNOWN, ENV_BARE_METAL, ENV_GUEST };

/* A conclusion from facts; no single one decides (see virt.c for the rules). */
struct virt {
	enum env_guest guest;
	enum confidence confidence;
	char hypervisor[32];     /* "kvm", "xen", "hyper-v", ...; "" not known */
	char why[160];           /* the facts it rests on, with their values */
};

struct env {
	struct facts facts;
	struct virt virt;
	bool emulated;           /* the CPU is an emulator's (TCG): times say nothing */
	char emulated_why[96];   /* "--emulated", "/proc/cpuinfo: CPU implementer 0x00" */
};

/* "unknown", "likely", "proved"; "unknown", "bare metal", "guest". */
const char *confidence_name(enum confidence c);
const char *env_guest_name(enum env_guest g);

/*
 * Is this a guest, of which hypervisor, on an emulated CPU? Pure: from facts alone. Sets virt, and
 * emulated with its reason when a fact shows it (never clears it).
 */
void virt_conclude(struct env *env);

/* Who is below this machine's own KVM and has a say in the memory types that its VMs get. */
enum virt_below {
	VIRT_BELOW_UNKNOWN,
	VIRT_BELOW_NOBODY,       /* bare metal, or an emulator's whole machine */
	VIRT_BELOW_HYPERVISOR,   /* it is a VM: its VMs get the shadow tables of the host below */
};

/*
 * Pure: from facts and virt. A VM whose hypervisor nests has EL2 and /dev/kvm, and looks like an
 * emulator's whole machine: a single fact tells the two apart.
 */
enum virt_below virt_below(const struct env *env);

const char *virt_below_name(enum virt_below below); /* "unknown", "nobody", "hypervisor" */

#endif
