/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "arch/aarch64.h"
#define BARRIERS      AARCH64_BARRIERS
#define BARRIER_TABLE aarch64_barriers
#include "arch/loops.h"

/*
 * Loops use: x14 the pointer, which walks from x9 to x10; x8 laps left; x11 the value; x12 what a
 * read-flush loads; x13 the doorbell; x15 and x16 what was loaded; v0 to v3, and x0 to x7 (LS64).
 */
.macro landing_pad
	hint 34 /* bti c, for assemblers older than Armv8.5 */
.endm

.macro loop_enter from, to, ahead
	ldr x9, [x0, \from]
	ldr x10, [x0, \to]
	ldp x8, x11, [x0, ARGS_LAPS] /* and the value */
	ldp x12, x13, [x0, ARGS_FLUSH] /* and the doorbell */
	.if \ahead > 0
	add x9, x9, \ahead
	add x10, x10, \ahead
	.elseif \ahead < 0
	sub x9, x9, -(\ahead)
	sub x10, x10, -(\ahead)
	.endif
.endm
.macro loop_leave
.endm
.macro rewind
	mov x14, x9
.endm
.macro step bytes
	.if \bytes > 0
	add x14, x14, \bytes
	.else
	sub x14, x14, -(\bytes)
	.endif
.endm
.macro until_end
	cmp x14, x10
	b.ne 2b
.endm
.macro next_lap
	subs x8, x8, 1
	b.ne 1b
.endm
.macro wait_loads
	dsb ld
.endm
.macro bell_0
.endm
.macro bell_4
	str w11, [x13]
.endm
.macro bell_8
	str x11, [x13]
.endm

/* Barriers that need registers; see aarch64.h */
.macro read_flush
	dsb sy
	ldr w15, [x12]
	dsb ld
.endm
.macro depend
	and x15, x15, xzr
	add x14, x14, x15
.endm
.macro load_back
	ldr x15, [x14, .Lo]
	depend
.endm

/* Vectors of the value, and 64 bytes of it. */
.macro fill_vectors
	dup v0.2d, x11
	mov v1.16b, v0.16b
	mov v2.16b, v0.16b
	mov v3.16b, v0.16b
.endm
.macro fill_x0_to_x7
	mov x0, x11
	.irp n, 1, 2, 3, 4, 5, 6, 7
	mov x\n, x0
	.endr
.endm

/* These have no offset: where they walk they move the pointer themselves. */
.macro vectors instruction
	.if .Lwalks
	\instruction {v0.2d-v3.2d}, [x14], 64
	.else
	\instruction {v0.2d-v3.2d}, [x14]
	.endif
.endm
/* encoded (Arm ARM C6.2.176, C6.2.357), as assemblers before Armv8.7 do not know them */
.macro ls64 encoding
	.inst \encoding | 14 << 5
	.if .Lwalks
	add x14, x14, 64
	.endif
.endm
.macro st64b
	ls64 0xf83f9000 /* st64b x0, [x14] */
.endm
.macro ld64b
	ls64 0xf83fd000 /* ld64b x0, [x14] */
.endm

/*
 * trap-safe: one general register, no write-back of the address; others leave ESR_EL2.ISV = 0. Pairs
 * reach 63 of their registers' widths up and 64 down: the pointer is in the middle of the block.
 */
register_kernel store1, store, 1, "STRB Wt", "one 1-byte write", "strb w11, [x14, .Lo]"
register_kernel store2, store, 2, "STRH Wt", "one 2-byte write", "strh w11, [x14, .Lo]"
register_kernel store4, store, 4, "STR Wt", "one 4-byte write", "str w11, [x14, .Lo]"
register_kernel store8, store, 8, "STR Xt", "one 8-byte write", "str x11, [x14, .Lo]"
kernel store16_pair, store, 16, "STP Xt, Xt2", "two 8-byte writes, or one of 16", \
	"stp x11, x11, [x14, .Lo]", ahead=512
kernel store16_q, store, 16, "STR Qt", "one 16-byte write, or two of 8", "str q0, [x14, .Lo]", \
	prepare=fill_vectors
kernel store32_pair, store, 32, "STP Qt, Qt2", "2 to 4 writes", "stp q0, q0, [x14, .Lo]", \
	prepare=fill_vectors, ahead=1024
kernel store64_st1, store, 64, "ST1 {4 x 2D}", "4 to 8 writes", "vectors st1", \
	prepare=fill_vectors, ahead=self
