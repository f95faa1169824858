// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "arch/arch.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/privilege.h"
#include "run/child.h"
#include "run/refusal.h"
#include "run/runner.h"
#include "stat/summary.h"

#define PAGE_LEAST    4096u
#define START_TRIES   5
#define START_TIMEOUT_MS 10000
#define ALL_ONES      "the BAR, which answered before, reads as all ones"

struct cell_work {
	const struct runner *runner;
	const struct cell *cell;
	struct stage stage;  /* but for its mappings, which the child makes */
	bool mute;           /* why it cannot be mapped was told in an earlier round */
	bool answered;          /* the device has said something in an earlier visit */
};

/* Maps the cell's data, and the control page: flushes read its first word, doorbells ring behind. */
static int map_stage(const struct cell_work *w, struct stage *stage, struct mapping *control)
{
	const struct runner *r = w->runner;
	const struct cell *c = w->cell;
	struct map_range range = r->control;
	uint64_t bytes = c->spec.region_bytes + (c->spec.shift_bytes ? 64 : 0);
	int ret;

	stage->range = r->data;
	/* no more than the cell needs: a window may be as large as the BAR */
	stage->range.length_bytes = (bytes + PAGE_LEAST - 1) & ~(uint64_t)(PAGE_LEAST - 1);
	stage->range.writable = !c->spec.is_load;
	ret = map_open(&stage->data, c->spec.mapping, &stage->range);
	range.writable = c->loop && c->loop->doorbell_bytes;
	if (!ret && range.length_bytes)
		ret = map_open(control, c->spec.mapping == MAP_RAM ? MAP_RAM : MAP_PLAIN, &range);
	if (ret)
		return ret;
	stage->flush = stage->data.addr;
	if (control->addr) {
		stage->flush = control->addr;
		stage->doorbell = control->addr + PLAN_DOORBELL_OFFSET;
	}
	return 0;
}

/*
 * A word of the control page, which no visit stores to: once it has said something, ones mean that
 * nobody answers. What is seen in configuration space misses a reset, or a device that hangs.
 */
static bool unanswered(const struct stage *stage, struct outcome *out, bool answered)
{
	if (stage->flush == stage->data.addr)
		return false;
	if (arch_load32(stage->flush) != UINT32_MAX)
		out->answered = true;
	else if (answered || out->answered)
		return true;
	return false;
}

static int cell_child(struct child_shared *shared, void *arg)
{
	struct cell_work *w = arg;
	struct outcome *out = (struct outcome *)shared->payload;
	struct mapping control = { 0 };
	int ret;

	log_mute(w->mute);
	ret = map_stage(w, &w->stage, &control);
	if (ret) {
		snprintf(shared->why, sizeof(shared->why), "cannot be mapped: %s", strerror(-ret));
		return ret;
	}
	ret = privilege_keep(PRIVILEGE_NONE);
	if (ret)
		return ret;
	if (unanswered(&w->stage, out, w->answered)) {
		snprintf(shared->why, sizeof(shared->why), ALL_ONES);
		return -ENODEV;
	}
	ret = w->cell->experiment->visit(&w->stage, out);
	shared->fault = out->fault;
	/* what seems to be no memory may have died */
	if ((!ret || ret == -ENXIO) && unanswered(&w->stage, out, w->answered)) {
		snprintf(shared->why, sizeof(shared->why), "while it was measured: " ALL_ONES);
		return -ENODEV;
	}
	if (ret)
		snprintf(shared->why, sizeof(shared->why), "%s", out->why);
	return ret;
}

