/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WITNESS_WITNESS_H
#define WITNESS_WITNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "env/env.h"
#include "pci/device.h"
#include "witness/memory_type.h"

/*
 * The record of one look into a machine's live page tables: who has which part of a BAR mapped, and as
 * what. Plain data, filled by mmiowitness or read back from its JSON; owned pointers are freed by
 * witness_free.
 *
 * It is what stood there at that moment. A VM's type is that of the second stage alone, a process's or a
 * driver's that of the first: memory_type_combine says what comes of both.
 */

#define WITNESS_SCHEMA        "mmiobench-witness/2"
#define WITNESS_RANGES_MAX    65536 /* what is beyond is counted in left_out */
#define WITNESS_FUNCTIONS_MAX 1024
#define WITNESS_VMS_MAX       1024
#define WITNESS_LACKS_MAX     8

enum witness_who { WITNESS_VM, WITNESS_PROCESS, WITNESS_DRIVER, WITNESS_WHOS };

enum witness_state {
	WITNESS_MAPPED,     /* in the tables, as type */
	WITNESS_UNTOUCHED,  /* not in the tables yet; type: what the first access makes of it */
	WITNESS_TRAPPED,    /* asked for by guest address: no memory slot, each access is a VM exit */
	WITNESS_UNREADABLE, /* what should be a table could not be read, or changed all the time */
	WITNESS_STATES
};

/* What a mapping was made through. */
enum witness_through {
	WITNESS_THROUGH_UNKNOWN,
	WITNESS_THROUGH_RESOURCE,    /* sysfs resourceN */
	WITNESS_THROUGH_RESOURCE_WC, /* sysfs resourceN_wc */
	WITNESS_THROUGH_VFIO,
	WITNESS_THROUGH_DEV_MEM,
	WITNESS_THROUGH_UIO,
	WITNESS_THROUGH_FILE,        /* another driver's */
	WITNESS_THROUGH_KERNEL,      /* ioremap() and its kin */
	WITNESS_THROUGH_KVM,         /* a VM's memory slot */
	WITNESS_THROUGHS
};

/* VM_ALLOW_ANY_UNCACHED on a process's mapping: KVM may leave the type to the guest (Linux 6.9). */
enum witness_flag { WITNESS_FLAG_NOT_KNOWN, WITNESS_FLAG_CLEAR, WITNESS_FLAG_SET, WITNESS_FLAGS };

/* Neighbouring pages that agree in all but their place. */
struct witness_range {
	enum witness_who who;
	unsigned int pid;        /* of the VMM or the process; 0: a driver */
	char comm[16];
	unsigned int nested;     /* 0: the VM's own second stage; else the number of a table for a VM in it */
	int function;            /* index in functions; -1: none of them, asked for by its guest address */
	unsigned int bar;
	uint64_t offset_bytes;   /* in the BAR; 0 without function */
	uint64_t size_bytes;
	uint64_t address;        /* VM: guest physical; else virtual */
	uint64_t phys;           /* 0: UNTOUCHED and not known */
	enum memory_type type;
	bool forced;             /* VM: whatever stage 1 asks for (struct memory_attr) */
	enum witness_state state;
	uint64_t leaf_least_bytes, leaf_most_bytes; /* of the table's entries; 0: not MAPPED */
	enum witness_through through;
	char path[128];          /* of the file, or the caller of ioremap(); "": not known */
	enum witness_flag any_uncached;
};

/* Why a VM's tables say nothing. */
enum witness_tables {
	WITNESS_TABLES_READ,
	WITNESS_TABLES_PROTECTED, /* they are the hypervisor's own (protected KVM) */
	WITNESS_TABLES_SHADOW,    /* of the guest's virtual addresses: no second stage (x86 without EPT or NPT) */
	WITNESS_TABLES_EMPTY,     /* it has none yet */
	WITNESS_TABLES_BROKEN,    /* what should be one is none */
	WITNESS_TABLES
};

enum witness_fwb { WITNESS_FWB_NOT_KNOWN, WITNESS_FWB_NO, WITNESS_FWB_YES, WITNESS_FWBS };

/* Every VM of the machine, also one that maps nothing of what was looked for. */
struct witness_vm {
	unsigned int pid;        /* of the VMM */
	char comm[16];
	unsigned int nested;     /* as of a range */
	enum witness_tables tables;
	enum witness_fwb fwb;    /* arm64: FEAT_S2FWB forces types at stage 2, by the VM's own RAM entries */
};

/* What could not be looked at. */
struct witness_lack {
	enum witness_who what;
	char why[224];           /* the cause, and what helps */
};

struct witness {
	char version[32], arch[16];
	char *command;           /* owned */
	char started[32];        /* ISO 8601, UTC */
	double duration_s;
	struct env env;
	unsigned int pid;        /* only this process, or VMM; 0: any */

	struct pci_device *functions; /* owned: that was asked for, or those that anybody has mapped */
	size_t n_functions;
	struct witness_vm *vms;  /* owned */
	size_t n_vms;
	struct witness_lack lacks[WITNESS_LACKS_MAX];
	unsigned int n_lacks;
	struct witness_range *ranges; /* owned; by function, BAR, who, pid, nested, address */
	size_t n_ranges;
	uint64_t left_out;       /* ranges beyond WITNESS_RANGES_MAX */
};

void witness_free(struct witness *w);

const char *witness_who_name(enum witness_who who);             /* "vm", "process", "driver" */
const char *witness_state_name(enum witness_state state);       /* "mapped", "untouched", "unreadable" */
const char *witness_through_name(enum witness_through through); /* "resource", "vfio", ...; "unknown" */
const char *witness_flag_name(enum witness_flag flag);          /* "set", "clear", "unknown" */
const char *witness_tables_name(enum witness_tables tables);    /* "read", "protected", ... */
const char *witness_fwb_name(enum witness_fwb fwb);             /* "yes", "no", "unknown" */

/* 0 or -ENOMEM; beyond WITNESS_RANGES_MAX it is counted. r joins the last one added where both fit. */
int witness_add(struct witness *w, const struct witness_range *r);

/* Into the order that ranges have; once all are added. */
void witness_sort(struct witness *w);

/* The same VMs, and the same ranges, state and type included. */
bool witness_same(const struct witness *a, const struct witness *b);

/* NULL: there is no such VM. */
const struct witness_vm *witness_find_vm(const struct witness *w, unsigned int pid, unsigned int nested);

/* Notes that something cannot be looked at; what is too much is dropped. */
void witness_lack(struct witness *w, enum witness_who what, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* True where a BAR can be mapped: memory, with an address. */
bool witness_watches(const struct bar *bar);

#endif
