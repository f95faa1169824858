// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <sys/auxv.h>
#include "arch/arch.h"

/*
 * Normal-NC and Device memory are outer shareable (Arm ARM B2.10): barriers on them name osh or
 * sy. ish would not do.
 */

#define ACCESS_store1 "strb %w[v], [%x[p], #.Lo]\n"
#define ACCESS_store2 "strh %w[v], [%x[p], #.Lo]\n"
#define ACCESS_store4 "str %w[v], [%x[p], #.Lo]\n"
#define ACCESS_store8 "str %x[v], [%x[p], #.Lo]\n"
#define ACCESS_load1 "ldrb %w[t], [%x[p], #.Lo]\n"
#define ACCESS_load2 "ldrh %w[t], [%x[p], #.Lo]\n"
#define ACCESS_load4 "ldr %w[t], [%x[p], #.Lo]\n"
#define ACCESS_load8 "ldr %x[t], [%x[p], #.Lo]\n"

/* pairs reach 504 bytes up and 512 down: [p] is in the middle of the block */
#define ACCESS_store16_pair "stp %x[v], %x[v], [%x[p], #.Lo]\n"
#define ACCESS_store16_q    "str q0, [%x[p], #.Lo]\n"
#define ACCESS_store32_pair "stp q0, q0, [%x[p], #.Lo]\n"
#define ACCESS_load16_pair  "ldp %x[t], %x[t2], [%x[p], #.Lo]\n"
#define ACCESS_load16_np    "ldnp %x[t], %x[t2], [%x[p], #.Lo]\n"
#define ACCESS_load16_q     "ldr q0, [%x[p], #.Lo]\n"
#define ACCESS_load32_pair  "ldp q0, q1, [%x[p], #.Lo]\n"
/* these have no offset: they step [p] themselves */
#define ACCESS_store64_st1 "st1 {v0.2d-v3.2d}, [%x[p]], #64\n"
#define ACCESS_store64_st4 "st4 {v0.2d-v3.2d}, [%x[p]], #64\n"
#define ACCESS_load64_ld1  "ld1 {v0.2d-v3.2d}, [%x[p]], #64\n"
/* no offset and no post-index: the step is part of the access */
#define ACCESS_store64_st64b ACCESS_STAY_store64_st64b "add %x[p], %x[p], #64\n"
#define ACCESS_load64_ld64b  ACCESS_STAY_load64_ld64b "add %x[p], %x[p], #64\n"
/* encoded here (Arm ARM C6.2.176, C6.2.357), as assemblers before Armv8.7 do not know them */
#define ACCESS_STAY_store64_st64b ".inst 0xf83f9000 | .L%x[p] << 5\n" /* st64b x0, [p] */
#define ACCESS_STAY_load64_ld64b  ".inst 0xf83fd000 | .L%x[p] << 5\n" /* ld64b x0, [p] */
#define REGISTER_NUMBERS                                                                           \
	".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, "   \
	"22, 23, 24, 25, 26, 27, 28, 29, 30\n.set .Lx\\n, \\n\n.endr\n"
