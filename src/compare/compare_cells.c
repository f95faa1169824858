// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "compare/compare_cells.h"
#include "stat/rank.h"
#include "verdict/host_guest.h"

#define SEED	      1 /* of the bootstrap: the same files give the same page */
#define SCATTER_LEAST 5 /* cells */

/*
 * What gates look at, few, so that a real change needs few rounds to stand out of them. They are in
 * every profile and fit every window: through wc, or ram where ordinary memory was measured.
 */
const struct compare_gate compare_gates[COMPARE_GATES] = {
	{ { .experiment.is = EXP_BW, .kernel = "store8", .access_pattern = "seq", .barrier = "none",
	    .flushed = true, .threads = 1, .region_bytes = 4096,
	    .unit = UNIT_RATE }, "rate of stores that have arrived" },
	{ { .experiment.is = EXP_BW, .kernel = "load8", .access_pattern = "seq", .barrier = "none",
	    .is_load = true, .threads = 1, .region_bytes = 4096,
	    .unit = UNIT_RATE }, "rate of loads" },
	{ { .experiment.is = EXP_LAT, .kernel = "store8", .access_pattern = "span64",
	    .barrier = "read-flush", .interval_bytes = 8, .threads = 1, .region_bytes = 64,
	    .unit = UNIT_NS }, "a store and its proof of arrival" },
};

static const char *const state_names[COMPARE_STATES] = {
	[COMPARE_MEASURED] = "measured", [COMPARE_COUNTED] = "counted",
	[COMPARE_NOT_RUN] = "not run",	 [COMPARE_ONE_SIDED] = "one-sided",
	[COMPARE_ABSENT] = "absent",	 [COMPARE_FAILED] = "failed",
};

static const char *const word_names[COMPARE_WORDS] = {
	[COMPARE_NO_WORD] = "",	 [COMPARE_SLOWER] = "slower",	  [COMPARE_FASTER] = "faster",
	[COMPARE_SAME] = "same", [COMPARE_OPEN] = "inconclusive",
};

const char *compare_state_name(enum compare_state s)
{
	return state_names[s];
}

const char *compare_word_name(enum compare_word w)
{
	return word_names[w];
}

int compare_gate_number(const struct cell_record *c)
{
	if (c->spec.mapping != MAP_WC && c->spec.mapping != MAP_RAM)
		return -1;
	for (int i = 0; i < COMPARE_GATES; i++)
		if (spec_is_like(&compare_gates[i].spec, &c->spec))
			return i;
	return -1;
}

const char *compare_gate(const struct cell_record *c)
{
	int i = compare_gate_number(c);

	return i < 0 ? NULL : compare_gates[i].what;
}

/* What one side has of a cell; from bad to good, the worst of its runs. */
enum side_state {
	SIDE_ABSENT,
	SIDE_FAILED,
	SIDE_NOT_REACHED,
	SIDE_SKIPPED,
	SIDE_COARSE,
	SIDE_MEASURED
};

struct side_cell {
	enum side_state state;
	bool somewhere;          /* measured in at least one run */
	const struct cell_record *cell; /* the first with that state */
};

static enum side_state state_of(const struct cell_record *c)
{
	static const enum side_state states[CELL_STATUSES] = {
		[CELL_NOT_RUN] = SIDE_NOT_REACHED, [CELL_MEASURED] = SIDE_MEASURED,
		[CELL_SKIPPED] = SIDE_SKIPPED,	   [CELL_COARSE] = SIDE_COARSE,
		[CELL_FAULTED] = SIDE_FAILED,	   [CELL_KILLED] = SIDE_FAILED,
		[CELL_TIMEOUT] = SIDE_FAILED,	   [CELL_FAILED] = SIDE_FAILED,
	};

	if (!c)
		return SIDE_ABSENT;
	if (c->status == CELL_MEASURED && !c->has_summary && !cell_counts(c))
		return SIDE_FAILED;
	return states[c->status];
}

/* Runs of one plan have it at the same place: look there first. */
static const struct cell_record *find_near(const struct result *r, const char *id, size_t at)
{
	if (at < r->n_cells && !strcmp(r->cells[at].id, id))
		return &r->cells[at];
	return result_find_cell(r, id);
}

static struct side_cell side_find(const struct compare_side *side, const char *id, size_t at)
{
	struct side_cell s = { .state = SIDE_MEASURED };

