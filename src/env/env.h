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

#endif
