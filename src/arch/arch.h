/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ARCH_ARCH_H
#define ARCH_ARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The contract between mmiobench and an instruction set. One file, aarch64.c or x86_64.c, fills
 * it; nothing else in the tree knows an ISA. A new access kernel or barrier is one row there.
 */

enum kernel_direction { KERNEL_STORE, KERNEL_LOAD };

/*
 * How a BAR is accessed: one instruction, repeated. width is what one execution moves; accesses
 * are naturally aligned. trap_safe: a hypervisor that traps the access can emulate it from the
 * syndrome alone (aarch64: ESR_EL2.ISV = 1, Arm ARM D24.2.40 "ISS encoding for an exception from a
 * Data Abort"), so it cannot be answered with an injected abort.
 */
struct kernel {
	const char *name;
	enum kernel_direction direction;
	unsigned int width_bytes;
	bool trap_safe;
	const char *instruction;
	const char *tlps; /* what a Device or UC mapping turns one execution into */
};

/*
 * What stands between accesses. "orders" says what the architecture promises, no more: a barrier
 * that a write passed does not mean that the endpoint has it; only a read from the device does.
 */
struct barrier {
	const char *name;
	const char *orders;
	bool common; /* what drivers use: measured by default; the others with --full */
};

/*
 * A measuring loop: a kernel, with a barrier after every interval_bytes (0: once at the end of
 * each pass), as straight-line code of block_bytes inside a counted loop, all of it assembly.
 * span_bytes > 0: the accesses of a block wrap around in the first span_bytes (64 .. 512, divides
 * the block). span_bytes = 0: blocks walk from base to end, upwards.
 */
struct loop_args {
	volatile void *base;
	volatile void *end;   /* base + a multiple of the block; unused when span_bytes > 0 */
	uint64_t laps;        /* >= 1: blocks when span_bytes > 0, else passes from base to end */
	uint64_t value;       /* what stores store; narrow ones its low bytes */
	const volatile void *flush; /* aligned word that a read-flush loads; must be mapped */
};

typedef void loop_fn(const struct loop_args *args);

struct loop {
	const struct kernel *kernel;
	const struct barrier *barrier;
	uint32_t interval_bytes;
	uint32_t span_bytes;
	uint32_t block_bytes;
	loop_fn *fn;
	const char *symbol; /* of fn, for the disassembly test */
};

extern const char arch_name[];       /* as uname -m says it */
extern const char arch_clock_name[]; /* "CNTVCT_EL0", "TSC" */

/* Tables; each ends with a row whose name (loops: fn) is NULL. */
extern const struct kernel arch_kernels[];
extern const struct barrier arch_barriers[];
extern const struct loop arch_loops[];

/* What a process asks for by mapping resourceN or resourceN_wc (Linux, drivers/pci/mmap.c). */
extern const char arch_asks_plain[]; /* "Device-nGnRE", "UC-" */
extern const char arch_asks_wc[];    /* "Normal-NC", "WC" */
extern const char arch_asks_ram[];   /* ordinary memory: "Normal-WB", "WB" */

/*
 * True where an unaligned access faults by the memory type: allowed on Normal, an alignment fault
 * on Device (Arm ARM B2.9). The architectural probe rests on it; x86 has no such difference.
 */
extern const bool arch_alignment_tells_type;

/* NULL when there is no such row. */
const struct kernel *arch_find_kernel(const char *name);
const struct barrier *arch_find_barrier(const char *name);
const struct loop *arch_find_loop(const char *kernel, const char *barrier, uint32_t interval_bytes,
				  uint32_t span_bytes);

/* Bytes that one lap of the loop moves over a region of that many bytes. */
uint64_t arch_lap_bytes(const struct loop *loop, uint64_t region_bytes);

/*
 * The clock: CNTVCT_EL0 or the TSC. start() and end() are serialised so that the timed code does
 * not leak out; stores may still be on their way when end() reads the clock: their time is issue
 * cost. Loads have returned.
 */
uint64_t arch_clock_start(void);
uint64_t arch_clock_end(void);

/* What the hardware says of its clock's rate in Hz; 0 when it says nothing. */
uint64_t arch_clock_nominal_hz(void);

struct arch_clock {
	double hz;                 /* used for every conversion in a run */
	double measured_hz;        /* against CLOCK_MONOTONIC_RAW: median of 5 times 4 ms */
	uint64_t resolution_ticks; /* smallest step seen, >= 1 */
	uint64_t overhead_ticks;   /* median of an empty interval */
};

void arch_clock_calibrate(struct arch_clock *clock);

/*
 * Single accesses of one register, aligned, never split, merged or invented by a compiler: the
 * only ones that are safe on any BAR.
 */
uint32_t arch_load32(const volatile void *p);
void arch_store32(volatile void *p, uint32_t value);

/* One 8-byte load, of any alignment. May fault, or kill the VM: see facts on stage 2 in doc/. */
uint64_t arch_load64_unaligned(const volatile void *p);

/*
 * Waits until everything stored before is at the device, as far as a CPU can know: a full barrier,
 * a load from the device (which pushes posted writes before it, PCIe base spec 2.4.1), a wait for
 * its data.
 */
void arch_read_flush(const volatile void *p);

/* Ticks of one run of the loop; with flushed, the interval is closed by a read-flush. */
uint64_t arch_time_loop(const struct loop *loop, const struct loop_args *args, bool flushed);

#endif
