// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "compare/compare.h"
#include "record/fields.h"

/* Which runs may be compared, and which may stand on one side. */

static const struct {
	const char *what;
	const char *path;        /* in the file of a result; NULL: the device's ids */
	const char *yes, *no;    /* what is said of yes and no */
	bool of_side;            /* also equal in all runs of a side */
} equals[] = {
	{ "the architecture", "tool.arch", NULL, NULL, false },
	{ "what was consented to", "plan.stores", "stores and loads", "only loads", false },
	{ "what was measured", "ram", "ram", "a BAR", false },
	{ "the device", NULL, NULL, NULL, false },
	{ "the BAR's index", "bar.index", NULL, NULL, false },
	{ "the BAR's size", "bar.size_bytes", NULL, NULL, false },
	{ "the window's offset", "window.offset_bytes", NULL, NULL, false },
	{ "the window's length", "window.length_bytes", NULL, NULL, false },
	{ "the profile", "plan.profile", NULL, NULL, true },
	{ "the machine", "environment.virtualization.machine", NULL, NULL, true },
	{ "the CPU", "environment.emulated_cpu.value", "emulated", "real", true },
};

#define EQUALS (sizeof(equals) / sizeof(equals[0]))
#define VALUE  64

static const char *value_of(char buf[VALUE], size_t i, const struct result *r)
{
	*buf = '\0';
	if (equals[i].path)
		record_text(buf, VALUE, &result_table, r, equals[i].path);
	else if (!r->is_ram)
		snprintf(buf, VALUE, "%04x:%04x", r->device.vendor, r->device.device);
	if (equals[i].yes)
		return strcmp(buf, "yes") ? equals[i].no : equals[i].yes;
	return buf;
}

/* All but the cells and the order. */
static int check_kind(const struct result *a, const struct result *b, bool of_side, char *why, size_t n)
{
	char x[VALUE], y[VALUE];

	for (size_t i = 0; i < EQUALS; i++) {
		const char *first = value_of(x, i, a), *second = value_of(y, i, b);

		if ((equals[i].of_side && !of_side) || !strcmp(first, second))
			continue;
		snprintf(why, n, "%s differs: %s in the first, %s in the second", equals[i].what, first,
			 second);
		return -EINVAL;
	}
	return 0;
}

static int by_id(const void *a, const void *b)
{
	const struct cell_record *const *x = a, *const *y = b;

	return strcmp((*x)->id, (*y)->id);
}

/* Sorted by id; the caller frees. */
static const struct cell_record **sort_cells(const struct result *r)
{
	const struct cell_record **v = calloc(r->n_cells + 1, sizeof(*v));

	for (size_t i = 0; v && i < r->n_cells; i++)
		v[i] = &r->cells[i];
	if (v)
		qsort(v, r->n_cells, sizeof(*v), by_id);
	return v;
}

/* What two runs' cells have in common, by id. */
struct match {
	size_t both;
	const char *only;        /* an id that one of them has; NULL: none */
};

static bool same_unit(const struct cell_record *a, const struct cell_record *b)
{
	return a->spec.unit == b->spec.unit && a->spec.unit_bytes == b->spec.unit_bytes;
}

/* A renamed cell could hide behind another's id. */
static int check_twice(const struct result *r, const struct cell_record **sorted, char *why, size_t n)
{
	for (size_t i = 1; i < r->n_cells; i++) {
		if (by_id(&sorted[i - 1], &sorted[i]))
			continue;
		snprintf(why, n, "the run of %s has two cells %s", r->started, sorted[i]->id);
		return -EINVAL;
	}
	return 0;
}

