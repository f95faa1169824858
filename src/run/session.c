// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "base/log.h"
#include "base/parse.h"
#include "env/topology.h"
#include "exp/probe.h"
#include "pci/list.h"
#include "pci/lock.h"
#include "run/child.h"
#include "run/journal.h"
#include "run/probes.h"
#include "run/putback.h"
#include "run/session.h"

static const enum map_type bar_types[] = { MAP_PLAIN, MAP_WC };
static const enum map_type ram_types[] = { MAP_RAM };

/* A BAR without resourceN_wc has only one way to be mapped. */
static void session_types(const struct session_ask *ask, const enum map_type **types, size_t *n)
{
	*types = ask->dev ? bar_types : ram_types;
	*n = ask->dev && ask->bar->has_wc_file ? 2 : 1;
}

static void plan_ask_fill(struct plan_ask *plan_ask, const struct session_ask *ask)
{
	*plan_ask = (struct plan_ask){ .profile = ask->profile,
				       .tests = ask->tests,
				       .may_store = ask->may_store,
				       .devmem = ask->devmem,
				       .window_bytes = ask->length_bytes,
				       .kernels = ask->kernels,
				       .barriers = ask->barriers,
				       .sizes = ask->sizes,
				       .n_sizes = ask->n_sizes };
	session_types(ask, &plan_ask->types, &plan_ask->n_types);
}

int session_plan(struct plan *plan, const struct session_ask *ask)
{
	struct plan_ask plan_ask;

	plan_ask_fill(&plan_ask, ask);
	return plan_make(plan, &plan_ask);
}

static void session_describe(struct result *result, const struct session_ask *ask,
			    const struct plan *plan, const struct arch_clock *clock)
{
	result->is_ram = !ask->dev;
	if (ask->dev) {
		result->device = *ask->dev;
		result->bar = *ask->bar;
	}
	result->offset_bytes = ask->offset_bytes;
	result->length_bytes = ask->length_bytes;
	result->may_store = ask->may_store;
	result->seed = ask->seed;
	if (ask->launches > 1)
		result->launch = (struct launch_record){ ask->launch, ask->launches,
							 ask->base_seed };
	result->rounds_planned = plan->profile->rounds;
	result->batches = plan->profile->batches;
	snprintf(result->profile, sizeof(result->profile), "%s", plan->profile->name);
	snprintf(result->arch, sizeof(result->arch), "%s", arch_name);
	snprintf(result->clock_name, sizeof(result->clock_name), "%s", arch_clock_name);
	result->clock_hz = clock->hz;
	result->clock_resolution_ticks = clock->resolution_ticks;
	result->clock_overhead_ticks = clock->overhead_ticks;
	for (int t = 0; t < MAP_TYPES; t++)
		snprintf(result->asks[t], sizeof(result->asks[t]), "%s", map_way(t)->asks);
}

struct session {
	struct result *result;
	const struct session_ask *ask;
	struct runner *runner;
	const struct plan_ask *plan_ask;
	const struct risky *risky; /* of the phase that makes one */
	bool saved;                /* all that was measured before it */
	struct pci_watch watch;
	struct putback putback;
};

/* All else rests on these: what nobody answered would be taken for a trapped BAR. */
static int phase_probes(void *session)
{
	struct session *s = session;
	int ret = probes_access(s->result, s->runner, s->plan_ask->types, s->plan_ask->n_types);

	return ret || putback_look(&s->putback) == PCI_THERE ? ret : -ENODEV;
}

static int phase_risky(void *session)
{
	struct session *s = session;

	return probes_risky(s->result, s->runner, s->risky, s->ask, s->saved);
}

static int phase_rounds(void *session)
{
	struct session *s = session;
	int ret = runner_run(s->runner, s->result);

	if (s->ask->dev)
		pci_link_look_again(&s->result->device);
	return ret;
}

/* Runs a phase that stores to the window's first bytes, and rings doorbells behind them. */
static int with_window(struct session *s, uint64_t bytes, bool doorbell, int (*phase)(void *session))
{
	struct map_range ranges[RESCUE_WINDOWS] = { s->runner->data, s->runner->control };
	bool stores = s->ask->dev && s->ask->may_store;

	ranges[0].length_bytes = stores ? bytes : 0;
	ranges[1].offset_bytes += PLAN_DOORBELL_OFFSET;
	ranges[1].length_bytes = stores && doorbell ? PLAN_DOORBELL_BYTES : 0;
	for (int i = 0; i < RESCUE_WINDOWS; i++)
		ranges[i].writable = true;
	return putback_around(&s->putback, ranges, phase, s);
}

/* Bytes from the window's start that the cells store to. */
static uint64_t touched_bytes(const struct result *result)
{
	uint64_t most = 0;

	for (size_t i = 0; i < result->n_cells; i++) {
		const struct cell_record *c = &result->cells[i];
		/* stores of a shifted region end in the line behind it */
		uint64_t end = c->region_bytes + (c->shift_bytes ? 64 : 0);

		if (!c->is_load && c->status != CELL_SKIPPED && end > most)
			most = end;
	}
	return most;
}

static bool rings_doorbell(const struct result *result)
{
	for (size_t i = 0; i < result->n_cells; i++)
		if (result->cells[i].doorbell_bytes && result->cells[i].status != CELL_SKIPPED)
			return true;
	return false;
}

