/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ARCH_X86_64_H
#define ARCH_X86_64_H

/*
 * X(id, name, common, what it is for, what it orders, that in words, instructions): struct barrier,
 * and what loops x86_64.S has of it; instructions that need registers have a macro there.
 *
 * What they order: Intel SDM 3A 9.2.5.
 */
#define X86_64_BARRIERS(X)                                                                         \
	X(none, "none", true, FOR_DOORBELLS, ORDERS_NOTHING, "orders nothing", )                   \
	X(sfence, "sfence", true,                                                                  \
	  FOR_ENDING_GATHERING | FOR_STORES_BEFORE_DOORBELL | FOR_DOORBELLS, ORDERS_WW,            \
	  "stores before it, WC ones too, before stores after it", sfence)                         \
	X(mfence, "mfence", true, FOR_ENDING_GATHERING | FOR_FULL_ORDER | FOR_DOORBELLS,           \
	  ORDERS_ALL,                                                                              \
	  "accesses before it, before accesses after it", mfence)                                  \
	X(lfence, "lfence", false, FOR_WAITING_FOR_LOADS, ORDERS_RW | ORDERS_RR,                   \
	  "loads before it, before instructions after it", lfence)                                 \
	X(lock_or, "lock-or", false, FOR_NOTHING, ORDERS_ALL,                                      \
	  "as mfence, by a locked instruction on the stack",                                       \
	  /* below the red zone is nobody's; on the stack, so that the line is our own */          \
	  lock orl $0, -132(%rsp))                                                                 \
	X(read_flush, "read-flush", true, FOR_ARRIVAL, ORDERS_ALL,                                 \
	  "waits until stores before it have reached the device", read_flush)                      \
	X(load_back, "load-back", true, FOR_LOADING_BACK, ORDERS_NOTHING,                          \
	  "loads what was just stored, and waits for it", load_back)                               \
	X(dep, "dep", true, FOR_DEPENDENCE, ORDERS_NOTHING,                                        \
	  "a load before it, before the next access (address dependency)", depend)

/* Where it is the architecture that this is built for: */
#if defined __x86_64__ && !defined __ASSEMBLER__
#include <cpuid.h>
#include <stdbool.h>

static inline bool cpuid_7_ecx(unsigned int bit)
{
	unsigned int a, b, c, d;

	return __get_cpuid_count(7, 0, &a, &b, &c, &d) && c & 1u << bit;
}

/*
 * X(id, what a kernel may need, whether this CPU and kernel have it, why such kernels must run neither on
 * ordinary memory nor in a VM: NULL, they may). Intel SDM vol. 2A, CPUID; the compiler's own check asks
 * the system too (XGETBV).
 */
#define ARCH_FEATURES(X)                                                                           \
	X(sse4_1, "SSE4.1", __builtin_cpu_supports("sse4.1"), NULL)                        \
	X(avx, "AVX", __builtin_cpu_supports("avx"), NULL)                                 \
	X(avx512f, "AVX-512F", __builtin_cpu_supports("avx512f"), NULL)                    \
	X(movdiri, "MOVDIRI", cpuid_7_ecx(27), NULL)                                       \
	X(movdir64b, "MOVDIR64B", cpuid_7_ecx(28), NULL)

#define ARCH_WAIT_LOADS "lfence"
#endif

#endif
