// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <cpuid.h>
#include <string.h>
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

#define ACCESS_store16_sse "movaps %%xmm0, .Lo(%q[p])\n"
#define ACCESS_store32_avx "vmovaps %%ymm0, .Lo(%q[p])\n"
#define ACCESS_store64_avx512 "vmovaps %%zmm0, .Lo(%q[p])\n"
#define ACCESS_store8_nt "movnti %q[v], .Lo(%q[p])\n"
#define ACCESS_store16_nt "movntps %%xmm0, .Lo(%q[p])\n"
#define ACCESS_store32_nt "vmovntps %%ymm0, .Lo(%q[p])\n"
#define ACCESS_store64_nt "vmovntps %%zmm0, .Lo(%q[p])\n"
#define ACCESS_store8_diri "movdiri %q[v], .Lo(%q[p])\n"
/* no addressing of their own: the destination in rdi, the source on the stack, the count in ecx */
#define TO_RDI "leaq .Lo(%q[p]), %%rdi\n"
#define ACCESS_store64_dir64b TO_RDI "movdir64b (%%rsp), %%rdi\n"
#define ACCESS_store64_stosb TO_RDI "movl $64, %%ecx\nrep stosb\n"
#define ACCESS_store64_movsb TO_RDI "movq %%rsp, %%rsi\nmovl $64, %%ecx\nrep movsb\n"
#define ACCESS_load16_sse "movaps .Lo(%q[p]), %%xmm0\n"
#define ACCESS_load32_avx "vmovaps .Lo(%q[p]), %%ymm0\n"
#define ACCESS_load64_avx512 "vmovaps .Lo(%q[p]), %%zmm0\n"
#define ACCESS_load16_nt "movntdqa .Lo(%q[p]), %%xmm0\n"
#define ACCESS_STAY_store16_sse ACCESS_store16_sse
#define ACCESS_STAY_store32_avx ACCESS_store32_avx
#define ACCESS_STAY_store64_avx512 ACCESS_store64_avx512
#define ACCESS_STAY_store8_nt ACCESS_store8_nt
#define ACCESS_STAY_store16_nt ACCESS_store16_nt
#define ACCESS_STAY_store32_nt ACCESS_store32_nt
#define ACCESS_STAY_store64_nt ACCESS_store64_nt
#define ACCESS_STAY_store8_diri ACCESS_store8_diri
#define ACCESS_STAY_store64_dir64b ACCESS_store64_dir64b
#define ACCESS_STAY_store64_stosb ACCESS_store64_stosb
#define ACCESS_STAY_store64_movsb ACCESS_store64_movsb
#define ACCESS_STAY_load16_sse ACCESS_load16_sse
#define ACCESS_STAY_load32_avx ACCESS_load32_avx
#define ACCESS_STAY_load64_avx512 ACCESS_load64_avx512
#define ACCESS_STAY_load16_nt ACCESS_load16_nt
#define WIDTH_store16_sse 16
#define WIDTH_store32_avx 32
#define WIDTH_store64_avx512 64
#define WIDTH_store8_nt 8
#define WIDTH_store16_nt 16
#define WIDTH_store32_nt 32
#define WIDTH_store64_nt 64
#define WIDTH_store8_diri 8
#define WIDTH_store64_dir64b 64
#define WIDTH_store64_stosb 64
#define WIDTH_store64_movsb 64
#define WIDTH_load16_sse 16
#define WIDTH_load32_avx 32
#define WIDTH_load64_avx512 64
#define WIDTH_load16_nt 16
#define BIAS_store16_sse 0
#define BIAS_store32_avx 0
#define BIAS_store64_avx512 0
#define BIAS_store8_nt 0
#define BIAS_store16_nt 0
#define BIAS_store32_nt 0
#define BIAS_store64_nt 0
#define BIAS_store8_diri 0
#define BIAS_store64_dir64b 0
#define BIAS_store64_stosb 0
#define BIAS_store64_movsb 0
#define BIAS_load16_sse 0
#define BIAS_load32_avx 0
#define BIAS_load64_avx512 0
#define BIAS_load16_nt 0
#define FILL_SSE    "movq %q[v], %%xmm0\npunpcklqdq %%xmm0, %%xmm0\n"
#define FILL_AVX    FILL_SSE "vinsertf128 $1, %%xmm0, %%ymm0, %%ymm0\n"
#define FILL_AVX512 "vpbroadcastq %q[v], %%zmm0\n"
/* or SSE code after it would pay for the upper halves */
#define LOOP_LEAVE_AVX "vzeroupper\n"
#define PREPARE_store16_sse FILL_SSE
#define PREPARE_store32_avx FILL_AVX
#define PREPARE_store64_avx512 FILL_AVX512
#define PREPARE_store8_nt ""
#define PREPARE_store16_nt FILL_SSE
#define PREPARE_store32_nt FILL_AVX
#define PREPARE_store64_nt FILL_AVX512
#define PREPARE_store8_diri ""
/* 64 aligned bytes of the value, below the red zone */
#define FILL_STACK                                                                                 \
	"movq %%rsp, %q[t2]\nsubq $256, %%rsp\nandq $-64, %%rsp\n"                                 \
	"movq %q[v], (%%rsp)\nmovq %q[v], 8(%%rsp)\nmovq %q[v], 16(%%rsp)\n"                       \
	"movq %q[v], 24(%%rsp)\nmovq %q[v], 32(%%rsp)\nmovq %q[v], 40(%%rsp)\n"                    \
	"movq %q[v], 48(%%rsp)\nmovq %q[v], 56(%%rsp)\n"
