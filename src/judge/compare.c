// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "judge/baseline.h"
#include "judge/compare.h"
#include "judge/correct.h"
#include "judge/launches.h"
#include "judge/relation.h"
#include "judge/self_check.h"

static int differ_text(char *why, size_t n, const char *field, const char *a, const char *b)
{
	if (!strcmp(a, b))
		return 0;
	snprintf(why, n, "%s differs: %s in the first, %s in the second", field, a, b);
	return -EINVAL;
}

static int differ_number(char *why, size_t n, const char *field, uint64_t a, uint64_t b)
{
	if (a == b)
		return 0;
	snprintf(why, n, "%s differs: %" PRIu64 " in the first, %" PRIu64 " in the second", field,
		 a, b);
	return -EINVAL;
}

static int check_device(const struct result *h, const struct result *g, char *why, size_t n)
{
	char a[16], b[16];
	int ret;

	ret = differ_text(why, n, "what was measured", h->is_ram ? "ram" : "a BAR",
			  g->is_ram ? "ram" : "a BAR");
	if (ret || h->is_ram)
		return ret;
	snprintf(a, sizeof(a), "%04x:%04x", h->device.vendor, h->device.device);
	snprintf(b, sizeof(b), "%04x:%04x", g->device.vendor, g->device.device);
	ret = differ_text(why, n, "the device", a, b);
	if (!ret)
		ret = differ_number(why, n, "the BAR's index", h->bar.index, g->bar.index);
	if (!ret)
		ret = differ_number(why, n, "the BAR's size", h->bar.size_bytes, g->bar.size_bytes);
	return ret;
}

static int by_id(const void *a, const void *b)
{
	const struct cell_record *const *x = a, *const *y = b;

	return strcmp((*x)->id, (*y)->id);
}

/* Sorted by id; the caller frees. NULL for no cells, too. */
static const struct cell_record **sort_cells(const struct result *r)
{
	const struct cell_record **v = r->n_cells ? calloc(r->n_cells, sizeof(*v)) : NULL;

	for (size_t i = 0; v && i < r->n_cells; i++)
		v[i] = &r->cells[i];
	if (v)
		qsort(v, r->n_cells, sizeof(*v), by_id);
	return v;
}

/* A renamed cell could hide behind another's id. */
static int check_twice(const struct result *r, char *why, size_t n)
{
	const struct cell_record **v = sort_cells(r);
	int ret = v || !r->n_cells ? 0 : -ENOMEM;

	for (size_t i = 1; i < r->n_cells && !ret; i++) {
		if (by_id(&v[i - 1], &v[i]))
			continue;
		snprintf(why, n, "the run of %s has two cells %s", r->started, v[i]->id);
		ret = -EINVAL;
	}
	free(v);
	return ret;
}

/* What two runs' cells have in common, by id. */
struct match {
	size_t both;
	const char *only;        /* an id that one of them has; NULL: none */
	/* one that both have, in different units: their figures are of different things */
	const struct cell_record *a, *b;
};

static bool same_unit(const struct cell_record *a, const struct cell_record *b)
{
	return !strcmp(a->unit, b->unit) && a->unit_bytes == b->unit_bytes;
}

static int match_cells(struct match *m, const struct result *a, const struct result *b)
{
	const struct cell_record **x = sort_cells(a), **y = sort_cells(b);
	int ret = (x || !a->n_cells) && (y || !b->n_cells) ? 0 : -ENOMEM;
	size_t i = 0, k = 0;

	*m = (struct match){ 0 };
	while (!ret && (i < a->n_cells || k < b->n_cells)) {
		int order = i == a->n_cells ? 1 : k == b->n_cells ? -1 : by_id(&x[i], &y[k]);

		m->both += !order;
		if (order)
			m->only = order < 0 ? x[i]->id : y[k]->id;
		else if (!same_unit(x[i], y[k]))
			m->a = x[i], m->b = y[k];
		i += order <= 0;
		k += order >= 0;
	}
	free(x);
	free(y);
	return ret;
}

static int check_unit(const struct match *m, char *why, size_t n)
{
	if (!m->a)
		return 0;
	snprintf(why, n, "the cell %s is in %s per %" PRIu32 " bytes in the first, %s per %" PRIu32
		 " bytes in the second", m->a->id, m->a->unit, m->a->unit_bytes, m->b->unit,
		 m->b->unit_bytes);
	return -EINVAL;
}

