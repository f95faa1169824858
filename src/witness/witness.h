/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WITNESS_WITNESS_H
#define WITNESS_WITNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "env/env.h"
#include "pci/device.h"

/*
 * The record of one watch over a device's BARs: what KVM was asked to map at stage 2, and what
 * follows for each BAR. Plain data, filled by mmiowitness or read back from its JSON; owned
 * pointers are freed by witness_free.
 *
 * Not promised: that what is not here did not happen. Mappings made before the watch began are not
 * seen, and the type is that of stage 2 alone: the guest's stage 1 can make it stronger.
 */

#define WITNESS_SCHEMA     "mmiobench-witness/1"
#define WITNESS_PROTS_MAX  32
#define WITNESS_RANGES_MAX 65536 /* beyond it mappings are counted, but not placed */
#define WITNESS_VMMS_MAX   256

enum witness_type { WITNESS_UNKNOWN, WITNESS_DEVICE, WITNESS_NORMAL_NC, WITNESS_NORMAL_WB };

#define WITNESS_TYPES (WITNESS_NORMAL_WB + 1)

/* Why the watch ended. */
enum witness_end { WITNESS_END_TIMEOUT, WITNESS_END_VMM, WITNESS_END_SIGNAL, WITNESS_END_RECORD };

#define WITNESS_ENDS (WITNESS_END_RECORD + 1)

/* VM_ALLOW_ANY_UNCACHED on the VMM's mapping of the BAR, from /proc/PID/smaps: see smaps.h. */
enum witness_flag {
	WITNESS_FLAG_NOT_KNOWN, /* smaps could not be read */
	WITNESS_FLAG_NO_MAPPING, /* no vfio mapping that may be this BAR */
	WITNESS_FLAG_CLEAR,
	WITNESS_FLAG_SET,
	WITNESS_FLAG_MIXED,      /* several may be this BAR, and they differ */
};

#define WITNESS_FLAGS (WITNESS_FLAG_MIXED + 1)

/* One enumerator of the kernel's enum kvm_pgtable_prot. */
struct witness_prot {
	char name[48];           /* "KVM_PGTABLE_PROT_DEVICE" */
	uint64_t value;
};

/* Neighbouring mappings of one BAR that agree in VMM, prot and ipa - offset. */
struct witness_range {
	unsigned int bar;
	uint64_t offset_bytes, size_bytes; /* in the BAR */
	uint64_t ipa;            /* guest physical address of its first byte */
	uint64_t prot;
	enum witness_type type;  /* of prot, by the enumerators */
	double first_s, last_s;  /* after the start */
	unsigned int pid;        /* of the VMM; of one of its threads where that had ended */
	char comm[16];
	uint64_t count;          /* mappings, at least one */
	uint64_t again;          /* of them those whose bytes were mapped already */
};

struct witness_vmm {
	unsigned int pid;
	char comm[16];
	enum witness_flag flags[PCI_BARS]; /* by BAR index */
};

struct witness {
	/* the watch */
	char version[32], arch[16];
	char *command;           /* owned */
	char started[32];        /* ISO 8601, UTC */
	double duration_s;
	bool replayed;           /* --sysroot: from a recorded tree */
	struct env env;
	struct pci_device device;
	unsigned int pid;        /* --pid: only this VMM; 0: any */
	enum witness_end end;

	/* how */
	struct witness_prot prots[WITNESS_PROTS_MAX];
	unsigned int n_prots;
	bool has_hits;
	uint64_t hits;           /* of the probe, by mappings of anything */
	uint64_t lost;           /* events that the kernel lost, or that could not be read */
	uint64_t unplaced;       /* mappings counted in a range that are not part of it */
	struct witness_change {
		bool seen;       /* a place was mapped with another type than before, */
		double time_s;   /* first so long after the start */
	} changes[PCI_BARS];

	/* what was seen; owned, ranges in order of BAR, VMM, prot, place */
	struct witness_range *ranges;
	size_t n_ranges;
	struct witness_vmm *vmms;
	size_t n_vmms;
};

void witness_free(struct witness *w);

const char *witness_type_name(enum witness_type t); /* "Device", "Normal-NC", ...; "unknown" */
const char *witness_end_name(enum witness_end e);   /* "timeout", "vmm ended", ... */
const char *witness_flag_name(enum witness_flag f); /* "set", "clear", ... */

/* The type that prot asks for, by the enumerators of w. Unknown where a bit has no known name. */
enum witness_type witness_prot_type(const struct witness *w, uint64_t prot);

/* Whether this kernel has Normal-NC for devices at all (Linux 6.9 and newer). */
bool witness_knows_nc(const struct witness *w);

/* Whether the enumerators tell Device from Normal at all; else why says what is missing. */
bool witness_prots_usable(const struct witness *w, char *why, size_t n);

/* One mapping as KVM was asked for it. */
struct witness_event {
	uint64_t ipa, size_bytes, pa, prot;
	double time_s;           /* after the start */
	unsigned int pid;
	char comm[16];
};

/*
 * Adds what of the mapping lies in memory BARs of the device. Returns how many BARs it touches, 0
 * for none, or -ENOMEM.
 */
int witness_add(struct witness *w, const struct witness_event *e);

/* True when b is where it belongs behind a: in order, and apart. */
bool witness_range_follows(const struct witness_range *a, const struct witness_range *b);

/* The VMM's row, added where it is new. NULL: no memory, or more VMMs than WITNESS_VMMS_MAX. */
struct witness_vmm *witness_vmm(struct witness *w, unsigned int pid, const char *comm);

/* What was seen of one BAR. Pure. */
struct witness_seen {
	enum witness_type type;  /* UNKNOWN: nothing, several, or one that has no name here */
	bool mixed;              /* several types */
	uint64_t bytes;          /* of the BAR that were mapped, each counted once */
	uint64_t count, again;   /* mappings */
	unsigned int n_vmms;     /* different pids */
	unsigned int pid;        /* of one of them */
	char comm[16];
};

/* 0 or -ENOMEM. */
int witness_bar_seen(struct witness_seen *seen, const struct witness *w, unsigned int bar);

/* True where the BAR can be watched: memory, with an address. */
bool witness_watches(const struct bar *bar);

#endif