kernel store64_st4, store, 64, "ST4 {4 x 2D}", "4 to 8 writes", "vectors st4", \
	prepare=fill_vectors, ahead=self
kernel store64_st64b, store, 64, "ST64B Xt", "one 64-byte write", st64b, feature="FEAT_LS64", \
	prepare=fill_x0_to_x7, ahead=self
kernel_in_c store8_c, store, 8, "C: *p++ = v", trap_safe=0
kernel load64_ld64b, load, 64, "LD64B Xt", "one 64-byte read", ld64b, feature="FEAT_LS64", ahead=self
kernel_in_c load8_c, load, 8, "C: (void)*p++", trap_safe=0
register_kernel load1, load, 1, "LDRB Wt", "one 1-byte read", "ldrb w15, [x14, .Lo]"
register_kernel load2, load, 2, "LDRH Wt", "one 2-byte read", "ldrh w15, [x14, .Lo]"
register_kernel load4, load, 4, "LDR Wt", "one 4-byte read", "ldr w15, [x14, .Lo]"
register_kernel load8, load, 8, "LDR Xt", "one 8-byte read", "ldr x15, [x14, .Lo]"
kernel load16_pair, load, 16, "LDP Xt, Xt2", "two 8-byte reads, or one of 16", \
	"ldp x15, x16, [x14, .Lo]", ahead=512
kernel load16_np, load, 16, "LDNP Xt, Xt2", "two 8-byte reads, or one of 16", \
	"ldnp x15, x16, [x14, .Lo]", ahead=512
kernel load16_q, load, 16, "LDR Qt", "one 16-byte read, or two of 8", "ldr q0, [x14, .Lo]"
kernel load32_pair, load, 32, "LDP Qt, Qt2", "2 to 4 reads", "ldp q0, q1, [x14, .Lo]", ahead=1024
kernel load64_ld1, load, 64, "LD1 {4 x 2D}", "4 to 8 reads", "vectors ld1", ahead=self

/* Litmus tests: x0 the arguments, values in w2 and w1, to and from [x4] and [x3]. */
.macro pair_enter
	ldp x4, x3, [x0, PAIR_AT]
	ldp w2, w1, [x0, PAIR_VALUE]
	mov x12, x3
.endm
.macro pair_W0
	str w2, [x4]
.endm
.macro pair_W1
	str w1, [x3]
.endm
.macro pair_R0
	ldr w2, [x4]
.endm
.macro pair_R1
	ldr w1, [x3]
.endm
.macro pair_leave
	stp w2, w1, [x0, PAIR_VALUE]
.endm

loops_common
loops_of_barriers

function arch_clock_start
	isb
	mrs x0, cntvct_el0
	isb
end_function arch_clock_start

function arch_clock_end
	isb
	mrs x0, cntvct_el0
end_function arch_clock_end

function arch_clock_nominal_hz
	mrs x0, cntfrq_el0
end_function arch_clock_nominal_hz

function arch_load32
	ldr w0, [x0]
end_function arch_load32

function arch_store32
	str w1, [x0]
end_function arch_store32

function arch_read_flush
	dsb sy
	ldr w0, [x0]
	dsb ld
end_function arch_read_flush

function unaligned_load
	ldr x1, [x0, 1]
	mov w0, ACCESS_WORKS
end_function unaligned_load
crash_probe ALIGNMENT, "unaligned load", 1, 0, unaligned_load

function zero_block
	mrs x1, dczid_el0
	tbnz x1, 4, 1f /* DZP */
	dc zva, x0
	mov w0, ACCESS_WORKS
	ret
1:	mov w0, ACCESS_PROHIBITED
end_function zero_block
crash_probe DC_ZVA, "DC ZVA", 1, 1, zero_block

/* what was loaded is stored; something else may end the reservation now and then: 100 tries */
function store_exclusive
	mov w3, 100
1:	ldxr x1, [x0]
	stxr w2, x1, [x0]
	cbz w2, 2f
	subs w3, w3, 1
	b.ne 1b
	mov w0, ACCESS_NEVER_SUCCEEDS
	ret
2:	mov w0, ACCESS_WORKS
end_function store_exclusive
/* IMPLEMENTATION DEFINED on anything but Write-Back memory: Arm ARM B2.9, B2.17.5 */
crash_probe EXCLUSIVE, "load and store exclusive", 0, 1, store_exclusive

/* branch target identification and pointer authentication: no return address is on the stack */
end_file 0xc0000000, 3
