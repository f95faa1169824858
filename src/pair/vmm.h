/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PAIR_VMM_H
#define PAIR_VMM_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * VMMs that boot a kernel with an initramfs and give it a device by vfio: a row for each, and for each architecture
 * that it is known to do it on. A VMM's standard input and output are the guest's serial line; what it has to
 * say itself goes to its standard error.
 */

#define VMM_GUEST_MB   256u /* vfio pins all of it */
#define VMM_GUEST_CPUS 2u

struct vmm {
	const char *name;        /* of --vmm */
	const char *arch;        /* as arch_name */
	const char *programs;    /* blanks between; the first that PATH has is taken */
	const char *console;     /* the serial line, as the guest's kernel calls it */
	const char *device;      /* of --vmm-device, where it is not given; NULL: it has no such words */
	/* behind the program; {kernel} {initrd} {append} {bdf} {device} {mb} {cpus} stand for what is asked for */
	const char *const *words;
	const char *const *dying; /* parts of its messages when KVM runs the guest no further; NULL at the end */
};

struct vmm_ask {
	const char *kernel, *initrd; /* files */
	const char *bdf;
	const char *device;      /* --vmm-device; NULL: the row's own */
	const char *args;        /* --vmm-args: words behind all others, blanks between; NULL: none */
};

/* The rows of this architecture end with a NULL. */
const struct vmm *vmm_row(size_t i);

/*
 * By name; NULL: the first whose program is there. program: its path. NULL after logging which there are.
 */
const struct vmm *vmm_find(const char *name, char program[PATH_MAX]);

/* "qemu, kvmtool", for help. */
const char *vmm_names(char *buf, size_t n);

/* The command line with the program, NULL at the end. vmm_command_free() frees it. NULL: out of memory. */
char **vmm_command(const struct vmm *vmm, const char *program, const struct vmm_ask *ask);
void vmm_command_free(char **words);

/* Whether a line of its standard error says that the VM died. */
bool vmm_says_death(const struct vmm *vmm, const char *line);

#endif
