/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ARCH_PAIRS_H
#define ARCH_PAIRS_H

/*
 * Makes the pairs of an architecture: two 4-byte accesses with a barrier between, in one asm. The
 * including file has BARRIER_b of loops.h, and before:
 *
 *   PAIR_W(n), PAIR_R(n)  asm of a store of [vn] to [pn], a load of [pn] into [vn]
 */

#include "arch/arch.h"

/* a build that shows that the litmus tests can fail: tests/cli/order.test */
#ifdef MMIOBENCH_TEST_NO_BARRIER
#define PAIR_BARRIER(b) ""
#else
#define PAIR_BARRIER(b) BARRIER_##b
#endif

#define PAIR_NAME(k1, k2, b) pair_##k1##k2##__##b

#define PAIR(k1, k2, b)                                                                            \
	static __attribute__((noinline)) void PAIR_NAME(k1, k2, b)(struct pair_args *a)            \
	{                                                                                          \
		uint32_t v1 = a->value[0], v2 = a->value[1];                                       \
		uint64_t t;                                                                        \
		asm volatile(PAIR_##k1(1) PAIR_BARRIER(b) PAIR_##k2(2)                             \
			     : [v1] "+&r"(v1), [v2] "+&r"(v2), [t] "=&r"(t)                        \
			     : [p1] "r"(a->at[0]), [p2] "r"(a->at[1]), [f] "r"(a->at[1])           \
			     : "memory", "cc");                                                    \
		(void)t;                                                                           \
		a->value[0] = v1;                                                                  \
		a->value[1] = v2;                                                                  \
	}

#define PAIR_ROW(k1, k2, b) { #k1 #k2, &barrier_##b, PAIR_NAME(k1, k2, b),                    \
			      "pair_" #k1 #k2 "__" #b },

#define PAIRS_OF(X, b) X(W, W, b) X(W, R, b) X(R, W, b) X(R, R, b)

#define ARCH_PAIR_TABLE(PAIRS) PAIRS(PAIR) const struct pair arch_pairs[] = { PAIRS(PAIR_ROW) { 0 } };

#endif