static int session_measure(struct session *s)
{
	const struct session_ask *ask = s->ask;
	struct result *result = s->result;
	int ret = with_window(s, PROBE_TOUCHED_BYTES, false, phase_probes);

	if (!ret)
		ret = plan_record(s->runner->plan, s->plan_ask, result);
	if (!ret)
		ret = with_window(s, touched_bytes(result), rings_doorbell(result), phase_rounds);
	if (ret || !ask->dev || result->window == WINDOW_LOST)
		return ret;
	/* the next access may be the last of this VM: what was measured is safe first */
	s->saved = !ask->checkpoint || !ask->checkpoint(result, ask->checkpoint_arg);
	for (s->risky = arch_risky; s->risky->name && !ret; s->risky++) {
		bool stores = s->risky->stores &&
			      !probes_risky_refusal(s->risky, result, ask, s->saved);

		if (probes_risky_wanted(s->risky, result, ask))
			ret = with_window(s, stores ? RISKY_BYTES : 0, false, phase_risky);
	}
	return ret;
}

static int session_journal(struct result *result, const struct session_ask *ask)
{
	size_t ignored;
	int ret = journal_read(result, ask->journal, &ignored);

	if (!ret && ignored)
		log_warn("%zu lines of the crash journal %s are torn or not mmiobench's: ignored",
			 ignored, ask->journal);
	if (!ret)
		journal_settle(result, ask->journal);
	return ret;
}

/* With the device's power up. */
static int session_powered(struct session *s, int lock)
{
	const struct session_ask *ask = s->ask;
	struct pci_power power = { 0 };
	int ret = pci_power_on(&power, ask->dev, putback_note_power, &s->putback);

	if (!ret)
		ret = pci_watch_begin(&s->watch, ask->dev, ask->bar, lock, power.pm_offset);
	if (!ret) {
		s->runner->watch = s->putback.watch = &s->watch;
		ret = session_measure(s);
	}
	putback_power(&s->putback, &power);
	return ret;
}

/*
 * Before anything is changed: where no BAR may be mapped, COMMAND could perhaps not be put back either
 * (lockdown). Nothing is accessed.
 */
static int session_may_map(const struct session *s)
{
	const struct plan_ask *ask = s->plan_ask;
	struct map_range first = s->runner->data;
	struct mapping m;
	int ret = 0;

	first.length_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
	first.writable = false;
	log_mute(true);
	for (size_t i = 0; i < ask->n_types && (!i || ret); i++) {
		ret = map_open(&m, ask->types[i], &first);
		if (!ret)
			map_close(&m);
	}
	log_mute(false);
	if (!ret || map_open(&m, ask->types[0], &first)) /* says why */
		return ret;
	map_close(&m);
	return 0;
}

/* On a device: alone, and not on top of what a killed run has left. */
static int session_on_device(struct session *s)
{
	const struct session_ask *ask = s->ask;
	int lock = pci_lock(ask->dev), ret;

	if (lock < 0)
		return lock;
	s->putback.rescue = (struct rescue){ .dev = ask->dev, .bar = ask->bar,
					     .started = s->result->started, .lock = -1 };
	ret = rescue_check(ask->dev);
	if (!ret)
		ret = session_may_map(s);
	if (!ret)
		ret = session_journal(s->result, ask);
	if (!ret)
		ret = session_powered(s, lock);
	pci_unlock(lock);
	return ret;
}

int session_run(struct result *result, const struct session_ask *ask)
{
	struct arch_clock clock = { 0 };
	struct cpu_choice choice;
	struct plan plan;
	struct timespec begin, end;
	struct plan_ask plan_ask;
	struct runner r = { .plan = &plan, .clock = &clock, .seed = ask->seed };
	struct session s = { .result = result, .ask = ask, .runner = &r, .plan_ask = &plan_ask,
			     .putback = { .result = result, .leave_window = ask->leave_window } };
	int ret = topology_choose_cpu(&choice, ask->cpu, ask->dev);

	if (!ret)
		ret = topology_list_cpus(&r.near, &r.far, choice.cpu, ask->dev);
	if (ret)
		return ret;
	plan_ask_fill(&plan_ask, ask);
	plan_ask.n_near = r.near.n;
	plan_ask.n_far = r.far.n;
	ret = plan_make(&plan, &plan_ask);
	if (ret)
		return ret;
	result->cpu = choice.cpu;
	snprintf(result->cpu_why, sizeof(result->cpu_why), "%s", choice.why);
	r.data = (struct map_range){ ask->dev, ask->bar, ask->offset_bytes,
				     plan.layout.data_bytes, true };
	r.control = (struct map_range){ ask->dev, ask->bar,
					ask->offset_bytes + plan.layout.data_bytes,
					plan.layout.control_bytes, false };
	child_signals_block();
	clock_gettime(CLOCK_MONOTONIC, &begin);
	ret = arch_clock_calibrate(&clock);
	if (ret == -EAGAIN)
		log_error("the clocks jump: %s, held against CLOCK_MONOTONIC_RAW five times, has no "
			  "rate: nothing can be timed here; see dmesg for clocksource", arch_clock_name);
	else if (ret)
		log_error("the clocks do not go on (%s and CLOCK_MONOTONIC_RAW against each other): "
			  "nothing can be timed here; see dmesg for clocksource", arch_clock_name);
	session_describe(result, ask, &plan, &clock);
	if (!ret)
		ret = ask->dev ? session_on_device(&s) : session_measure(&s);
	clock_gettime(CLOCK_MONOTONIC, &end);
	result->duration_s = (double)(end.tv_sec - begin.tv_sec) +
			     (double)(end.tv_nsec - begin.tv_nsec) * 1e-9;
	plan_free(&plan);
	return ret;
}
