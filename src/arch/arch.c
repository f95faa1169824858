// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "arch/arch.h"
#include "arch/shared.h"

/* What assembly knows of C's structs. */
#define IS_AT(type, member, at) (offsetof(struct type, member) == (at))
_Static_assert(sizeof(struct kernel) == KERNEL_BYTES && IS_AT(kernel, name, 0) &&
	       IS_AT(kernel, feature, 8) && IS_AT(kernel, instruction, 16) && IS_AT(kernel, tlps, 24) &&
	       IS_AT(kernel, direction, 32) && IS_AT(kernel, width_bytes, 36) &&
	       IS_AT(kernel, trap_safe, 40) && IS_AT(kernel, stores_low_byte, 41), "see kernel in loops.h");
_Static_assert(KERNEL_STORE == 0 && KERNEL_LOAD == 1, "see .Lstore in loops.h");
_Static_assert(sizeof(struct barrier) == BARRIER_BYTES && sizeof(struct pattern) == PATTERN_BYTES,
	       "see loop_row in loops.h");
_Static_assert(sizeof(struct loop) == LOOP_BYTES && IS_AT(loop, kernel, 0) && IS_AT(loop, barrier, 8) &&
	       IS_AT(loop, pattern, 16) && IS_AT(loop, interval_bytes, 24) &&
	       IS_AT(loop, doorbell_bytes, 28) && IS_AT(loop, block_bytes, 32) &&
	       IS_AT(loop, block_accesses, 36) && IS_AT(loop, fn, 40) && IS_AT(loop, symbol, 48),
	       "see loop_row in loops.h");
_Static_assert(sizeof(struct pair) == PAIR_BYTES && IS_AT(pair, kind, 0) && IS_AT(pair, barrier, 8) &&
	       IS_AT(pair, fn, 16) && IS_AT(pair, symbol, 24), "see make_pair in loops.h");
_Static_assert(sizeof(struct crash_probe) == CRASH_PROBE_BYTES && IS_AT(crash_probe, probe, 0) &&
	       IS_AT(crash_probe, what, 8) && IS_AT(crash_probe, tells_type, 16) &&
	       IS_AT(crash_probe, stores, 17) && IS_AT(crash_probe, access, 24),
	       "see crash_probe in loops.h");
_Static_assert(IS_AT(loop_args, base, ARGS_BASE) && IS_AT(loop_args, end, ARGS_END) &&
	       IS_AT(loop_args, laps, ARGS_LAPS) && IS_AT(loop_args, value, ARGS_VALUE) &&
	       IS_AT(loop_args, flush, ARGS_FLUSH) && IS_AT(loop_args, doorbell, ARGS_DOORBELL) &&
	       IS_AT(pair_args, at, PAIR_AT) && IS_AT(pair_args, value, PAIR_VALUE), "see shared.h");

#define CALIBRATE_NS    4000000ull
#define CALIBRATE_TIMES 5
#define CALIBRATE_STEPS 1001
/* 4 ms are so many looks at a clock only if a look takes no time: then it stands still. */
#define CALIBRATE_LOOKS 20000000u
/* Far below what effects are asked for; also how far the hardware's word may be off. */
#define CALIBRATE_AGREE 0.02
/* Slower or faster no counter of a CPU is. */
#define CALIBRATE_LEAST_HZ 1e5
#define CALIBRATE_MOST_HZ  1e11

const struct kernel *arch_find_kernel(const char *name)
{
	for (const struct kernel *k = arch_kernels; k->name; k++)
		if (!strcmp(k->name, name))
			return k;
	return NULL;
}

const struct arch_info *arch_here(void)
{
	return arch_info_of(arch_name);
}

#define PATTERN_ROW(name, what, stays, ...) { #name, what, stays },
const struct pattern arch_patterns[] = { ARCH_PATTERNS(PATTERN_ROW) { 0 } };

const struct pair *arch_find_pair(const char *kind, const char *barrier)
{
	for (const struct pair *p = arch_pairs; p->fn; p++)
		if (!strcmp(p->kind, kind) && !strcmp(p->barrier->name, barrier))
			return p;
	return NULL;
}

const struct loop *arch_find_loop(const struct loop_key *key)
{
	for (const struct loop *l = arch_loops; l->fn; l++)
		if (!strcmp(l->kernel->name, key->kernel) &&
		    !strcmp(l->barrier->name, key->barrier) &&
		    !strcmp(l->pattern->name, key->pattern) &&
		    l->interval_bytes == key->interval_bytes &&
		    l->doorbell_bytes == key->doorbell_bytes)
			return l;
	return NULL;
}