/* Figures in different units are of different things. */
static int match_sorted(struct match *m, const struct result *a, const struct cell_record **x,
			const struct result *b, const struct cell_record **y, char *why, size_t n)
{
	size_t i = 0, k = 0;

	while (i < a->n_cells || k < b->n_cells) {
		int order = i == a->n_cells ? 1 : k == b->n_cells ? -1 : by_id(&x[i], &y[k]);

		if (order) {
			m->only = order < 0 ? x[i]->id : y[k]->id;
		} else if (!same_unit(x[i], y[k])) {
			snprintf(why, n, "the cell %s is in %s per %" PRIu32 " bytes in the first, %s per %"
				 PRIu32 " bytes in the second", x[i]->id, unit_name(x[i]->spec.unit),
				 x[i]->spec.unit_bytes, unit_name(y[k]->spec.unit), y[k]->spec.unit_bytes);
			return -EINVAL;
		}
		m->both += !order;
		i += order <= 0;
		k += order >= 0;
	}
	return 0;
}

static int match_cells(struct match *m, const struct result *a, const struct result *b, char *why,
		       size_t n)
{
	const struct cell_record **x = sort_cells(a), **y = sort_cells(b);
	int ret = x && y ? check_twice(a, x, why, n) : -ENOMEM;

	*m = (struct match){ 0 };
	if (!ret)
		ret = check_twice(b, y, why, n);
	if (!ret)
		ret = match_sorted(m, a, x, b, y, why, n);
	free(x);
	free(y);
	return ret;
}

int compare_check_cells(const struct result *h, const struct result *g, char *why, size_t n)
{
	struct match m;
	int ret = match_cells(&m, h, g, why, n);

	if (ret || m.both || !m.only)
		return ret;
	snprintf(why, n, "the plan differs: no cell is in both, %s is in one", m.only);
	return -EINVAL;
}

/* The wrong way round, a host that gathers would pass as a guest that may. */
static int check_order(const struct result *h, const struct result *g, char *why, size_t n)
{
	const char *host_kvm = fact_get(&h->env.facts, "kvm_device");
	const char *guest_kvm = fact_get(&g->env.facts, "kvm_device");

	/* a host that nests in a cloud is a guest too, but it is the one that runs KVM */
	if (h->env.virt.guest != ENV_BARE_METAL && host_kvm && guest_kvm &&
	    !strcmp(host_kvm, "no") && !strcmp(guest_kvm, "yes")) {
		snprintf(why, n, "only the second is of a machine with /dev/kvm: the host's result "
			 "comes first");
		return -EINVAL;
	}
	if (h->env.virt.guest != ENV_GUEST || g->env.virt.guest != ENV_BARE_METAL)
		return 0;
	snprintf(why, n, "the machine: the first is a guest and the second bare metal; name the "
		 "host's result first");
	return -EINVAL;
}

int compare_check(const struct result *h, const struct result *g, char *why, size_t n)
{
	int ret = check_order(h, g, why, n);

	if (!ret)
		ret = check_kind(h, g, false, why, n);
	return ret ? ret : compare_check_cells(h, g, why, n);
}

/* Of a side: the first and another. */
static int check_launch(const struct result *a, const struct result *b, char *why, size_t n)
{
	struct match m = { 0 };
	int ret = check_kind(a, b, true, why, n);

	if (!ret)
		ret = match_cells(&m, a, b, why, n);
	if (ret || !m.only)
		return ret;
	snprintf(why, n, "the plan differs: only one of them has the cell %s", m.only);
	return -EINVAL;
}

/* Two runs may begin in one second, and with one seed; their raw ticks are never all the same. */
static bool same_ticks(const struct cell_record *a, const struct cell_record *b)
{
	for (unsigned int i = 0; i < a->n_rounds && i < b->n_rounds; i++)
		if (a->rounds[i].n != b->rounds[i].n ||
		    (a->rounds[i].n && memcmp(a->rounds[i].ticks, b->rounds[i].ticks,
					      a->rounds[i].n * sizeof(*a->rounds[i].ticks))))
			return false;
	return a->n_rounds == b->n_rounds;
}

/* A file named twice would be counted as evidence twice. */
static bool same_run(const struct result *a, const struct result *b)
{
	const char *boot_a = fact_get(&a->env.facts, "boot_id");
	const char *boot_b = fact_get(&b->env.facts, "boot_id");

	if (boot_a && boot_b && strcmp(boot_a, boot_b))
		return false;
	if (strcmp(a->started, b->started) || a->seed != b->seed || a->n_cells != b->n_cells)
		return false;
	for (size_t i = 0; i < a->n_cells; i++)
		if (!same_ticks(&a->cells[i], &b->cells[i]))
			return false;
	return true;
}

