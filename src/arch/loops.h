/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ARCH_LOOPS_H
#define ARCH_LOOPS_H

/*
 * Makes the measuring loops of an architecture and the tables of arch.h, in assembly: NAME.S says how
 * a loop counts and steps, then has a row for each kernel and for each set of loops. Straight-line code
 * comes from .rept, so that no compiler has a say in it.
 */

#include "arch/shared.h"

/*
 * What NAME.S has before it uses the macros below. The pointer is the register that it keeps where
 * the accesses go; an access is at .Lo from it.
 *
 *   landing_pad                 where an indirect call may arrive
 *   loop_enter FROM, TO, AHEAD  saves what must be saved, loads struct loop_args: walks begin at the
 *                               address at FROM in it and end before the one at TO, AHEAD added to both
 *   rewind                      the pointer is where walks begin
 *   step BYTES                  adds to the pointer
 *   until_end                   branches to 2 backwards unless the pointer is where walks end
 *   next_lap                    counts laps down, branches to 1 backwards
 *   wait_loads                  loads before it have returned
 *   bell_0, bell_4, bell_8      stores so many bytes to the doorbell; 0: nothing
 *   loop_leave                  restores what was saved; the return follows
 *   pair_enter, pair_W0, pair_W1, pair_R0, pair_R1, pair_leave
 *                               load struct pair_args; store value[N] to at[N], or load it from there;
 *                               write the values back
 */
#define UINT32_MAX 0xffffffff

.globl arch_clock_start, arch_clock_end, arch_clock_nominal_hz
.globl arch_load32, arch_store32, arch_read_flush

/* A pointer to text; NULL where there is none. */
.macro string text
	.ifb \text
	.quad 0
	.else
	.pushsection .rodata.str1.1, "aMS", %progbits, 1
7:	.asciz "\text"
	.popsection
	.quad 7b
	.endif
.endm

/* A table of C's: rows are appended from anywhere, the last one is all zeros. */
.macro in_table table
	.pushsection .data.rel.ro.\table, "aw", %progbits
.endm
.macro table name
	in_table \name
	.balign 8
	.globl \name
	.type \name, %object
\name:
	.popsection
.endm
.macro end_table name, row_bytes
	in_table \name
	.zero \row_bytes
	.size \name, . - \name
	.popsection
.endm

.macro function name
	.text
	.p2align 6
	.type \name, %function
\name:
	.cfi_startproc
	landing_pad
.endm
.macro end_function name
	ret
	.cfi_endproc
	.size \name, . - \name
.endm

table arch_kernels
table arch_loops
table arch_pairs
table arch_crash_probes

/* Sets .Lo; see ARCH_PATTERNS. */
.macro at offset:vararg
	.set .Lo, \offset
.endm
/* odd multipliers and shifts to the right permute; together they have no constant stride */
.macro at_random
	.set .Lo, (.Ln * 165 + 77) & (.Lblock / .Lwidth - 1)
	.set .Lo, .Lo ^ (.Lo >> 4)
	.set .Lo, (.Lo * 237 + 31) & (.Lblock / .Lwidth - 1)
	.set .Lo, (.Lo ^ (.Lo >> 5)) * .Lwidth
.endm
.macro at_lines n
	.set .Lo, .Ln / (8 * \n) * (64 * \n) + (.Ln - .Ln / \n * \n) * 64 + (.Ln / \n & 7) * 8
.endm
.macro at_words n
	.set .Lo, .Ln / \n * 64 + (.Ln - .Ln / \n * \n) * 8
.endm

.set .Lpatterns, 0
.macro pattern name, place:vararg
	.macro place_\name
	\place
	.endm
	.set .Lpattern_\name, .Lpatterns
	.set .Lpatterns, .Lpatterns + 1
.endm
#define PATTERN_ROW(name, what, stays, ...) pattern name, __VA_ARGS__ ;
ARCH_PATTERNS(PATTERN_ROW)

/* NAME.S has defined BARRIERS, the list in NAME.h, and BARRIER_TABLE, which facts.c makes of it. */
.set .Lbarriers, 0
.macro barrier name, instructions:vararg
	.macro barrier_\name
	\instructions
	.endm
	.set .Lbarrier_\name, .Lbarriers
	.set .Lbarriers, .Lbarriers + 1
