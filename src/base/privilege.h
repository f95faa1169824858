/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_PRIVILEGE_H
#define BASE_PRIVILEGE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A process that runs as root keeps only the capabilities that it needs and gives up the others for good;
 * nothing that it executes can have more. It stays root as far as files are concerned that root owns. A
 * process that does not run as root has nothing to give up.
 */
enum privilege {
	PRIVILEGE_NONE,    /* a child that has its mappings; gnuplot */
	PRIVILEGE_FILES,   /* reads and writes others' files, as root's scripts expect */
	PRIVILEGE_MEASURE, /* opens a BAR, changes its function's state and puts it back */
	PRIVILEGE_WITNESS, /* opens the kernel's memory */
	PRIVILEGE_WATCH,   /* has it open, and looks at processes */
};

/* For the calling thread and those that it starts. 0, or -errno after logging. */
int privilege_keep(enum privilege privilege);

#define LOCKDOWN_FILE "/sys/kernel/security/lockdown"

/*
 * How far the kernel is locked down, see kernel_lockdown(7): "none", "integrity" or "confidentiality".
 * 0; -errno where it does not say: securityfs is not mounted, or this kernel has no lockdown.
 */
int lockdown_read(char *buf, size_t n);

/* BARs may not be mapped, nor configuration space be written; false where it is not known. */
bool lockdown_holds(void);

#endif
