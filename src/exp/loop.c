// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "exp/exp.h"

/* A visit of a cell that is a timed loop: finds how many laps a batch needs, times batches. */

#define LEAST_STEPS   10u /* of the clock in a batch: below, it was not measured */
#define LAPS_MAX      (1ull << 32)

static uint64_t time_batch(const struct cell *c, const struct loop_args *args)
{
	/* start with empty queues, or a batch pays for the one before */
	if (!c->spec.is_load)
		arch_read_flush(args->flush);
	return arch_time_loop(c->loop, args, c->spec.flushed);
}

/*
 * Grows the laps until a batch is long enough for the clock, twice in a row: the first ones fault
 * pages in, fill TLBs, or are translated by an emulator. Aims at batch_ticks, is content with half,
 * so that laps that an earlier round found mostly stay; what it found while it was preempted does
 * not.
 */
static void find_laps(const struct stage *stage, struct loop_args *args)
{
	uint64_t spent = 0, ticks, again;

	for (;;) {
		ticks = time_batch(stage->cell, args);
		again = time_batch(stage->cell, args);
		spent += ticks + again;
		if (again < ticks)
			ticks = again;
		if (ticks >= stage->batch_ticks / 2 || spent > stage->cap_ticks ||
		    args->laps >= LAPS_MAX)
			return;
		/* at most tenfold, for the same reason */
		args->laps = ticks * 10 < stage->batch_ticks ?
				     args->laps * 10 :
				     args->laps * stage->batch_ticks / ticks + 1;
	}
}

int exp_check_coarse(const struct stage *stage, struct outcome *out)
{
	unsigned int coarse = 0;

	for (unsigned int i = 0; i < out->n; i++)
		coarse += out->ticks[i] < LEAST_STEPS * stage->clock->resolution_ticks;
	if (2 * coarse <= out->n)
		return 0;
	snprintf(out->why, sizeof(out->why), "batches of under %u steps of the clock: too coarse",
		 LEAST_STEPS);
	return -ERANGE;
}

int exp_loop_visit(struct stage *stage, struct outcome *out)
{
	const struct cell *c = stage->cell;
	bool single = c->loop->block_accesses == 1;
	unsigned int batches = single ? OUTCOME_TICKS_MAX : stage->batches;
	volatile unsigned char *base = stage->data.addr + c->spec.shift_bytes;
	struct loop_args args = { .base = base,
				  .end = base + c->spec.region_bytes,
				  .laps = single ? 1 : stage->laps,
				  .value = stage->value,
				  .flush = stage->flush,
				  .doorbell = stage->doorbell };
	uint64_t start = arch_clock_start();

	/* single accesses are timed one by one: the first ones are not counted either */
	if (single)
		for (unsigned int i = 0; i < 2 * EXP_LEAST_BATCHES; i++)
			time_batch(c, &args);
	else
		find_laps(stage, &args);
	out->laps = args.laps;
	while (out->n < batches && out->n < OUTCOME_TICKS_MAX) {
		out->ticks[out->n] = time_batch(c, &args);
		out->n++;
		if (out->n >= EXP_LEAST_BATCHES && arch_clock_end() - start > stage->cap_ticks)
			break;
	}
	/* what is still on its way must not arrive after the parent put the window back */
	if (!c->spec.is_load)
		arch_read_flush(args.flush);
	return exp_check_coarse(stage, out);
}