uint64_t arch_stored_value(const struct kernel *kernel, uint64_t value)
{
	return kernel->stores_low_byte ? (value & 0xff) * 0x0101010101010101 : value;
}

uint64_t arch_lap_bytes(const struct loop *loop, uint64_t region_bytes)
{
	uint64_t block = (uint64_t)loop->block_accesses * loop->kernel->width_bytes;

	return loop->pattern->stays_bytes ? block : region_bytes / loop->block_bytes * block;
}

static uint64_t monotonic_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}

static int compare_double(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* 0: not to be told, a clock stands still or went back. */
static double measure_hz(void)
{
	uint64_t n0 = monotonic_ns(), t0 = arch_clock_start(), n1, t1;
	unsigned int looks = 0;

	do
		n1 = monotonic_ns();
	while (n1 >= n0 && n1 - n0 < CALIBRATE_NS && ++looks < CALIBRATE_LOOKS);
	t1 = arch_clock_end();
	if (n1 <= n0 || n1 - n0 < CALIBRATE_NS || t1 <= t0)
		return 0;
	return (double)(t1 - t0) * 1e9 / (double)(n1 - n0);
}

/*
 * The median of five, as one of them may have been preempted between the two clocks. A rate is what
 * three say: a clock that jumps lets each say something else, or something that no clock does.
 */
static int measure_rate(double *rate)
{
	double hz[CALIBRATE_TIMES], middle;
	int near = 0;

	hz[0] = measure_hz();
	for (int i = 1; i < CALIBRATE_TIMES; i++)
		hz[i] = hz[0] > 0 ? measure_hz() : 0; /* one that stands still is not waited for twice */
	qsort(hz, CALIBRATE_TIMES, sizeof(hz[0]), compare_double);
	middle = hz[CALIBRATE_TIMES / 2];
	if (!(middle > 0))
		return -ETIME;
	for (int i = 0; i < CALIBRATE_TIMES; i++)
		near += fabs(hz[i] / middle - 1) < CALIBRATE_AGREE;
	if (near <= CALIBRATE_TIMES / 2 || middle < CALIBRATE_LEAST_HZ || middle > CALIBRATE_MOST_HZ)
		return -EAGAIN;
	*rate = middle;
	return 0;
}

static int measure_resolution(uint64_t *resolution)
{
	uint64_t t0 = arch_clock_end(), t1;
	unsigned int looks = 0;

	*resolution = UINT64_MAX;
	for (int i = 0; i < CALIBRATE_STEPS; t0 = t1) {
		t1 = arch_clock_end();
		if (++looks == CALIBRATE_LOOKS)
			return -ETIME;
		if (t1 == t0)
			continue;
		i++;
		if (t1 > t0 && t1 - t0 < *resolution)
			*resolution = t1 - t0;
	}
	return *resolution == UINT64_MAX ? -ETIME : 0;
}

int arch_clock_calibrate(struct arch_clock *clock)
{
	uint64_t t0, nominal = arch_clock_nominal_hz();
	double step[CALIBRATE_STEPS], off;
	int ret = measure_rate(&clock->measured_hz);

	if (ret)
		return ret;

	/* the hardware's word is exact when it is right; some firmware sets it wrong */
	off = nominal ? fabs(clock->measured_hz / (double)nominal - 1) : 1;
	clock->hz = off < CALIBRATE_AGREE ? (double)nominal : clock->measured_hz;

	for (int i = 0; i < CALIBRATE_STEPS; i++) {
		t0 = arch_clock_start();
		step[i] = (double)(arch_clock_end() - t0);
	}
	qsort(step, CALIBRATE_STEPS, sizeof(step[0]), compare_double);
	clock->overhead_ticks = (uint64_t)step[CALIBRATE_STEPS / 2];

	return measure_resolution(&clock->resolution_ticks);
}

uint64_t arch_time_loop(const struct loop *loop, const struct loop_args *args, bool flushed)
{
	uint64_t t0 = arch_clock_start(), t1;

	loop->fn(args);
	if (flushed)
		arch_read_flush(args->flush);
	t1 = arch_clock_end();
	/* a clock that ran backwards measured nothing */
	return t1 > t0 ? t1 - t0 : 0;
}
