/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WITNESS_KERNEL_ANSWER_H
#define WITNESS_KERNEL_ANSWER_H

#include "witness/kernel_types.h"

/* What kernel.bpf.c hands to user space. Addresses are the kernel's own, unless they end in _phys. */

#define KERNEL_COPY_MOST 65536u /* the largest page */

/* bits of vm_flags, include/linux/mm.h */
#define KERNEL_VM_PFNMAP   0x400ul
#define KERNEL_VM_IO       0x4000ul
#define KERNEL_VM_MIXEDMAP 0x10000000ul
#define KERNEL_VM_ALLOW_ANY_UNCACHED (1ul << 39) /* Linux 6.9 */

struct kernel_process {
	__u64 pgd;
	__u32 pid, unused;
};

/* One mapping of a process. */
struct kernel_mapping {
	__u64 pgd, start, end, flags, prot, first_page;
	__u32 pid, unused;
	char comm[16];
};

/* A second stage of a VM. arm64: its own, then those that it nests. x86-64: the same of each vCPU. */
struct kernel_vm {
	__u64 kvm;           /* names the VM */
	__u64 root;          /* arm64: of the table; 0 on x86-64 */
	__u64 root_phys;
	__u64 control;       /* VTCR_EL2; 0: not known */
	__u32 pid, nested;   /* nested: from 1 */
	__s32 start_level;   /* as page_table.h has it */
	__u32 input_bits;
	__u8 is_protected;   /* the tables are the hypervisor's (pKVM) */
	__u8 is_shadow;      /* of the guest's virtual addresses */
	__u8 is_smm;         /* used in system management mode alone, whose memory differs */
	__u8 is_unknown;     /* this kernel does not describe KVM: no more than pid and comm */
	__u8 unused[4];
	char comm[16];
};

/* A memory slot of a VM: pages of the VMM's memory from start on are the guest's from guest_page on. */
struct kernel_slot {
	__u64 guest_page, pages; /* of the base page size */
	__u64 start;
	__u32 pid, unused;
};

#endif