#define ACCESS_STAY_store16_pair ACCESS_store16_pair
#define ACCESS_STAY_store16_q    ACCESS_store16_q
#define ACCESS_STAY_store32_pair ACCESS_store32_pair
#define ACCESS_STAY_load16_pair  ACCESS_load16_pair
#define ACCESS_STAY_load16_np    ACCESS_load16_np
#define ACCESS_STAY_load16_q     ACCESS_load16_q
#define ACCESS_STAY_load32_pair  ACCESS_load32_pair
#define ACCESS_STAY_store64_st1  "st1 {v0.2d-v3.2d}, [%x[p]]\n"
#define ACCESS_STAY_store64_st4  "st4 {v0.2d-v3.2d}, [%x[p]]\n"
#define ACCESS_STAY_load64_ld1   "ld1 {v0.2d-v3.2d}, [%x[p]]\n"
#define WIDTH_store16_pair 16
#define WIDTH_store16_q    16
#define WIDTH_store32_pair 32
#define WIDTH_store64_st1  64
#define WIDTH_store64_st4  64
#define WIDTH_store64_st64b 64
#define WIDTH_load64_ld64b 64
#define WIDTH_load16_pair  16
#define WIDTH_load16_np    16
#define WIDTH_load16_q     16
#define WIDTH_load32_pair  32
#define WIDTH_load64_ld1   64
#define BIAS_store16_pair  512
#define BIAS_store16_q     0
#define BIAS_store32_pair  1024
#define BIAS_store64_st1   0
#define BIAS_store64_st4   0
#define BIAS_store64_st64b 0
#define BIAS_load64_ld64b  0
#define BIAS_load16_pair   512
#define BIAS_load16_np     512
#define BIAS_load16_q      0
#define BIAS_load32_pair   1024
#define BIAS_load64_ld1    0
#define FILL "dup v0.2d, %x[v]\nmov v1.16b, v0.16b\nmov v2.16b, v0.16b\nmov v3.16b, v0.16b\n"
#define PREPARE_store16_pair ""
#define PREPARE_store16_q    FILL
#define PREPARE_store32_pair FILL
#define PREPARE_store64_st1  FILL
#define PREPARE_store64_st4  FILL
#define PREPARE_store64_st64b                                                                      \
	REGISTER_NUMBERS                                                                           \
	"mov x0, %x[v]\nmov x1, x0\nmov x2, x0\nmov x3, x0\n"                                      \
	"mov x4, x0\nmov x5, x0\nmov x6, x0\nmov x7, x0\n"
#define PREPARE_load64_ld64b REGISTER_NUMBERS
#define PREPARE_load16_pair  ""
#define PREPARE_load16_np    ""
#define PREPARE_load16_q     ""
#define PREPARE_load32_pair  ""
#define PREPARE_load64_ld1   ""
#define DONE_store16_pair ""
#define DONE_store16_q    ""
#define DONE_store32_pair ""
#define DONE_store64_st1  ""
#define DONE_store64_st4  ""
#define DONE_store64_st64b ""
#define DONE_load64_ld64b LOOP_WAIT_LOADS
#define DONE_load16_pair LOOP_WAIT_LOADS
#define DONE_load16_np   LOOP_WAIT_LOADS
#define DONE_load16_q    LOOP_WAIT_LOADS
#define DONE_load32_pair LOOP_WAIT_LOADS
#define DONE_load64_ld1  LOOP_WAIT_LOADS
#define LOOP_CLOBBERS                                                                              \
	"v0", "v1", "v2", "v3", "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7"

#define BELL_0 ""
#define BELL_4 "str %w[v], [%x[d]]\n"
#define BELL_8 "str %x[v], [%x[d]]\n"

#define BARRIER_none      ""
#define BARRIER_dmb_oshst "dmb oshst\n"
#define BARRIER_dmb_osh   "dmb osh\n"
#define BARRIER_dmb_oshld "dmb oshld\n"
#define BARRIER_dmb_st    "dmb st\n"
#define BARRIER_dmb_sy    "dmb sy\n"
#define BARRIER_dsb_oshst "dsb oshst\n"
/* DGH: assembled as the hint that it is, for assemblers older than Armv8.6 */
#define BARRIER_dgh       "hint #6\n"
#define BARRIER_dsb_st    "dsb st\n"
#define BARRIER_dsb_sy    "dsb sy\n"
/* full barrier, read, wait for its data */
#define BARRIER_read_flush "dsb sy\nldr %w[t], [%x[f]]\ndsb ld\n"
/* what was stored last is loaded, and the next address depends on it */
#define BARRIER_load_back  "ldr %x[t], [%x[p], #.Lo]\n" BARRIER_dep
/* the next address depends on what was loaded */
#define BARRIER_dep "and %x[t], %x[t], xzr\nadd %x[p], %x[p], %x[t]\n"

#define LOOP_REWIND      "mov %x[p], %x[first]\n"
#define LOOP_UP(block)   "add %x[p], %x[p], #" LOOP_STR(block) "\n"
#define LOOP_DOWN(block) "sub %x[p], %x[p], #" LOOP_STR(block) "\n"
#define LOOP_UNTIL       "cmp %x[p], %x[last]\nb.ne 2b\n"
#define LOOP_NEXT_LAP    "subs %x[n], %x[n], #1\nb.ne 1b\n"
#define LOOP_WAIT_LOADS  "dsb ld\n"

