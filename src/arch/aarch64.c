// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include "arch/arch.h"

/*
 * Normal-NC and Device memory are outer shareable (Arm ARM B2.10): barriers on them name osh or
 * sy. ish would not do.
 */

#define ACCESS_store1 "strb %w[v], [%x[p], #.Lo]\n"
#define ACCESS_store2 "strh %w[v], [%x[p], #.Lo]\n"
#define ACCESS_store4 "str %w[v], [%x[p], #.Lo]\n"
#define ACCESS_store8 "str %x[v], [%x[p], #.Lo]\n"
#define ACCESS_load1 "ldrb %w[t], [%x[p], #.Lo]\n"
#define ACCESS_load2 "ldrh %w[t], [%x[p], #.Lo]\n"
#define ACCESS_load4 "ldr %w[t], [%x[p], #.Lo]\n"
#define ACCESS_load8 "ldr %x[t], [%x[p], #.Lo]\n"

#define BARRIER_none      ""
#define BARRIER_dmb_oshst "dmb oshst\n"
#define BARRIER_dmb_osh   "dmb osh\n"
#define BARRIER_dmb_oshld "dmb oshld\n"
#define BARRIER_dmb_st    "dmb st\n"
#define BARRIER_dmb_sy    "dmb sy\n"
#define BARRIER_dsb_oshst "dsb oshst\n"
/* DGH: assembled as the hint that it is, for assemblers older than Armv8.6 */
#define BARRIER_dgh       "hint #6\n"
#define BARRIER_dsb_st    "dsb st\n"
#define BARRIER_dsb_sy    "dsb sy\n"
/* full barrier, read, wait for its data */
#define BARRIER_read_flush "dsb sy\nldr %w[t], [%x[f]]\ndsb ld\n"
/* the next address depends on what was loaded */
#define BARRIER_dep "and %x[t], %x[t], xzr\nadd %x[p], %x[p], %x[t]\n"

#define LOOP_REWIND "mov %x[p], %x[base]\n"
#define LOOP_NEXT_BLOCK(block)                                                                     \
	"add %x[p], %x[p], #" LOOP_STR(block) "\n"                                                 \
	"cmp %x[p], %x[end]\n"                                                                     \
	"b.ne 2b\n"
#define LOOP_NEXT_LAP "subs %x[n], %x[n], #1\nb.ne 1b\n"
#define LOOP_DONE_store1 ""
#define LOOP_DONE_store2 ""
#define LOOP_DONE_store4 ""
#define LOOP_DONE_store8 ""
#define LOOP_DONE_load1 "dsb ld\n"
#define LOOP_DONE_load2 "dsb ld\n"
#define LOOP_DONE_load4 "dsb ld\n"
#define LOOP_DONE_load8 "dsb ld\n"

#include "arch/loops.h"

const char arch_name[] = "aarch64";
const char arch_clock_name[] = "CNTVCT_EL0";
const char arch_asks_plain[] = "Device-nGnRE";
const char arch_asks_wc[] = "Normal-NC";
const char arch_asks_ram[] = "Normal-WB";
const bool arch_alignment_tells_type = true;

#define KERNELS(X)                                                                                 \
	X(store1, KERNEL_STORE, "STRB Wt", "one 1-byte memory write")                              \
	X(store2, KERNEL_STORE, "STRH Wt", "one 2-byte memory write")                              \
	X(store4, KERNEL_STORE, "STR Wt", "one 4-byte memory write")                                 \
	X(store8, KERNEL_STORE, "STR Xt", "one 8-byte memory write")                                 \
	X(load1, KERNEL_LOAD, "LDRB Wt", "one 1-byte memory read")                                 \
	X(load2, KERNEL_LOAD, "LDRH Wt", "one 2-byte memory read")                                 \
	X(load4, KERNEL_LOAD, "LDR Wt", "one 4-byte memory read")                                   \
	X(load8, KERNEL_LOAD, "LDR Xt", "one 8-byte memory read")

