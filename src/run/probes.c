// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base/log.h"
#include "base/memory.h"
#include "base/privilege.h"
#include "base/text.h"
#include "env/errata.h"
#include "exp/probe.h"
#include "run/child.h"
#include "run/journal.h"
#include "run/probes.h"
#include "run/refusal.h"

#define PROBE_TIMEOUT_MS 10000
#define CANNOT_BE_MAPPED "cannot be mapped"

struct probe_work {
	enum map_type type;
	const struct map_range *range;
	bool may_store;
	const struct arch_clock *clock;
	const struct crash_probe *crash_probe; /* NULL: the access probe */
};

static int map_watched(struct child_shared *shared, struct mapping *m, const struct probe_work *w)
{
	struct map_range range = *w->range;
	int ret;

	range.writable = w->may_store;
	ret = map_open(m, w->type, &range);
	if (ret)
		snprintf(shared->why, sizeof(shared->why), CANNOT_BE_MAPPED ": %s", strerror(-ret));
	return ret ? ret : privilege_keep(PRIVILEGE_NONE);
}

static int access_child(struct child_shared *shared, void *arg)
{
	const struct probe_work *w = arg;
	struct probe_access *p = (struct probe_access *)shared->payload;
	struct mapping m;
	int ret = map_watched(shared, &m, w);

	if (ret)
		return ret;
	probe_access(p, &m, w->may_store, w->clock);
	map_listed_otherwise(&m, p->listed, sizeof(p->listed));
	return 0;
}

static int crash_probe_child(struct child_shared *shared, void *arg)
{
	const struct probe_work *w = arg;
	struct mapping m;
	int ret = map_watched(shared, &m, w);

	*(int *)shared->payload = ret ? ACCESS_WORKS : probe_crash(&m, w->crash_probe);
	return ret;
}

static void record_access(struct probe_record *rec, const struct probe_access *p)
{
	rec->load_ns = p->load_ns;
	rec->store_ns = p->store_ns;
	if (p->reads_back) {
		rec->outcome.is = OUTCOME_READS_BACK;
	} else if (p->all_ones) {
		rec->outcome.is = OUTCOME_ALL_ONES;
		snprintf(rec->detail, sizeof(rec->detail),
			 "every word read through %s is 0xffffffff: perhaps nobody answers (memory "
			 "decode off, D3, removed), then no figure below is of a device",
			 map_name(rec->mapping));
	} else if (p->stored) {
		rec->outcome.is = OUTCOME_DOES_NOT_READ_BACK;
		snprintf(rec->detail, sizeof(rec->detail), "stored 0x%08x, read 0x%08x", p->wrote,
			 p->read);
	} else {
		rec->outcome.is = OUTCOME_LOADS_ONLY;
	}
}

/* What a mapping is by the kernel's own list, where that is not what it asks for. */
static int add_listed(struct result *result, enum map_type mapping, const char *type)
{
	struct probe_record rec = { .probe = PROBE_MEMTYPE, .mapping = mapping };

	if (!*type)
		return 0;
	word_set(&rec.outcome, &words_probe_outcome, type);
	snprintf(rec.detail, sizeof(rec.detail), "this kernel maps these pages %s through %s, too: "
		 "something else has them mapped so (pat_memtype_list), such as a framebuffer", type,
		 map_name(mapping));
	return result_add_probe(result, &rec);
}

/* Probes in a child. The outcome of a child that did not end well is in rec. */
static int probe_run(struct probe_record *rec, struct child_shared *shared, const struct runner *r,
		     struct probe_work *w, enum cell_status *status)
{
	static const enum probe_outcome outcomes[CELL_STATUSES] = {
		[CELL_COARSE] = OUTCOME_FAILED, [CELL_KILLED] = OUTCOME_KILLED,
		[CELL_TIMEOUT] = OUTCOME_TIMEOUT, [CELL_FAILED] = OUTCOME_FAILED,
	};
	struct child_work work = { w->crash_probe ? crash_probe_child : access_child, w, r->near.cpus[0],
				   PROBE_TIMEOUT_MS };
	int ret = child_run(&work, shared, status, rec->detail, sizeof(rec->detail));
	char name[32];

	if (!ret && *status == CELL_FAULTED)
		word_set(&rec->outcome, &words_probe_outcome,
			 fault_name(name, sizeof(name), &shared->fault));
	else if (!ret && *status != CELL_MEASURED)
		rec->outcome.is = outcomes[*status];
	return ret;
}

bool probes_may_store(const struct result *result, enum map_type type, const char *tests)
{
	const struct erratum *e = erratum_find(&result->env.facts);

	return result->may_store && (type != MAP_WC || !e || !e->any_store || tests);
}

/* 0; -EIO: nothing can be measured; else as probes_access. *status: how the probe's process ended. */
static int access_one(const struct runner *r, struct child_shared *shared, enum map_type type,
		      enum cell_status *status)
{
	const struct probe_access *found = (const struct probe_access *)shared->payload;
	struct probe_work w = { .type = type,
				.range = &r->data,
				.may_store = probes_may_store(r->result, type, r->plan->request->tests),
				.clock = r->clock };
	struct probe_record rec = { .probe = PROBE_ACCESS, .mapping = type };
	int ret = probe_run(&rec, shared, r, &w, status);

