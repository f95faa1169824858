// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "base/log.h"
#include "base/parse.h"
#include "env/topology.h"
#include "exp/probe.h"
#include "pci/lock.h"
#include "pci/power.h"
#include "run/child.h"
#include "run/journal.h"
#include "run/probes.h"
#include "run/rescue.h"
#include "run/session.h"
#include "run/window.h"

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
	struct rescue rescue;
	struct pci_watch watch;
};

/* Whether the device is what it was; else the result says so. */
static enum pci_presence look(struct session *s)
{
	char why[80];
	enum pci_presence presence;

	if (!s->runner->watch)
		return PCI_THERE;
	presence = pci_watch_look(&s->watch, why, sizeof(why));
	if (presence != PCI_THERE)
		result_disturbed(s->result, why);
	return presence;
}

/* All else rests on these: what nobody answered would be taken for a trapped BAR. */
static int phase_probes(struct session *s)
{
	int ret = probes_access(s->result, s->runner, s->plan_ask->types, s->plan_ask->n_types);

	return ret || look(s) == PCI_THERE ? ret : -ENODEV;
}

static int phase_risky(struct session *s)
{
	return probes_risky(s->result, s->runner, s->risky, s->ask);
}

static int phase_rounds(struct session *s)
{
	return runner_run(s->runner, s->result);
}

/* Notes how a part of the window came back; the worst of several stays. */
static void note_window(struct session *s, int restored, size_t differing)
{
	enum window_state *state = &s->result->window;

	if (restored) {
		/* told; the record is worth keeping, and says it */
		*state = WINDOW_LOST;
	} else if (differing) {
		log_warn("%zu words of the window did not keep the value put back: not plain memory",
			 differing);
		if (*state != WINDOW_LOST)
			*state = WINDOW_DIFFERS;
	} else if (*state == WINDOW_UNTOUCHED) {
		*state = WINDOW_RESTORED;
	}
}

/*
 * Somebody has turned decode off, or put the device to sleep, where what is stored gets lost: it is
 * woken for this, and left as that somebody wanted it. Who has a driver on it, or took it away, has
 * the last word: *now is then not to be put back, and it is -errno.
 */
static int wake_for_window(struct session *s, struct pci_power *now)
{
	enum pci_presence presence = look(s);

	if (presence == PCI_THERE)
		return 0;
	if (presence == PCI_ASLEEP && !s->ask->dev->driver[0])
		return pci_power_on(now, s->ask->dev, NULL, NULL);
	return presence == PCI_TAKEN ? -EBUSY : -ENODEV;
}

static void put_back_windows(struct session *s, struct window *saved)
{
	struct pci_power now = { 0 };
	int woken = wake_for_window(s, &now);

	for (int i = 0; i < RESCUE_WINDOWS; i++) {
		size_t differing = 0;
		int ret = woken;

		if (!saved[i].words)
			continue;
		if (woken)
			window_give_up(&saved[i]);
		else
			ret = window_restore(&saved[i], &differing);
		/* into the void, perhaps */
		if (!ret && look(s) != PCI_THERE)
			ret = -ENODEV;
		note_window(s, ret, differing);
	}
	if (pci_power_restore(&now))
		s->result->disturbance.power_lost = true;
}

/* All of ranges, or nothing. 0, or -errno after logging. */
static int save_windows(struct session *s, struct window *saved, const struct map_range *ranges)
{
	int ret = 0;

	for (int i = 0; i < RESCUE_WINDOWS && !ret; i++)
		if (ranges[i].length_bytes)
			ret = window_save(&saved[i], &ranges[i]);
	/* what nobody answered must not be put back for what is there */
	if (!ret && look(s) != PCI_THERE)
		ret = -ENODEV;
	if (!ret)
		ret = rescue_keep(&s->rescue, saved, RESCUE_WINDOWS);
	for (int i = 0; i < RESCUE_WINDOWS && ret; i++)
		window_drop(&saved[i]);
	return ret;
}