	for (size_t i = 0; i < side->n_runs; i++) {
		const struct cell_record *c = find_near(&side->runs[i], id, at);
		enum side_state state = state_of(c);

		s.somewhere |= state == SIDE_MEASURED;
		if (!i || state < s.state) {
			s.state = state;
			s.cell = c;
		}
	}
	return s;
}

static enum compare_state row_state(const struct side_cell *h, const struct side_cell *g)
{
	enum side_state worse = h->state < g->state ? h->state : g->state;

	switch (worse) {
	case SIDE_ABSENT:
		return COMPARE_ABSENT;
	case SIDE_FAILED:
		return COMPARE_FAILED;
	case SIDE_NOT_REACHED:
		return h->state == g->state ? COMPARE_NOT_RUN : COMPARE_FAILED;
	case SIDE_SKIPPED:
	case SIDE_COARSE:
		return h->somewhere || g->somewhere ? COMPARE_ONE_SIDED : COMPARE_NOT_RUN;
	default:
		if (cell_counts(h->cell) && cell_counts(g->cell))
			return COMPARE_COUNTED;
		return COMPARE_MEASURED;
	}
}

double *compare_side_units(const struct compare_side *side, const char *id, size_t at, bool by_run,
			   size_t *n)
{
	const struct cell_record *first = find_near(&side->runs[0], id, at);
	double *v = calloc((by_run ? side->n_runs : first->n_rounds) + 1, sizeof(*v));

	*n = 0;
	if (!v)
		return NULL;
	if (!by_run) {
		*n = cell_medians(first, side->runs[0].clock_hz, v);
		return v;
	}
	for (size_t i = 0; i < side->n_runs; i++)
		v[(*n)++] = find_near(&side->runs[i], id, at)->summary.median;
	return v;
}

/*
 * Two one-sided tests (Schuirmann 1987) of the log of the ratio, by ranks, which is exact for few
 * numbers where a bootstrap's interval is not: a factor of 1 + min_effect off either way would
 * have been noticed.
 */
static int test_same(struct compare_row *row, const double *g, size_t ng, const double *h,
		     size_t nh, double min_effect)
{
	struct rank_test up, down;
	int ret = rank_test_scaled(&up, g, ng, 1 + min_effect, h, nh);

	if (!ret)
		ret = rank_test_scaled(&down, g, ng, 1 / (1 + min_effect), h, nh);
	if (!ret)
		row->p_same = min_effect > 0 ? fmax(up.p_greater, down.p_less) : 1;
	return ret;
}

static int row_test(struct compare_row *row, const double *g, const double *h, double min_effect)
{
	struct rank_test t;
	size_t nh = row->sides[0].n, ng = row->sides[1].n;
	int ret = ratio_make(&row->ratio, g, ng, h, nh, SEED);

	if (!ret && !(row->ratio.low > 0))
		ret = -EINVAL;
	if (!ret)
		ret = rank_test(&t, g, ng, h, nh);
	if (ret)
		return ret;
	row->p = row->p_adjusted = t.p;
	row->exact = t.exact;
	return test_same(row, g, ng, h, nh, min_effect);
}

static bool is_same_unit(const struct cell_record *a, const struct cell_record *b)
{
	return a && b && a->spec.unit == b->spec.unit;
}

static int row_measure(struct compare_row *row, const struct compare_side *host,
		       const struct compare_side *guest, size_t at, bool by_run,
		       const struct compare_ask *ask)
{
	struct compare_figure *of_host = &row->sides[0], *of_guest = &row->sides[1];
	double *h = compare_side_units(host, row->id, at, by_run, &of_host->n);
	double *g = compare_side_units(guest, row->id, at, by_run, &of_guest->n);
	int ret = -ENOMEM;

	/* cells of one id that do not measure the same thing are no pair */
	if (h && g && is_same_unit(of_host->cell, of_guest->cell)) {
		ret = row_test(row, g, h, ask->min_effect);
		of_host->median = summary_median(h, of_host->n); /* sorts them, so it comes last */
		of_guest->median = summary_median(g, of_guest->n);
	} else if (h && g) {
		ret = -EINVAL;
	}
	free(h);
	free(g);
	row->is_timed = !ret;
	if (ret == -EINVAL) {
		row->state = COMPARE_FAILED;
		ret = 0;
	}
	return ret;
}