#define BARRIERS(X)                                                                                \
	X(none, "none", true, "orders nothing")                                                         \
	X(dgh, "dgh", false, "nothing: a hint to stop gathering here (FEAT_DGH)")                  \
	X(dmb_oshst, "dmb-oshst", true, "stores before it, before stores after it")                \
	X(dmb_oshld, "dmb-oshld", false, "loads before it, before accesses after it")              \
	X(dmb_osh, "dmb-osh", true, "accesses before it, before accesses after it")                \
	X(dmb_st, "dmb-st", false, "as dmb-oshst, for the full system")                            \
	X(dmb_sy, "dmb-sy", false, "as dmb-osh, for the full system")                              \
	X(dsb_oshst, "dsb-oshst", false, "waits until stores before it are acknowledged")          \
	X(dsb_st, "dsb-st", true, "as dsb-oshst, for the full system")                             \
	X(dsb_sy, "dsb-sy", true, "waits until accesses before it are complete or acknowledged")   \
	X(read_flush, "read-flush", true, "waits until stores before it have reached the device")  \
	X(dep, "dep", true, "a load before it, before the next access (address dependency)")

ARCH_TABLES(KERNELS, BARRIERS)

#define LOOPS_STORE(X_REGION, X_SPAN, k, w)                                                        \
	LOOPS_FREE(X_REGION, X_SPAN, k)                                                            \
	LOOPS_BARRIER(X_REGION, X_SPAN, k, w, dgh)                                                 \
	LOOPS_BARRIER(X_REGION, X_SPAN, k, w, dmb_oshld)                                           \
	LOOPS_BARRIER(X_REGION, X_SPAN, k, w, dmb_st)                                              \
	LOOPS_BARRIER(X_REGION, X_SPAN, k, w, dmb_sy)                                              \
	LOOPS_BARRIER(X_REGION, X_SPAN, k, w, dsb_oshst)                                           \
	LOOPS_BARRIER(X_REGION, X_SPAN, k, w, dmb_oshst)                                           \
	LOOPS_BARRIER(X_REGION, X_SPAN, k, w, dmb_osh)                                             \
	LOOPS_BARRIER(X_REGION, X_SPAN, k, w, dsb_st)                                              \
	LOOPS_BARRIER(X_REGION, X_SPAN, k, w, dsb_sy)                                              \
	LOOPS_BARRIER(X_REGION, X_SPAN, k, w, read_flush)

ARCH_LOOP_TABLE(LOOPS_SCALAR)

uint64_t arch_clock_start(void)
{
	uint64_t t;

	asm volatile("isb\nmrs %0, cntvct_el0\nisb" : "=r"(t)::"memory");
	return t;
}

uint64_t arch_clock_end(void)
{
	uint64_t t;

	asm volatile("isb\nmrs %0, cntvct_el0" : "=r"(t)::"memory");
	return t;
}

uint64_t arch_clock_nominal_hz(void)
{
	uint64_t hz;

	asm volatile("mrs %0, cntfrq_el0" : "=r"(hz));
	return hz;
}

uint32_t arch_load32(const volatile void *p)
{
	uint32_t v;

	asm volatile("ldr %w0, [%1]" : "=r"(v) : "r"(p) : "memory");
	return v;
}

void arch_store32(volatile void *p, uint32_t value)
{
	asm volatile("str %w0, [%1]" ::"r"(value), "r"(p) : "memory");
}

uint64_t arch_load64_unaligned(const volatile void *p)
{
	uint64_t v;

	asm volatile("ldr %x0, [%1]" : "=r"(v) : "r"(p) : "memory");
	return v;
}

void arch_read_flush(const volatile void *p)
{
	uint32_t t;

	asm volatile("dsb sy\nldr %w0, [%1]\ndsb ld" : "=r"(t) : "r"(p) : "memory");
}