.endm
#define BARRIER_ROW(id, name, common, purposes, orders, what, ...) barrier id, __VA_ARGS__ ;
BARRIERS(BARRIER_ROW)

/*
 * An access kernel: its row of arch_kernels, see struct kernel. access is its instruction, at .Lo from
 * the pointer, or several that count as one access.
 *
 *   form        the instruction as the manual writes it; the disassembly test goes by it
 *   feature     a name in NAME.h's ARCH_FEATURES, without which the CPU cannot run it
 *   prepare, leave   instructions before the first lap (fill registers), and after the last
 *   ahead       the pointer stands so many bytes into the block, as offsets must be negative to reach
 *               all of it; "self": where it walks (.Lwalks) the access moves the pointer itself
 *   low_byte    it stores the lowest byte of the value, repeated
 *   loops       0: others than loops_wide are made of it elsewhere
 */
.set .Lstore, 0
.set .Lload, 1
.macro kernel name, direction, bytes, form, tlps, access, trap_safe=0, feature, prepare, leave, \
		ahead=0, low_byte=0, loops=1
	in_table arch_kernels
.Lkernel_\name:
	string "\name"
	string "\feature"
	string "\form"
	string "\tlps"
	.long .L\direction, \bytes
	.byte \trap_safe, \low_byte
	.balign 8
	.popsection
	.set .Ldirection_\name, .L\direction
	.set .Lbytes_\name, \bytes
	.ifc \ahead, self
	.set .Lself_\name, 1
	.set .Lahead_\name, 0
	.else
	.set .Lself_\name, 0
	.set .Lahead_\name, \ahead
	.endif
	.macro access_\name
	\access
	.endm
	.macro prepare_\name
	\prepare
	.endm
	.macro leave_\name
	\leave
	.endm
	.if \loops
	.if \bytes < 16
	loops_wide \name, \direction, 1024/\bytes, 1024
	.else
	loops_wide \name, \direction, 64, 64*\bytes
	.endif
	.endif
.endm
/* of one register, trap-safe: in loops_common */
.macro register_kernel name, direction, bytes, form, tlps, access
	kernel \name, \direction, \bytes, "\form", "\tlps", "\access", trap_safe=1, loops=0
.endm

.macro loop_row symbol, kernel, barrier, interval, pattern, accesses, block, bell
	in_table arch_loops
	.quad .Lkernel_\kernel
	.quad BARRIER_TABLE + .Lbarrier_\barrier * BARRIER_BYTES
	.quad arch_patterns + .Lpattern_\pattern * PATTERN_BYTES
	.long \interval, \bell, \block, \accesses
	.quad \symbol
	string "\symbol"
	.popsection
.endm

/* accesses, and after each interval what closes it; 0: that is not in a block */
.macro straight_line kernel, barrier, interval, pattern, accesses, bell
	.set .Ln, 0
	.rept \accesses
	place_\pattern
	.set .Lo, .Lo - .Lahead_\kernel
	access_\kernel
	.set .Ln, .Ln + 1
	.if \interval
	.if .Ln * .Lwidth / \interval * \interval == .Ln * .Lwidth
	barrier_\barrier
	bell_\bell
	.endif
	.endif
	.endr
.endm

.macro loop_begin symbol, kernel, block, walks, from, to, ahead
	.set .Lwidth, .Lbytes_\kernel
	.set .Lblock, \block
	.set .Lwalks, \walks
	function \symbol
	loop_enter \from, \to, \ahead
	prepare_\kernel
.endm
.macro loop_end symbol, kernel
	next_lap
	.if .Ldirection_\kernel == .Lload
	wait_loads
	.endif
	leave_\kernel
	loop_leave
	end_function \symbol
.endm

.macro walking_loop symbol, kernel, barrier, interval, pattern, accesses, block, bell, from, to, ahead, by
	loop_begin \symbol, \kernel, \block, 1, \from, \to, \ahead
	.p2align 6
1:	rewind
2:	straight_line \kernel, \barrier, \interval, \pattern, \accesses, \bell
	.if !.Lself_\kernel
	step \by
	.endif
	until_end
	.if \interval == 0
	barrier_\barrier
	.endif
	loop_end \symbol, \kernel
	loop_row \symbol, \kernel, \barrier, \interval, \pattern, \accesses, \block, \bell
