/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_LOCKDOWN_H
#define BASE_LOCKDOWN_H

#include <stdbool.h>
#include <stddef.h>

#define LOCKDOWN_FILE "/sys/kernel/security/lockdown"

/*
 * How far the kernel is locked down, see kernel_lockdown(7): "none", "integrity" or "confidentiality".
 * 0; -errno where it does not say: securityfs is not mounted, or this kernel has no lockdown.
 */
int lockdown_read(char *buf, size_t n);

/* BARs may not be mapped, nor configuration space be written; false where it is not known. */
bool lockdown_holds(void);

#endif
