/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ENV_KMSG_H
#define ENV_KMSG_H

#include "env/env.h"

/*
 * Facts that only the kernel's log tells (/dev/kmsg; may need root; old messages may be gone). Adds
 * what is found, once each: boot_el ("EL1", "EL2"), smccc_kvm, s2fwb ("yes"), wc_erratum (the
 * kernel's own words when it maps WC as Device), cpu_errata ("; "-separated). 0 or -ENOMEM.
 */
int kmsg_collect(struct env *env);

#endif