#define PAIR_W(n) "str %w[v" #n "], [%x[p" #n "]]\n"
#define PAIR_R(n) "ldr %w[v" #n "], [%x[p" #n "]]\n"

#include "arch/loops.h"
#include "arch/pairs.h"

const char arch_name[] = "aarch64";
const char arch_clock_name[] = "CNTVCT_EL0";
const char arch_asks_plain[] = "Device-nGnRE";
const char arch_asks_wc[] = "Normal-NC";
const char arch_asks_devmem[] = "Device-nGnRnE";
const char arch_asks_ram[] = "Normal-WB";
const bool arch_alignment_tells_type = true;

/* trap-safe: one general register, no write-back of the address; others leave ESR_EL2.ISV = 0 */
#define KERNELS(X)                                                                                 \
	X(store1, KERNEL_STORE, true, NULL, "STRB Wt", "one 1-byte write")                  \
	X(store2, KERNEL_STORE, true, NULL, "STRH Wt", "one 2-byte write")                  \
	X(store4, KERNEL_STORE, true, NULL, "STR Wt", "one 4-byte write")                   \
	X(store8, KERNEL_STORE, true, NULL, "STR Xt", "one 8-byte write")                   \
	X(store16_pair, KERNEL_STORE, false, NULL, "STP Xt, Xt2", "two 8-byte writes, or one of 16") \
	X(store16_q, KERNEL_STORE, false, NULL, "STR Qt", "one 16-byte write, or two of 8")        \
	X(store32_pair, KERNEL_STORE, false, NULL, "STP Qt, Qt2", "2 to 4 writes")                 \
	X(store64_st1, KERNEL_STORE, false, NULL, "ST1 {4 x 2D}", "4 to 8 writes")                 \
	X(store64_st4, KERNEL_STORE, false, NULL, "ST4 {4 x 2D}", "4 to 8 writes")                 \
	X(store64_st64b, KERNEL_STORE, false, "FEAT_LS64", "ST64B Xt", "one 64-byte write") \
	X(store8_c, KERNEL_STORE, false, NULL, "C: *p++ = v", "as the compiler makes it")           \
	X(load64_ld64b, KERNEL_LOAD, false, "FEAT_LS64", "LD64B Xt", "one 64-byte read")    \
	X(load8_c, KERNEL_LOAD, false, NULL, "C: (void)*p++", "as the compiler makes it")           \
	X(load1, KERNEL_LOAD, true, NULL, "LDRB Wt", "one 1-byte read")                     \
	X(load2, KERNEL_LOAD, true, NULL, "LDRH Wt", "one 2-byte read")                     \
	X(load4, KERNEL_LOAD, true, NULL, "LDR Wt", "one 4-byte read")                      \
	X(load8, KERNEL_LOAD, true, NULL, "LDR Xt", "one 8-byte read")                      \
	X(load16_pair, KERNEL_LOAD, false, NULL, "LDP Xt, Xt2", "two 8-byte reads, or one of 16")  \
	X(load16_np, KERNEL_LOAD, false, NULL, "LDNP Xt, Xt2", "two 8-byte reads, or one of 16")   \
	X(load16_q, KERNEL_LOAD, false, NULL, "LDR Qt", "one 16-byte read, or two of 8")           \
	X(load32_pair, KERNEL_LOAD, false, NULL, "LDP Qt, Qt2", "2 to 4 reads")                    \
	X(load64_ld1, KERNEL_LOAD, false, NULL, "LD1 {4 x 2D}", "4 to 8 reads")

#define BARRIERS(X)                                                                                \
	X(none, "none", true, "orders nothing")                                                         \
	X(dgh, "dgh", false, "nothing: a hint to stop gathering here (FEAT_DGH)")                  \
	X(dmb_oshst, "dmb-oshst", true, "stores before it, before stores after it")                \
	X(dmb_oshld, "dmb-oshld", false, "loads before it, before accesses after it")              \
	X(dmb_osh, "dmb-osh", true, "accesses before it, before accesses after it")                \
	X(dmb_st, "dmb-st", false, "as dmb-oshst, for the full system")                            \
	X(dmb_sy, "dmb-sy", false, "as dmb-osh, for the full system")                              \
	X(dsb_oshst, "dsb-oshst", false, "waits until stores before it are acknowledged")          \
	X(dsb_st, "dsb-st", true, "as dsb-oshst, for the full system")                             \
	X(dsb_sy, "dsb-sy", true, "waits until accesses before it are complete or acknowledged")   \
	X(read_flush, "read-flush", true, "waits until stores before it have reached the device")  \
	X(load_back, "load-back", true, "loads what was just stored, and waits for it")            \
	X(dep, "dep", true, "a load before it, before the next access (address dependency)")

