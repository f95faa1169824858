// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base/log.h"
#include "base/parse.h"
#include "base/privilege.h"
#include "exp/probe.h"
#include "run/child.h"
#include "run/journal.h"
#include "run/probes.h"
#include "run/refusal.h"

#define PROBE_TIMEOUT_MS 10000
#define CANNOT_BE_MAPPED "cannot be mapped"
#define RISKY_WORD       sizeof(((struct probe_record *)NULL)->outcome)

struct probe_work {
	enum map_type type;
	const struct map_range *range;
	bool may_store;
	const struct arch_clock *clock;
	const struct risky *risky; /* NULL: the access probe */
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

static int risky_child(struct child_shared *shared, void *arg)
{
	const struct probe_work *w = arg;
	struct mapping m;
	int ret = map_watched(shared, &m, w);
	const char *word = ret ? NULL : probe_risky(&m, w->risky);

	snprintf((char *)shared->payload, RISKY_WORD, "%s", word ? word : "works");
	return ret;
}

static void record_access(struct probe_record *rec, const struct probe_access *p)
{
	rec->load_ns = p->load_ns;
	rec->store_ns = p->store_ns;
	if (p->reads_back) {
		snprintf(rec->outcome, sizeof(rec->outcome), "reads-back");
	} else if (p->all_ones) {
		snprintf(rec->outcome, sizeof(rec->outcome), "all-ones");
		snprintf(rec->detail, sizeof(rec->detail),
			 "every word read through %s is 0xffffffff: perhaps nobody answers (memory "
			 "decode off, D3, removed), then no figure below is of a device",
			 rec->mapping);
	} else if (p->stored) {
		snprintf(rec->outcome, sizeof(rec->outcome), "does-not-read-back");
		snprintf(rec->detail, sizeof(rec->detail), "stored 0x%08x, read 0x%08x", p->wrote,
			 p->read);
	} else {
		snprintf(rec->outcome, sizeof(rec->outcome), "loads-only");
	}
}

/* What a mapping is by the kernel's own list, where that is not what it asks for. */
static int add_listed(struct result *result, const char *mapping, const char *type)
{
	struct probe_record rec = { .name = "memtype" };

	if (!*type)
		return 0;
	snprintf(rec.mapping, sizeof(rec.mapping), "%s", mapping);
	snprintf(rec.outcome, sizeof(rec.outcome), "%s", type);
	snprintf(rec.detail, sizeof(rec.detail), "this kernel maps these pages %s through %s, too: "
		 "something else has them mapped so (pat_memtype_list), such as a framebuffer", type, mapping);
	return result_add_probe(result, &rec);
}

/* Probes in a child. The outcome of a child that did not end well is in rec. */
static int probe_run(struct probe_record *rec, struct child_shared *shared, const struct runner *r,
		     struct probe_work *w, enum cell_status *status)
{
	struct child_work work = { w->risky ? risky_child : access_child, w, r->near.cpus[0],
				   PROBE_TIMEOUT_MS };
	int ret = child_run(&work, shared, status, rec->detail, sizeof(rec->detail));

