/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WITNESS_PROT_H
#define WITNESS_PROT_H

#include "witness/witness.h"

struct btf;

/*
 * The enumerators of enum kvm_pgtable_prot: its bits moved between kernels (Normal-NC came in 6.9,
 * execute permission was split in 7.0). 64 bits wide; older BTF has the lower 32 alone, in which
 * the memory types are. 0, or -ENOENT: no such enum.
 */
int prot_from_btf(struct witness *w, const struct btf *btf);

/* The same from /sys/kernel/btf/vmlinux, below the sysroot. 0, or -errno after logging. */
int prot_load(struct witness *w);

#endif
