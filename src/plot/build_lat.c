// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/xalloc.h"
#include "plot/build.h"

/* What a barrier costs; how long reads take, from raw ticks. */

static bool is_store(const struct cell_record *c)
{
	return cell_is(c, EXP_LAT) && !c->spec.is_load && !c->spec.flushed &&
	       strcmp(c->spec.access_pattern, "single") && c->spec.unit == UNIT_NS;
}

void picture_build_barriers(struct picture *p, const struct picture_input *in)
{
	struct picture_panel *panel =
		build_panel(p, "8-byte stores back to back, the barrier after each",
			    "ns per store with its barrier, posted", PICTURE_NS, PICTURE_NO_UNIT);

	snprintf(p->title, sizeof(p->title), "What a barrier costs");
	for (size_t side = 0; side < in->n_sides; side++)
		for_each_cell(c, &in->sides[side].runs[0])
			if (is_store(c))
				build_bar(p, panel, in, side, c, c->spec.barrier);
}

/*
 * Reads timed one by one are a distribution; where there are none, batches of dependent reads are
 * all that is known of it: means, that hide what is rare.
 */
static bool is_read(const struct cell_record *c, bool alone)
{
	return cell_is(c, EXP_LAT) && c->spec.is_load &&
	       c->spec.unit == UNIT_NS &&
	       (alone ? !strcmp(c->spec.access_pattern, "single")
		      : !strcmp(c->spec.barrier, "dep"));
}

static bool has_alone(const struct picture_input *in)
{
	for (size_t side = 0; side < in->n_sides; side++)
		for_each_cell(c, &in->sides[side].runs[0])
			if (is_read(c, true) && c->status == CELL_MEASURED && c->has_summary)
				return true;
	return false;
}

/* Appends one cell's batches in ns each. */
static void add_ticks(double **ns, size_t *n, const struct cell_record *c, double clock_hz)
{
	for (unsigned int i = 0; i < c->n_rounds; i++) {
		const struct round *r = &c->rounds[i];

		if (r->status != CELL_MEASURED)
			continue;
		*ns = xrealloc(*ns, *n + r->n, sizeof(**ns));
		for (unsigned int k = 0; k < r->n; k++) {
			double v = cell_value(c, r->laps, (double)r->ticks[k], clock_hz);

			/* no axis holds a time of nothing: laps and ticks of a file may be any */
			if (v > 0 && v < 1e300)
				(*ns)[(*n)++] = v;
		}
	}
}

#define STEPS 201 /* at most; all of few samples would be no more */

static void add_steps(struct picture *p, struct picture_panel *panel, int series, double *ns,
		      size_t n)
{
	size_t steps = n < STEPS ? n : STEPS;

	gsl_sort(ns, 1, n);
	for (size_t i = 0; i < steps; i++) {
		double share = steps > 1 ? (double)i / (double)(steps - 1) : 1;
		struct picture_point point = {
			.x = gsl_stats_quantile_from_sorted_data(ns, 1, n, share),
			.y = share, .low = share, .high = share
		};

		build_text(point.text, sizeof(point.text), PICTURE_NS, point.x);
		build_point(p, panel, series, &point);
	}
}

static void add_distribution(struct picture *p, struct picture_panel *panel,
			     const struct picture_input *in, size_t side,
			     const struct cell_record *first)
{
	int series = build_mapping(p, in, side, first->spec.mapping, "", 0);
	struct picture_point gap;
	double *ns = NULL;
	size_t n = 0;

	for (size_t i = 0; i < in->sides[side].n_runs; i++) {
		const struct result *r = &in->sides[side].runs[i];
		const struct cell_record *c = i ? result_find_cell(r, first->id) : first;

		if (c)
			add_ticks(&ns, &n, c, r->clock_hz);
	}
	if (n) {
		add_steps(p, panel, series, ns, n);
	} else {
		build_absent(&gap, first);
		build_point(p, panel, series, &gap);
	}
	free(ns);
}

void picture_build_latency(struct picture *p, const struct picture_input *in)
{
	bool alone = has_alone(in);
	struct picture_panel *panel = build_panel(
		p,
		alone ? "loads that took no longer, timed one by one, with the clock's cost"
		      : "loads that took no longer, in means of many: what is rare is hidden",
		"ns per load", PICTURE_NS, PICTURE_SHARE);

	snprintf(p->title, sizeof(p->title), "How long a read takes");
	for (size_t side = 0; side < in->n_sides; side++)
		for_each_cell(c, &in->sides[side].runs[0])
			if (is_read(c, alone))
				add_distribution(p, panel, in, side, c);
}
