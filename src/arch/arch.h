/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ARCH_ARCH_H
#define ARCH_ARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "arch/info.h"

/*
 * The contract between mmiobench and the instruction set that it is built for. NAME.S fills it with
 * what loops.h makes, and cpu.c by NAME.h; nothing outside this folder knows an ISA. A new access kernel
 * is one row in NAME.S, a new barrier one in NAME.h. What is known of all architectures: info.h.
 */

enum kernel_direction { KERNEL_STORE, KERNEL_LOAD };

/*
 * How a BAR is accessed: one instruction, repeated. width is what one execution moves; accesses are naturally aligned, up to 64 bytes. Those that have no addressing of their own
 * bring the instructions that they need with them, which count as part of the access. store8_c and
 * load8_c are a C loop as the compiler makes it: a control.
 *
 * trap_safe: a hypervisor that traps the access can emulate it from the syndrome alone (aarch64:
 * ESR_EL2.ISV = 1, Arm ARM D24.2.40 "ISS encoding for an exception from a Data Abort"), so it is
 * not answered with an injected abort, or worse.
 */
struct kernel {
	const char *name;
	const char *feature;     /* CPU feature it needs, NULL: every CPU of the architecture has it */
	const char *instruction;
	const char *tlps;        /* what a Device or UC mapping turns one execution into */
	enum kernel_direction direction;
	unsigned int width_bytes;
	bool trap_safe;
	bool stores_low_byte;    /* of args->value, repeated */
};

/*
 * Where the accesses of a block go, in order. Of those that walk, blocks follow each other through
 * the region; those that stay touch the same bytes in every block.
 */
struct pattern {
	const char *name;        /* "seq", "reverse", "stride64", "lines4", "words3", "one", ... */
	const char *what;
	uint32_t stays_bytes;    /* from base; 0: walks; UINT32_MAX: one access's width */
};

/*
 * A measuring loop: a kernel, with a barrier after every interval_bytes that were moved (0: once at
 * the end of each pass), as straight-line code inside a counted loop, all of it assembly.
 *
 * A block makes block_accesses accesses within block_bytes of address space. Patterns that walk go
 * from base to end, block by block ("reverse": from end to base). doorbell_bytes > 0: each barrier
 * is followed by a store of so many bytes (4, 8) to args->doorbell.
 */
struct loop_args {
	volatile void *base;
	volatile void *end;   /* base + a multiple of the block; unused by patterns that stay */
	uint64_t laps;        /* >= 1: blocks of patterns that stay, else passes from base to end */
	uint64_t value;       /* what stores store: repeated in wide ones, narrow ones its low bytes */
	const volatile void *flush; /* aligned word that a read-flush loads; must be mapped */
	volatile void *doorbell;    /* 8-byte aligned; may be NULL where the loop has no doorbell */
};

typedef void loop_fn(const struct loop_args *args);

struct loop {
	const struct kernel *kernel;
	const struct barrier *barrier;
	const struct pattern *pattern;
	uint32_t interval_bytes;
	uint32_t doorbell_bytes;
	uint32_t block_bytes;
	uint32_t block_accesses;
	loop_fn *fn;
	const char *symbol; /* of fn, for the disassembly test */
};

/*
 * Two accesses of 4 bytes, trap-safe ones, with a barrier between: what litmus tests are made of.
 * A read-flush in between reads the second address.
 */
struct pair_args {
	volatile void *at[2];  /* 4-byte aligned; may be the same */
	uint32_t value[2];     /* stored; of loads: what was loaded, set by the call */
};

struct pair {
	const char *kind;      /* "WW", "WR", "RW", "RR" */
	const struct barrier *barrier;
	void (*fn)(struct pair_args *args);
	const char *symbol;    /* of fn, for the disassembly test */
};

extern const char arch_name[]; /* as uname -m says it */

/* What is known of it. */
const struct arch_info *arch_here(void);

/* Tables; each ends with a row whose name (loops and pairs: fn) is NULL. */
extern const struct kernel arch_kernels[];
extern const struct pattern arch_patterns[];
extern const struct loop arch_loops[];
extern const struct pair arch_pairs[];

/*
 * Accesses that the memory type, or the device, may refuse: each with a fault, or, where a
 * hypervisor cannot handle that fault, with the end of the VM.
 */
struct crash_probe {
	enum probe probe;
	const char *what;        /* for sentences: "unaligned load" */
	bool tells_type;         /* allowed on Normal, faults on Device (Arm ARM B2.9, C6.2.75) */
	bool stores;             /* within RISKY_BYTES of p; what was there is lost */
	int (*access)(volatile void *p); /* p: 4 KiB aligned. ACCESS_... */
};
#define RISKY_BYTES 2048u        /* the largest block of DC ZVA (Arm ARM D24.2.46, DCZID_EL0.BS) */
extern const struct crash_probe arch_crash_probes[]; /* ends with a row without what */

/* NULL when there is no such row. */
const struct kernel *arch_find_kernel(const char *name);

const struct pair *arch_find_pair(const char *kind, const char *barrier);

/* A row's key. interval_bytes is a count of bytes moved, also for one access ("each": the width). */
struct loop_key {
	const char *kernel, *barrier, *pattern;
	uint32_t interval_bytes, doorbell_bytes;
};
const struct loop *arch_find_loop(const struct loop_key *key);

/* True when this CPU, and kernel, can run it (AT_HWCAP, CPUID). */
bool arch_kernel_runs(const struct kernel *kernel);

/* Why a kernel must run neither on ordinary memory nor in a VM; NULL: it may. */
const char *arch_kernel_hazard(const struct kernel *kernel);

/* What a store kernel stores of args->value, 8 bytes of it: all but one store them as they are. */
uint64_t arch_stored_value(const struct kernel *kernel, uint64_t value);

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

/*
 * 0; -ETIME: one of the two clocks does not go on, or not steadily enough to be a clock; -EAGAIN: most
 * of the five disagree, or agree on what no clock does: one of the clocks jumps.
 */
int arch_clock_calibrate(struct arch_clock *clock);

/*
 * Single accesses of one register, aligned, never split, merged or invented by a compiler: the
 * only ones that are safe on any BAR.
 */
uint32_t arch_load32(const volatile void *p);
void arch_store32(volatile void *p, uint32_t value);

/*
 * Waits until everything stored before is at the device, as far as a CPU can know: a full barrier,
 * a load from the device (which pushes posted writes before it, PCIe base spec 2.4.1), a wait for
 * its data.
 */
void arch_read_flush(const volatile void *p);

/* Ticks of one run of the loop; with flushed, the interval is closed by a read-flush. */
uint64_t arch_time_loop(const struct loop *loop, const struct loop_args *args, bool flushed);

#endif
