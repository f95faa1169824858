// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "plot/build.h"
#include "verdict/findings.h"

/* Which sequence combines behind which barrier; how many lines can be open. */

static bool belongs(const struct cell_record *c)
{
	return cell_is(c, EXP_COMBINE) && c->spec.unit == UNIT_RATE;
}

/* wc, and beside it plain without a barrier, that does not combine for sure; or ram. */
static bool is_shown(const struct cell_record *c)
{
	return belongs(c) && combine_is_whole_line(c) &&
	       (c->spec.mapping != MAP_PLAIN || !strcmp(c->spec.barrier, "none"));
}

static void add_cell(struct picture *p, struct picture_panel *panel, const struct picture_input *in,
		     size_t side, const struct cell_record *c)
{
	struct picture_point point = build_figure(&in->sides[side], c, PICTURE_RATE);
	char column[64];

	snprintf(column, sizeof(column), "%s, %s", map_name(c->spec.mapping), c->spec.barrier);
	point.share = point.x;
	if (build_place(p, panel, &point, column, c->spec.kernel))
		build_point(p, panel, build_series(p, in->names[side], "rate", PICTURE_INK_WC), &point);
}

static double best_of(const struct picture *p)
{
	double best = 0;

	for (size_t i = 0; i < p->n_panels; i++)
		for (size_t s = 0; s < p->n_series; s++)
			for (size_t k = 0; k < p->panels[i].series[s].n; k++)
				best = fmax(best, p->panels[i].series[s].v[k].share);
	return best;
}

/* Shades are shares of the best of all panels, so that these can be compared. */
static void shade(struct picture *p)
{
	double best = best_of(p);

	for (size_t i = 0; i < p->n_panels; i++)
		for (size_t s = 0; s < p->n_series; s++)
			for (size_t k = 0; k < p->panels[i].series[s].n && best > 0; k++)
				p->panels[i].series[s].v[k].share /= best;
}

void picture_build_combine(struct picture *p, const struct picture_input *in)
{
	snprintf(p->title, sizeof(p->title), "Which store sequence combines");
	snprintf(p->about[0], sizeof(p->about[0]),
		 "posted rate of 64-byte lines over 4K, the barrier after each line; darker is "
		 "faster");
	for (size_t side = 0; side < in->n_sides; side++) {
		struct picture_panel *panel = build_panel(p, in->names[side], "mapping, barrier",
							  PICTURE_NO_UNIT, PICTURE_NO_UNIT);

		for_each_cell(c, &in->sides[side].runs[0])
			if (is_shown(c))
				add_cell(p, panel, in, side, c);
	}
	shade(p);
}

static void add_lines(struct picture *p, struct picture_panel *panel,
		      const struct picture_input *in, size_t side)
{
	for_each_cell(c, &in->sides[side].runs[0]) {
		double lines;

		if (!belongs(c) || strncmp(c->spec.access_pattern, "lines", 5))
			continue;
		lines = strtod(c->spec.access_pattern + strlen("lines"), NULL);
		/* else no pattern of ours */
		if (lines >= 1 && lines <= 1e6)
			build_curve(p, panel, in, side,
				    build_mapping(p, in, side, c->spec.mapping, "", 0), c, lines);
	}
}

void picture_build_lines(struct picture *p, const struct picture_input *in)
{
	struct picture_panel *panel =
		build_panel(p, "8-byte stores going round N lines of 64 bytes, posted",
			    "lines open at a time", PICTURE_COUNT, PICTURE_RATE);

	snprintf(p->title, sizeof(p->title), "How many lines can be open");
	for (size_t side = 0; side < in->n_sides; side++)
		add_lines(p, panel, in, side);
	build_sort(panel);
}