	if (ret || *status == CELL_MEASURED)
		return ret;
	if (*status == CELL_FAULTED)
		fault_name(rec->outcome, sizeof(rec->outcome), &shared->fault);
	else
		snprintf(rec->outcome, sizeof(rec->outcome), "%s", cell_status_name(*status));
	return 0;
}

int probes_access(struct result *result, const struct runner *r, const enum map_type *types,
		  size_t n_types)
{
	struct child_shared *shared = child_shared_new(sizeof(struct probe_access));
	size_t n_answered = 0, n_faulted = 0;
	int ret = shared ? 0 : -ENOMEM;

	for (size_t i = 0; i < n_types && !ret; i++) {
		struct probe_work w = { types[i], &r->data, result->may_store, r->clock, NULL };
		struct probe_record rec = { .name = "access" };
		enum cell_status status;

		snprintf(rec.mapping, sizeof(rec.mapping), "%s", map_way(types[i])->name);
		ret = probe_run(&rec, shared, r, &w, &status);
		if (ret)
			break;
		if (status == CELL_MEASURED)
			record_access(&rec, (const struct probe_access *)shared->payload);
		/* why it cannot be mapped the child has told */
		else if (strncmp(rec.detail, CANNOT_BE_MAPPED, strlen(CANNOT_BE_MAPPED)))
			log_error("%s: %s", map_way(types[i])->name, rec.detail);
		if (status == CELL_FAILED)
			ret = -EIO;
		n_answered += status == CELL_MEASURED;
		n_faulted += status == CELL_FAULTED;
		if (!ret)
			ret = result_add_probe(result, &rec);
		if (!ret && status == CELL_MEASURED)
			ret = add_listed(result, rec.mapping,
					 ((const struct probe_access *)shared->payload)->listed);
	}
	if (!ret && !n_answered) {
		if (n_faulted == n_types)
			log_error("%s does not answer: every load faulted; see its power_state and enable in "
				  "sysfs, and whether it was removed", result->device.bdf);
		else
			log_error("no probe came to its end, so nothing is measured: what stopped each is told "
				  "above; try again when that is over");
		ret = -EIO;
	}
	child_shared_free(shared, sizeof(struct probe_access));
	return ret;
}

static bool made_through_wc(const struct result *result, const char *name)
{
	const struct probe_record *p = result_find_probe(result, name, "wc");

	return p && strcmp(p->outcome, "not-run");
}

static bool works_through_wc(const struct result *result, const char *name)
{
	const struct probe_record *p = result_find_probe(result, name, "wc");

	return p && !strcmp(p->outcome, "works");
}

static const char *risky_refusal(const struct risky *risky, const struct result *r,
				 const struct session_ask *ask)
{
	const struct probe_record *wc = result_find_probe(r, "access", "wc");
	const struct virt *virt = &r->env.virt;

	if (!wc || !wc->load_ns)
		return "the mapping did not answer";
	if (wc->store_ns > PROBE_TRAPPED_NS)
		return "trapped: it would prove nothing";
	if (!wc->store_ns && virt->guest != ENV_BARE_METAL)
		return "without stores a trapped BAR, where it proves nothing, is not told from a "
		       "direct one: name the BAR with --bar";
	if (risky->stores && !r->may_store)
		return "it stores: name the BAR with --bar";
	if (risky->stores && risky->tells_type && !works_through_wc(r, arch_risky[0].name))
		return made_through_wc(r, arch_risky[0].name) ?
			       "it is made only where an unaligned load works first, and this run's did not" :
			       "it is made only where an unaligned load works first, and this run made none";
	if (ask->allow_vm_crash)
		return NULL;
	if (!risky->tells_type)
		return "it can take the machine down: --allow-vm-crash";
	if (virt->guest != ENV_BARE_METAL)
		return "it can kill a VM: --allow-vm-crash";
	if (may_be_guest(r))
		return "it can kill a VM, and nothing proves this is none: --allow-vm-crash";
	return NULL;
}

/* Of several launches the last one makes it: what may end the machine must not cost the others. */
const char *probes_risky_refusal(const struct risky *risky, const struct result *r,
				 const struct session_ask *ask, bool saved)
{
	const char *refusal = risky_refusal(risky, r, ask);

	if (!refusal && ask->launch < ask->launches)
		return "it is made in the last of several launches";
	if (!refusal && !saved)
		return "it may end this machine, and what was measured could not be written before";
	return refusal;
}

static int add_not_run(struct result *result, const struct risky *risky, const char *mapping,
		       const char *why)
{
	struct probe_record rec = { .outcome = "not-run" };

	snprintf(rec.name, sizeof(rec.name), "%s", risky->name);
	snprintf(rec.mapping, sizeof(rec.mapping), "%s", mapping);
	snprintf(rec.detail, sizeof(rec.detail), "%s", why);
	return result_add_probe(result, &rec);
}

/*
 * Where nobody answers a VMM may emulate the access, or a bridge swallow it: it works then, and says
 * nothing about the type.
 */
static bool risky_void(struct result *result, const struct runner *r, struct probe_record *rec)
{
	char why[80];

	if (pci_watch_look(r->watch, why, sizeof(why)) == PCI_THERE)
		return false;
	result_disturbed(result, why);
	snprintf(rec->outcome, sizeof(rec->outcome), "%s", cell_status_name(CELL_FAILED));
	snprintf(rec->detail, sizeof(rec->detail), "while it was tried: %s", why);
	return true;
}

/* journal: NULL for the control, which is harmless. */
static int risky_one(struct result *result, const struct runner *r, struct child_shared *shared,
		     const struct risky *risky, enum map_type type, const char *journal)
{
	struct probe_work w = { type, &r->data, risky->stores, r->clock, risky };
	struct journal_attempt attempt;
	struct probe_record rec = { 0 };
	enum cell_status status;
	int ret;

	snprintf(rec.name, sizeof(rec.name), "%s", risky->name);
	snprintf(rec.mapping, sizeof(rec.mapping), "%s", map_way(type)->name);
	if (journal && journal_before(&attempt, journal, result, rec.name, rec.mapping))
		return add_not_run(result, risky, rec.mapping,
				   "the crash journal cannot be written");
	ret = probe_run(&rec, shared, r, &w, &status);
	if (!ret && !risky_void(result, r, &rec) && status == CELL_MEASURED)
		snprintf(rec.outcome, sizeof(rec.outcome), "%s", (const char *)shared->payload);
	/* without this the next boot would take a Ctrl-C for a dead VM */
	if (journal && journal_after(&attempt, ret ? "interrupted" : rec.outcome) && !ret)
		ret = -EIO;
	return ret ? ret : result_add_probe(result, &rec);
}

static int risky_pair(struct result *result, const struct runner *r, struct child_shared *shared,
		      const struct risky *risky, const char *journal)
{
	const struct probe_record *control;
	int ret = 0;

	if (risky->tells_type) {
		ret = risky_one(result, r, shared, risky, MAP_PLAIN, NULL);
		control = result_find_probe(result, risky->name, "plain");
		if (!ret && strcmp(control->outcome, "SIGBUS/BUS_ADRALN"))
			return add_not_run(result, risky, "wc",
					   "the control did not fault through plain: it is not "
					   "checked by memory type here");
	}
	return ret ? ret : risky_one(result, r, shared, risky, MAP_WC, journal);
}

bool probes_risky_wanted(const struct risky *risky, const struct result *result,
			 const struct session_ask *ask)
{
	if (!result_find_probe(result, "access", "wc"))
		return false;
	if (risky->tells_type)
		return !ask->tests || list_has(ask->tests, "probe");
	return ask->tests && list_has(ask->tests, risky->name);
}

int probes_risky(struct result *result, const struct runner *r, const struct risky *risky,
		 const struct session_ask *ask, bool saved)
{
	const char *refusal = probes_risky_refusal(risky, result, ask, saved);
	struct child_shared *shared;
	char why[80];
	int ret;

	if (!refusal && pci_watch_look(r->watch, why, sizeof(why)) != PCI_THERE)
		refusal = why;
	if (refusal)
		return add_not_run(result, risky, "wc", refusal);
	shared = child_shared_new(RISKY_WORD);
	if (!shared)
		return -ENOMEM;
	ret = risky_pair(result, r, shared, risky, ask->journal);
	child_shared_free(shared, RISKY_WORD);
	return ret;
}