static int row_make(struct compare_row *row, const struct cell_record *cell, size_t at,
		    const struct compare_side *host, const struct compare_side *guest, bool by_run,
		    const struct compare_ask *ask)
{
	struct side_cell h = side_find(host, cell->id, at), g = side_find(guest, cell->id, at);

	*row = (struct compare_row){ .id = cell->id,
				     .unit = cell->spec.unit,
				     .sides = { { .cell = h.cell }, { .cell = g.cell } },
				     .state = row_state(&h, &g),
				     .gate = compare_gate(cell) };
	row->coarse = row->state == COMPARE_ONE_SIDED && h.state >= SIDE_COARSE &&
		      g.state >= SIDE_COARSE;
	if (row->state != COMPARE_MEASURED)
		return 0;
	return row_measure(row, host, guest, at, by_run, ask);
}

/* Gating cells by one procedure, the others by the other. */
static int adjust(struct compare_cells *c, bool gates_only,
		  int (*procedure)(double *adjusted, const double *p, size_t n))
{
	double *p = calloc(c->n_rows + 1, sizeof(*p));
	size_t n = 0;
	int ret;

	if (!p)
		return -ENOMEM;
	for (size_t i = 0; i < c->n_rows; i++)
		if (c->rows[i].is_timed && !c->rows[i].gate != gates_only)
			p[n++] = c->rows[i].p;
	ret = procedure(p, p, n);
	n = 0;
	for (size_t i = 0; i < c->n_rows && !ret; i++)
		if (c->rows[i].is_timed && !c->rows[i].gate != gates_only)
			c->rows[i].p_adjusted = p[n++];
	free(p);
	return ret;
}

/* How often slower the guest is, as a log: a rate's ratio is below 1 where a time's is above. */
static double slowness(const struct compare_row *row)
{
	return (row->unit != UNIT_RATE ? 1 : -1) * log(row->ratio.value);
}

struct timed {
	enum map_type mapping;
	double slowness;
};

static int by_mapping(const void *a, const void *b)
{
	const struct timed *x = a, *y = b;

	return (int)x->mapping - (int)y->mapping;
}

/* Below 0: too few. */
static double scatter_of(const struct timed *v, size_t n, double *logs)
{
	for (size_t i = 0; i < n; i++)
		logs[i] = v[i].slowness;
	return n >= SCATTER_LEAST ? summary_deviation(logs, n) : -1;
}

/*
 * One run a side cannot show what two launches differ by, but its cells can: two launches of one
 * machine scatter each cell's ratio in its own way, a regression moves some, or all alike. The
 * median of distances from the median is what half of the cells are beyond, whatever the others do.
 * What launches do to one mapping they do to the other: a guest that lost write combining is
 * slower in each wc cell in its own way, and plain tells how much of that is chance.
 */
static int find_scatter(struct compare_cells *c)
{
	struct timed *v = calloc(c->n_rows + 1, sizeof(*v));
	double *logs = calloc(c->n_rows + 1, sizeof(*logs));
	int ret = v && logs ? 0 : -ENOMEM;
	size_t n = 0, from = 0;

	for (size_t i = 0; i < c->n_rows && !ret; i++)
		if (c->rows[i].is_timed)
			v[n++] = (struct timed){ c->rows[i].sides[0].cell->spec.mapping,
						 slowness(&c->rows[i]) };
	if (n && !c->by_run) {
		qsort(v, n, sizeof(*v), by_mapping);
		c->scatter = fmax(0, scatter_of(v, n, logs));
		for (size_t i = 1; i <= n; i++) {
			double scatter;

			if (i < n && !by_mapping(&v[from], &v[i]))
				continue;
			scatter = scatter_of(&v[from], i - from, logs);
			if (scatter >= 0)
				c->scatter = fmin(c->scatter, scatter);
			from = i;
		}
	}
	free(logs);
	free(v);
	return ret;
}