int compare_check_distinct(const struct compare_side *host, const struct compare_side *guest,
			   size_t *h, size_t *g, char *why, size_t n)
{
	for (*h = 0; *h < host->n_runs; ++*h)
		for (*g = 0; *g < guest->n_runs; ++*g) {
			if (!same_run(&host->runs[*h], &guest->runs[*g]))
				continue;
			snprintf(why, n, "both are the run of %s: a run compared with itself shows "
				 "nothing", guest->runs[*g].started);
			return -EINVAL;
		}
	return 0;
}

/*
 * Runs of a side are launches, or boots, of one machine in one state: what two machines differ by
 * would pass for what two launches do, and the first run's name stand for both.
 */
static int check_one_machine(const struct result *a, const struct result *b, char *why, size_t n)
{
	static const char *const state[] = { "kernel_release", "version", "bdf" };
	const struct compare_side first = { a, 1 }, other = { b, 1 };
	struct environment_changes d;

	environment_compare(&d, &first, &other, 0);
	for (size_t i = 0; i < d.n; i++) {
		const struct environment_change *v = &d.v[i];
		const char *name = environment_facts[v->fact].name;
		bool differs = v->refused;

		for (size_t k = 0; k < sizeof(state) / sizeof(state[0]); k++)
			differs |= !strcmp(name, state[k]);
		if (!differs)
			continue;
		snprintf(why, n, "%s differs, %.60s in the first, %.60s in this one: the runs of a side are "
			 "launches of one machine", name, *v->before ? v->before : "not known",
			 *v->after ? v->after : "not known");
		return -EINVAL;
	}
	return 0;
}

static bool same_start(const struct launch_record *a, const struct launch_record *b)
{
	return a->of == b->of && a->seed == b->seed;
}

static size_t count_started_with(const struct compare_side *side, const struct launch_record *l)
{
	size_t n = 0;

	for (size_t i = 0; i < side->n_runs; i++)
		n += same_start(&side->runs[i].launch, l);
	return n;
}

/* A launch of another start; the number of runs: there is none. */
static size_t find_other(const struct compare_side *side, const struct launch_record *l)
{
	size_t i = 0;

	while (i < side->n_runs &&
	       (!side->runs[i].launch.of || same_start(&side->runs[i].launch, l)))
		i++;
	return i;
}

int compare_check_launches(const struct compare_side *side, size_t *bad, char *why, size_t n)
{
	for (size_t i = 0; i < side->n_runs; i++) {
		const struct launch_record *l = &side->runs[i].launch;
		size_t here = l->of ? count_started_with(side, l) : 0, other;

		if (here >= l->of)
			continue;
		other = find_other(side, l);
		if (other == side->n_runs)
			continue;
		snprintf(why, n, "the run of %s is launch %u of %u, of which %zu %s here, beside launches "
			 "of another start: left from before? leave it out", side->runs[i].started,
			 l->index, l->of, here, here == 1 ? "is" : "are");
		*bad = i ? i : other;
		return -EINVAL;
	}
	return 0;
}

int compare_check_side(const struct compare_side *side, size_t *bad, char *why, size_t n)
{
	for (size_t i = 1; i < side->n_runs; i++) {
		int ret = check_launch(&side->runs[0], &side->runs[i], why, n);

		if (!ret)
			ret = check_one_machine(&side->runs[0], &side->runs[i], why, n);
		*bad = i;
		if (ret)
			return ret;
		for (size_t k = 0; k < i; k++) {
			if (!same_run(&side->runs[k], &side->runs[i]))
				continue;
			snprintf(why, n, "it is the run of %s, which is there already",
				 side->runs[k].started);
			return -EINVAL;
		}
	}
	return compare_check_launches(side, bad, why, n);
}