/*
 * Runs a phase that stores to the window's first bytes, and rings doorbells behind them, all of
 * which are saved before and put back.
 */
static int with_window(struct session *s, uint64_t bytes, bool doorbell,
		       int (*phase)(struct session *s))
{
	struct window saved[RESCUE_WINDOWS] = { 0 };
	struct map_range ranges[RESCUE_WINDOWS] = { s->runner->data, s->runner->control };
	int ret = 0;

	if (!s->ask->dev || !s->ask->may_store || !(bytes || doorbell))
		return phase(s);
	ranges[0].length_bytes = bytes;
	ranges[1].offset_bytes += PLAN_DOORBELL_OFFSET;
	ranges[1].length_bytes = doorbell ? PLAN_DOORBELL_BYTES : 0;
	for (int i = 0; i < RESCUE_WINDOWS; i++)
		ranges[i].writable = true;
	if (s->ask->leave_window)
		s->result->window = WINDOW_LEFT;
	else
		ret = save_windows(s, saved, ranges);
	if (ret)
		return ret; /* nothing was stored */
	ret = phase(s);
	put_back_windows(s, saved);
	/* what is lost is still in the file: the device may come back */
	if (s->result->window != WINDOW_LOST)
		rescue_settle(&s->rescue);
	return ret;
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
	if (!ret && result->window != WINDOW_LOST)
		ret = with_window(s, touched_bytes(result), rings_doorbell(result), phase_rounds);
	if (ret || !ask->dev || result->window == WINDOW_LOST)
		return ret;
	/* the next access may be the last of this VM: what was measured is safe first */
	if (ask->checkpoint)
		ask->checkpoint(result, ask->checkpoint_arg);
	for (s->risky = arch_risky; s->risky->name && !ret; s->risky++) {
		bool stores = s->risky->stores && !probes_risky_refusal(s->risky, result, ask);

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

static int note_power(const struct pci_power *found, void *arg)
{
	struct session *s = arg;

	s->rescue.power = *found;
	return rescue_keep(&s->rescue, NULL, 0);
}

/* Another function may be in its place, and a rescan has set this one up anew. */
static int power_restore(struct session *s, struct pci_power *power)
{
	if (!power->changed || look(s) != PCI_GONE)
		return pci_power_restore(power);
	log_error("%s: its COMMAND, power state and power/control are not put back, as it is gone",
		  s->ask->dev->bdf);
	return -ENODEV;
}

/*
 * With the device's power up. Whatever is changed is in the rescue file meanwhile, and stays there
 * where it could not be put back.
 */
static int session_powered(struct session *s, int lock)
{
	const struct session_ask *ask = s->ask;
	struct disturbance *disturbance = &s->result->disturbance;
	struct pci_power power = { 0 };
	int ret = pci_power_on(&power, ask->dev, note_power, s);

	if (!ret) {
		ret = pci_watch_begin(&s->watch, ask->dev, ask->bar, lock, power.pm_offset);
		if (!ret) {
			s->runner->watch = &s->watch;
			ret = session_measure(s);
		}
	}
	/* also what a failed power_on could not put back itself */
	if (power_restore(s, &power))
		disturbance->power_lost = true;
	if (s->result->window == WINDOW_LOST || disturbance->power_lost) {
		log_note("%s: when it answers again and has no driver, put back what is left with "
			 "mmiobench --recover -s %s", ask->dev->bdf, ask->dev->bdf);
		return ret;
	}
	s->rescue.power.changed = false;
	rescue_settle(&s->rescue);
	return ret;
}

/* On a device: alone, and not on top of what a killed run has left. */
static int session_on_device(struct session *s)
{
	const struct session_ask *ask = s->ask;
	int lock = pci_lock(ask->dev), ret;

	if (lock < 0)
		return lock;
	s->rescue = (struct rescue){ .dev = ask->dev, .bar = ask->bar,
					.started = s->result->started };
	ret = rescue_check(ask->dev);
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
	struct session s = { .result = result, .ask = ask, .runner = &r, .plan_ask = &plan_ask };
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
	if (ret)
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
