/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ENV_TOPOLOGY_H
#define ENV_TOPOLOGY_H

#include <stddef.h>
#include "pci/device.h"

struct cpu_choice {
	unsigned int cpu;    /* operating system's number */
	char why[96];        /* "core:3 in NUMA node 1, near the device" */
};

/*
 * The CPU to measure on, by hwloc: location as hwloc has it ("core:2", "pu:3"), or NULL for one
 * near the device (dev may be NULL: any), within what this process may run on, and not CPU 0 where
 * there is a choice: interrupts tend to go there. 0, or -EINVAL/-ENODEV after logging.
 */
int topology_choose_cpu(struct cpu_choice *choice, const char *location,
			const struct pci_device *dev);

/*
 * CPUs for several threads, of those that this process may run on: near has first itself, then
 * other cores' first hyperthreads, then their siblings, of the device's surroundings (not known:
 * of first's NUMA node); far those of other NUMA nodes in the same order. CPU 0's core comes late.
 */
#define CPU_LIST_MAX 256u
struct cpu_list {
	unsigned int cpus[CPU_LIST_MAX];
	unsigned int n;
};

/* 0, or -errno after logging. */
int topology_list_cpus(struct cpu_list *near, struct cpu_list *far, unsigned int first,
		       const struct pci_device *dev);

/* Has the calling thread run on that CPU alone. 0, or -errno with why; logs nothing. */
int topology_pin(unsigned int cpu, char *why, size_t n);

#endif