static int round_fill(struct round *round, const struct child_shared *shared)
{
	const struct outcome *out = (const struct outcome *)shared->payload;

	round->fault = shared->fault;
	round->laps = out->laps;
	round->cpu = shared->cpu_begin;
	round->migrated = shared->cpu_begin != shared->cpu_end;
	round->preempted = shared->preempted;
	round->tries = out->tries;
	round->events = out->events;
	snprintf(round->note, sizeof(round->note), "%s", out->note);
	if (!out->n)
		return 0;
	round->ticks = malloc(out->n * sizeof(*round->ticks));
	if (!round->ticks)
		return -ENOMEM;
	for (unsigned int i = 0; i < out->n; i++)
		round->ticks[i] = out->ticks[i];
	round->n = out->n;
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

/*
 * After a visit: where the device is away now, or said nothing in the end, or the visit failed, what was
 * measured is no figure, and nothing is left to be taken for one.
 */
static void visit_check(const struct runner *r, struct round *round, struct child_shared *shared)
{
	char why[80] = "";
	bool away = r->watch && pci_watch_look(r->watch, why, sizeof(why)) != PCI_THERE;

	if (r->watch)
		r->watch->answered |= ((struct outcome *)shared->payload)->answered;
	if (away)
		result_disturbed(r->result, why);
	else if (round->status == CELL_FAILED && shared->ret == -ENODEV)
		result_disturbed(r->result, round->why);
	if (away && round->status == CELL_KILLED)
		snprintf(round->why, sizeof(round->why), "a signal ended its process meanwhile: %s", why);
	if (away && round->status != CELL_FAULTED && round->status != CELL_KILLED) {
		round->status = CELL_FAILED;
		snprintf(round->why, sizeof(round->why), "while it was measured: %s", why);
	}
	if (away || round->status == CELL_FAILED)
		*(struct outcome *)shared->payload = (struct outcome){ 0 };
}

/*
 * The first visit found that this BAR cannot be asked that: as if refused beforehand. Later it is a
 * failure, because it could be before. shared: before visit_check.
 */
static bool is_unfit(const struct child_shared *shared, const struct cell_record *rec)
{
	return shared->ret == -ENXIO && ((const struct outcome *)shared->payload)->why[0] &&
	       !rec->n_rounds;
}

/* True when the device is still away: there is nothing to measure. */
static bool still_away(const struct runner *r, struct round *round)
{
	if (!r->watch || !r->watch->away ||
	    pci_watch_look(r->watch, round->why, sizeof(round->why)) == PCI_THERE)
		return false;
	round->status = CELL_FAILED;
	return true;
}

static int run_cell(const struct runner *r, const struct cell *cell, struct cell_record *rec,
		    struct child_shared *shared)
{
	const struct plan_profile *p = r->plan->profile;
	const double need_s = cell_need_s(cell, r->result);
	const double limit_s = need_s > r->plan->share_s ? need_s : r->plan->share_s;
	const struct cpu_list *cpus = strncmp(cell->spec.place, "far", 3) ? &r->near : &r->far;
	struct cell_work w = { .runner = r,
			       .cell = cell,
			       .stage = { .cell = cell,
					  .clock = r->clock,
					  .cpus = cpus->cpus,
					  .value = rec->pattern,
					  .seed = hash_mix(r->seed + rec->pattern + rec->n_rounds),
					  .laps = known_laps(rec),
					  .batch_ticks = (uint64_t)(p->batch_us * 1e-6 * r->clock->hz),
					  .cap_ticks = (uint64_t)(limit_s * r->clock->hz),
					  .batches = p->batches },
			       .mute = failed_before(r->result),
			       .answered = r->watch && r->watch->answered };
	struct child_work work = { .fn = cell_child,
				   .arg = &w,
				   .cpu = cpus->cpus[0],
				   .timeout_ms = 10000 + (unsigned int)(limit_s * 20e3) };
	struct round *round = &rec->rounds[rec->n_rounds];
	bool unfit;
	int ret;

	if (w.stage.batch_ticks < 100 * r->clock->resolution_ticks)
		w.stage.batch_ticks = 100 * r->clock->resolution_ticks;
	if (still_away(r, round)) {
		rec->n_rounds++;
		return 0;
	}
	*(struct outcome *)shared->payload = (struct outcome){ 0 };
	ret = child_run(&work, shared, &round->status, round->why, sizeof(round->why));
	if (ret)
		return ret;
	unfit = is_unfit(shared, rec);
	visit_check(r, round, shared);
	if (unfit && !(r->watch && r->watch->away)) {
		rec->status = CELL_SKIPPED;
		snprintf(rec->why, sizeof(rec->why), "%s", round->why);
		*round = (struct round){ 0 };
		return 0;
	}
	ret = round_fill(round, shared);
	if (!ret)
		rec->n_rounds++;
	return ret;
}

static int run_round(const struct runner *r, const size_t *order, struct child_shared *shared,
		     double start)
{
	struct result *result = r->result;
	unsigned int rounds = r->plan->profile->rounds;
	double last = 0;

	for (size_t i = 0; i < result->n_cells; i++) {
		struct cell_record *rec = &result->cells[order[i]];
		double done, spent = monotonic_s() - start;
		int ret;

		if (rec->status == CELL_SKIPPED)
			continue;
		if (plan_is_late(r->plan, result->rounds_done, spent)) {
			rec->status = CELL_SKIPPED;
			refuse_late(rec->why, sizeof(rec->why));
			continue;
		}
		if (spent - last > 0.1) {
			done = (double)result->rounds_done + (double)i / (double)result->n_cells;
			/* what is left first: a narrow terminal cuts the end off */
			log_progress("about %.0f s left: round %u of %u, cell %zu of %zu, %s",
				     plan_left_s(r->plan, spent, done),
				     result->rounds_done + 1, rounds, i + 1, result->n_cells, rec->id);
			last = spent;
		}
		ret = run_cell(r, &r->plan->cells.v[order[i]], rec, shared);
		if (ret)
			return ret;
	}
	return 0;
}

static int run_rounds(const struct runner *r, size_t *order, struct child_shared *shared)
{
	struct result *result = r->result;
	const struct plan_profile *p = r->plan->profile;
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	double start = monotonic_s();
	int ret = rng ? 0 : -ENOMEM;

	if (rng)
		gsl_rng_set(rng, r->seed);
	while (!ret && result->rounds_done < p->rounds) {
		double spent = monotonic_s() - start;
		unsigned int done = result->rounds_done;

		if (done >= PLAN_LEAST_ROUNDS && spent * (done + 1.2) / done > r->plan->rounds_s) {
			log_note("time is up: %u of %u rounds", done, p->rounds);
			break;
		}
		gsl_ran_shuffle(rng, order, result->n_cells, sizeof(*order));
		ret = run_round(r, order, shared, start);
		if (!ret)
			result->rounds_done++;
	}
	log_progress("%s", "");
	if (rng)
		gsl_rng_free(rng);
	return ret;
}

static int start_child(struct child_shared *shared, void *arg)
{
	const struct runner *r = arg;
	struct map_range first = r->data;
	struct mapping m;
	int ret;

	(void)shared;
	first.length_bytes = PAGE_LEAST;
	first.writable = false;
	ret = map_open(&m, MAP_PLAIN, &first);
	return ret ? ret : privilege_keep(PRIVILEGE_NONE);
}

int runner_start_s(const struct runner *r, double *s)
{
	struct child_shared *shared = child_shared_new(sizeof(struct outcome));
	struct child_work work = { start_child, (void *)(uintptr_t)r, r->near.cpus[0], START_TIMEOUT_MS };
	double v[START_TRIES];
	int ret = shared ? 0 : -ENOMEM;

	for (int i = 0; i < START_TRIES && !ret; i++) {
		double begin = monotonic_s();
		enum cell_status status;
		char why[128];

		ret = child_run(&work, shared, &status, why, sizeof(why));
		if (!ret && r->watch)
			pci_watch_see(r->watch, why, sizeof(why));
		v[i] = monotonic_s() - begin;
	}
	if (!ret)
		*s = summary_median(v, START_TRIES);
	child_shared_free(shared, sizeof(struct outcome));
	return ret;
}

int runner_run(const struct runner *r)
{
	struct result *result = r->result;
	const struct plan_profile *p = r->plan->profile;
	size_t payload = sizeof(struct outcome);
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
		ret = run_rounds(r, order, shared);
	for (size_t i = 0; i < result->n_cells && !ret; i++)
		ret = cell_summarize(&result->cells[i], result->clock_hz);
	child_shared_free(shared, payload);
	free(order);
	return ret;
}
