/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WITNESS_KERNEL_H
#define WITNESS_KERNEL_H

#include <stddef.h>
#include <stdint.h>
#include "witness/kernel_answer.h"

/*
 * The running kernel's memory, read through the BPF programs of kernel.bpf.c. Nothing is attached to an
 * event and nothing stays when the file descriptors are closed. Only RAM is read: an address that
 * /proc/iomem does not call System RAM is refused, as a load there could be a device's.
 */
struct kernel;

/* Its programs. Those that this kernel does not take are missing; the others work. */
enum kernel_part { KERNEL_SELF, KERNEL_VMS, KERNEL_SLOTS, KERNEL_MAPPINGS, KERNEL_PARTS };

/*
 * 0; -EOPNOTSUPP: this kernel cannot be read at all, why says what is missing and what helps; -ENOMEM.
 * The caller may then give up all privileges but those to read other processes' /proc.
 */
int kernel_open(struct kernel **k, char *why, size_t n);
void kernel_close(struct kernel *k);

/* Why that part does not work; NULL: it does. */
const char *kernel_lacks(const struct kernel *k, enum kernel_part part);

/*
 * size bytes at a physical address of RAM; may not cross a page of 64 KiB. 0; -EFAULT: no RAM, or no
 * longer mapped. page_table_walk's read; k: struct kernel.
 */
int kernel_read(void *k, uint64_t phys, void *buf, size_t size);

/*
 * All answers of a part, an array of struct kernel_process, _vm, _slot or _mapping; the caller frees.
 * 0 or -errno after logging.
 */
int kernel_ask(struct kernel *k, enum kernel_part part, void **answers, size_t *n);

/* The linear map: what to add to a physical address for the kernel's own. */
uint64_t kernel_linear(const struct kernel *k);
/* The kernel's addresses of the first and the last byte of RAM in it. */
void kernel_linear_range(const struct kernel *k, uint64_t *first, uint64_t *last);
/* Takes the i-th offset that may be the linear map's. -ENOENT: there are not as many. */
int kernel_try_linear(struct kernel *k, size_t i);

/*
 * Physical address of a symbol of the kernel's image, by /proc/kallsyms. -ENOENT: it has no such symbol,
 * or hides addresses.
 */
int kernel_symbol(const struct kernel *k, const char *name, uint64_t *phys);

#endif
