/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ARCH_LOOP_SETS_H
#define ARCH_LOOP_SETS_H

/*
 * Which loops there are, in gas macros of loops.h, which includes this. What experiments look for and do
 * not find here they leave out.
 */

.macro loops_spans kernel, n
	.irp bytes, 64, 128, 256, 512
	stay \kernel, none, 0, span\bytes, \n
	.endr
	stay \kernel, none, 0, single, 1
.endm

/*
 * an access wider than a register: n are those of a block, at least 64, or counting weighs in; a store also
 * with what may end gathering after each line
 */
.macro loops_wide kernel, direction, n, block
	walk \kernel, none, 0, seq, \n, \block
	stay \kernel, none, 0, span64, 64
	stay \kernel, none, 0, single, 1
	.if .L\direction == .Lstore
#define LINE_END(id, name, common, purposes, ...) loops_line_end \kernel, \n, \block, id, purposes ;
	BARRIERS(LINE_END)
	.endif
.endm
.macro loops_line_end kernel, n, block, barrier, purposes:vararg
	.if (\purposes) & FOR_ENDING_GATHERING
	walk \kernel, \barrier, 64, seq, \n, \block
	.endif
.endm

.macro loops_patterns kernel
	walk_down \kernel, none, 0, reverse, 128, 1024
	walk \kernel, none, 0, stride64, 64, 4096
	walk \kernel, none, 0, stride256, 64, 16384
	walk \kernel, none, 0, random, 512, 4096
	stay \kernel, none, 0, one, 128
.endm

.macro loops_lines kernel
	.irp lines, 1, 2, 4, 8, 16, 32
	walk \kernel, none, 0, lines\lines, 512, 4096
	.endr
.endm

/* the first words of each line, with and without a barrier behind them */
.macro loops_words kernel, barrier
	loops_words_of \kernel, \barrier, 1, 8, 64
	loops_words_of \kernel, \barrier, 2, 16, 128
	loops_words_of \kernel, \barrier, 3, 24, 192
	loops_words_of \kernel, \barrier, 4, 32, 256
	loops_words_of \kernel, \barrier, 5, 40, 320
	loops_words_of \kernel, \barrier, 6, 48, 384
	loops_words_of \kernel, \barrier, 7, 56, 448
	loops_words_of \kernel, \barrier, 8, 64, 512
.endm
.macro loops_words_of kernel, barrier, words, bytes, n
	walk \kernel, none, 0, words\words, \n, 4096
	walk \kernel, \barrier, \bytes, words\words, \n, 4096
.endm

/* loads of so many lines, then wait for them; eight of one line for comparison */
.macro loops_in_flight kernel, barrier
	.irp bytes, 8, 16, 32, 64, 128
	walk \kernel, \barrier, \bytes, stride64, 64, 4096
	.endr
	walk \kernel, \barrier, 64, seq, 64, 512
.endm

.macro loops_doorbell kernel, barrier
	.irp bytes, 8, 16, 32, 64, 128, 256, 512, 1024
	walk \kernel, \barrier, \bytes, seq, 128, 1024, 4
	.endr
	walk \kernel, \barrier, 64, seq, 128, 1024, 8
	walk \kernel, \barrier, 4096, seq, 512, 4096, 4
.endm

/* after each access, each line, and so on; accesses of so many bytes, n of them in 1 KiB */
.macro loops_barrier kernel, bytes, n, barrier
	.irp interval, \bytes, 64, 256
	walk \kernel, \barrier, \interval, seq, \n, 1024
	.endr
	walk \kernel, \barrier, 4096, seq, 4*\n, 4096
	walk \kernel, \barrier, 0, seq, \n, 1024
	stay \kernel, \barrier, \bytes, span64, \n
.endm

/* One register, of every width: what all architectures have. */
.macro loops_common
	loops_spans store1, 1024
	loops_spans store2, 512
	loops_spans store4, 256
	loops_spans store8, 128
	loops_spans load1, 1024
	loops_spans load2, 512
	loops_spans load4, 256
	loops_spans load8, 128
	walk store1, none, 0, seq, 1024, 1024
	walk store2, none, 0, seq, 512, 1024
	walk store4, none, 0, seq, 256, 1024
	walk store8, none, 0, seq, 128, 1024
	/* 512-byte blocks: a prefetcher that follows each instruction likes short strides */
	walk load1, none, 0, seq, 512, 512
	walk load2, none, 0, seq, 256, 512
	walk load4, none, 0, seq, 128, 512
	walk load8, none, 0, seq, 64, 512
	loops_patterns store8
	loops_patterns load8
	loops_lines store8
	stay store8, load_back, 8, span64, 128
	stay load4, dep, 4, span64, 256
	stay load8, dep, 8, span64, 128
.endm

/* What each barrier is measured with, by what it is for. */
.macro loops_of_barriers
#define BARRIER_LOOPS(id, name, common, purposes, ...) loops_of_barrier id, purposes ;
	BARRIERS(BARRIER_LOOPS)
.endm
.macro loops_of_barrier barrier, purposes:vararg
	.if ((\purposes) & FOR_THE_POINTER) == 0
	.ifnc \barrier, none
	loops_barrier store4, 4, 256, \barrier
	loops_barrier store8, 8, 128, \barrier
	.endif
	pairs \barrier
	.endif
	.if (\purposes) & FOR_DOORBELLS
	loops_doorbell store8, \barrier
	.endif
	.if (\purposes) & FOR_STORES_BEFORE_DOORBELL
	loops_words store8, \barrier
	.endif
	.if (\purposes) & FOR_WAITING_FOR_LOADS
	loops_in_flight load8, \barrier
	.endif
.endm

#endif