.endm
.macro staying_loop symbol, kernel, barrier, interval, pattern, accesses
	loop_begin \symbol, \kernel, 0, 0, ARGS_BASE, ARGS_END, .Lahead_\kernel
	rewind
	.p2align 6
1:	straight_line \kernel, \barrier, \interval, \pattern, \accesses, 0
	loop_end \symbol, \kernel
	loop_row \symbol, \kernel, \barrier, \interval, \pattern, \accesses, \accesses*.Lwidth, 0
.endm

/* Block after block, with a barrier after each interval or, where that is 0, after each pass. */
.macro walk kernel, barrier, interval, pattern, accesses, block, bell=0
	walking_loop loop_\kernel\()__\barrier\()__\interval\()__\bell\()__\pattern, \kernel, \barrier, \
		\interval, \pattern, \accesses, \block, \bell, ARGS_BASE, ARGS_END, .Lahead_\kernel, \block
.endm
/* The same from the end to the base. */
.macro walk_down kernel, barrier, interval, pattern, accesses, block
	walking_loop loop_\kernel\()__\barrier\()__\interval\()__0__\pattern, \kernel, \barrier, \
		\interval, \pattern, \accesses, \block, 0, ARGS_END, ARGS_BASE, -\block, -\block
.endm
/* The block at the base, over and over. */
.macro stay kernel, barrier, interval, pattern, accesses
	staying_loop loop_\kernel\()__\barrier\()__\interval\()__0__\pattern, \kernel, \barrier, \
		\interval, \pattern, \accesses
.endm

/* What people's C code gets: a loop in cpu.c. The row claims what is moved, not how. */
.macro kernel_in_c name, direction, bytes, form, trap_safe
	kernel \name, \direction, \bytes, "\form", "as the compiler makes it", "", \
		trap_safe=\trap_safe, loops=0
	.set .Lwidth, .Lbytes_\name
	loop_row loop_\name\()__none__0__0__seq, \name, none, 0, seq, 8, 64, 0
.endm

/* Two 4-byte accesses with a barrier between. */
.macro pair first, second, barrier
	make_pair pair_\first\second\()__\barrier, \first, \second, \barrier
.endm
.macro make_pair symbol, first, second, barrier
	function \symbol
	pair_enter
	pair_\first\()0
/* a build that shows that the litmus tests can fail: tests/cli/order.test */
#ifndef MMIOBENCH_TEST_NO_BARRIER
	barrier_\barrier
#endif
	pair_\second\()1
	pair_leave
	end_function \symbol
	in_table arch_pairs
	string "\first\second"
	.quad BARRIER_TABLE + .Lbarrier_\barrier * BARRIER_BYTES
	.quad \symbol
	string "\symbol"
	.popsection
.endm
.macro pairs barrier
	pair W, W, \barrier
	pair W, R, \barrier
	pair R, W, \barrier
	pair R, R, \barrier
.endm

.set .Lprobes, 0
#define PROBE_ROW(id, name) .set .Lprobe_##id, .Lprobes ; .set .Lprobes, .Lprobes + 1 ;
PROBES(PROBE_ROW)

/* A row of arch_crash_probes; access is a function with its contract. */
.macro crash_probe probe, what, tells_type, stores, access
	in_table arch_crash_probes
	.quad .Lprobe_\probe
	string "\what"
	.byte \tells_type, \stores
	.balign 8
	.quad \access
	.popsection
.endm

#include "arch/loop_sets.h"

/*
 * The end of NAME.S. property, value: what the code is fit for, as the compiler says it of C (landing
 * pads, shadow stacks; ELF's .note.gnu.property).
 */
.macro end_file property, value
	end_table arch_kernels, KERNEL_BYTES
	end_table arch_loops, LOOP_BYTES
	end_table arch_pairs, PAIR_BYTES
	end_table arch_crash_probes, CRASH_PROBE_BYTES
	.section .note.gnu.property, "a", %note
	.balign 8
	.long 4, 16, 5
	.asciz "GNU"
	.long \property, 4, \value, 0
	.section .note.GNU-stack, "", %progbits
.endm

#endif
