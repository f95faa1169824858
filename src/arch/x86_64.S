/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "arch/x86_64.h"
#define BARRIERS      X86_64_BARRIERS
#define BARRIER_TABLE x86_64_barriers
#include "arch/loops.h"

/*
 * Loops use: %rbp the pointer, which walks from %r8 to %r9; %rdx laps left; %r10 the value; %r11 what a
 * read-flush loads; %rbx the doorbell; %r12 what was loaded; %r13 scratch.
 */
.macro landing_pad
	endbr64
.endm

.macro save register
	pushq \register
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset \register, 0
.endm
.macro restore register
	popq \register
	.cfi_adjust_cfa_offset -8
	.cfi_restore \register
.endm

.macro loop_enter from, to, ahead
	save %r13
	save %r12
	save %rbp
	save %rbx
	movq ARGS_LAPS(%rdi), %rdx
	movq \from(%rdi), %r8
	movq \to(%rdi), %r9
	.if \ahead
	addq $\ahead, %r8
	addq $\ahead, %r9
	.endif
	movq ARGS_VALUE(%rdi), %r10
	movq ARGS_FLUSH(%rdi), %r11
	movq ARGS_DOORBELL(%rdi), %rbx
.endm
.macro loop_leave
	restore %rbx
	restore %rbp
	restore %r12
	restore %r13
.endm
.macro rewind
	movq %r8, %rbp
.endm
.macro step bytes
	.if \bytes > 0
	addq $\bytes, %rbp
	.else
	subq $-(\bytes), %rbp
	.endif
.endm
.macro until_end
	cmpq %r9, %rbp
	jne 2b
.endm
.macro next_lap
	decq %rdx
	jnz 1b
.endm
.macro wait_loads
	lfence
.endm
.macro bell_0
.endm
.macro bell_4
	movl %r10d, (%rbx)
.endm
.macro bell_8
	movq %r10, (%rbx)
.endm

/* Barriers that need registers; see x86_64.h */
.set .Lin_pair, 0
.macro read_flush
	mfence
	.if .Lin_pair /* %r12 is the caller's there */
	movl (%r11), %r8d
	.else
	movl (%r11), %r12d
	.endif
	lfence
.endm
.macro depend
	andl $0, %r12d
	addq %r12, %rbp
.endm
.macro load_back
	movq .Lo(%rbp), %r12
	depend
.endm

/* Vectors of the value. After AVX, SSE code would pay for the upper halves: vzeroupper */
.macro fill_sse
	movq %r10, %xmm0
	punpcklqdq %xmm0, %xmm0
.endm
.macro fill_avx
	fill_sse
	vinsertf128 $1, %xmm0, %ymm0, %ymm0
.endm
.macro fill_avx512
	vpbroadcastq %r10, %zmm0
.endm
/* 64 aligned bytes of the value, below the red zone */
.macro fill_stack
	movq %rsp, %r13
	.cfi_def_cfa_register %r13
	subq $256, %rsp
	andq $-64, %rsp
	.irp at, 0, 8, 16, 24, 32, 40, 48, 56
	movq %r10, \at(%rsp)
	.endr
.endm
.macro leave_stack
	movq %r13, %rsp
	.cfi_def_cfa_register %rsp
.endm

/* These have no addressing of their own: to %rdi, from the stack, so many times as %ecx says. */
.macro dir64b
	leaq .Lo(%rbp), %rdi
	movdir64b (%rsp), %rdi
.endm
.macro stosb_64
	leaq .Lo(%rbp), %rdi
	movl $64, %ecx
	rep stosb
.endm
.macro movsb_64
	leaq .Lo(%rbp), %rdi
	movq %rsp, %rsi
	movl $64, %ecx
	rep movsb
.endm

/* trap-safe: KVM decodes a MOV of one register whatever its form; not all vector forms */
register_kernel store1, store, 1, "MOV m8, r8", "one 1-byte write", "movb %r10b, .Lo(%rbp)"
register_kernel store2, store, 2, "MOV m16, r16", "one 2-byte write", "movw %r10w, .Lo(%rbp)"
register_kernel store4, store, 4, "MOV m32, r32", "one 4-byte write", "movl %r10d, .Lo(%rbp)"
register_kernel store8, store, 8, "MOV m64, r64", "one 8-byte write", "movq %r10, .Lo(%rbp)"
kernel store16_sse, store, 16, "MOVAPS m128, xmm", "one 16-byte write", "movaps %xmm0, .Lo(%rbp)", \
	prepare=fill_sse
kernel store32_avx, store, 32, "VMOVAPS m256, ymm", "one 32-byte write, or two of 16", \
	"vmovaps %ymm0, .Lo(%rbp)", feature="AVX", prepare=fill_avx, leave=vzeroupper
kernel store64_avx512, store, 64, "VMOVAPS m512, zmm", "one 64-byte write, or parts", \
	"vmovaps %zmm0, .Lo(%rbp)", feature="AVX-512F", prepare=fill_avx512, leave=vzeroupper
