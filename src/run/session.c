// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/parse.h"
#include "env/topology.h"
#include "exp/probe.h"
#include "pci/list.h"
#include "pci/lock.h"
#include "restore/restore.h"
#include "run/child.h"
#include "run/journal.h"
#include "run/launch.h"
#include "run/probes.h"
#include "run/session.h"

#define SLOW_NS 5000.0 /* no device takes so long for a single access: it is trapped, or emulated */
#define TELL_S  0.5 /* a window that takes less is not told of */

static uint64_t seed_of(const struct request *request)
{
	return request->launches > 1 ? launch_seed(request->seed, request->launch) : request->seed;
}

/* One run: what it runs, and what it puts back. */
struct session {
	struct runner runner;
	struct restore restore;
	const struct checkpoint *checkpoint;
	double begin_s;            /* when the run began */
	const struct crash_probe *crash_probe; /* of the phase that makes one */
	bool saved;                /* all that was measured before it */
};

static void session_describe(const struct runner *r)
{
	const struct request *request = r->plan->request;
	const struct target *target = r->plan->target;
	struct result *result = r->result;

	result->is_ram = !target->dev;
	if (target->dev) {
		result->device = *target->dev;
		result->bar = *target->bar;
	}
	result->offset_bytes = target->offset_bytes;
	result->length_bytes = target->length_bytes;
	result->may_store = target->may_store;
	result->seed = r->seed;
	if (request->launches > 1)
		result->launch = (struct launch_record){ request->launch, request->launches,
							 request->seed };
	result->rounds_planned = r->plan->profile->rounds;
	result->batches = r->plan->profile->batches;
	snprintf(result->profile, sizeof(result->profile), "%s", r->plan->profile->name);
	snprintf(result->arch, sizeof(result->arch), "%s", arch_name);
	snprintf(result->clock_name, sizeof(result->clock_name), "%s", arch_here()->clock);
	result->clock_hz = r->clock->hz;
	result->clock_resolution_ticks = r->clock->resolution_ticks;
	result->clock_overhead_ticks = r->clock->overhead_ticks;
	for (int t = 0; t < MAP_TYPES; t++)
		snprintf(result->asks[t], sizeof(result->asks[t]), "%s", arch_here()->asks[map_way(t)->asks]);
}

/* All else rests on these: what nobody answered would be taken for a trapped BAR. */
static int phase_probes(void *session)
{
	struct session *s = session;
	int ret = probes_access(&s->runner);

	return ret || restore_look(&s->restore) == PCI_THERE ? ret : -ENODEV;
}

static int phase_crash_probe(void *session)
{
	struct session *s = session;

	return probes_crash(&s->runner, s->crash_probe, s->saved);
}

/* What is long, and has no rounds to show. */
static void tell_window(const struct session *s, const char *what, double left_s)
{
	char size[24];

	if (s->runner.plan->window_s >= TELL_S)
		log_progress("about %.0f s left: %s %s of the window", left_s, what,
			     format_size(size, sizeof(size), plan_touched_bytes(s->runner.result)));
}

static int phase_rounds(void *session)
{
	struct session *s = session;
	int ret = runner_run(&s->runner);

	tell_window(s, "putting back", plan_restore_s(s->runner.plan));
	if (s->runner.data.dev)
		pci_link_look_again(&s->runner.result->device);
	return ret;
}

/* Runs a phase that stores to the window's first bytes, and rings doorbells behind them. */
static int with_window(struct session *s, uint64_t bytes, bool doorbell, int (*phase)(void *session))
{
	struct map_range ranges[RESTORE_WINDOWS] = { s->runner.data, s->runner.control };
	bool stores = s->runner.data.dev && s->runner.plan->target->may_store;

	ranges[0].length_bytes = stores ? bytes : 0;
	ranges[1].offset_bytes += PLAN_DOORBELL_OFFSET;
	ranges[1].length_bytes = stores && doorbell ? PLAN_DOORBELL_BYTES : 0;
	for (int i = 0; i < RESTORE_WINDOWS; i++)
		ranges[i].writable = true;
	return restore_around(&s->restore, ranges, phase, s);
}

