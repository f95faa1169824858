// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <string.h>
#include "arch/arch.h"
#include "arch/shared.h"
#include "made-up.h"

const char arch_name[] = "madeup";

static const struct barrier barriers[] = {
	{ "none", "orders nothing", FOR_NOTHING, ORDERS_NOTHING, true, "" },
	{ "gate.w", "stores", FOR_ENDING_GATHERING | FOR_STORES_BEFORE_DOORBELL, ORDERS_WW, true, "GATE.W" },
	{ "gate.r", "loads", FOR_WAITING_FOR_LOADS, ORDERS_RW | ORDERS_RR, false, "GATE.R" },
	{ "gate", "accesses", FOR_ENDING_GATHERING | FOR_FULL_ORDER, ORDERS_ALL, true, "GATE" },
	{ "ack", "waits until stores are acknowledged", FOR_ACKNOWLEDGEMENT, ORDERS_WW, true, "ACK" },
	{ "read-flush", "waits until stores have arrived", FOR_ARRIVAL, ORDERS_ALL, true, "READ-FLUSH" },
	{ "load-back", "loads what was stored", FOR_LOADING_BACK, ORDERS_NOTHING, true, "LOAD-BACK" },
	{ "dep", "the next address", FOR_DEPENDENCE, ORDERS_NOTHING, true, "DEP" },
	{ 0 },
};
enum { NONE, GATE_W, GATE_R, GATE, ACK, FLUSH, BACK, DEP };

const struct arch_info made_up = {
	.name = "madeup",
	.clock = "TICKS",
	.device = "Strict",
	.normal_nc = "Lax",
	.write_back = "Cached",
	.asks = { "Strict", "Lax", "Cached", "Strict" },
	.barriers = barriers,
	.ram_orders = ORDERS_WW, /* no other has that */
};

/* What every caller in another file gets: see -Wl,--wrap in ld(1). */
const struct arch_info *__real_arch_info_of(const char *name);
const struct arch_info *__wrap_arch_info_of(const char *name);
const struct arch_info *__wrap_arch_info_of(const char *name)
{
	return strcmp(name, made_up.name) ? __real_arch_info_of(name) : &made_up;
}

const struct kernel arch_kernels[] = {
	{ "store4", NULL, "PUT4", "one write", KERNEL_STORE, 4, true, false },
	{ "store8", NULL, "PUT8", "one write", KERNEL_STORE, 8, true, false },
	{ "store64_blob", "BLOBS", "PUT64", "one write", KERNEL_STORE, 64, false, false },
	{ "load8", NULL, "GET8", "one read", KERNEL_LOAD, 8, true, false },
	{ 0 },
};
enum { STORE4, STORE8, STORE64_BLOB, LOAD8 };

#define PATTERN_ID(name, ...) PATTERN_##name,
enum { ARCH_PATTERNS(PATTERN_ID) };

static void do_nothing(const struct loop_args *args)
{
	(void)args;
}

#define LOOP(kernel, barrier, pattern, interval, bell, block, accesses)                            \
	{ &arch_kernels[kernel], &barriers[barrier], &arch_patterns[PATTERN_##pattern], interval,  \
	  bell, block, accesses, do_nothing, #kernel }

const struct loop arch_loops[] = {
	LOOP(STORE4, NONE, single, 0, 0, 4, 1),
	LOOP(STORE8, NONE, seq, 0, 0, 1024, 128),
	LOOP(STORE8, NONE, span64, 0, 0, 1024, 128),
	LOOP(STORE8, NONE, one, 0, 0, 1024, 128),
	LOOP(STORE8, NONE, stride64, 0, 0, 4096, 64),
	LOOP(STORE8, NONE, single, 0, 0, 8, 1),
	LOOP(STORE8, GATE_W, seq, 64, 0, 1024, 128),
	LOOP(STORE8, GATE_W, span64, 8, 0, 1024, 128),
	LOOP(STORE8, GATE_W, words1, 8, 0, 4096, 64),
	LOOP(STORE8, GATE_W, seq, 64, 4, 1024, 128),
	LOOP(STORE8, GATE, seq, 64, 0, 1024, 128),
	LOOP(STORE8, ACK, span64, 8, 0, 1024, 128),
	LOOP(STORE8, FLUSH, span64, 8, 0, 1024, 128),
	LOOP(STORE8, BACK, span64, 8, 0, 1024, 128),
	LOOP(STORE64_BLOB, NONE, seq, 0, 0, 4096, 64),
	LOOP(LOAD8, NONE, seq, 0, 0, 512, 64),
	LOOP(LOAD8, DEP, span64, 8, 0, 1024, 128),
	LOOP(LOAD8, GATE_R, stride64, 64, 0, 4096, 64),
	LOOP(LOAD8, GATE_R, seq, 64, 0, 512, 64),
	{ 0 },
};

static void pair_nothing(struct pair_args *args)
{
	(void)args;
}

#define PAIRS(barrier)                                                                             \
	{ "WW", &barriers[barrier], pair_nothing, "WW" }, { "WR", &barriers[barrier], pair_nothing, "WR" },  \
	{ "RW", &barriers[barrier], pair_nothing, "RW" }, { "RR", &barriers[barrier], pair_nothing, "RR" },

const struct pair arch_pairs[] = { PAIRS(NONE) PAIRS(GATE_W) PAIRS(GATE_R) PAIRS(GATE) { 0 } };

const struct crash_probe arch_crash_probes[] = { { 0 } };

bool arch_kernel_runs(const struct kernel *kernel)
{
	return !kernel->feature; /* the feature is another model's */
}

const char *arch_kernel_hazard(const struct kernel *kernel)
{
	(void)kernel;
	return NULL;
}

static uint64_t ticks;

uint64_t arch_clock_start(void)
{
	return ++ticks;
}

uint64_t arch_clock_end(void)
{
	return ++ticks;
}

uint64_t arch_clock_nominal_hz(void)
{
	return 0;
}

uint32_t arch_load32(const volatile void *p)
{
	return *(const volatile uint32_t *)p;
}

void arch_store32(volatile void *p, uint32_t value)
{
	*(volatile uint32_t *)p = value;
}

void arch_read_flush(const volatile void *p)
{
	(void)arch_load32(p);
}
