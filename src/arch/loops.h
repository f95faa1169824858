/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ARCH_LOOPS_H
#define ARCH_LOOPS_H

/*
 * Makes the measuring loops of an architecture. The including file defines before:
 *
 *   ACCESS_k   asm of kernel k at offset .Lo of operand [p]; WIDTH_k its bytes, for the scalar
 *              kernels that every architecture has it is below
 *   LOOPS_STORE(X_REGION, X_SPAN, k, w)  the loops of a store kernel, with every barrier
 *   BARRIER_b  asm of barrier b
 *   LOOP_NEXT_BLOCK, LOOP_NEXT_LAP   asm that closes the two loops: steps [p] by BLOCK until [end]
 *              and branches to 2 backwards; counts [n] down and branches to 1 backwards
 *   LOOP_REWIND  asm: [p] = [base]
 *   LOOP_DONE_k  asm after the last lap: loads wait for their data
 *
 * The operands: base, end, p, n (laps), v (value), t (scratch), f (address to read-flush).
 * Straight-line code comes from .rept, so that the compiler has no say in what is executed.
 */

#include "arch/arch.h"

#define LOOP_STR1(x) #x
#define LOOP_STR(x)  LOOP_STR1(x)

/* powers of two throughout; interval 0: never inside a pass */
#define LOOP_BLOCK(k, b, interval, wrap, block)                                                    \
	".set .Li, 0\n"                                                                            \
	".rept " LOOP_STR(block) " / " LOOP_STR(WIDTH_##k) "\n"                                    \
	".set .Lo, .Li & (" LOOP_STR(wrap) " - 1)\n"                                               \
	ACCESS_##k                                                                                 \
	".set .Li, .Li + " LOOP_STR(WIDTH_##k) "\n"                                                \
	".if " LOOP_STR(interval) "\n"                                                             \
	".if (.Li & (" LOOP_STR(interval) " - 1)) == 0\n"                                          \
	BARRIER_##b                                                                                \
	".endif\n"                                                                                 \
	".endif\n"                                                                                 \
	".endr\n"

#define LOOP_OPERANDS                                                                              \
	: [p] "=&r"(p), [n] "+&r"(n), [t] "=&r"(t)                                                 \
	: [base] "r"(a->base), [end] "r"(a->end), [v] "r"(a->value), [f] "r"(a->flush)             \
	: "memory", "cc"

#define LOOP_HEAD(name)                                                                            \
	static __attribute__((noinline, aligned(64))) void name(const struct loop_args *a)         \
	{                                                                                          \
		const volatile void *p;                                                            \
		uint64_t n = a->laps, t = 0;                                                       \
		(void)t

#define LOOP_NAME(k, b, iname, span) loop_##k##__##b##__##iname##__##span

/* walks [base, end) in blocks; "at_end" is the barrier that closes a pass */
#define LOOP_REGION(k, b, iname, interval, at_end, block)                                          \
	LOOP_HEAD(LOOP_NAME(k, b, iname, 0));                                                      \
	asm volatile(".p2align 6\n"                                                                \
		     "1:\n" LOOP_REWIND                                                            \
		     "2:\n" LOOP_BLOCK(k, b, interval, block, block)                               \
		     LOOP_NEXT_BLOCK(block)                                                        \
		     BARRIER_##at_end                                                              \
		     LOOP_NEXT_LAP                                                                 \
		     LOOP_DONE_##k LOOP_OPERANDS);                                                 \
	}

/* stays in the first span bytes */
#define LOOP_SPAN(k, b, iname, interval, span)                                                     \
	LOOP_HEAD(LOOP_NAME(k, b, iname, span));                                                   \
	asm volatile(LOOP_REWIND                                                                   \
		     ".p2align 6\n"                                                                \
		     "1:\n" LOOP_BLOCK(k, b, interval, span, 1024)                                 \
		     LOOP_NEXT_LAP                                                                 \
		     LOOP_DONE_##k LOOP_OPERANDS);                                                 \
	}

/*
 * The loops of one kernel. X_REGION(k, b, iname, interval, at_end, block) and
 * X_SPAN(k, b, iname, interval, span) are applied to each, first to make the functions, then the
 * rows of the table.
 */
#define LOOPS_FREE(X_REGION, X_SPAN, k)                                                            \
	X_REGION(k, none, end, 0, none, 1024)                                                      \
	X_SPAN(k, none, end, 0, 64)                                                                \
	X_SPAN(k, none, end, 0, 128)                                                               \
	X_SPAN(k, none, end, 0, 256)                                                               \
	X_SPAN(k, none, end, 0, 512)

#define LOOPS_BARRIER(X_REGION, X_SPAN, k, w, b)                                                   \
	X_REGION(k, b, each, w, none, 1024)                                                        \
	X_REGION(k, b, 64, 64, none, 1024)                                                         \
	X_REGION(k, b, 256, 256, none, 1024)                                                       \
	X_REGION(k, b, 4096, 4096, none, 4096)                                                     \
	X_REGION(k, b, end, 0, b, 1024)                                                            \
	X_SPAN(k, b, each, w, 64)

/* One register, of every width: the kernels and loops that all architectures have. */
#define WIDTH_store1 1
#define WIDTH_store2 2
#define WIDTH_store4 4
#define WIDTH_store8 8
#define WIDTH_load1  1
#define WIDTH_load2  2
#define WIDTH_load4  4
#define WIDTH_load8  8

#define LOOPS_SCALAR(X_REGION, X_SPAN)                                                             \
	LOOPS_STORE(X_REGION, X_SPAN, store4, 4)                                                   \
	LOOPS_STORE(X_REGION, X_SPAN, store8, 8)                                                   \
	LOOPS_FREE(X_REGION, X_SPAN, store1)                                                       \
	LOOPS_FREE(X_REGION, X_SPAN, store2)                                                       \
	LOOPS_FREE(X_REGION, X_SPAN, load1)                                                        \
	LOOPS_FREE(X_REGION, X_SPAN, load2)                                                        \
	LOOPS_FREE(X_REGION, X_SPAN, load4)                                                        \
	LOOPS_FREE(X_REGION, X_SPAN, load8)                                                        \
	X_SPAN(load4, dep, each, 4, 64)                                                            \
	X_SPAN(load8, dep, each, 8, 64)

#define LOOP_ROW_REGION(k, b, iname, interval, at_end, block)                                      \
	{ &kernel_##k, &barrier_##b, interval, 0, block, LOOP_NAME(k, b, iname, 0),                \
	  LOOP_STR(LOOP_NAME(k, b, iname, 0)) },
#define LOOP_ROW_SPAN(k, b, iname, interval, span)                                                 \
	{ &kernel_##k, &barrier_##b, interval, span, 1024, LOOP_NAME(k, b, iname, span),           \
	  LOOP_STR(LOOP_NAME(k, b, iname, span)) },

/* Every kernel of today moves one register, which a hypervisor can emulate from the syndrome. */
#define KERNEL_CONST(k, dir, insn, tlp)                                                            \
	static const struct kernel kernel_##k = { #k, dir, WIDTH_##k, true, insn, tlp };
#define KERNEL_ROW(k, dir, insn, tlp)  { #k, dir, WIDTH_##k, true, insn, tlp },
#define BARRIER_CONST(b, name, common, orders)                                                     \
	static const struct barrier barrier_##b = { name, orders, common };
#define BARRIER_ROW(b, name, common, orders) { name, orders, common },

#define ARCH_TABLES(KERNELS, BARRIERS)                                                             \
	KERNELS(KERNEL_CONST)                                                                      \
	BARRIERS(BARRIER_CONST)                                                                    \
	const struct kernel arch_kernels[] = { KERNELS(KERNEL_ROW) { 0 } };                        \
	const struct barrier arch_barriers[] = { BARRIERS(BARRIER_ROW) { 0 } };

#define ARCH_LOOP_TABLE(LOOPS)                                                                     \
	LOOPS(LOOP_REGION, LOOP_SPAN)                                                              \
	const struct loop arch_loops[] = { LOOPS(LOOP_ROW_REGION, LOOP_ROW_SPAN) { 0 } };

#endif
