/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PAIR_GROUND_H
#define PAIR_GROUND_H

#include <stdio.h>
#include "pair/group.h"

/*
 * All that must be there before a run may change anything; it is only looked at. What is missing is found in one
 * go, in the order of the enum, so that who is refused has to come back once only.
 */
struct ground_ask {
	const struct pci_device *dev;  /* NULL: none of this machine's, but emulated */
	const struct pci_list *list;   /* that dev is in */
	bool unbind;                   /* consent to take the group from its drivers */
	bool makes_vf;                 /* --vf: one of dev's is to be made for the VM, and dev keeps its driver */
	const char *kernel;            /* image file; NULL: none was found */
	unsigned int memory_mb;        /* of the VM */
	bool is_emulated_device;       /* the VMM makes it: no VFIO, no IOMMU group */
};

enum ground_reason {
	GROUND_NOT_ROOT,
	GROUND_NO_KVM,
	GROUND_PROTECTED_KVM,
	GROUND_LOCKDOWN,
	GROUND_DEAD,
	GROUND_BRIDGE,
	GROUND_NO_IOMMU,
	GROUND_NO_GROUP,
	GROUND_NO_VFIO,
	GROUND_PF_IS_VFIO,       /* its physical function is a VM's: a token is needed */
	GROUND_NO_VF,            /* none can be made */
	GROUND_BOUND,            /* a driver has it, and there is no --unbind */
	GROUND_GROUP_BOUND,      /* the same of another member */
	GROUND_IN_USE,           /* whatever was consented to */
	GROUND_NO_KERNEL,
	GROUND_NO_MEMORY,
	GROUND_CGROUP,           /* this process may not have as much */
	GROUND_MEMLOCK,          /* nor lock it, without CAP_IPC_LOCK */
	GROUND_REASONS
};

struct ground_refusal {
	enum ground_reason reason;
	char text[256];
	char remedy[256];
};

#define GROUND_MAX (GROUND_REASONS + 2 * GROUP_MAX)

struct ground {
	struct ground_refusal v[GROUND_MAX];
	size_t n;
	struct group group;      /* empty where there is none */
};

/* 0: n says whether a run may begin; -errno after logging: that could not be found out. */
int ground_look(struct ground *g, const struct ground_ask *ask);

/* A line for each member: what it is, its driver, and what will be done with it. */
void ground_print_group(FILE *f, const struct group *g);

#endif
