/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ARCH_LOOPS_H
#define ARCH_LOOPS_H

/*
 * Makes the measuring loops of an architecture. The including file defines before, for kernel k:
 *
 *   WIDTH_k, BIAS_k  bytes of an access; [p] points so far behind the block (0 but where offsets
 *                    must be negative to reach all of it)
 *   ACCESS_k         asm of one access at offset .Lo of operand [p]; those that move [p] themselves
 *                    have another, ACCESS_STAY_k, for loops that stay, and LOOP_STEP_k ""
 *   PREPARE_k, DONE_k  asm before the first lap (fill registers) and after the last (loads wait for
 *                    their data)
 *   BARRIER_b, BELL_n  asm of barrier b; of a doorbell of n bytes
 *   LOOP_REWIND, LOOP_UP(block), LOOP_DOWN(block), LOOP_UNTIL, LOOP_NEXT_LAP   asm: [p] = [first];
 *                    [p] steps; branch to 2 backwards unless [p] is [last]; counts [n] down and
 *                    branches to 1 backwards
 *   LOOP_CLOBBERS    vector registers
 *
 * The operands: first, last, p, n (laps), v (value), t, t2 (scratch), f (address to read-flush),
 * d (doorbell). Straight-line code comes from .rept, so that the compiler has no say in it.
 */

#include "arch/arch.h"

#define LOOP_STR1(x) #x
#define LOOP_STR(x)  LOOP_STR1(x)

/* Offsets .Lo of access .Ln, of w bytes, in a block of b bytes: strings of gas arithmetic. */
#define LOOP_AT(expression) ".set .Lo, " expression "\n"
#define OFFSET_seq(w, b)       LOOP_AT(".Ln * " w)
#define OFFSET_reverse(w, b)   LOOP_AT(b " - " w " - .Ln * " w)
#define OFFSET_stride64(w, b)  LOOP_AT(".Ln * 64")
#define OFFSET_stride256(w, b) LOOP_AT(".Ln * 256")
/* odd multipliers and shifts to the right permute; together they have no constant stride */
#define OFFSET_random(w, b)                                                                        \
	".set .Lo, (.Ln * 165 + 77) & (" b " / " w " - 1)\n"                                       \
	".set .Lo, .Lo ^ (.Lo >> 4)\n"                                                             \
	".set .Lo, (.Lo * 237 + 31) & (" b " / " w " - 1)\n"                                       \
	".set .Lo, (.Lo ^ (.Lo >> 5)) * " w "\n"
