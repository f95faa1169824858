/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ARCH_SHARED_H
#define ARCH_SHARED_H

/* What C and assembly both read. */

/*
 * Two accesses of one CPU to different addresses, in program order: W a store, R a load. What orders
 * them is a set of these.
 */
#define ORDERS_NOTHING 0
#define ORDERS_WW      1
#define ORDERS_WR      2
#define ORDERS_RW      4
#define ORDERS_RR      8
#define ORDERS_ALL     15

/*
 * What a barrier is for: what experiments, pages and judges ask for, and which loops assembly makes of it;
 * a set in each barrier's row.
 */
#define FOR_NOTHING                0
#define FOR_ENDING_GATHERING       1   /* what was stored so far leaves without what follows */
#define FOR_STORES_BEFORE_DOORBELL 2   /* the usual one that orders two stores */
#define FOR_WAITING_FOR_LOADS      4   /* what was loaded before it has returned */
#define FOR_ACKNOWLEDGEMENT        8   /* waits until stores before it were acknowledged */
#define FOR_FULL_ORDER             16  /* the one that everybody knows to order everything */
#define FOR_ARRIVAL                32  /* reads from the device: stores before it have arrived */
#define FOR_LOADING_BACK           64  /* loads what was just stored, and waits for it */
#define FOR_DEPENDENCE             128 /* the next address depends on what was loaded */
#define FOR_DOORBELLS              256 /* measured between a descriptor and its doorbell */

#define FOR_LOADS_TOO     (FOR_ARRIVAL | FOR_LOADING_BACK)    /* it makes an access itself: a load */
#define FOR_THE_POINTER   (FOR_LOADING_BACK | FOR_DEPENDENCE) /* it needs the accesses' address */

/*
 * Probes: enum probe, and its word in results. Those behind the first two are crash probes, which are rows
 * of NAME.S.
 */
#define PROBES(X)                                                                                  \
	X(ACCESS, "access") X(MEMTYPE, "memtype")                                                  \
	X(ALIGNMENT, "alignment") X(DC_ZVA, "dc-zva") X(EXCLUSIVE, "exclusive")

/* What came of a crash probe's access, where it came back. */
#define ACCESS_WORKS          0
#define ACCESS_PROHIBITED     1
#define ACCESS_NEVER_SUCCEEDS 2

/* sizeof of structs in arch.h, whose tables assembly writes; arch.c compares these, and where members are */
#define KERNEL_BYTES      48
#define BARRIER_BYTES     40
#define PATTERN_BYTES     24
#define LOOP_BYTES        56
#define PAIR_BYTES        32
#define CRASH_PROBE_BYTES 32
/* in struct loop_args */
#define ARGS_BASE     0
#define ARGS_END      8
#define ARGS_LAPS     16
#define ARGS_VALUE    24
#define ARGS_FLUSH    32
#define ARGS_DOORBELL 40
/* in struct pair_args */
#define PAIR_AT    0
#define PAIR_VALUE 16

/*
 * X(name, what, bytes that it stays in, where access .Ln of a block goes). Where: gas of the offset,
 * of accesses of .Lwidth bytes in blocks of .Lblock. 0 bytes: walks; UINT32_MAX: stays on one access.
 */
#define ARCH_PATTERNS(X)                                                                           \
	X(seq, "upwards through the region", 0, at .Ln * .Lwidth)                                  \
	X(reverse, "downwards through the region", 0, at .Lblock - .Lwidth - .Ln * .Lwidth)        \
	X(stride64, "one access in each 64 bytes", 0, at .Ln * 64)                                 \
	X(stride256, "one access in each 256 bytes", 0, at .Ln * 256)                              \
	X(random, "each word once, in a fixed random order within 4 KiB", 0, at_random)            \
	X(one, "the same address over and over", UINT32_MAX, at 0)                                 \
	X(single, "one access, timed or made alone", UINT32_MAX, at 0)                             \
	X(span64, "the first 64 bytes over and over", 64, at (.Ln * .Lwidth) & 63)                 \
	X(span128, "the first 128 bytes over and over", 128, at (.Ln * .Lwidth) & 127)             \
	X(span256, "the first 256 bytes over and over", 256, at (.Ln * .Lwidth) & 255)             \
	X(span512, "the first 512 bytes over and over", 512, at (.Ln * .Lwidth) & 511)             \
	X(lines1, "line by line, word by word", 0, at_lines 1)                                     \
	X(lines2, "2 lines open: the first word of each, then the second", 0, at_lines 2)          \
	X(lines4, "4 lines open", 0, at_lines 4)                                                   \
	X(lines8, "8 lines open", 0, at_lines 8)                                                   \
	X(lines16, "16 lines open", 0, at_lines 16)                                                \
	X(lines32, "32 lines open", 0, at_lines 32)                                                \
	X(words1, "the first word of each line only", 0, at_words 1)                               \
	X(words2, "the first 2 words of each line", 0, at_words 2)                                 \
	X(words3, "the first 3 words of each line", 0, at_words 3)                                 \
	X(words4, "the first 4 words of each line", 0, at_words 4)                                 \
	X(words5, "the first 5 words of each line", 0, at_words 5)                                 \
	X(words6, "the first 6 words of each line", 0, at_words 6)                                 \
	X(words7, "the first 7 words of each line", 0, at_words 7)                                 \
	X(words8, "the first 8 words of each line: all", 0, at_words 8)

#endif