#define LEAVE_STACK "movq %q[t2], %%rsp\n"
#define PREPARE_store64_dir64b FILL_STACK
#define PREPARE_store64_stosb "movq %q[v], %%rax\n"
#define PREPARE_store64_movsb FILL_STACK
#define PREPARE_load16_sse ""
#define PREPARE_load32_avx ""
#define PREPARE_load64_avx512 ""
#define PREPARE_load16_nt ""
#define DONE_store16_sse ""
#define DONE_store32_avx LOOP_LEAVE_AVX
#define DONE_store64_avx512 LOOP_LEAVE_AVX
#define DONE_store8_nt ""
#define DONE_store16_nt ""
#define DONE_store32_nt LOOP_LEAVE_AVX
#define DONE_store64_nt LOOP_LEAVE_AVX
#define DONE_store8_diri ""
#define DONE_store64_dir64b LEAVE_STACK
#define DONE_store64_stosb ""
#define DONE_store64_movsb LEAVE_STACK
#define DONE_load16_sse LOOP_WAIT_LOADS
#define DONE_load32_avx LOOP_WAIT_LOADS LOOP_LEAVE_AVX
#define DONE_load64_avx512 LOOP_WAIT_LOADS LOOP_LEAVE_AVX
#define DONE_load16_nt LOOP_WAIT_LOADS
#define LOOP_CLOBBERS "xmm0", "rax", "rcx", "rsi", "rdi"

#define BELL_0 ""
#define BELL_4 "movl %k[v], (%q[d])\n"
#define BELL_8 "movq %q[v], (%q[d])\n"

#define BARRIER_none   ""
#define BARRIER_sfence "sfence\n"
#define BARRIER_mfence "mfence\n"
#define BARRIER_lfence "lfence\n"
/* below the red zone is nobody's; on the stack, so that the line is our own */
#define BARRIER_lock_or "lock orl $0, -132(%%rsp)\n"
/* full barrier, read, wait for its data */
#define BARRIER_read_flush "mfence\nmovl (%q[f]), %k[t]\nlfence\n"
/* what was stored last is loaded, and the next address depends on it */
#define BARRIER_load_back "movq .Lo(%q[p]), %q[t]\n" BARRIER_dep
/* the next address depends on what was loaded */
#define BARRIER_dep "andl $0, %k[t]\naddq %q[t], %q[p]\n"

#define LOOP_REWIND      "movq %q[first], %q[p]\n"
#define LOOP_UP(block)   "addq $" LOOP_STR(block) ", %q[p]\n"
#define LOOP_DOWN(block) "subq $" LOOP_STR(block) ", %q[p]\n"
#define LOOP_UNTIL       "cmpq %q[last], %q[p]\njne 2b\n"
#define LOOP_NEXT_LAP    "decq %q[n]\njnz 1b\n"
#define LOOP_WAIT_LOADS  "lfence\n"

#define PAIR_W(n) "movl %k[v" #n "], (%q[p" #n "])\n"
#define PAIR_R(n) "movl (%q[p" #n "]), %k[v" #n "]\n"

#include "arch/loops.h"
#include "arch/pairs.h"

const char arch_name[] = "x86_64";
const char arch_clock_name[] = "TSC";
const char arch_asks_plain[] = "UC-";
const char arch_asks_wc[] = "WC";
const char arch_asks_devmem[] = "UC-";
const char arch_asks_ram[] = "WB";
const bool arch_alignment_tells_type = false;
const struct risky arch_risky[] = { { 0 } };