#define OFFSET_one(w, b)     LOOP_AT("0")
#define OFFSET_single(w, b)  LOOP_AT("0")
#define OFFSET_span64(w, b)  LOOP_AT("(.Ln * " w ") & 63")
#define OFFSET_span128(w, b) LOOP_AT("(.Ln * " w ") & 127")
#define OFFSET_span256(w, b) LOOP_AT("(.Ln * " w ") & 255")
#define OFFSET_span512(w, b) LOOP_AT("(.Ln * " w ") & 511")
#define LOOP_LINES(n)                                                                              \
	LOOP_AT("(.Ln / (8 * " #n ")) * (64 * " #n ") + (.Ln - (.Ln / " #n ") * " #n ") * 64 + "    \
		"((.Ln / " #n ") & 7) * 8")
#define OFFSET_lines1(w, b)  LOOP_LINES(1)
#define OFFSET_lines2(w, b)  LOOP_LINES(2)
#define OFFSET_lines4(w, b)  LOOP_LINES(4)
#define OFFSET_lines8(w, b)  LOOP_LINES(8)
#define OFFSET_lines16(w, b) LOOP_LINES(16)
#define OFFSET_lines32(w, b) LOOP_LINES(32)
#define LOOP_WORDS(n) LOOP_AT("(.Ln / " #n ") * 64 + (.Ln - (.Ln / " #n ") * " #n ") * 8")
#define OFFSET_words1(w, b) LOOP_WORDS(1)
#define OFFSET_words2(w, b) LOOP_WORDS(2)
#define OFFSET_words3(w, b) LOOP_WORDS(3)
#define OFFSET_words4(w, b) LOOP_WORDS(4)
#define OFFSET_words5(w, b) LOOP_WORDS(5)
#define OFFSET_words6(w, b) LOOP_WORDS(6)
#define OFFSET_words7(w, b) LOOP_WORDS(7)
#define OFFSET_words8(w, b) LOOP_WORDS(8)

/* n accesses; what closes an interval comes after so many bytes moved, 0: never inside a block */
#define LOOP_BLOCK(k, access, close, interval, pattern, n, block)                                  \
	".set .Ln, 0\n"                                                                            \
	".rept " LOOP_STR(n) "\n"                                                                  \
	OFFSET_##pattern(LOOP_STR(WIDTH_##k), LOOP_STR(block))                                     \
	".set .Lo, .Lo - " LOOP_STR(BIAS_##k) "\n"                                                 \
	access                                                                                     \
	".set .Ln, .Ln + 1\n"                                                                      \
	".set .Lm, .Ln * " LOOP_STR(WIDTH_##k) "\n"                                                \
	".if " LOOP_STR(interval) "\n"                                                             \
	".if .Lm == (.Lm / " LOOP_STR(interval) ") * " LOOP_STR(interval) "\n"                     \
	close                                                                                      \
	".endif\n"                                                                                 \
	".endif\n"                                                                                 \
	".endr\n"

#define LOOP_NAME(k, b, iname, bell, pattern) loop_##k##__##b##__##iname##__##bell##__##pattern

#define LOOP_HEAD(name)                                                                            \
	static __attribute__((noinline, aligned(64))) void name(const struct loop_args *a)         \
	{                                                                                          \
		uintptr_t base = (uintptr_t)a->base, end = (uintptr_t)a->end, p;                   \
		uint64_t n = a->laps, t = 0, t2 = 0;                                               \
		(void)t, (void)t2, (void)end

#define LOOP_OPERANDS(at, until)                                                                    \
	: [p] "=&r"(p), [n] "+&r"(n), [t] "=&r"(t), [t2] "=&r"(t2)                                 \
	: [first] "r"(at), [last] "r"(until), [v] "r"(a->value), [f] "r"(a->flush),              \
	  [d] "r"(a->doorbell)                                                                     \
	: "memory", "cc", LOOP_CLOBBERS

#define LOOP_WALKING(k, b, iname, interval, at_end, bell, pattern, n, block, step, first, last)    \
	LOOP_HEAD(LOOP_NAME(k, b, iname, bell, pattern));                                          \
	asm volatile(PREPARE_##k                                                                   \
		     ".p2align 6\n"                                                                \
		     "1:\n" LOOP_REWIND                                                            \
		     "2:\n" LOOP_BLOCK(k, ACCESS_##k, BARRIER_##b BELL_##bell, interval, pattern,  \
				       n, block)                                                   \
		     step LOOP_UNTIL                                                               \
		     BARRIER_##at_end                                                              \
		     LOOP_NEXT_LAP                                                                 \
		     DONE_##k LOOP_OPERANDS(first + BIAS_##k, last + BIAS_##k));                   \
	}

/* from base to end */
#define LOOP_WALK(k, b, iname, interval, at_end, bell, pattern, n, block)                          \
	LOOP_WALKING(k, b, iname, interval, at_end, bell, pattern, n, block, LOOP_UP(block), base, \
		     end)
/* the same for kernels that move [p] themselves */
#define LOOP_WALK_SELF(k, b, iname, interval, at_end, bell, pattern, n, block)                     \
	LOOP_WALKING(k, b, iname, interval, at_end, bell, pattern, n, block, "", base, end)
/* from end to base */
#define LOOP_WALK_DOWN(k, b, iname, interval, at_end, bell, pattern, n, block)                     \
	LOOP_WALKING(k, b, iname, interval, at_end, bell, pattern, n, block, LOOP_DOWN(block),     \
		     end - block, base - block)

/* stays at base */
#define LOOP_STAY(k, b, iname, interval, pattern, n)                                               \
	LOOP_HEAD(LOOP_NAME(k, b, iname, 0, pattern));                                             \
	asm volatile(PREPARE_##k LOOP_REWIND                                                       \
		     ".p2align 6\n"                                                                \
		     "1:\n" LOOP_BLOCK(k, ACCESS_STAY_##k, BARRIER_##b, interval, pattern, n, 0)   \
		     LOOP_NEXT_LAP                                                                 \
		     DONE_##k LOOP_OPERANDS(base + BIAS_##k, end));                                \
	}

#define LOOP_ROW_WALK(k, b, iname, interval, at_end, bell, pattern, n, block)                      \
	{ &kernel_##k, &barrier_##b, &arch_patterns[PATTERN_ID_##pattern], interval, bell, block,  \
	  n, LOOP_NAME(k, b, iname, bell, pattern),                                                \
	  LOOP_STR(LOOP_NAME(k, b, iname, bell, pattern)) },
#define LOOP_ROW_STAY(k, b, iname, interval, pattern, n)                                           \
	LOOP_ROW_WALK(k, b, iname, interval, none, 0, pattern, n, n * WIDTH_##k)

/*
 * Sets of loops. W, S, D, Y are LOOP_WALK, LOOP_WALK_SELF, LOOP_WALK_DOWN and LOOP_STAY to make the
 * functions, then the row macros to make the table. x: accesses in 1 KiB and in 64 bytes.
 */
#define LOOPS_SPANS(Y, k, n)                                                                       \
	Y(k, none, end, 0, span64, n)                                                              \
	Y(k, none, end, 0, span128, n)                                                             \
	Y(k, none, end, 0, span256, n)                                                             \
	Y(k, none, end, 0, span512, n)                                                             \
	Y(k, none, end, 0, single, 1)

/* an access wider than a register: n are those of a block, at least 64, or counting weighs in */
#define LOOPS_WIDE(W, Y, k, n, block)                                                              \
	W(k, none, end, 0, none, 0, seq, n, block)                                                 \
	Y(k, none, end, 0, span64, 64)                                                             \
	Y(k, none, end, 0, single, 1)

#define LOOPS_AT_LINES(W, k, b, n, block) W(k, b, 64, 64, none, 0, seq, n, block)

#define LOOPS_PATTERNS(W, D, Y, k)                                                                 \
	D(k, none, end, 0, none, 0, reverse, 128, 1024)                                            \
	W(k, none, end, 0, none, 0, stride64, 64, 4096)                                            \
	W(k, none, end, 0, none, 0, stride256, 64, 16384)                                          \
	W(k, none, end, 0, none, 0, random, 512, 4096)                                             \
	Y(k, none, end, 0, one, 128)

#define LOOPS_LINES(W, k)                                                                          \
	W(k, none, end, 0, none, 0, lines1, 512, 4096)                                             \
	W(k, none, end, 0, none, 0, lines2, 512, 4096)                                             \
	W(k, none, end, 0, none, 0, lines4, 512, 4096)                                             \
	W(k, none, end, 0, none, 0, lines8, 512, 4096)                                             \
	W(k, none, end, 0, none, 0, lines16, 512, 4096)                                            \
	W(k, none, end, 0, none, 0, lines32, 512, 4096)

#define LOOPS_WORDS(W, k, b)                                                                       \
	LOOPS_WORDS_OF(W, k, b, 8, 64, words1)                                                     \
	LOOPS_WORDS_OF(W, k, b, 16, 128, words2)                                                   \
	LOOPS_WORDS_OF(W, k, b, 24, 192, words3)                                                   \
	LOOPS_WORDS_OF(W, k, b, 32, 256, words4)                                                   \
	LOOPS_WORDS_OF(W, k, b, 40, 320, words5)                                                   \
	LOOPS_WORDS_OF(W, k, b, 48, 384, words6)                                                   \
	LOOPS_WORDS_OF(W, k, b, 56, 448, words7)                                                   \
	LOOPS_WORDS_OF(W, k, b, 64, 512, words8)
#define LOOPS_WORDS_OF(W, k, b, line, n, pattern)                                                  \
	W(k, none, end, 0, none, 0, pattern, n, 4096)                                              \
	W(k, b, line, line, none, 0, pattern, n, 4096)

/* loads of so many lines, then wait for them; eight of one line for comparison */
#define LOOPS_IN_FLIGHT(W, k, b)                                                                   \
	W(k, b, 8, 8, none, 0, stride64, 64, 4096)                                                 \
	W(k, b, 16, 16, none, 0, stride64, 64, 4096)                                               \
	W(k, b, 32, 32, none, 0, stride64, 64, 4096)                                               \
	W(k, b, 64, 64, none, 0, stride64, 64, 4096)                                               \
	W(k, b, 128, 128, none, 0, stride64, 64, 4096)                                             \
	W(k, b, 64, 64, none, 0, seq, 64, 512)

#define LOOPS_DOORBELL(W, k, b)                                                                    \
	W(k, b, 8, 8, none, 4, seq, 128, 1024)                                                     \
	W(k, b, 16, 16, none, 4, seq, 128, 1024)                                                   \
	W(k, b, 32, 32, none, 4, seq, 128, 1024)                                                   \
	W(k, b, 64, 64, none, 4, seq, 128, 1024)                                                   \
	W(k, b, 64, 64, none, 8, seq, 128, 1024)                                                   \
	W(k, b, 128, 128, none, 4, seq, 128, 1024)                                                 \
	W(k, b, 256, 256, none, 4, seq, 128, 1024)                                                 \
	W(k, b, 512, 512, none, 4, seq, 128, 1024)                                                 \
	W(k, b, 1024, 1024, none, 4, seq, 128, 1024)                                               \
	W(k, b, 4096, 4096, none, 4, seq, 512, 4096)

#define LOOPS_BARRIER(W, Y, k, w, n, b)                                                            \
	W(k, b, each, w, none, 0, seq, n, 1024)                                                    \
	W(k, b, 64, 64, none, 0, seq, n, 1024)                                                     \
	W(k, b, 256, 256, none, 0, seq, n, 1024)                                                   \
	W(k, b, 4096, 4096, none, 0, seq, 4 * n, 4096)                                             \
	W(k, b, end, 0, b, 0, seq, n, 1024)                                                        \
	Y(k, b, each, w, span64, n)

/* One register, of every width: the kernels and loops that all architectures have. */
#define WIDTH_store1 1
#define WIDTH_store2 2
#define WIDTH_store4 4
#define WIDTH_store8 8
#define WIDTH_load1  1
#define WIDTH_load2  2
#define WIDTH_load4  4
#define WIDTH_load8  8
#define BIAS_store1  0
#define BIAS_store2  0
#define BIAS_store4  0
#define BIAS_store8  0
#define BIAS_load1   0
#define BIAS_load2   0
#define BIAS_load4   0
#define BIAS_load8   0
#define PREPARE_store1 ""
#define PREPARE_store2 ""
#define PREPARE_store4 ""
#define PREPARE_store8 ""
#define PREPARE_load1  ""
#define PREPARE_load2  ""
#define PREPARE_load4  ""
#define PREPARE_load8  ""
#define DONE_store1 ""
#define DONE_store2 ""
#define DONE_store4 ""
#define DONE_store8 ""
#define DONE_load1 LOOP_WAIT_LOADS
#define DONE_load2 LOOP_WAIT_LOADS
#define DONE_load4 LOOP_WAIT_LOADS
#define DONE_load8 LOOP_WAIT_LOADS
#define ACCESS_STAY_store1 ACCESS_store1
#define ACCESS_STAY_store2 ACCESS_store2
#define ACCESS_STAY_store4 ACCESS_store4
#define ACCESS_STAY_store8 ACCESS_store8
#define ACCESS_STAY_load1  ACCESS_load1
#define ACCESS_STAY_load2  ACCESS_load2
#define ACCESS_STAY_load4  ACCESS_load4
#define ACCESS_STAY_load8  ACCESS_load8

/* What people's C code gets; the rows below claim of it what is moved, not how. */
#define WIDTH_store8_c 8
#define WIDTH_load8_c  8
#define DONE_store8_c  ""
#define DONE_load8_c   LOOP_WAIT_LOADS
#define LOOP_C(k, access)                                                                          \
	static __attribute__((noinline)) void LOOP_NAME(k, none, end, 0, seq)(                     \
		const struct loop_args *a)                                                         \
	{                                                                                          \
		volatile uint64_t *const end = a->end;                                             \
		const uint64_t value = a->value;                                                   \
		for (uint64_t n = a->laps; n; n--)                                                 \
			for (volatile uint64_t *p = a->base; p != end; p++)                        \
				access;                                                            \
		(void)value;                                                                       \
		asm volatile(DONE_##k : : : "memory");                                             \
	}
#define LOOP_C_ROW(k) LOOP_ROW_WALK(k, none, end, 0, none, 0, seq, 8, 64)

/* 512-byte blocks of loads: a prefetcher that follows each instruction likes short strides */
#define LOOPS_SCALAR(W, S, D, Y)                                                                   \
	LOOPS_SPANS(Y, store1, 1024)                                                               \
	LOOPS_SPANS(Y, store2, 512)                                                                \
	LOOPS_SPANS(Y, store4, 256)                                                                \
	LOOPS_SPANS(Y, store8, 128)                                                                \
	LOOPS_SPANS(Y, load1, 1024)                                                                \
	LOOPS_SPANS(Y, load2, 512)                                                                 \
	LOOPS_SPANS(Y, load4, 256)                                                                 \
	LOOPS_SPANS(Y, load8, 128)                                                                 \
	W(store1, none, end, 0, none, 0, seq, 1024, 1024)                                          \
	W(store2, none, end, 0, none, 0, seq, 512, 1024)                                           \
	W(store4, none, end, 0, none, 0, seq, 256, 1024)                                           \
	W(store8, none, end, 0, none, 0, seq, 128, 1024)                                           \
	W(load1, none, end, 0, none, 0, seq, 512, 512)                                             \
	W(load2, none, end, 0, none, 0, seq, 256, 512)                                             \
	W(load4, none, end, 0, none, 0, seq, 128, 512)                                             \
	W(load8, none, end, 0, none, 0, seq, 64, 512)                                              \
	LOOPS_PATTERNS(W, D, Y, store8)                                                            \
	LOOPS_PATTERNS(W, D, Y, load8)                                                             \
	LOOPS_LINES(W, store8)                                                                     \
	Y(store8, load_back, each, 8, span64, 128)                                                 \
	Y(load4, dep, each, 4, span64, 256)                                                        \
	Y(load8, dep, each, 8, span64, 128)

#define PATTERN_ID(name, what, stays) PATTERN_ID_##name,
enum { ARCH_PATTERNS(PATTERN_ID) };

#define KERNEL_CONST(k, dir, safe, feature, insn, tlp)                                             \
	static const struct kernel kernel_##k = { #k, dir, WIDTH_##k, safe, feature, insn, tlp };
#define KERNEL_ROW(k, dir, safe, feature, insn, tlp)                                               \
	{ #k, dir, WIDTH_##k, safe, feature, insn, tlp },
#define BARRIER_CONST(b, name, common, orders)                                                     \
	static const struct barrier barrier_##b = { name, orders, common };
#define BARRIER_ROW(b, name, common, orders) { name, orders, common },

#define ARCH_TABLES(KERNELS, BARRIERS)                                                             \
	KERNELS(KERNEL_CONST)                                                                      \
	BARRIERS(BARRIER_CONST)                                                                    \
	const struct kernel arch_kernels[] = { KERNELS(KERNEL_ROW) { 0 } };                        \
	const struct barrier arch_barriers[] = { BARRIERS(BARRIER_ROW) { 0 } };

#define ARCH_LOOP_TABLE(LOOPS)                                                                     \
	LOOPS(LOOP_WALK, LOOP_WALK_SELF, LOOP_WALK_DOWN, LOOP_STAY)                                \
	LOOP_C(store8_c, *p = value)                                                               \
	LOOP_C(load8_c, (void)*p)                                                                  \
	const struct loop arch_loops[] = {                                                         \
		LOOPS(LOOP_ROW_WALK, LOOP_ROW_WALK, LOOP_ROW_WALK, LOOP_ROW_STAY)                  \
		LOOP_C_ROW(store8_c) LOOP_C_ROW(load8_c) { 0 }                                     \
	};

#endif