ARCH_TABLES(KERNELS, BARRIERS)

#define LOOPS_BARRIERS(W, Y, k, w, n)                                                              \
	LOOPS_BARRIER(W, Y, k, w, n, dgh)                                                          \
	LOOPS_BARRIER(W, Y, k, w, n, dmb_oshst)                                                    \
	LOOPS_BARRIER(W, Y, k, w, n, dmb_oshld)                                                    \
	LOOPS_BARRIER(W, Y, k, w, n, dmb_osh)                                                      \
	LOOPS_BARRIER(W, Y, k, w, n, dmb_st)                                                       \
	LOOPS_BARRIER(W, Y, k, w, n, dmb_sy)                                                       \
	LOOPS_BARRIER(W, Y, k, w, n, dsb_oshst)                                                    \
	LOOPS_BARRIER(W, Y, k, w, n, dsb_st)                                                       \
	LOOPS_BARRIER(W, Y, k, w, n, dsb_sy)                                                       \
	LOOPS_BARRIER(W, Y, k, w, n, read_flush)

#define LOOPS_LINE(W, k, n, block)                                                                 \
	LOOPS_AT_LINES(W, k, dgh, n, block)                                                        \
	LOOPS_AT_LINES(W, k, dmb_oshst, n, block)                                                  \
	LOOPS_AT_LINES(W, k, dsb_st, n, block)

#define LOOPS(W, S, D, Y)                                                                          \
	LOOPS_SCALAR(W, S, D, Y)                                                                   \
	LOOPS_BARRIERS(W, Y, store4, 4, 256)                                                       \
	LOOPS_BARRIERS(W, Y, store8, 8, 128)                                                       \
	LOOPS_WORDS(W, store8, dmb_oshst)                                                          \
	LOOPS_IN_FLIGHT(W, load8, dmb_oshld)                                                       \
	LOOPS_DOORBELL(W, store8, none)                                                            \
	LOOPS_DOORBELL(W, store8, dmb_oshst)                                                       \
	LOOPS_DOORBELL(W, store8, dsb_st)                                                          \
	LOOPS_DOORBELL(W, store8, dsb_sy)                                                          \
	LOOPS_WIDE(W, Y, store16_pair, 64, 1024)                                                   \
	LOOPS_WIDE(W, Y, store16_q, 64, 1024)                                                      \
	LOOPS_WIDE(W, Y, store32_pair, 64, 2048)                                                   \
	LOOPS_WIDE(S, Y, store64_st1, 64, 4096)                                                    \
	LOOPS_WIDE(S, Y, store64_st4, 64, 4096)                                                    \
	LOOPS_WIDE(S, Y, store64_st64b, 64, 4096)                                                  \
	LOOPS_WIDE(S, Y, load64_ld64b, 64, 4096)                                                   \
	LOOPS_WIDE(W, Y, load16_pair, 64, 1024)                                                    \
	LOOPS_WIDE(W, Y, load16_np, 64, 1024)                                                      \
	LOOPS_WIDE(W, Y, load16_q, 64, 1024)                                                       \
	LOOPS_WIDE(W, Y, load32_pair, 64, 2048)                                                    \
	LOOPS_WIDE(S, Y, load64_ld1, 64, 4096)                                                     \
	LOOPS_LINE(W, store16_pair, 64, 1024)                                                      \
	LOOPS_LINE(W, store16_q, 64, 1024)                                                         \
	LOOPS_LINE(W, store32_pair, 64, 2048)                                                      \
	LOOPS_LINE(S, store64_st1, 64, 4096)                                                       \
	LOOPS_LINE(S, store64_st4, 64, 4096)                                                       \
	LOOPS_LINE(S, store64_st64b, 64, 4096)

ARCH_LOOP_TABLE(LOOPS)

