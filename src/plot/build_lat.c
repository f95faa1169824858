// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "plot/build.h"

/* What a barrier costs; how long reads take, from raw ticks. */

static bool is_store(const struct cell_record *c)
{
	return !strcmp(c->experiment, "lat") && !c->is_load && !c->flushed &&
	       strcmp(c->access_pattern, "single") && !strcmp(c->unit, "ns");
}

int picture_build_barriers(struct picture *p, const struct picture_input *in)
{
	struct picture_panel *panel =
		build_panel(p, "8-byte stores back to back, the barrier after each",
			    "ns per store with its barrier, posted", PICTURE_NS, "", PICTURE_COUNT);
	int ret = 0;

	snprintf(p->title, sizeof(p->title), "What a barrier costs");
	for (size_t side = 0; side < in->n_sides; side++) {
		const struct result *r = &in->sides[side].runs[0];

		for (size_t i = 0; i < r->n_cells && !ret; i++)
			if (is_store(&r->cells[i]))
				ret = build_bar(p, panel, in, side, &r->cells[i],
						r->cells[i].barrier);
	}
	return ret;
}

/*
 * Reads timed one by one are a distribution; where there are none, batches of dependent reads are
 * all that is known of it: means, that hide what is rare.
 */
static bool is_read(const struct cell_record *c, bool alone)
{
	return !strcmp(c->experiment, "lat") && c->is_load && !strcmp(c->unit, "ns") &&
	       (alone ? !strcmp(c->access_pattern, "single") : !strcmp(c->barrier, "dep"));
}

static bool has_alone(const struct picture_input *in)
{
	for (size_t side = 0; side < in->n_sides; side++)
		for (size_t i = 0; i < in->sides[side].runs[0].n_cells; i++) {
			const struct cell_record *c = &in->sides[side].runs[0].cells[i];

			if (is_read(c, true) && c->status == CELL_MEASURED && c->has_summary)
				return true;
		}
	return false;
}

/* Appends one cell's batches in ns each. 0, -ENOMEM. */
static int add_ticks(double **ns, size_t *n, const struct cell_record *c, double clock_hz)
{
	size_t more = 0;
	double *v;

	for (unsigned int i = 0; i < c->n_rounds; i++)
		more += c->rounds[i].status == CELL_MEASURED ? c->rounds[i].n : 0;
	v = realloc(*ns, (*n + more + 1) * sizeof(*v));
	if (!v)
		return -ENOMEM;
	*ns = v;
	for (unsigned int i = 0; i < c->n_rounds; i++)
		for (unsigned int k = 0; c->rounds[i].status == CELL_MEASURED && k < c->rounds[i].n;
		     k++)
			v[(*n)++] = cell_value(c, c->rounds[i].laps, (double)c->rounds[i].ticks[k],
					       clock_hz);
	return 0;
}

/* Steps at these shares; all of few samples would be no more. */
static double share_of(size_t i, size_t n)
{
	return n > 1 ? (double)i / (double)(n - 1) : 1;
}

#define STEPS 201

static int add_steps(struct picture *p, struct picture_series *s, double *ns, size_t n)
{
	size_t steps = n < STEPS ? n : STEPS;
	int ret = 0;

	gsl_sort(ns, 1, n);
	for (size_t i = 0; i < steps && !ret; i++) {
		double share = share_of(i, steps);
		struct picture_point point = {
			.x = gsl_stats_quantile_from_sorted_data(ns, 1, n, share), .y = share
		};

		point.low = point.high = point.y;
		build_text(point.text, sizeof(point.text), PICTURE_NS, point.x);
		ret = build_point(p, s, &point);
	}
	return ret;
}

static int add_distribution(struct picture *p, struct picture_panel *panel,
			    const struct picture_input *in, size_t side,
			    const struct cell_record *first)
{
	const struct build_series want = { first->mapping, "", 0, side };
	struct picture_series *s;
	double *ns = NULL;
	size_t n = 0;
	int ret = 0;

	s = build_series(p, panel, in, &want, &ret);
	for (size_t i = 0; i < in->sides[side].n_runs && s && !ret; i++) {
		const struct result *r = &in->sides[side].runs[i];
		const struct cell_record *c = i ? result_find_cell(r, first->id) : first;

		if (c)
			ret = add_ticks(&ns, &n, c, r->clock_hz);
	}
	/* no axis holds a time of nothing: laps and ticks of a file may be any */
	for (size_t i = 0; i < n;)
		if (ns[i] > 0 && ns[i] < 1e300)
			i++;
		else
			ns[i] = ns[--n];
	if (s && !ret && !n) {
		struct picture_point gap = { .absent = true };

		snprintf(gap.why, sizeof(gap.why), "%s%s%s", cell_status_name(first->status),
			 first->why[0] ? ": " : "", first->why);
		ret = build_point(p, s, &gap);
	} else if (s && !ret) {
		ret = add_steps(p, s, ns, n);
	}
	free(ns);
	return ret;
}

int picture_build_latency(struct picture *p, const struct picture_input *in)
{
	bool alone = has_alone(in);
	struct picture_panel *panel = build_panel(
		p,
		alone ? "loads that took no longer, timed one by one, with the clock's cost"
		      : "loads that took no longer, in means of many: what is rare is hidden",
		"ns per load", PICTURE_NS, "share of loads that took no longer", PICTURE_SHARE);
	int ret = 0;

	snprintf(p->title, sizeof(p->title), "How long a read takes");
	panel->x.log = true;
	for (size_t side = 0; side < in->n_sides && !ret; side++)
		for (size_t i = 0; i < in->sides[side].runs[0].n_cells && !ret; i++)
			if (is_read(&in->sides[side].runs[0].cells[i], alone))
				ret = add_distribution(p, panel, in, side,
						       &in->sides[side].runs[0].cells[i]);
	return ret;
}