static bool rings_doorbell(const struct result *result)
{
	for (size_t i = 0; i < result->n_cells; i++)
		if (result->cells[i].spec.doorbell_bytes && result->cells[i].status != CELL_SKIPPED)
			return true;
	return false;
}

static bool is_slow(const struct result *result)
{
	const struct probe_record *p = result_find_probe(result, PROBE_ACCESS, MAP_PLAIN);

	return p && (p->load_ns > SLOW_NS || p->store_ns > SLOW_NS);
}

static int session_measure(struct session *s)
{
	const struct checkpoint *checkpoint = s->checkpoint;
	struct result *result = s->runner.result;
	struct plan *plan = s->runner.plan;
	int ret = with_window(s, PROBE_TOUCHED_BYTES, false, phase_probes);

	/* an emulator's processes start as slowly as its accesses are made */
	if (!ret && is_slow(result))
		ret = runner_start_s(&s->runner, &plan->start_s);
	plan->spent_s = monotonic_s() - s->begin_s;
	if (!ret)
		ret = plan_record(plan, result);
	if (!ret) {
		tell_window(s, "saving", plan->window_s + plan->rounds_s);
		ret = with_window(s, plan_touched_bytes(result), rings_doorbell(result), phase_rounds);
		log_progress("%s", "");
	}
	if (ret || !plan->target->dev || result->window == WINDOW_LOST)
		return ret;
	/* the next access may be the last of this VM: what was measured is safe first */
	s->saved = !checkpoint->save || !checkpoint->save(result, checkpoint->arg);
	for (s->crash_probe = arch_crash_probes; s->crash_probe->what && !ret; s->crash_probe++) {
		bool stores = s->crash_probe->stores &&
			      !probes_crash_refusal(s->crash_probe, result, plan->request, s->saved);

		if (probes_crash_wanted(s->crash_probe, result, plan->request))
			ret = with_window(s, stores ? RISKY_BYTES : 0, false, phase_crash_probe);
	}
	return ret;
}

static int session_journal(struct result *result, const char *journal)
{
	size_t ignored;
	int ret = journal_read(result, journal, &ignored);

	if (!ret && ignored)
		log_warn("%zu lines of the crash journal %s are torn or not mmiobench's: ignored",
			 ignored, journal);
	if (!ret)
		journal_settle(result, journal);
	return ret;
}

/* With the device's power up. */
static int session_powered(struct session *s, int lock)
{
	int ret = restore_begin(&s->restore, s->runner.data.dev, s->runner.data.bar, lock);

	if (!ret) {
		s->runner.watch = &s->restore.watch;
		ret = session_measure(s);
	}
	restore_end(&s->restore);
	return ret;
}

/*
 * Before anything is changed: where no BAR may be mapped, COMMAND could perhaps not be put back either
 * (lockdown). Nothing is accessed.
 */
static int session_may_map(const struct session *s)
{
	const struct plan *plan = s->runner.plan;
	struct map_range first = s->runner.data;
	struct mapping m;
	int ret = 0;

	first.length_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
	first.writable = false;
	log_mute(true);
	for (size_t i = 0; i < plan->n_types && (!i || ret); i++) {
		ret = map_open(&m, plan->types[i], &first);
		if (!ret)
			map_close(&m);
	}
	log_mute(false);
	if (!ret || map_open(&m, plan->types[0], &first)) /* says why */
		return ret;
	map_close(&m);
	return 0;
}

