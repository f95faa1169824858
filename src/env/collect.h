/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ENV_COLLECT_H
#define ENV_COLLECT_H

#include "env/env.h"

/*
 * Reads the facts about this machine (below the sysroot) and concludes. said_emulated: who said
 * that the CPU is emulated ("--emulated", "MMIOBENCH_EMULATED"), or NULL to detect only. What
 * cannot be read is left out, never guessed. 0 or -ENOMEM.
 *
 * Facts, each with its source where it can be read: kernel_release, kernel_version, machine (uname
 * -m), cmdline, boot_id, booted (when, ISO 8601, UTC), page_size (bytes, sysconf), cpu_model,
 * cpu_implementer, cpu_part, cpu_hypervisor_flag (x86: "yes"/"no"), cpus_online, dmi_product_name, dmi_sys_vendor,
 * dmi_bios_vendor, dt_model, dt_hypervisor, sys_hypervisor_type, acpi_hypervisor_id or acpi_fadt (FADT),
 * kvm_device ("/dev/kvm exists": yes/no), governor, boost and Intel's no_turbo ("0"/"1"),
 * clocksource, iomem_relaxed, lockdown, midr, and those of env/kmsg.h.
 */
int env_collect(struct env *env, const char *said_emulated);
void env_free(struct env *env);

#endif