	if (ret)
		return ret;
	if (*status == CELL_MEASURED)
		record_access(&rec, found);
	/* why it cannot be mapped the child has told */
	else if (strncmp(rec.detail, CANNOT_BE_MAPPED, strlen(CANNOT_BE_MAPPED)))
		log_error("%s: %s", map_name(type), rec.detail);
	if (*status == CELL_FAILED)
		return -EIO;
	ret = result_add_probe(r->result, &rec);
	return ret || *status != CELL_MEASURED ? ret : add_listed(r->result, type, found->listed);
}

int probes_access(const struct runner *r)
{
	const struct plan *plan = r->plan;
	struct child_shared *shared = child_shared_new(sizeof(struct probe_access));
	size_t n_ended[CELL_STATUSES] = { 0 };
	int ret = shared ? 0 : -ENOMEM;

	for (size_t i = 0; i < plan->n_types && !ret; i++) {
		enum cell_status status = CELL_NOT_RUN;

		ret = access_one(r, shared, plan->types[i], &status);
		n_ended[status]++;
	}
	if (!ret && n_ended[CELL_FAULTED] == plan->n_types) {
		log_error("%s does not answer: every load faulted; see its power_state and enable in "
			  "sysfs, and whether it was removed", r->result->device.bdf);
		ret = -EIO;
	} else if (!ret && !n_ended[CELL_MEASURED]) {
		log_error("no probe came to its end, so nothing is measured: what stopped each is told "
			  "above; try again when that is over");
		ret = -EIO;
	}
	child_shared_free(shared, sizeof(struct probe_access));
	return ret;
}

/* What came of a crash probe through wc. */
static int outcome_through_wc(const struct result *result, enum probe probe)
{
	const struct probe_record *p = result_find_probe(result, probe, MAP_WC);

	return p ? p->outcome.is : OUTCOME_NOT_RUN;
}

static const char *crash_probe_refusal(const struct crash_probe *crash_probe, const struct result *r,
				 const struct request *request)
{
	const struct probe_record *wc = result_find_probe(r, PROBE_ACCESS, MAP_WC);
	const struct virt *virt = &r->env.virt;
	int unaligned = OUTCOME_WORKS; /* or it need not */

	if (!wc || !wc->load_ns)
		return "the mapping did not answer";
	if (wc->store_ns > PROBE_TRAPPED_NS)
		return "trapped: it would prove nothing";
	if (!wc->store_ns && virt->guest != ENV_BARE_METAL)
		return "without stores a trapped BAR, where it proves nothing, is not told from a "
		       "direct one: name the BAR with --bar";
	if (crash_probe->stores && !r->may_store)
		return "it stores: name the BAR with --bar";
	if (crash_probe->stores && crash_probe->tells_type)
		unaligned = outcome_through_wc(r, arch_crash_probes[0].probe);
	if (unaligned != OUTCOME_WORKS)
		return unaligned != OUTCOME_NOT_RUN ?
			       "it is made only where an unaligned load works first, and this run's did not" :
			       "it is made only where an unaligned load works first, and this run made none";
	if (crash_probe->stores && !probes_may_store(r, MAP_WC, request->tests))
		return erratum_find(&r->env.facts)->refusal;
	if (request->allow_vm_crash)
		return NULL;
	if (!crash_probe->tells_type)
		return "it can take the machine down: --allow-vm-crash";
	if (virt->guest != ENV_BARE_METAL)
		return "it can kill this VM, and its host with all VMs where that is a VM, too: "
		       "--allow-vm-crash";
	if (may_be_guest(r))
		return "it can kill a VM, and nothing proves this is none: --allow-vm-crash";
	return NULL;
}

/* Of several launches the last one makes it: what may end the machine must not cost the others. */
const char *probes_crash_refusal(const struct crash_probe *crash_probe, const struct result *r,
				 const struct request *request, bool saved)
{
	const char *refusal = crash_probe_refusal(crash_probe, r, request);

	if (!refusal && request->launch < request->launches)
		return "it is made in the last of several launches";
	if (!refusal && !saved)
		return "it may end this machine, and what was measured could not be written before";
	return refusal;
}

static int add_not_run(struct result *result, const struct crash_probe *crash_probe, const char *why)
{
	struct probe_record rec = { .probe = crash_probe->probe, .mapping = MAP_WC,
				    .outcome.is = OUTCOME_NOT_RUN };

	snprintf(rec.detail, sizeof(rec.detail), "%s", why);
	return result_add_probe(result, &rec);
}

/*
 * Where nobody answers a VMM may emulate the access, or a bridge swallow it: it works then, and says
 * nothing about the type.
 */
