// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "base/log.h"
#include "run/child.h"
#include "run/guard.h"
#include "run/runner.h"

#define PAGE_LEAST    4096u
#define LEAST_ROUNDS  3
#define LEAST_BATCHES 3
#define LEAST_STEPS   10u /* of the clock in a batch: below, it was not measured */
#define LAPS_MAX      (1ull << 32)

/* What a child hands back, after the header of child_shared. */
struct samples {
	uint64_t laps;
	unsigned int n;
	uint64_t ticks[];
};

struct cell_work {
	const struct runner *runner;
	const struct cell *cell;
	uint64_t pattern;
	uint64_t laps;       /* to begin with */
	uint64_t batch_ticks, cap_ticks;
	unsigned int batches;
	bool mute;           /* why it cannot be mapped was told in an earlier round */
};

static double now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static uint64_t time_batch(const struct cell *c, const struct loop_args *args)
{
	/* start with empty queues, or a batch pays for the one before */
	if (c->loop->kernel->direction == KERNEL_STORE)
		arch_read_flush(args->flush);
	return arch_time_loop(c->loop, args, c->flushed);
}

/*
 * Grows the laps until a batch is long enough for the clock, twice in a row: the first ones fault
 * pages in, fill TLBs, or are translated by an emulator. Aims at batch_ticks, is content with half,
 * so that laps that an earlier round found mostly stay; what it found while it was preempted does
 * not.
 */
static void find_laps(const struct cell_work *w, struct loop_args *args)
{
	uint64_t spent = 0, ticks, again;

	for (;;) {
		ticks = time_batch(w->cell, args);
		again = time_batch(w->cell, args);
		spent += ticks + again;
		if (again < ticks)
			ticks = again;
		if (ticks >= w->batch_ticks / 2 || spent > w->cap_ticks || args->laps >= LAPS_MAX)
			return;
		/* at most tenfold, for the same reason */
		args->laps = ticks * 10 < w->batch_ticks ?
				     args->laps * 10 :
				     args->laps * w->batch_ticks / ticks + 1;
	}
}

/* True when more than half of the batches were too short for the clock to tell. */
static bool too_coarse(const struct cell_work *w, const struct samples *s)
{
	unsigned int coarse = 0;

	for (unsigned int i = 0; i < s->n; i++)
		coarse += s->ticks[i] < LEAST_STEPS * w->runner->clock->resolution_ticks;
	return 2 * coarse > s->n;
}

static int measure(const struct cell_work *w, struct loop_args *args, struct samples *s)
{
	uint64_t start;

	args->laps = w->laps;
	find_laps(w, args);
	s->laps = args->laps;
	start = arch_clock_start();
	while (s->n < w->batches) {
		s->ticks[s->n] = time_batch(w->cell, args);
		s->n++;
		if (s->n >= LEAST_BATCHES && arch_clock_end() - start > w->cap_ticks)
			break;
	}
	/* what is still on its way must not arrive after the parent put the window back */
	if (w->cell->loop->kernel->direction == KERNEL_STORE)
		arch_read_flush(args->flush);
	return too_coarse(w, s) ? -ERANGE : 0;
}

static int cell_child(struct child_shared *shared, void *arg)
{
	const struct cell_work *w = arg;
	const struct runner *r = w->runner;
	struct map_range data = r->data, control = r->control;
	struct mapping m, flush = { 0 };
	struct loop_args args = { .value = w->pattern };
	int ret;

	/* no more than the cell needs: a window may be as large as the BAR */
	data.length_bytes = w->cell->region_bytes < PAGE_LEAST ? PAGE_LEAST : w->cell->region_bytes;
	log_mute(w->mute);
	data.writable = w->cell->loop->kernel->direction == KERNEL_STORE;
	ret = map_open(&m, w->cell->type, &data);
	if (!ret && control.length_bytes && w->cell->type != MAP_RAM)
		ret = map_open(&flush, MAP_PLAIN, &control);
	if (ret) {
		snprintf(shared->why, sizeof(shared->why), "cannot be mapped: %s", strerror(-ret));
		return ret;
	}
	guard_watch(m.pages, m.pages_bytes);
	if (flush.addr)
		guard_watch(flush.pages, flush.pages_bytes);
	args.base = m.addr;
	args.end = m.addr + w->cell->region_bytes;
	args.flush = flush.addr ? flush.addr : m.addr;
	ret = measure(w, &args, (struct samples *)shared->payload);
	if (ret)
		snprintf(shared->why, sizeof(shared->why),
			 "batches of under %u steps of the clock: too coarse", LEAST_STEPS);
	return ret;
}

static int round_fill(struct round *round, const struct child_shared *shared)
{
	const struct samples *s = (const struct samples *)shared->payload;

	round->fault = shared->fault;
	round->laps = s->laps;
	round->cpu = shared->cpu_begin;
	round->migrated = shared->cpu_begin != shared->cpu_end;
	round->preempted = shared->preempted;
	if (!s->n)
		return 0;
	round->ticks = malloc(s->n * sizeof(*round->ticks));
	if (!round->ticks)
		return -ENOMEM;
	for (unsigned int i = 0; i < s->n; i++)
		round->ticks[i] = s->ticks[i];
	round->n = s->n;
	return 0;
}

