// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "arch/info.h"
#include "verdict/evidence.h"
#include "verdict/findings.h"
#include "verdict/violations.h"

#define NEAR   0.9  /* of the cell's best batches: this near is as good */
#define OPEN   0.8  /* of the best rate: so many open lines still combine */
#define FASTER 0.95 /* of plain's time: wc pays from here on */

const enum map_type *run_mappings(const struct result *r)
{
	static const enum map_type ram[] = { MAP_RAM, MAP_TYPES },
				   bar[] = { MAP_PLAIN, MAP_WC, MAP_TYPES };

	return r->is_ram ? ram : bar;
}

bool run_has(const struct result *r, enum exp_id experiment)
{
	for_each_cell(c, r)
		if (cell_is(c, experiment) && c->n_rounds)
			return true;
	return false;
}

double bw_best_flushed(const struct result *r, enum map_type mapping, const char *kernel)
{
	double best = 0;

	for_each_cell(c, r) {
		if (cell_is_on(c, EXP_BW, mapping) && c->spec.flushed &&
		    (!kernel || !strcmp(c->spec.kernel, kernel)) && !strcmp(c->spec.access_pattern, "seq") &&
		    c->spec.region_bytes >= 4096 && cell_is_measured(c) && c->summary.median > best)
			best = c->summary.median;
	}
	return best;
}

bool bw_walks_up(const struct cell_record *c)
{
	return !strcmp(c->spec.access_pattern, "seq") || !strncmp(c->spec.access_pattern, "span", 4);
}

/* In QEMU's target/arm/ptw.c what stage 1 said of alignment checks, which cost the time, is lost. */
bool bw_plain_is_fast(const struct result *r)
{
	struct wc_ratio ratio = judge_wc_ratio(r);

	return r->env.emulated && arch_info_of(r->arch)->emulation_levels && ratio.most > 0 && ratio.most < 1.5;
}

bool combine_is_whole_line(const struct cell_record *c)
{
	return !strcmp(c->spec.access_pattern, "seq") && !c->spec.shift_bytes;
}

const struct cell_record *combine_pattern(const struct result *r, enum map_type mapping,
					  const char *pattern, const char *barrier)
{
	for_each_cell(c, r) {
		if (cell_is_on(c, EXP_COMBINE, mapping) && !strcmp(c->spec.access_pattern, pattern) &&
		    !strcmp(c->spec.barrier, barrier))
			return c;
	}
	return NULL;
}

/* All batches of all rounds in clock ticks, sorted; scale: of a round. The caller frees; NULL: none. */
static double *sorted_ticks(const struct cell_record *c, size_t *n, bool by_lap)
{
	double *v;

	*n = 0;
	for (unsigned int i = 0; i < c->n_rounds; i++)
		*n += c->rounds[i].n;
	v = *n ? calloc(*n, sizeof(*v)) : NULL;
	if (!v)
		return NULL;
	*n = 0;
	for (unsigned int i = 0; i < c->n_rounds; i++)
		for (unsigned int k = 0; k < c->rounds[i].n; k++)
			v[(*n)++] = (double)c->rounds[i].ticks[k] /
				    (by_lap ? (double)c->rounds[i].laps : 1);
	gsl_sort(v, 1, *n);
	return v;
}

double combine_reliability(const struct cell_record *c)
{
	size_t n, near = 0;
	double *ticks = sorted_ticks(c, &n, true), best;

	if (!ticks)
		return 0;
	best = gsl_stats_quantile_from_sorted_data(ticks, 1, n, 0.05);
	while (near < n && ticks[near] * NEAR <= best)
		near++;
	free(ticks);
	return (double)near / (double)n;
}

static unsigned int lines_open(const struct result *r, enum map_type mapping)
{
	unsigned int most = 0;
	double best = 0;
	char pattern[16];

	for (int pass = 0; pass < 2; pass++)
		for (unsigned int n = 1; n <= 32; n *= 2) {
			const struct cell_record *c;

			snprintf(pattern, sizeof(pattern), "lines%u", n);
			c = combine_pattern(r, mapping, pattern, "none");
			if (!cell_is_measured(c))
				continue;
			if (!pass && c->summary.median > best)
				best = c->summary.median;
			if (pass && c->summary.median >= OPEN * best)
				most = n;
		}
	return most;
}

struct combine_findings combine_find(const struct result *r)
{
	struct combine_findings f = { .mapping = r->is_ram ? MAP_RAM : MAP_WC };
	const struct cell_record *one = combine_pattern(r, f.mapping, "words1", "none");

	for_each_cell(c, r) {
		if (cell_is_on(c, EXP_COMBINE, f.mapping) && combine_is_whole_line(c) && cell_is_measured(c) &&
		    (!f.best || c->summary.median > f.best->summary.median))
			f.best = c;
	}
	f.lines_open = lines_open(r, f.mapping);
	if (f.best && cell_is_measured(one))
		f.one_word = one->summary.median / f.best->summary.median;
	return f;
}

