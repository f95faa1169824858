/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ARCH_AARCH64_H
#define ARCH_AARCH64_H

/*
 * X(id, name, common, what it is for, what it orders, that in words, instructions): struct barrier,
 * and what loops aarch64.S has of it; instructions that need registers have a macro there.
 *
 * Normal-NC and Device memory are outer shareable (Arm ARM B2.10): barriers on them name osh or sy.
 * ish would not do. What they order: Arm ARM B2.3.9 (DMB, DSB), C6.2.81 (DGH: a hint).
 */
#define AARCH64_BARRIERS(X)                                                                        \
	X(none, "none", true, FOR_DOORBELLS, ORDERS_NOTHING, "orders nothing", )                   \
	X(dgh, "dgh", false, FOR_ENDING_GATHERING, ORDERS_NOTHING,                                 \
	  "nothing: a hint to stop gathering here (FEAT_DGH)",                                     \
	  hint 6) /* for assemblers older than Armv8.6 */                                          \
	X(dmb_oshst, "dmb-oshst", true,                                                            \
	  FOR_ENDING_GATHERING | FOR_STORES_BEFORE_DOORBELL | FOR_DOORBELLS, ORDERS_WW,            \
	  "stores before it, before stores after it", dmb oshst)                        \
	X(dmb_oshld, "dmb-oshld", false, FOR_WAITING_FOR_LOADS, ORDERS_RW | ORDERS_RR,             \
	  "loads before it, before accesses after it", dmb oshld)                                  \
	X(dmb_osh, "dmb-osh", true, FOR_NOTHING, ORDERS_ALL,                                       \
	  "accesses before it, before accesses after it", dmb osh)                                 \
	X(dmb_st, "dmb-st", false, FOR_NOTHING, ORDERS_WW, "as dmb-oshst, for the full system",    \
	  dmb st)                                                                                  \
	X(dmb_sy, "dmb-sy", false, FOR_FULL_ORDER, ORDERS_ALL, "as dmb-osh, for the full system",  \
	  dmb sy)                                                                                  \
	X(dsb_oshst, "dsb-oshst", false, FOR_NOTHING, ORDERS_WW,                                   \
	  "waits until stores before it are acknowledged", dsb oshst)                              \
	X(dsb_st, "dsb-st", true, FOR_ENDING_GATHERING | FOR_ACKNOWLEDGEMENT | FOR_DOORBELLS,      \
	  ORDERS_WW,                                                                               \
	  "as dsb-oshst, for the full system", dsb st)                                             \
	X(dsb_sy, "dsb-sy", true, FOR_ACKNOWLEDGEMENT | FOR_DOORBELLS, ORDERS_ALL,                 \
	  "waits until accesses before it are complete or acknowledged", dsb sy)                   \
	X(read_flush, "read-flush", true, FOR_ARRIVAL, ORDERS_ALL,                                 \
	  "waits until stores before it have reached the device", read_flush)                      \
	X(load_back, "load-back", true, FOR_LOADING_BACK, ORDERS_NOTHING,                          \
	  "loads what was just stored, and waits for it", load_back)                               \
	X(dep, "dep", true, FOR_DEPENDENCE, ORDERS_NOTHING,                                        \
	  "a load before it, before the next access (address dependency)", depend)

/* Where it is the architecture that this is built for: */
#if defined __aarch64__ && !defined __ASSEMBLER__
#include <sys/auxv.h>

/* Linux, arch/arm64/include/uapi/asm/hwcap.h; older headers lack them */
#define AT_HWCAP3_NR     29
#define HWCAP3_LS64_MASK (1ul << 3)

/*
 * X(id, what a kernel may need, whether this CPU and kernel have it, why such kernels must run neither on
 * ordinary memory nor in a VM: NULL, they may). What is not here is in Armv8.0, which every CPU that
 * Linux runs on has. Hazard: Arm ARM C3.2.12, a fault on Write-Back memory, and on a target that does
 * not support them.
 */
#define ARCH_FEATURES(X)                                                                           \
	X(ls64, "FEAT_LS64", getauxval(AT_HWCAP3_NR) & HWCAP3_LS64_MASK,                                 \
	  "it faults on memory and devices that do not take 64 bytes at once, "                    \
	  "and no VMM handles that")

#define ARCH_WAIT_LOADS "dsb ld"
#endif

#endif
