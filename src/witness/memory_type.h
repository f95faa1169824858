/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WITNESS_MEMORY_TYPE_H
#define WITNESS_MEMORY_TYPE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Memory types as page tables have them, and what two stages of translation make of them. Pure.
 *
 * Stage 1 is the table of a process, or of a kernel. Stage 2 is the hypervisor's, for a guest: KVM's on Arm,
 * the EPT of Intel, the NPT of AMD.
 */
enum memory_type {
	MEMORY_UNKNOWN,          /* reserved, or nobody said */
	/* of Arm: the stronger one has the smaller number */
	MEMORY_DEVICE_NGNRNE,
	MEMORY_DEVICE_NGNRE,
	MEMORY_DEVICE_NGRE,
	MEMORY_DEVICE_GRE,
	MEMORY_NORMAL_NC,
	MEMORY_NORMAL_WT,
	MEMORY_NORMAL_WB,
	/* of x86 */
	MEMORY_UC,
	MEMORY_UC_MINUS,
	MEMORY_WC,
	MEMORY_WT,
	MEMORY_WP,
	MEMORY_WB,
	MEMORY_BY_GUEST,         /* only of stage 2: stage 1 decides */
};

#define MEMORY_TYPES (MEMORY_BY_GUEST + 1)

/* What a type means for a BAR, on each architecture. */
enum memory_class {
	MEMORY_CLASS_UNKNOWN,
	MEMORY_CLASS_DEVICE,     /* Device, UC, UC- */
	MEMORY_CLASS_COMBINING,  /* Normal-NC, WC */
	MEMORY_CLASS_CACHED,     /* Write-Back, Write-Through, Write-Protect */
};

/* What an entry of stage 2 asks for. */
struct memory_attr {
	enum memory_type type;
	bool forced;             /* whatever stage 1 asks for: S2FWB's Write-Back, EPT's IPAT */
};

/* Who made the second stage, and so how it combines. */
enum memory_rules { MEMORY_RULES_ARM, MEMORY_RULES_INTEL, MEMORY_RULES_AMD };

/* Linux's own numbering of MAIR_EL1, arch/arm64/include/asm/memory.h. */
enum arm_mair_layout {
	ARM_MAIR_5_11,           /* Linux 5.11 and later */
	ARM_MAIR_OLD,
};

/* IA32_PAT as Linux sets it, arch/x86/mm/pat/memtype.c: WB WC UC- UC, WB WP UC- WT. */
#define X86_PAT_LINUX 0x0407050600070106ull

const char *memory_type_name(enum memory_type t); /* "Device-nGnRE", "Normal-NC", "UC-"; "unknown" */
enum memory_class memory_type_class(enum memory_type t);

/*
 * Whether the CPU may make one write of several stores: gathering. Device-GRE may, though it is Device; WP may
 * not, though reads are cached. False for unknown.
 */
bool memory_type_combines_stores(enum memory_type t);

/* AttrIndx, bits 4:2 of a leaf: Arm ARM D8.6.1. UNKNOWN for an index that Linux does not use. */
enum memory_type memory_type_arm_stage1(enum arm_mair_layout layout, unsigned int index);

/*
 * MemAttr, bits 5:2 of a leaf: Arm ARM D8.6.5, with S2FWB D8.6.6. UNKNOWN for reserved ones, and where inner
 * and outer differ.
 */
struct memory_attr memory_type_arm_stage2(unsigned int attr, bool fwb);

/* PWT, PCD and PAT of a leaf (large: not of 4 KiB), by the CPU's IA32_PAT: SDM 3A 4.9.2, APM 2 7.8. */
enum memory_type memory_type_x86(uint64_t leaf, bool large, uint64_t pat);

/* Bits 6:3 of a leaf: SDM 3C 29.3.7. Write-Back without IPAT is BY_GUEST. */
struct memory_attr memory_type_ept(uint64_t leaf);

/* As memory_type_x86, by the host's PAT: APM 2 15.25.8. Write-Back is BY_GUEST. */
struct memory_attr memory_type_npt(uint64_t leaf, bool large, uint64_t pat);

/*
 * The type of an access through both stages. UNKNOWN where one stage is not known and the other does not
 * decide alone, and where a type is not one of these rules.
 *
 * ARM:   D8.6.5 and D8.6.6: the stronger of the two, unless stage 2 forces one or leaves it to stage 1.
 * INTEL: SDM 3C 29.3.7.2: by the table of PAT and MTRR, 3A 12.5.2.2, with the EPT's type in the MTRR's place.
 * AMD:   APM 2 15.25.8.
 *
 * Not promised on AMD: the host's MTRRs come after it (that of a BAR is UC: WC stays WC, the rest is UC). On
 * Intel they do not count for a guest.
 */
enum memory_type memory_type_combine(enum memory_rules rules, enum memory_type stage1,
				     struct memory_attr stage2);

#endif
