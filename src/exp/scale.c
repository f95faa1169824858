// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base/array.h"
#include "exp/exp.h"
#include "exp/team.h"

/*
 * Several CPUs at once: each on lines of its own, or all on the same line; near the device and far
 * from it. A batch lasts from when the first thread began to when the last one ended, so that the
 * total divided by the threads is what the slowest one got.
 */

#define OWN_BYTES  4096u
#define SAME_BYTES 64u
#define DEADLINE_S 5.0

struct run {
	struct stage *stage;
	struct outcome *out;
	uint64_t laps, spent_ticks; /* spent: in batches */
	bool warm, more; /* warm: a first batch has faulted pages in */
	struct {
		_Alignas(64) uint64_t begin, end;
	} at[TEAM_MAX];
};

static void run_loop(struct run *r, unsigned int thread)
{
	const struct cell *c = r->stage->cell;
	uint64_t part = c->spec.region_bytes / c->spec.threads;
	volatile unsigned char *base = r->stage->data.addr;
	struct loop_args args = { .laps = r->laps,
				  .value = r->stage->value,
				  .flush = r->stage->flush };

	if (c->loop->pattern->stays_bytes)
		part = 0;
	args.base = base + thread * part;
	args.end = base + (thread + 1) * part;
	r->at[thread].begin = arch_clock_start();
	c->loop->fn(&args);
	if (c->spec.flushed)
		arch_read_flush(r->stage->flush);
	r->at[thread].end = arch_clock_end();
}

static uint64_t batch_ticks(const struct run *r)
{
	uint64_t begin = UINT64_MAX, end = 0;

	for (unsigned int i = 0; i < r->stage->cell->spec.threads; i++) {
		begin = r->at[i].begin < begin ? r->at[i].begin : begin;
		end = r->at[i].end > end ? r->at[i].end : end;
	}
	return end - begin;
}

/* Laps until a batch is long enough, then batches; in the first thread, the others wait. */
static void account(struct run *r)
{
	const struct stage *s = r->stage;
	struct outcome *out = r->out;
	uint64_t ticks = batch_ticks(r);
	bool late;

	r->spent_ticks += ticks;
	late = r->spent_ticks > s->cap_ticks;
	if (!out->n && ticks < s->batch_ticks / 2 && !late) {
		r->laps = ticks * 10 < s->batch_ticks ? r->laps * 10 :
							r->laps * s->batch_ticks / ticks + 1;
		return;
	}
	if (!r->warm) {
		r->warm = true;
		return;
	}
	out->laps = r->laps;
	out->ticks[out->n++] = ticks;
	r->more = out->n < s->batches && out->n < OUTCOME_TICKS_MAX &&
		  (out->n < EXP_LEAST_BATCHES || !late);
}

static void work(struct team *team, unsigned int thread)
{
	struct run *r = team->arg;

	for (;;) {
		arch_read_flush(r->stage->flush);
		if (!team_meet(team, thread))
			return;
		run_loop(r, thread);
		if (!team_meet(team, thread))
			return;
		if (!thread)
			account(r);
		if (!team_meet(team, thread) || !r->more)
			return;
	}
}

static int visit(struct stage *stage, struct outcome *out)
{
	uint64_t now = arch_clock_end();
	struct run r = { .stage = stage, .out = out, .laps = stage->laps, .more = true };
	struct team team = { .n = stage->cell->spec.threads,
			     .cpus = stage->cpus,
			     .work = work,
			     .arg = &r,
			     .deadline_ticks = now + stage->cap_ticks +
					       (uint64_t)(DEADLINE_S * stage->clock->hz) };
	int ret = team_run(&team);

	out->fault = team.fault;
	snprintf(out->why, sizeof(out->why), "%s", team.why);
	if (ret)
		return ret;
	/* what is still on its way must not arrive after the parent put the window back */
	arch_read_flush(stage->flush);
	return exp_check_coarse(stage, out);
}

static void expand_place(const struct expansion *x, struct cell_want want)
{
	want.kernel = "store8";
	cell_add(x, want);
	if (want.region_bytes == SAME_BYTES)
		return;
	want.flushed = true;
	cell_add(x, want);
	want.flushed = false;
	want.kernel = "load8";
	cell_add(x, want);
}

static void expand(const struct expansion *x)
{
	static const struct {
		const char *name;
		bool same;
	} places[] = { { "near-own", false }, { "near-same", true }, { "far-own", false },
		       { "far-same", true } };
	unsigned int most = x->request->profile == EXP_FULL ? TEAM_MAX : 4;

	for (unsigned int n = 1; n <= most; n *= 2)
		for (size_t i = 0; i < ARRAY_SIZE(places); i++)
			expand_place(x, (struct cell_want){
					.barrier = "none",
					.place = places[i].name,
					.threads = n,
					.region_bytes = places[i].same ? SAME_BYTES : OWN_BYTES * n,
					.unit = UNIT_RATE });
}

const struct experiment exp_scale = {
	.id = EXP_SCALE,
	.question = "how much more do several CPUs store and load, near the device and far, on one "
		    "line and on their own?",
	.from = EXP_DEFAULT,
	.expand = expand,
	.visit = visit,
};