kernel store8_nt, store, 8, "MOVNTI m64, r64", "one 8-byte write", "movntiq %r10, .Lo(%rbp)"
kernel store16_nt, store, 16, "MOVNTPS m128, xmm", "one 16-byte write", "movntps %xmm0, .Lo(%rbp)", \
	prepare=fill_sse
kernel store32_nt, store, 32, "VMOVNTPS m256, ymm", "one 32-byte write, or two of 16", \
	"vmovntps %ymm0, .Lo(%rbp)", feature="AVX", prepare=fill_avx, leave=vzeroupper
kernel store64_nt, store, 64, "VMOVNTPS m512, zmm", "one 64-byte write, or parts", \
	"vmovntps %zmm0, .Lo(%rbp)", feature="AVX-512F", prepare=fill_avx512, leave=vzeroupper
kernel store8_diri, store, 8, "MOVDIRI m64, r64", "one 8-byte write", "movdiri %r10, .Lo(%rbp)", \
	feature="MOVDIRI"
kernel store64_dir64b, store, 64, "MOVDIR64B m512", "one 64-byte write", dir64b, \
	feature="MOVDIR64B", prepare=fill_stack, leave=leave_stack
kernel store64_stosb, store, 64, "REP STOSB of 64", "64 writes of 1 byte, or lines", stosb_64, \
	prepare="movq %r10, %rax", low_byte=1
kernel store64_movsb, store, 64, "REP MOVSB of 64", "64 writes of 1 byte, or lines", movsb_64, \
	prepare=fill_stack, leave=leave_stack
kernel_in_c store8_c, store, 8, "C: *p++ = v", trap_safe=1
kernel_in_c load8_c, load, 8, "C: (void)*p++", trap_safe=1
/* zero-extending: a partial register would make each load wait for the one before */
register_kernel load1, load, 1, "MOVZX r32, m8", "one 1-byte read", "movzbl .Lo(%rbp), %r12d"
register_kernel load2, load, 2, "MOVZX r32, m16", "one 2-byte read", "movzwl .Lo(%rbp), %r12d"
register_kernel load4, load, 4, "MOV r32, m32", "one 4-byte read", "movl .Lo(%rbp), %r12d"
register_kernel load8, load, 8, "MOV r64, m64", "one 8-byte read", "movq .Lo(%rbp), %r12"
kernel load16_sse, load, 16, "MOVAPS xmm, m128", "one 16-byte read", "movaps .Lo(%rbp), %xmm0"
kernel load32_avx, load, 32, "VMOVAPS ymm, m256", "one 32-byte read, or two of 16", \
	"vmovaps .Lo(%rbp), %ymm0", feature="AVX", leave=vzeroupper
kernel load64_avx512, load, 64, "VMOVAPS zmm, m512", "one 64-byte read, or parts", \
	"vmovaps .Lo(%rbp), %zmm0", feature="AVX-512F", leave=vzeroupper
kernel load16_nt, load, 16, "MOVNTDQA xmm, m128", "one 16-byte read; WC: a line", \
	"movntdqa .Lo(%rbp), %xmm0", feature="SSE4.1"

/* Litmus tests: %rdi the arguments, values in %edx and %eax, to and from (%rsi) and (%rcx). */
.macro pair_enter
	.set .Lin_pair, 1
	movq PAIR_AT(%rdi), %rsi
	movq PAIR_AT + 8(%rdi), %rcx
	movq %rcx, %r11
	movl PAIR_VALUE(%rdi), %edx
	movl PAIR_VALUE + 4(%rdi), %eax
.endm
.macro pair_W0
	movl %edx, (%rsi)
.endm
.macro pair_W1
	movl %eax, (%rcx)
.endm
.macro pair_R0
	movl (%rsi), %edx
.endm
.macro pair_R1
	movl (%rcx), %eax
.endm
.macro pair_leave
	movl %edx, PAIR_VALUE(%rdi)
	movl %eax, PAIR_VALUE + 4(%rdi)
	.set .Lin_pair, 0
.endm

loops_common
loops_of_barriers

/* Intel SDM vol. 3B 18.17.4: LFENCE on both sides keeps RDTSC in its place */
function arch_clock_start
	lfence
	rdtsc
	lfence
	shlq $32, %rdx
	orq %rdx, %rax
end_function arch_clock_start

/* RDTSCP waits until earlier instructions have executed; stores need not be visible */
function arch_clock_end
	rdtscp
	lfence
	shlq $32, %rdx
	orq %rdx, %rax
end_function arch_clock_end

function arch_clock_nominal_hz
	xorl %eax, %eax
end_function arch_clock_nominal_hz

function arch_load32
	movl (%rdi), %eax
end_function arch_load32

function arch_store32
	movl %esi, (%rdi)
end_function arch_store32

function arch_read_flush
	mfence
	movl (%rdi), %eax
	lfence
end_function arch_read_flush

/* indirect branch tracking and shadow stacks */
end_file 0xc0000002, 3