/* trap-safe: KVM decodes a MOV of one register whatever its form; not all vector forms */
#define KERNELS(X) \
	X(store1, KERNEL_STORE, true, NULL, "MOV m8, r8", "one 1-byte write") \
	X(store2, KERNEL_STORE, true, NULL, "MOV m16, r16", "one 2-byte write") \
	X(store4, KERNEL_STORE, true, NULL, "MOV m32, r32", "one 4-byte write") \
	X(store8, KERNEL_STORE, true, NULL, "MOV m64, r64", "one 8-byte write") \
	X(store16_sse, KERNEL_STORE, false, NULL, "MOVAPS m128, xmm", "one 16-byte write") \
	X(store32_avx, KERNEL_STORE, false, "AVX", "VMOVAPS m256, ymm", "one 32-byte write, or two of 16") \
	X(store64_avx512, KERNEL_STORE, false, "AVX-512F", "VMOVAPS m512, zmm", "one 64-byte write, or parts") \
	X(store8_nt, KERNEL_STORE, false, NULL, "MOVNTI m64, r64", "one 8-byte write") \
	X(store16_nt, KERNEL_STORE, false, NULL, "MOVNTPS m128, xmm", "one 16-byte write") \
	X(store32_nt, KERNEL_STORE, false, "AVX", "VMOVNTPS m256, ymm", "one 32-byte write, or two of 16") \
	X(store64_nt, KERNEL_STORE, false, "AVX-512F", "VMOVNTPS m512, zmm", "one 64-byte write, or parts") \
	X(store8_diri, KERNEL_STORE, false, "MOVDIRI", "MOVDIRI m64, r64", "one 8-byte write") \
	X(store64_dir64b, KERNEL_STORE, false, "MOVDIR64B", "MOVDIR64B m512", "one 64-byte write") \
	X(store64_stosb, KERNEL_STORE, false, NULL, "REP STOSB of 64", "64 writes of 1 byte, or lines") \
	X(store64_movsb, KERNEL_STORE, false, NULL, "REP MOVSB of 64", "64 writes of 1 byte, or lines") \
	X(store8_c, KERNEL_STORE, true, NULL, "C: *p++ = v", "as the compiler makes it") \
	X(load8_c, KERNEL_LOAD, true, NULL, "C: (void)*p++", "as the compiler makes it") \
	X(load1, KERNEL_LOAD, true, NULL, "MOVZX r32, m8", "one 1-byte read") \
	X(load2, KERNEL_LOAD, true, NULL, "MOVZX r32, m16", "one 2-byte read") \
	X(load4, KERNEL_LOAD, true, NULL, "MOV r32, m32", "one 4-byte read") \
	X(load8, KERNEL_LOAD, true, NULL, "MOV r64, m64", "one 8-byte read") \
	X(load16_sse, KERNEL_LOAD, false, NULL, "MOVAPS xmm, m128", "one 16-byte read") \
	X(load32_avx, KERNEL_LOAD, false, "AVX", "VMOVAPS ymm, m256", "one 32-byte read, or two of 16") \
	X(load64_avx512, KERNEL_LOAD, false, "AVX-512F", "VMOVAPS zmm, m512", "one 64-byte read, or parts") \
	X(load16_nt, KERNEL_LOAD, false, "SSE4.1", "MOVNTDQA xmm, m128", "one 16-byte read; WC: a line")

#define BARRIERS(X)                                                                                \
	X(none, "none", true, "orders nothing")                                                         \
	X(sfence, "sfence", true, "stores before it, WC ones too, before stores after it")         \
	X(mfence, "mfence", true, "accesses before it, before accesses after it")                  \
	X(lfence, "lfence", false, "loads before it, before instructions after it")                \
	X(lock_or, "lock-or", false, "as mfence, by a locked instruction on the stack")            \
	X(read_flush, "read-flush", true, "waits until stores before it have reached the device")  \
	X(load_back, "load-back", true, "loads what was just stored, and waits for it")            \
	X(dep, "dep", true, "a load before it, before the next access (address dependency)")

ARCH_TABLES(KERNELS, BARRIERS)

#define LOOPS_BARRIERS(W, Y, k, w, n)                                                              \
	LOOPS_BARRIER(W, Y, k, w, n, sfence)                                                       \
	LOOPS_BARRIER(W, Y, k, w, n, lfence)                                                       \
	LOOPS_BARRIER(W, Y, k, w, n, lock_or)                                                      \
	LOOPS_BARRIER(W, Y, k, w, n, mfence)                                                       \
	LOOPS_BARRIER(W, Y, k, w, n, read_flush)

#define LOOPS_LINE(W, k, n, block)                                                                 \
	LOOPS_AT_LINES(W, k, sfence, n, block)                                                     \
	LOOPS_AT_LINES(W, k, mfence, n, block)