bool lat_percentiles(double *ns, const double *at, size_t n, const struct result *r,
		     const struct cell_record *c)
{
	size_t n_ticks;
	double *ticks = cell_is_measured(c) ? sorted_ticks(c, &n_ticks, false) : NULL;

	for (size_t i = 0; i < n && ticks; i++)
		ns[i] = gsl_stats_quantile_from_sorted_data(ticks, 1, n_ticks, at[i]) * 1e9 / r->clock_hz;
	free(ticks);
	return ticks;
}

bool doorbell_has(const struct result *r, const struct cell_record *c)
{
	return cell_is_on(c, EXP_DOORBELL, run_mappings(r)[0]) && c->spec.doorbell_bytes == 4;
}

const struct cell_record *doorbell_cell(const struct result *r, const struct cell_record *row,
					enum map_type mapping, uint32_t descriptor_bytes)
{
	struct cell_record want = *row;

	want.spec.interval_bytes = descriptor_bytes;
	return result_find_beside(r, &want, mapping);
}

static void add_size(struct doorbell_findings *f, uint32_t bytes)
{
	for (size_t k = 0; k < f->n_sizes; k++)
		if (f->sizes[k] == bytes)
			return;
	if (f->n_sizes < DOORBELL_SIZES)
		f->sizes[f->n_sizes++] = bytes;
}

static void find_where_it_pays(struct doorbell_findings *f, const struct result *r)
{
	for (size_t i = 0; i < f->n_sizes; i++) {
		const struct cell_record *plain = doorbell_cell(r, f->barrier, MAP_PLAIN, f->sizes[i]);
		const struct cell_record *wc = doorbell_cell(r, f->barrier, MAP_WC, f->sizes[i]);

		if (!cell_is_measured(plain) || !cell_is_measured(wc))
			return;
		if (wc->summary.median >= FASTER * plain->summary.median)
			f->pays_from = 0;
		else if (!f->pays_from)
			f->pays_from = f->sizes[i];
	}
	f->told = true;
}

struct doorbell_findings doorbell_find(const struct result *r)
{
	struct doorbell_findings f = { .n_sizes = 0 };

	for_each_cell(c, r) {
		if (!doorbell_has(r, c))
			continue;
		add_size(&f, c->spec.interval_bytes);
		if (!f.barrier && strcmp(c->spec.barrier, "none"))
			f.barrier = c;
	}
	if (f.barrier && !r->is_ram)
		find_where_it_pays(&f, r);
	return f;
}

struct weak order_weak(const struct result *r, const struct verdict *v, const struct cell_record *c)
{
	char why[256];

	return (struct weak){
		.kind = cell_failed(r, v, c, why, sizeof(why)) ? WEAK_WRONG :
			litmus_forbidden(r, v, c)	       ? WEAK_FORBIDDEN :
								 WEAK_ALLOWED,
		.per_million = c->tries ? 1e6 * (double)c->events / (double)c->tries : 0,
	};
}

static bool has_both(const struct cell_record *c, const char *barrier)
{
	return !strcmp(c->spec.barrier, barrier) && !strcmp(c->spec.barrier2, barrier);
}

/* What follows a shape's cell without barriers in the plan is the weakest set, or the full one. */
const struct cell_record *order_cell(const struct result *r, enum map_type mapping, const char *shape,
				     enum order_set set)
{
	const struct barrier *full = arch_barrier_for(arch_info_of(r->arch), FOR_FULL_ORDER);
	const struct cell_record *second = NULL;
	bool none = false; /* --barriers may have left it out, and with it the sets' order */
	int n = 0;

	for_each_cell(c, r) {
		if (!cell_is_on(c, EXP_ORDER, mapping) || strcmp(c->spec.shape, shape))
			continue;
		if ((set == ORDER_NONE && has_both(c, "none")) || (set == ORDER_FULL && full && has_both(c, full->name)))
			return c;
		none |= !n && has_both(c, "none");
		second = ++n == 2 && none ? c : second;
	}
	return set == ORDER_WEAKEST ? second : NULL;
}

uint64_t order_tries(const struct result *r)
{
	uint64_t least = 0;

	for_each_cell(c, r)
		if (cell_is(c, EXP_ORDER) && c->tries && (!least || c->tries < least))
			least = c->tries;
	return least;
}

struct integrity_sum integrity_sum(const struct result *r, enum map_type mapping, const char *set)
{
	struct integrity_sum s = { 0 };

	for_each_cell(c, r) {
		if (!cell_is_on(c, EXP_INTEGRITY, mapping) || strcmp(c->spec.shape, set))
			continue;
		s.cells++;
		s.skipped += !c->tries;
		s.words += c->tries;
		*(integrity_is_device(r, c) ? &s.device : &s.wrong) += c->events;
	}
	return s;
}

const struct cell_record *scale_cell(const struct result *r, enum map_type mapping, unsigned int threads,
				     const char *place, bool load, bool flushed)
{
	for_each_cell(c, r) {
		if (cell_is_on(c, EXP_SCALE, mapping) && c->spec.threads == threads && !strcmp(c->spec.place, place) && c->spec.is_load == load &&
		    c->spec.flushed == flushed)
			return c->status == CELL_SKIPPED ? NULL : c;
	}
	return NULL;
}