static void row_judge(struct compare_row *row, const struct compare_ask *ask, double scatter)
{
	double threshold = row->gate ? COMPARE_ALPHA : COMPARE_Q;
	double margin = log1p(ask->min_effect);
	struct ratio_ask further = { .margin = margin,
				     .alpha_same = COMPARE_ALPHA_SAME,
				     .alpha = threshold * row->p / row->p_adjusted };
	const struct ratio *r = &row->ratio;
	double off = fabs(log(r->value)), z = gsl_cdf_ugaussian_Qinv(COMPARE_ALPHA_SAME);
	bool more = log(r->low) > margin, less = log(r->high) < -margin;
	bool differs = row->p_adjusted <= threshold && (more || less);
	bool alike = row->p_same <= COMPARE_ALPHA_SAME && log(r->low90) >= -margin &&
		     log(r->high90) <= margin;

	row->scattered = (differs && off - COMPARE_SCATTERS * scatter <= margin) ||
			 (alike && off + z * scatter > margin);
	if (row->scattered)
		row->word = COMPARE_OPEN;
	else if (differs)
		row->word = more == (row->unit == UNIT_RATE) ? COMPARE_FASTER : COMPARE_SLOWER;
	else if (alike)
		row->word = COMPARE_SAME;
	else
		row->word = COMPARE_OPEN;
	if (row->word == COMPARE_OPEN && !row->scattered)
		row->further = ratio_further(r, row->sides[0].n, row->sides[1].n, &further);
}

static void count(struct compare_cells *c, const struct compare_row *row)
{
	c->n_states[row->state]++;
	c->n_words[row->word]++;
	c->n_coarse += row->coarse && !row->gate;
	if (!row->gate)
		return;
	c->n_gates++;
	c->n_gate_states[row->state]++;
	c->n_gate_words[row->word]++;
}

static void note_origin(struct compare_cells *c, const struct compare_side *side)
{
	for (size_t i = 0; i < side->n_runs; i++) {
		c->emulated |= side->runs[i].env.emulated;
		c->replayed |= side->runs[i].replayed;
	}
}

static int make_rows(struct compare_cells *c, const struct compare_side *host,
		     const struct compare_side *guest, const struct compare_ask *ask)
{
	const struct result *h = &host->runs[0], *g = &guest->runs[0];
	int ret = 0;

	for (size_t i = 0; i < h->n_cells && !ret; i++)
		ret = row_make(&c->rows[c->n_rows++], &h->cells[i], i, host, guest, c->by_run, ask);
	for (size_t i = 0; i < g->n_cells && !ret; i++)
		if (!find_near(h, g->cells[i].id, i))
			ret = row_make(&c->rows[c->n_rows++], &g->cells[i], i, host, guest,
				       c->by_run, ask);
	return ret;
}

int compare_cells_make(struct compare_cells *c, const struct compare_side *host,
		       const struct compare_side *guest, const struct compare_ask *ask)
{
	struct compare_cells new = { .by_run = host->n_runs > 1 || guest->n_runs > 1 };
	int ret = -ENOMEM;

	note_origin(&new, host);
	note_origin(&new, guest);
	new.other_profile = !host_guest_same_profile(&host->runs[0], &guest->runs[0]);
	new.judged = !new.emulated && !new.replayed && !new.other_profile;
	new.rows = calloc(host->runs[0].n_cells + guest->runs[0].n_cells + 1, sizeof(*new.rows));
	if (new.rows)
		ret = make_rows(&new, host, guest, ask);
	if (!ret)
		ret = adjust(&new, true, multiple_holm);
	if (!ret)
		ret = adjust(&new, false, multiple_bh);
	if (!ret)
		ret = find_scatter(&new);
	if (ret) {
		free(new.rows);
		return ret;
	}
	for (size_t i = 0; i < new.n_rows; i++) {
		if (new.judged && new.rows[i].is_timed)
			row_judge(&new.rows[i], ask, new.scatter);
		count(&new, &new.rows[i]);
	}
	*c = new;
	return 0;
}

/* How far it is off, either way. */
static double distance(const struct compare_row *row)
{
	return row->is_timed ? fabs(log(row->ratio.value)) : HUGE_VAL;
}

int compare_worst_first(const void *a, const void *b)
{
	static const int order[COMPARE_WORDS] = { [COMPARE_NO_WORD] = 0, [COMPARE_SLOWER] = 1,
						  [COMPARE_OPEN] = 2, [COMPARE_FASTER] = 3,
						  [COMPARE_SAME] = 4 };
	const struct compare_row *x = *(const struct compare_row *const *)a;
	const struct compare_row *y = *(const struct compare_row *const *)b;
	double dx = distance(x), dy = distance(y);

	if (order[x->word] != order[y->word])
		return order[x->word] - order[y->word];
	if (dx != dy)
		return dx > dy ? -1 : 1;
	return strcmp(x->id, y->id);
}

void compare_cells_free(struct compare_cells *c)
{
	free(c->rows);
	memset(c, 0, sizeof(*c));
}