/* Whoever did not mean this device has the time to say so: nothing is changed yet. */
static void session_announce(const struct session *s)
{
	const struct request *request = s->runner.plan->request;
	const struct target *target = s->runner.plan->target;
	const struct pci_device *dev = target->dev;
	char size[24], does[160];

	format_size(size, sizeof(size), target->length_bytes);
	if (target->may_store)
		snprintf(does, sizeof(does), "stores to %s at offset 0x%llx, %s", size,
			 (unsigned long long)target->offset_bytes, request->leave_window ?
			 "and leaves there what was stored" : "which is saved before and put back");
	else
		snprintf(does, sizeof(does), "only loads, from %s at offset 0x%llx: --bar %u without "
			 "--read-only would be consent to store", size,
			 (unsigned long long)target->offset_bytes, target->bar->index);
	log_note("%s (%s %s), BAR %u: %s", dev->bdf, dev->vendor_name, dev->device_name, target->bar->index,
		 does);
	if (!target->bar->has_wc_file)
		log_note("%s BAR %u has no resource%u_wc: nothing is told of write combining", dev->bdf,
			 target->bar->index, target->bar->index);
	/* whether a VM's host is one, too, cannot be seen in it */
	if (request->allow_vm_crash && probes_crash_asked(request) &&
	    s->runner.result->env.virt.guest != ENV_BARE_METAL)
		log_warn("--allow-vm-crash: the last access may stop this VM; where its host is itself a "
			 "VM, that host, with all its VMs");
}

/* On a device: alone, and not on top of what a killed run has left. */
static int session_on_device(struct session *s)
{
	const struct request *request = s->runner.plan->request;
	const struct pci_device *dev = s->runner.data.dev;
	int lock = pci_lock(dev), ret;

	if (lock < 0)
		return lock;
	ret = restore_check(dev);
	if (!ret)
		ret = session_may_map(s);
	if (!ret)
		ret = session_journal(s->runner.result, request->journal);
	/* of several launches the first one's is all launches' */
	if (!ret && request->launch <= 1)
		session_announce(s);
	if (!ret)
		ret = session_powered(s, lock);
	pci_unlock(lock);
	return ret;
}

/* Where it runs. */
static int choose_cpus(struct runner *r)
{
	const struct pci_device *dev = r->plan->target->dev;
	struct cpu_choice choice;
	int ret = topology_choose_cpu(&choice, r->plan->request->cpu, dev);

	if (!ret)
		ret = topology_list_cpus(&r->near, &r->far, choice.cpu, dev);
	if (ret)
		return ret;
	r->plan->n_near = r->near.n;
	r->plan->n_far = r->far.n;
	r->result->cpu = choice.cpu;
	snprintf(r->result->cpu_why, sizeof(r->result->cpu_why), "%s", choice.why);
	return 0;
}

static int calibrate(struct arch_clock *clock)
{
	int ret = arch_clock_calibrate(clock);

	if (ret == -EAGAIN)
		log_error("the clocks jump: %s, compared with CLOCK_MONOTONIC_RAW five times, has no "
			  "rate: nothing can be timed here; see dmesg for clocksource", arch_here()->clock);
	else if (ret)
		log_error("the clocks do not go on (%s and CLOCK_MONOTONIC_RAW against each other): "
			  "nothing can be timed here; see dmesg for clocksource", arch_here()->clock);
	return ret;
}

int session_run(struct result *result, struct plan *plan, const struct checkpoint *checkpoint)
{
	const struct target *target = plan->target;
	struct arch_clock clock = { 0 };
	struct session s = {
		.runner = {
			.result = result,
			.plan = plan,
			.clock = &clock,
			.seed = seed_of(plan->request),
			.data = { target->dev, target->bar, target->offset_bytes,
				  plan->layout.data_bytes, true },
			.control = { target->dev, target->bar,
				     target->offset_bytes + plan->layout.data_bytes,
				     plan->layout.control_bytes, false },
		},
		.restore = { .result = result, .leave_window = plan->request->leave_window },
		.checkpoint = checkpoint,
	};
	int ret = choose_cpus(&s.runner);

	if (ret)
		return ret;
	child_signals_block();
	s.begin_s = monotonic_s();
	ret = calibrate(&clock);
	session_describe(&s.runner);
	if (!ret)
		ret = target->dev ? session_on_device(&s) : session_measure(&s);
	result->duration_s = monotonic_s() - s.begin_s;
	return ret;
}
