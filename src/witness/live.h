/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WITNESS_LIVE_H
#define WITNESS_LIVE_H

#include "pci/list.h"
#include "pci/select.h"
#include "witness/kernel.h"
#include "witness/page_table.h"
#include "witness/witness.h"

/* What of the machine's page tables goes into the record. */
struct live_ask {
	struct pci_select select;
	unsigned int pid;        /* of the only VMM, or process, that counts; 0: any */
	unsigned int vm;         /* of the VMM whose guest's address ipa is; 0: none is asked for */
	uint64_t ipa, ipa_bytes;
};

struct live {
	struct kernel *k;
	struct page_table process;  /* how tables of processes and of the kernel are made; no root */
	struct page_table stage2;   /* the same of a VM's */
	enum memory_rules rules;    /* who made the second stage */
	uint64_t page_bytes;

	/* one look */
	struct witness *w;
	const struct live_ask *ask;
	struct place *places;       /* the BARs of w->functions, by address */
	size_t n_places;
	struct kernel_vm *vms;
	struct kernel_slot *slots;
	struct kernel_mapping *mappings;
	size_t n_vms, n_slots, n_mappings;
};

/* Once. 0; -EOPNOTSUPP with why: this machine's tables cannot be read; -ENOMEM. */
int live_open(struct live *l, const char *cpu_vendor, char *why, size_t n);
void live_close(struct live *l);

/* One look at the functions of the list. 0 or -errno after logging. */
int live_look(struct live *l, struct witness *w, const struct pci_list *list, const struct live_ask *ask);

/* shape.c: how the tables of processes are made, by looking for a page of our own through them. */
int live_find_shape(struct live *l, char *why, size_t n);

/* Adds those parts of [phys, phys + bytes) that lie in a BAR. r has all but function, BAR, place and size. */
int live_add(struct live *l, const struct witness_range *r, uint64_t phys, uint64_t bytes);

int live_look_at_vms(struct live *l);       /* vm.c */
int live_look_at_processes(struct live *l); /* process.c */
int live_look_at_drivers(struct live *l);   /* driver.c */

/* Where the mapping leads by itself, untouched: BARs are mapped in one piece. 1; 0: its file decides; -ENOMEM. */
int live_mapping_phys(const struct live *l, const struct kernel_mapping *m, uint64_t *phys);

#endif
