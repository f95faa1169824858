/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ENV_KMSG_H
#define ENV_KMSG_H

#include "env/env.h"

/*
 * Facts that only the kernel's log tells (/dev/kmsg; may need root; old messages may be gone). Adds
 * what is found, once each: boot_el ("EL1", "EL2"), smccc_kvm, s2fwb ("yes"), wc_erratum (the
 * kernel's own words when it maps WC as Device), cpu_errata ("; "-separated); kmsg_cut ("no": the log goes
 * back to the boot, so that what is not there was not said; not at all where it cannot be read), and
 * where it is not "no", on arm64, config_nc_to_ngnre ("yes", "no"): whether the kernel was built with
 * NVIDIA's workaround that makes Normal-NC Device. 0 or -ENOMEM.
 */
int kmsg_collect(struct env *env);

#endif