/* The laps that an earlier round of the cell found, or 1. */
static uint64_t known_laps(const struct cell_record *rec)
{
	for (unsigned int i = 0; i < rec->n_rounds; i++)
		if (rec->rounds[i].status == CELL_MEASURED)
			return rec->rounds[i].laps;
	return 1;
}

/* Why a cell cannot be run is told once, not for each of hundreds. */
static bool failed_before(const struct result *result)
{
	for (size_t i = 0; i < result->n_cells; i++)
		for (unsigned int k = 0; k < result->cells[i].n_rounds; k++)
			if (result->cells[i].rounds[k].status == CELL_FAILED)
				return true;
	return false;
}

static int run_cell(const struct runner *r, const struct cell *cell, const struct result *result,
		    struct cell_record *rec, struct child_shared *shared)
{
	const struct plan_profile *p = r->plan->profile;
	struct cell_work w = { .runner = r,
			       .cell = cell,
			       .pattern = rec->pattern,
			       .laps = known_laps(rec),
			       .batch_ticks = (uint64_t)(p->batch_us * 1e-6 * r->clock->hz),
			       .cap_ticks = (uint64_t)(r->plan->cap_s * r->clock->hz),
			       .batches = p->batches,
			       .mute = failed_before(result) };
	struct child_work work = { .fn = cell_child,
				   .arg = &w,
				   .cpu = r->cpu,
				   .timeout_ms = 10000 + (unsigned int)(r->plan->cap_s * 20e3) };
	struct round *round = &rec->rounds[rec->n_rounds];
	struct samples *s = (struct samples *)shared->payload;
	int ret;

	if (w.batch_ticks < 100 * r->clock->resolution_ticks)
		w.batch_ticks = 100 * r->clock->resolution_ticks;
	s->n = 0;
	s->laps = 0;
	ret = child_run(&work, shared, &round->status, round->why, sizeof(round->why));
	if (!ret)
		ret = round_fill(round, shared);
	if (!ret)
		rec->n_rounds++;
	return ret;
}

static int run_round(const struct runner *r, struct result *result, size_t *order,
		     struct child_shared *shared, double start)
{
	unsigned int rounds = r->plan->profile->rounds;
	double last = 0;

	for (size_t i = 0; i < result->n_cells; i++) {
		struct cell_record *rec = &result->cells[order[i]];
		double done, spent = now_s() - start;
		int ret;

		if (rec->status == CELL_SKIPPED)
			continue;
		if (spent - last > 0.1) {
			done = (double)result->rounds_done + (double)i / (double)result->n_cells;
			log_progress("round %u of %u, cell %zu of %zu: %s, about %.0f s left",
				     result->rounds_done + 1, rounds, i + 1, result->n_cells,
				     rec->id, done > 0 ? spent / done * (rounds - done) : 0);
			last = spent;
		}
		ret = run_cell(r, &r->plan->cells.v[order[i]], result, rec, shared);
		if (ret)
			return ret;
	}
	return 0;
}

static int run_rounds(const struct runner *r, struct result *result, size_t *order,
		      struct child_shared *shared)
{
	const struct plan_profile *p = r->plan->profile;
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	double start = now_s();
	int ret = rng ? 0 : -ENOMEM;

	if (rng)
		gsl_rng_set(rng, r->seed);
	while (!ret && result->rounds_done < p->rounds) {
		double spent = now_s() - start;
		unsigned int done = result->rounds_done;

		if (done >= LEAST_ROUNDS && spent * (done + 1) / done > p->budget_s) {
			log_note("time is up: %u of %u rounds", done, p->rounds);
			break;
		}
		gsl_ran_shuffle(rng, order, result->n_cells, sizeof(*order));
		ret = run_round(r, result, order, shared, start);
		if (!ret)
			result->rounds_done++;
	}
	log_progress("%s", "");
	if (rng)
		gsl_rng_free(rng);
	return ret;
}

int runner_run(const struct runner *r, struct result *result)
{
	const struct plan_profile *p = r->plan->profile;
	size_t payload = sizeof(struct samples) + p->batches * sizeof(uint64_t);
	size_t *order = calloc(result->n_cells ? result->n_cells : 1, sizeof(*order));
	struct child_shared *shared = child_shared_new(payload);
	int ret = order && shared ? 0 : -ENOMEM;

	for (size_t i = 0; i < result->n_cells && !ret; i++) {
		struct cell_record *rec = &result->cells[i];

		order[i] = i;
		rec->rounds = calloc(p->rounds, sizeof(*rec->rounds));
		if (!rec->rounds)
			ret = -ENOMEM;
	}
	if (!ret && result->n_cells)
		ret = run_rounds(r, result, order, shared);
	for (size_t i = 0; i < result->n_cells && !ret; i++)
		ret = cell_summarize(&result->cells[i], result->clock_hz);
	child_shared_free(shared, payload);
	free(order);
	return ret;
}
