// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include "arch/arch.h"

#define ACCESS_store1 "movb %b[v], .Lo(%q[p])\n"
#define ACCESS_store2 "movw %w[v], .Lo(%q[p])\n"
#define ACCESS_store4 "movl %k[v], .Lo(%q[p])\n"
#define ACCESS_store8 "movq %q[v], .Lo(%q[p])\n"
/* zero-extending: a partial register would make each load wait for the one before */
#define ACCESS_load1 "movzbl .Lo(%q[p]), %k[t]\n"
#define ACCESS_load2 "movzwl .Lo(%q[p]), %k[t]\n"
#define ACCESS_load4 "movl .Lo(%q[p]), %k[t]\n"
#define ACCESS_load8 "movq .Lo(%q[p]), %q[t]\n"

#define BARRIER_none   ""
#define BARRIER_sfence "sfence\n"
#define BARRIER_mfence "mfence\n"
#define BARRIER_lfence "lfence\n"
/* below the red zone is nobody's; on the stack, so that the line is our own */
#define BARRIER_lock_or "lock orl $0, -132(%%rsp)\n"
/* full barrier, read, wait for its data */
#define BARRIER_read_flush "mfence\nmovl (%q[f]), %k[t]\nlfence\n"
/* the next address depends on what was loaded */
#define BARRIER_dep "andl $0, %k[t]\naddq %q[t], %q[p]\n"

#define LOOP_REWIND "movq %q[base], %q[p]\n"
#define LOOP_NEXT_BLOCK(block)                                                                     \
	"addq $" LOOP_STR(block) ", %q[p]\n"                                                       \
	"cmpq %q[end], %q[p]\n"                                                                    \
	"jne 2b\n"
#define LOOP_NEXT_LAP "decq %q[n]\njnz 1b\n"
#define LOOP_DONE_store1 ""
#define LOOP_DONE_store2 ""
#define LOOP_DONE_store4 ""
#define LOOP_DONE_store8 ""
#define LOOP_DONE_load1 "lfence\n"
#define LOOP_DONE_load2 "lfence\n"
#define LOOP_DONE_load4 "lfence\n"
#define LOOP_DONE_load8 "lfence\n"

#include "arch/loops.h"

const char arch_name[] = "x86_64";
const char arch_clock_name[] = "TSC";
const char arch_asks_plain[] = "UC-";
const char arch_asks_wc[] = "WC";
const char arch_asks_ram[] = "WB";
const bool arch_alignment_tells_type = false;

/* trap-safe: KVM decodes a MOV whatever its form */
#define KERNELS(X)                                                                                 \
	X(store1, KERNEL_STORE, "MOV m8, r8", "one 1-byte memory write")                           \
	X(store2, KERNEL_STORE, "MOV m16, r16", "one 2-byte memory write")                         \
	X(store4, KERNEL_STORE, "MOV m32, r32", "one 4-byte memory write")                          \
	X(store8, KERNEL_STORE, "MOV m64, r64", "one 8-byte memory write")                          \
	X(load1, KERNEL_LOAD, "MOVZX r32, m8", "one 1-byte memory read")                           \
	X(load2, KERNEL_LOAD, "MOVZX r32, m16", "one 2-byte memory read")                          \
	X(load4, KERNEL_LOAD, "MOV r32, m32", "one 4-byte memory read")                            \
	X(load8, KERNEL_LOAD, "MOV r64, m64", "one 8-byte memory read")

#define BARRIERS(X)                                                                                \
	X(none, "none", true, "orders nothing")                                                         \
	X(sfence, "sfence", true, "stores before it, WC ones too, before stores after it")         \
	X(mfence, "mfence", true, "accesses before it, before accesses after it")                  \
	X(lfence, "lfence", false, "loads before it, before instructions after it")                \
	X(lock_or, "lock-or", false, "as mfence, by a locked instruction on the stack")            \
	X(read_flush, "read-flush", true, "waits until stores before it have reached the device")  \
	X(dep, "dep", true, "a load before it, before the next access (address dependency)")

ARCH_TABLES(KERNELS, BARRIERS)

#define LOOPS_STORE(X_REGION, X_SPAN, k, w)                                                        \
	LOOPS_FREE(X_REGION, X_SPAN, k)                                                            \
	LOOPS_BARRIER(X_REGION, X_SPAN, k, w, sfence)                                              \
	LOOPS_BARRIER(X_REGION, X_SPAN, k, w, lfence)                                              \
	LOOPS_BARRIER(X_REGION, X_SPAN, k, w, lock_or)                                             \
	LOOPS_BARRIER(X_REGION, X_SPAN, k, w, mfence)                                              \
	LOOPS_BARRIER(X_REGION, X_SPAN, k, w, read_flush)

ARCH_LOOP_TABLE(LOOPS_SCALAR)

uint64_t arch_clock_start(void)
{
	uint32_t lo, hi;

	/* Intel SDM vol. 3B 18.17.4: LFENCE on both sides keeps RDTSC in its place */
	asm volatile("lfence\nrdtsc\nlfence" : "=a"(lo), "=d"(hi)::"memory");
	return (uint64_t)hi << 32 | lo;
}

uint64_t arch_clock_end(void)
{
	uint32_t lo, hi;

	/* RDTSCP waits until earlier instructions have executed; stores need not be visible */
	asm volatile("rdtscp\nlfence" : "=a"(lo), "=d"(hi)::"rcx", "memory");
	return (uint64_t)hi << 32 | lo;
}

uint64_t arch_clock_nominal_hz(void)
{
	return 0;
}

uint32_t arch_load32(const volatile void *p)
{
	uint32_t v;

	asm volatile("movl (%1), %0" : "=r"(v) : "r"(p) : "memory");
	return v;
}

void arch_store32(volatile void *p, uint32_t value)
{
	asm volatile("movl %0, (%1)" ::"r"(value), "r"(p) : "memory");
}

uint64_t arch_load64_unaligned(const volatile void *p)
{
	uint64_t v;

	asm volatile("movq (%1), %0" : "=r"(v) : "r"(p) : "memory");
	return v;
}

void arch_read_flush(const volatile void *p)
{
	uint32_t t;

	asm volatile("mfence\nmovl (%1), %0\nlfence" : "=r"(t) : "r"(p) : "memory");
}