#define LOOPS(W, S, D, Y)                                                                          \
	LOOPS_SCALAR(W, S, D, Y)                                                                   \
	LOOPS_BARRIERS(W, Y, store4, 4, 256)                                                       \
	LOOPS_BARRIERS(W, Y, store8, 8, 128)                                                       \
	LOOPS_WORDS(W, store8, sfence)                                                             \
	LOOPS_IN_FLIGHT(W, load8, lfence)                                                          \
	LOOPS_DOORBELL(W, store8, none)                                                            \
	LOOPS_DOORBELL(W, store8, sfence)                                                          \
	LOOPS_DOORBELL(W, store8, mfence)                                                          \
	LOOPS_WIDE(W, Y, store16_sse, 64, 1024) \
	LOOPS_WIDE(W, Y, store32_avx, 64, 2048) \
	LOOPS_WIDE(W, Y, store64_avx512, 64, 4096) \
	LOOPS_WIDE(W, Y, store8_nt, 128, 1024) \
	LOOPS_WIDE(W, Y, store16_nt, 64, 1024) \
	LOOPS_WIDE(W, Y, store32_nt, 64, 2048) \
	LOOPS_WIDE(W, Y, store64_nt, 64, 4096) \
	LOOPS_WIDE(W, Y, store8_diri, 128, 1024) \
	LOOPS_WIDE(W, Y, store64_dir64b, 64, 4096) \
	LOOPS_WIDE(W, Y, store64_stosb, 64, 4096) \
	LOOPS_WIDE(W, Y, store64_movsb, 64, 4096) \
	LOOPS_WIDE(W, Y, load16_sse, 64, 1024) \
	LOOPS_WIDE(W, Y, load32_avx, 64, 2048) \
	LOOPS_WIDE(W, Y, load64_avx512, 64, 4096) \
	LOOPS_WIDE(W, Y, load16_nt, 64, 1024) \
	LOOPS_LINE(W, store16_sse, 64, 1024) \
	LOOPS_LINE(W, store32_avx, 64, 2048) \
	LOOPS_LINE(W, store64_avx512, 64, 4096) \
	LOOPS_LINE(W, store8_nt, 128, 1024) \
	LOOPS_LINE(W, store16_nt, 64, 1024) \
	LOOPS_LINE(W, store32_nt, 64, 2048) \
	LOOPS_LINE(W, store64_nt, 64, 4096) \
	LOOPS_LINE(W, store8_diri, 128, 1024) \
	LOOPS_LINE(W, store64_dir64b, 64, 4096) \
	LOOPS_LINE(W, store64_stosb, 64, 4096) \
	LOOPS_LINE(W, store64_movsb, 64, 4096)

ARCH_LOOP_TABLE(LOOPS)

/* all barriers but load-back and dep, which need an address */
#define PAIRS(X)                                                                                   \
	PAIRS_OF(X, none)                                                                          \
	PAIRS_OF(X, sfence)                                                                        \
	PAIRS_OF(X, mfence)                                                                        \
	PAIRS_OF(X, lfence)                                                                        \
	PAIRS_OF(X, lock_or)                                                                       \
	PAIRS_OF(X, read_flush)

ARCH_PAIR_TABLE(PAIRS)

static bool has_leaf7_ecx(unsigned int bit)
{
	unsigned int a, b, c, d;

	return __get_cpuid_count(7, 0, &a, &b, &c, &d) && c & bit;
}

/* Intel SDM vol. 2A, CPUID; the compiler's own check asks the system too (XGETBV) */
bool arch_kernel_runs(const struct kernel *kernel)
{
	const char *f = kernel->feature;

	if (!f)
		return true;
	if (!strcmp(f, "SSE4.1"))
		return __builtin_cpu_supports("sse4.1");
	if (!strcmp(f, "AVX"))
		return __builtin_cpu_supports("avx");
	if (!strcmp(f, "AVX-512F"))
		return __builtin_cpu_supports("avx512f");
	if (!strcmp(f, "MOVDIRI"))
		return has_leaf7_ecx(1u << 27);
	return !strcmp(f, "MOVDIR64B") && has_leaf7_ecx(1u << 28);
}

const char *arch_kernel_hazard(const struct kernel *kernel)
{
	(void)kernel;
	return NULL;
}

/* STOSB has AL */
uint64_t arch_stored_value(const struct kernel *kernel, uint64_t value)
{
	return strcmp(kernel->name, "store64_stosb") ? value : (value & 0xff) * 0x0101010101010101;
}

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

void arch_read_flush(const volatile void *p)
{
	uint32_t t;

	asm volatile("mfence\nmovl (%1), %0\nlfence" : "=r"(t) : "r"(p) : "memory");
}
