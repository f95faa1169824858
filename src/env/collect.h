/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ENV_COLLECT_H
#define ENV_COLLECT_H

#include "env/env.h"

/*
 * Reads the facts about this machine (below the sysroot) and concludes. said_emulated: who said
 * that the CPU is emulated ("--emulated", "MMIOBENCH_EMULATED"), or NULL to detect only. What
 * cannot be read is left out, never guessed. 0 or -ENOMEM.
 *
 * Facts, each with its source, where it can be read:
 * - kernel_release, kernel_version, machine (uname -m), cmdline, boot_id, booted (ISO 8601, UTC),
 *   page_size (bytes), clocksource, lockdown, iomem_relaxed
 * - cpu_vendor (x86), cpu_model, cpu_implementer, cpu_part, midr, cpu_hypervisor_flag (x86: "yes", "no"),
 *   cpus_online, governor, boost, no_turbo (Intel: "0", "1")
 * - dmi_product_name, dmi_sys_vendor, dmi_bios_vendor, dt_model, dt_compatible
 * - dt_hypervisor, sys_hypervisor_type, acpi_hypervisor_id or acpi_fadt, kvm_device ("yes", "no"), realm
 *   ("yes": Arm CCA); xen_capabilities and xen_features, by which dom0 differs from a domU
 * - those of the parts below
 */
int env_collect(struct env *env, const char *said_emulated);
void env_free(struct env *env);

/* Adds a fact, in printable ASCII; "" is none. 0 or -ENOMEM. */
int env_add(struct env *env, const char *name, const char *source, const char *value);

/* The parts that have files of their own: 0 or -ENOMEM. */

/* What names the chip: dmi_processor (SMBIOS, needs root), pci_root (ids of *:00:00.0: "14e4:2711"). */
int chip_collect(struct env *env);

/*
 * What only the kernel's log has (/dev/kmsg; may need root; old messages may be gone): boot_el ("EL1",
 * "EL2"), smccc_kvm, smccc_version ("1.1"), s2fwb, realm ("yes"), wc_erratum (the kernel's own words when it
 * maps WC as Device), cpu_errata ("; "-separated). kmsg_cut: "no" where the log goes back to the boot, so that
 * what is not in it was not said; no such fact where it cannot be read. If it is not "no", on arm64,
 * config_nc_to_ngnre ("yes", "no"): the kernel was built with NVIDIA's workaround that makes Normal-NC Device.
 */
int kmsg_collect(struct env *env);

/*
 * cpu_quota, "0.50 CPUs' time": the smallest limit of time of this process' cgroup and those above it
 * (cpu.max, or cpu.cfs_quota_us of version 1). No such fact without a limit, or where it cannot be read.
 */
int quota_collect(struct env *env);

#endif