int compare_check_cells(const struct result *h, const struct result *g, char *why, size_t n)
{
	struct match m = { 0 };
	int ret = check_twice(h, why, n);

	if (!ret)
		ret = check_twice(g, why, n);
	if (!ret)
		ret = match_cells(&m, h, g);
	if (!ret)
		ret = check_unit(&m, why, n);
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

static const char *consent(const struct result *r)
{
	return r->may_store ? "stores and loads" : "only loads";
}

/* All but the cells, the profile and the order. */
static int check_kind(const struct result *h, const struct result *g, char *why, size_t n)
{
	int ret = differ_text(why, n, "the architecture", h->arch, g->arch);

	if (!ret)
		ret = differ_text(why, n, "what was consented to", consent(h), consent(g));
	if (!ret)
		ret = check_device(h, g, why, n);
	if (!ret)
		ret = differ_number(why, n, "the window's offset", h->offset_bytes, g->offset_bytes);
	if (!ret)
		ret = differ_number(why, n, "the window's length", h->length_bytes, g->length_bytes);
	return ret;
}

int compare_check(const struct result *h, const struct result *g, char *why, size_t n)
{
	int ret = check_order(h, g, why, n);

	if (!ret)
		ret = check_kind(h, g, why, n);
	return ret ? ret : compare_check_cells(h, g, why, n);
}

/* Of a side: the first and another. */
static int check_launch(const struct result *a, const struct result *b, char *why, size_t n)
{
	struct match m = { 0 };
	int ret = check_kind(a, b, why, n);

	if (!ret)
		ret = differ_text(why, n, "the profile", a->profile, b->profile);
	if (!ret)
		ret = differ_text(why, n, "the machine", env_guest_name(a->env.virt.guest),
				  env_guest_name(b->env.virt.guest));
	if (!ret)
		ret = differ_text(why, n, "the CPU", a->env.emulated ? "emulated" : "real",
				  b->env.emulated ? "emulated" : "real");
	if (!ret)
		ret = check_twice(b, why, n);
	if (!ret)
		ret = match_cells(&m, a, b);
	if (!ret)
		ret = check_unit(&m, why, n);
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
			snprintf(why, n, "both are the run of %s: a run held against itself shows "
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
	struct baseline_differences d;

	baseline_compare(&d, &first, &other, 0);
	for (size_t i = 0; i < d.n; i++) {
		const struct baseline_difference *v = &d.v[i];
		const char *name = baseline_facts[v->fact].name;
		bool differs = v->refused;

		for (size_t k = 0; k < sizeof(state) / sizeof(state[0]); k++)
			differs |= !strcmp(name, state[k]);
		if (!differs)
			continue;
		snprintf(why, n, "%s differs, %.60s in the first, %.60s in this one: the runs of a side are "
			 "launches of one machine", name, *v->then ? v->then : "not known",
			 *v->now ? v->now : "not known");
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
	return launches_check(side, bad, why, n);
}

static struct judge_input input_of(const struct comparison *c, int side, const struct result *run)
{
	struct judge_input in = { .run = run };

	if (side) {
		/* neither a baseline nor a guest is a reference: there was a hypervisor below it, too */
		if (!c->ask.baseline && relation_is_reference(c->host, run))
			in.host = c->host;
		in.witness = c->ask.witness;
	}
	return in;
}

void compare_judge(struct verdict *v, const struct comparison *c, int side,
		   const struct result *run)
{
	struct judge_input in = input_of(c, side, run);

	judge_input(v, &in);
}

static void judge_runs(struct comparison *c, const struct compare_side *guests)
{
	for (size_t i = 0; i < guests->n_runs; i++) {
		struct judge_input in = input_of(c, 1, &guests->runs[i]);
		struct verdict v;

		judge_input(&v, &in);
		/* on bare metal there is no hypervisor that could have preserved anything */
		if (!v.about_guest)
			v.word = VERDICT_INCONCLUSIVE;
		c->n_verdicts[v.word]++;
		c->n_wrong += count_failed(&guests->runs[i], &v);
		if (i && verdict_goodness(v.word) >= verdict_goodness(c->verdict.word))
			continue;
		c->verdict = v;
		c->guest = &guests->runs[i];
		c->held = judge_held(&in, c->held_why, sizeof(c->held_why));
	}
}

/* The side that sees less decides what both can show. */
static void find_detectable(struct compare_cells *c, const struct compare_side *host,
			    const struct compare_side *guest)
{
	size_t n = host->n_runs < guest->n_runs ? host->n_runs : guest->n_runs;

	for (size_t i = 0; i < c->n_rows; i++) {
		struct compare_row *row = &c->rows[i];

		if (!row->gate || !row->is_timed)
			continue;
		row->detectable = fmax(self_check_shift(host, row->id, c->by_run ? n : 0),
				       self_check_shift(guest, row->id, c->by_run ? n : 0));
		row->below = (row->word == COMPARE_SLOWER || row->word == COMPARE_FASTER) &&
			     expm1(fabs(log(row->ratio.value))) < row->detectable;
		c->n_below += row->below;
	}
}

static size_t count_left(const struct compare_side *side)
{
	size_t n = 0;

	for (size_t i = 0; i < side->n_runs; i++)
		n += result_is_left(&side->runs[i]);
	return n;
}

int compare_make_sides(struct comparison *c, const struct compare_side *host,
		       const struct compare_side *guest, const struct compare_ask *ask)
{
	struct comparison new = { .host = &host->runs[0], .sides = { *host, *guest }, .ask = *ask };
	int ret = compare_cells_make(&new.cells, host, guest, ask);

	if (ret)
		return ret;
	find_detectable(&new.cells, host, guest);
	new.n_left = count_left(host) + count_left(guest);
	for (size_t i = 0; i < host->n_runs; i++) {
		compare_judge(&new.verdict, &new, 0, &host->runs[i]);
		new.n_wrong += count_failed(&host->runs[i], &new.verdict);
	}
	judge_runs(&new, guest);
	*c = new;
	return 0;
}

int compare_make(struct comparison *c, const struct result *host, const struct result *guest)
{
	const struct compare_side h = { host, 1 }, g = { guest, 1 };
	const struct compare_ask ask = { .min_effect = COMPARE_MIN_EFFECT };

	return compare_make_sides(c, &h, &g, &ask);
}

void compare_free(struct comparison *c)
{
	compare_cells_free(&c->cells);
}