/* all barriers but load-back and dep, which need an address */
#define PAIRS(X)                                                                                   \
	PAIRS_OF(X, none)                                                                          \
	PAIRS_OF(X, dgh)                                                                           \
	PAIRS_OF(X, dmb_oshst)                                                                     \
	PAIRS_OF(X, dmb_oshld)                                                                     \
	PAIRS_OF(X, dmb_osh)                                                                       \
	PAIRS_OF(X, dmb_st)                                                                        \
	PAIRS_OF(X, dmb_sy)                                                                        \
	PAIRS_OF(X, dsb_oshst)                                                                     \
	PAIRS_OF(X, dsb_st)                                                                        \
	PAIRS_OF(X, dsb_sy)                                                                        \
	PAIRS_OF(X, read_flush)

ARCH_PAIR_TABLE(PAIRS)

/* Linux, arch/arm64/include/uapi/asm/hwcap.h; older headers lack them */
#define AT_HWCAP3_NR     29
#define HWCAP3_LS64_MASK (1ul << 3)

/* all others are in Armv8.0, which every CPU that Linux runs on has */
bool arch_kernel_runs(const struct kernel *kernel)
{
	return !kernel->feature || getauxval(AT_HWCAP3_NR) & HWCAP3_LS64_MASK;
}

/* Arm ARM C3.2.12: a fault on Write-Back memory, and on a target that does not support them */
const char *arch_kernel_hazard(const struct kernel *kernel)
{
	return kernel->feature ? "it faults on memory and devices that do not take 64 bytes at once, "
				 "and no VMM handles that" : NULL;
}

uint64_t arch_stored_value(const struct kernel *kernel, uint64_t value)
{
	(void)kernel;
	return value;
}

uint64_t arch_clock_start(void)
{
	uint64_t t;

	asm volatile("isb\nmrs %0, cntvct_el0\nisb" : "=r"(t)::"memory");
	return t;
}

uint64_t arch_clock_end(void)
{
	uint64_t t;

	asm volatile("isb\nmrs %0, cntvct_el0" : "=r"(t)::"memory");
	return t;
}

uint64_t arch_clock_nominal_hz(void)
{
	uint64_t hz;

	asm volatile("mrs %0, cntfrq_el0" : "=r"(hz));
	return hz;
}

uint32_t arch_load32(const volatile void *p)
{
	uint32_t v;

	asm volatile("ldr %w0, [%1]" : "=r"(v) : "r"(p) : "memory");
	return v;
}

void arch_store32(volatile void *p, uint32_t value)
{
	asm volatile("str %w0, [%1]" ::"r"(value), "r"(p) : "memory");
}

static const char *load_unaligned(volatile void *p)
{
	uint64_t v;

	asm volatile("ldr %x0, [%1, #1]" : "=r"(v) : "r"(p) : "memory");
	return NULL;
}

static const char *zero_block(volatile void *p)
{
	uint64_t id;

	asm("mrs %0, dczid_el0" : "=r"(id));
	if (id & 1u << 4) /* DZP */
		return "prohibited";
	asm volatile("dc zva, %0" ::"r"(p) : "memory");
	return NULL;
}

#define EXCLUSIVE_TRIES 100 /* something else may end the reservation now and then */

/* what was loaded is stored */
static const char *store_exclusive(volatile void *p)
{
	uint32_t failed = 1;
	uint64_t v;

	for (int i = 0; i < EXCLUSIVE_TRIES && failed; i++)
		asm volatile("ldxr %x0, [%2]\nstxr %w1, %x0, [%2]"
			     : "=&r"(v), "=&r"(failed) : "r"(p) : "memory");
	return failed ? "never-succeeds" : NULL;
}

const struct risky arch_risky[] = {
	{ "alignment", "unaligned load", true, false, load_unaligned },
	{ "dc-zva", "DC ZVA", true, true, zero_block },
	/* IMPLEMENTATION DEFINED on anything but Write-Back memory: Arm ARM B2.9, B2.17.5 */
	{ "exclusive", "load and store exclusive", false, true, store_exclusive },
	{ 0 },
};

void arch_read_flush(const volatile void *p)
{
	uint32_t t;

	asm volatile("dsb sy\nldr %w0, [%1]\ndsb ld" : "=r"(t) : "r"(p) : "memory");
}
