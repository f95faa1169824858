// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "plot/build.h"

/* Which sequence combines behind which barrier; how many lines can be open. */

static bool belongs(const struct cell_record *c)
{
	return !strcmp(c->experiment, "combine") && !strcmp(c->unit, "B/s");
}

static bool is_whole_line(const struct cell_record *c)
{
	return belongs(c) && !strcmp(c->access_pattern, "seq") && !c->shift_bytes;
}

/* wc, and beside it plain without a barrier, that does not combine for sure; or ram. */
static bool is_shown(const struct cell_record *c)
{
	return is_whole_line(c) && (strcmp(c->mapping, "plain") || !strcmp(c->barrier, "none"));
}

static int add_cell(struct picture *p, struct picture_panel *panel, const struct picture_input *in,
		    size_t side, const struct cell_record *c)
{
	const struct build_series want = { "rate", "", 0, side };
	struct picture_series *s;
	struct picture_point point;
	char column[64];
	int row, at, ret = 0;

	snprintf(column, sizeof(column), "%s, %s", c->mapping, c->barrier);
	at = build_name(p, &panel->columns, column);
	row = at < 0 ? at : build_name(p, &panel->rows, c->kernel);
	if (row < 0)
		return row == -ENOMEM ? row : 0;
	s = build_series(p, panel, in, &want, &ret);
	if (!s)
		return ret;
	s->ink = PICTURE_INK_WC;
	build_figure(&point, &in->sides[side], c);
	point.share = point.x;
	point.x = at;
	point.y = row;
	if (!point.absent)
		build_text(point.text, sizeof(point.text), PICTURE_RATE, point.share);
	return build_point(p, s, &point);
}

/* Shades are shares of the best of all panels, so that they can be held against each other. */
static void shade(struct picture *p)
{
	double best = 0;

	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < p->n_panels; i++)
			for (size_t s = 0; s < p->panels[i].n_series; s++)
				for (size_t k = 0; k < p->panels[i].series[s].n; k++) {
					struct picture_point *point = &p->panels[i].series[s].v[k];

					if (!pass && !point->absent && point->share > best)
						best = point->share;
					if (pass && best > 0)
						point->share /= best;
				}
}

int picture_build_combine(struct picture *p, const struct picture_input *in)
{
	int ret = 0;

	snprintf(p->title, sizeof(p->title), "Which store sequence combines");
	snprintf(p->about[0], sizeof(p->about[0]),
		 "posted rate of 64-byte lines over 4K, the barrier after each line; darker is "
		 "faster");
	for (size_t side = 0; side < in->n_sides && !ret; side++) {
		const struct result *r = &in->sides[side].runs[0];
		struct picture_panel *panel =
			build_panel(p, in->names[side], "mapping, barrier", PICTURE_COUNT,
				    "64 bytes by", PICTURE_COUNT);

		for (size_t i = 0; i < r->n_cells && !ret; i++)
			if (is_shown(&r->cells[i]))
				ret = add_cell(p, panel, in, side, &r->cells[i]);
		if (!panel->n_series)
			p->n_panels--;
	}
	shade(p);
	return ret;
}

static int add_lines(struct picture *p, struct picture_panel *panel, const struct picture_input *in,
		     size_t side)
{
	const struct result *r = &in->sides[side].runs[0];
	int ret = 0;

	for (size_t i = 0; i < r->n_cells && !ret; i++) {
		const struct cell_record *c = &r->cells[i];
		const struct build_series want = { c->mapping, "", 0, side };
		double lines;

		if (!belongs(c) || strncmp(c->access_pattern, "lines", 5))
			continue;
		lines = strtod(c->access_pattern + strlen("lines"), NULL);
		/* else no pattern of ours */
		if (lines >= 1 && lines <= 1e6)
			ret = build_curve(p, panel, in, &want, c, lines);
	}
	return ret;
}

int picture_build_lines(struct picture *p, const struct picture_input *in)
{
	struct picture_panel *panel = build_panel(
		p, "8-byte stores going round N lines of 64 bytes, posted", "lines open at a time",
		PICTURE_COUNT, "bytes per second", PICTURE_RATE);
	int ret = 0;

	snprintf(p->title, sizeof(p->title), "How many lines can be open");
	panel->x.log = panel->y.log = true;
	for (size_t side = 0; side < in->n_sides && !ret; side++)
		ret = add_lines(p, panel, in, side);
	build_sort(panel);
	return ret;
}
