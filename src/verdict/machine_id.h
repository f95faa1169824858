/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERDICT_MACHINE_ID_H
#define VERDICT_MACHINE_ID_H

#include "record/result.h"

/* What kind of machine a result is of: words that all of the kind share; "": not known. */

/* "QEMU QEMU Virtual Machine", by DMI, else the device tree's model. */
const char *machine_id_name(char *buf, size_t n, const struct result *r);

/* The model; on arm64 "implementer 0x41 part 0xd0c". */
const char *machine_id_cpu(char *buf, size_t n, const struct result *r);

/*
 * Both are arm64, of known cores that differ in implementer or part: KVM shows a guest the MIDR of the core
 * that it runs on (arch/arm64/kvm, VPIDR_EL2), so these did not run on the same. x86's VMMs name CPUs as
 * they like.
 */
bool machine_id_other_core(const struct result *a, const struct result *b);

#endif