static bool crash_probe_void(const struct runner *r, struct probe_record *rec)
{
	char why[80];

	if (pci_watch_look(r->watch, why, sizeof(why)) == PCI_THERE)
		return false;
	result_disturbed(r->result, why);
	rec->outcome = (struct word){ .is = OUTCOME_FAILED };
	snprintf(rec->detail, sizeof(rec->detail), "while it was tried: %s", why);
	return true;
}

void probes_say_killed(struct probe_record *rec, long long before, long long after)
{
	if (before < 0 || after < 0)
		return;
	if (after == before) {
		snprintf(rec->detail, sizeof(rec->detail), "its process was ended by signal 9 (Killed), and not for "
			 "want of memory (oom_kill in /proc/vmstat)");
		return;
	}
	rec->outcome.is = OUTCOME_OUT_OF_MEMORY;
	snprintf(rec->detail, sizeof(rec->detail), "its process was ended for want of memory (oom_kill in "
		 "/proc/vmstat): see dmesg, and the cgroup's memory.max");
}

/* Through wc it is in the journal before it is made. The control is harmless. */
static int crash_probe_one(const struct runner *r, struct child_shared *shared,
			   const struct crash_probe *crash_probe, enum map_type type)
{
	static const enum probe_outcome outcomes[] = {
		[ACCESS_WORKS] = OUTCOME_WORKS, [ACCESS_PROHIBITED] = OUTCOME_PROHIBITED,
		[ACCESS_NEVER_SUCCEEDS] = OUTCOME_NEVER_SUCCEEDS,
	};
	const char *journal = type == MAP_WC ? r->plan->request->journal : NULL;
	struct probe_work w = { type, &r->data, crash_probe->stores, r->clock, crash_probe };
	struct probe_record rec = { .probe = crash_probe->probe, .mapping = type };
	struct journal_attempt attempt;
	enum cell_status status;
	long long oom_kills;
	int ret;

	if (journal && journal_before(&attempt, journal, r->result, rec.probe, type))
		return add_not_run(r->result, crash_probe, "the crash journal cannot be written");
	oom_kills = memory_oom_kills();
	ret = probe_run(&rec, shared, r, &w, &status);
	if (!ret && status == CELL_KILLED)
		probes_say_killed(&rec, oom_kills, memory_oom_kills());
	if (!ret && !crash_probe_void(r, &rec) && status == CELL_MEASURED)
		rec.outcome.is = outcomes[*(const int *)shared->payload];
	/* without this the next boot would take a Ctrl-C for a dead VM */
	if (ret)
		rec.outcome = (struct word){ .is = OUTCOME_INTERRUPTED };
	if (journal && journal_after(&attempt, &rec.outcome) && !ret)
		ret = -EIO;
	return ret ? ret : result_add_probe(r->result, &rec);
}

static int crash_probe_pair(const struct runner *r, struct child_shared *shared,
			    const struct crash_probe *crash_probe)
{
	const struct probe_record *control;
	int ret = 0;

	if (crash_probe->tells_type) {
		ret = crash_probe_one(r, shared, crash_probe, MAP_PLAIN);
		control = result_find_probe(r->result, crash_probe->probe, MAP_PLAIN);
		if (!ret && control->outcome.is != OUTCOME_ALIGNMENT_FAULT)
			return add_not_run(r->result, crash_probe,
					   "the control did not fault through plain: it is not "
					   "checked by memory type here");
	}
	return ret ? ret : crash_probe_one(r, shared, crash_probe, MAP_WC);
}

/* Those that tell the type belong to "probe", each other one is an experiment of its own. */
static bool is_asked(const struct crash_probe *crash_probe, const struct request *request)
{
	for (const struct experiment *const *e = experiments; *e && !crash_probe->tells_type; e++)
		if ((*e)->crash_probe == crash_probe->probe)
			return experiment_is_asked(*e, request);
	return experiment_is_asked(experiments[EXP_PROBE], request);
}

bool probes_crash_asked(const struct request *request)
{
	for (const struct crash_probe *c = arch_crash_probes; c->what; c++)
		if (is_asked(c, request))
			return true;
	return false;
}

bool probes_crash_wanted(const struct crash_probe *crash_probe, const struct result *result,
			 const struct request *request)
{
	return result_find_probe(result, PROBE_ACCESS, MAP_WC) && is_asked(crash_probe, request);
}

int probes_crash(const struct runner *r, const struct crash_probe *crash_probe, bool saved)
{
	const char *refusal = probes_crash_refusal(crash_probe, r->result, r->plan->request, saved);
	struct child_shared *shared;
	char why[80];
	int ret;

	if (!refusal && pci_watch_look(r->watch, why, sizeof(why)) != PCI_THERE)
		refusal = why;
	if (refusal)
		return add_not_run(r->result, crash_probe, refusal);
	shared = child_shared_new(sizeof(int));
	if (!shared)
		return -ENOMEM;
	ret = crash_probe_pair(r, shared, crash_probe);
	child_shared_free(shared, sizeof(int));
	return ret;
}
