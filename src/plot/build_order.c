// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "judge/correct.h"
#include "plot/build.h"

/* Weak outcomes of litmus tests per million tries, and whether the architecture forbids them. */

#define SHADE_MOST 1e5 /* per million: darker it does not get */

struct count {
	uint64_t tries, events;
	bool forbidden, failed;
};

static void count_side(struct count *n, const struct picture_input *in, size_t side,
		       const struct cell_record *first)
{
	const struct compare_side *s = &in->sides[side];
	const struct verdict *v = in->verdicts[side];
	char why[256];

	for (size_t i = 0; i < s->n_runs; i++) {
		const struct cell_record *c = i ? result_find_cell(&s->runs[i], first->id) : first;

		if (!c)
			continue;
		n->tries += c->tries;
		n->events += c->events;
		n->forbidden |= litmus_forbidden(&s->runs[i], v, c);
		n->failed |= cell_failed(&s->runs[i], v, c, why, sizeof(why));
	}
}

/* One event in so many tries is no more than that: shades go by orders of magnitude. */
static double shade(double per_million)
{
	double share = per_million > 0 ? log10(1 + per_million) / log10(1 + SHADE_MOST) : 0;

	return share < 1 ? share : 1;
}

static void set_point(struct picture_point *point, const struct picture_input *in, size_t side,
		      const struct cell_record *c)
{
	struct count n = { 0 };
	double per_million;

	count_side(&n, in, side, c);
	if (!n.tries) {
		point->absent = true;
		snprintf(point->why, sizeof(point->why), "%s%s%s", cell_status_name(c->status),
			 c->why[0] ? ": " : "", c->why);
		return;
	}
	per_million = 1e6 * (double)n.events / (double)n.tries;
	point->share = shade(per_million);
	point->low = point->high = per_million;
	point->alarm = n.failed;
	snprintf(point->text, sizeof(point->text), "%.*f%s",
		 per_million > 0 && per_million < 9.95 ? 1 : 0, per_million,
		 n.failed      ? " !"
		 : n.forbidden ? ""
			       : " ~");
	snprintf(point->why, sizeof(point->why), "%s, %llu of %llu tries",
		 n.failed      ? "forbidden, and seen"
		 : n.forbidden ? "forbidden"
			       : "allowed",
		 (unsigned long long)n.events, (unsigned long long)n.tries);
}

static int add_cell(struct picture *p, struct picture_panel *panel, const struct picture_input *in,
		    size_t side, const struct cell_record *c)
{
	const struct build_series want = { "weak outcomes per million", "", 0, side };
	struct picture_point point = { 0 };
	struct picture_series *s;
	char row[64];
	int at, y, ret = 0;

	snprintf(row, sizeof(row), "%s  %.18s | %.18s", c->shape, c->barrier, c->barrier2);
	at = build_name(p, &panel->columns, c->mapping);
	y = at < 0 ? at : build_name(p, &panel->rows, row);
	if (y < 0)
		return y == -ENOMEM ? y : 0;
	s = build_series(p, panel, in, &want, &ret);
	if (!s)
		return ret;
	s->ink = PICTURE_INK_QUIET;
	set_point(&point, in, side, c);
	point.x = at;
	point.y = y;
	return build_point(p, s, &point);
}

static bool belongs(const struct cell_record *c)
{
	return !strcmp(c->experiment, "order") && cell_counts(c);
}

/* The first one of its shape. */
static bool is_first(const struct result *r, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (belongs(&r->cells[i]) && !strcmp(r->cells[i].shape, r->cells[at].shape))
			return false;
	return belongs(&r->cells[at]);
}

/* All of a shape stand together, wherever they are in the plan. */
static int add_shape(struct picture *p, struct picture_panel *panel, const struct picture_input *in,
		     size_t side, size_t first)
{
	const struct result *r = &in->sides[side].runs[0];
	int ret = 0;

	for (size_t i = first; i < r->n_cells && !ret; i++)
		if (belongs(&r->cells[i]) && !strcmp(r->cells[i].shape, r->cells[first].shape))
			ret = add_cell(p, panel, in, side, &r->cells[i]);
	return ret;
}

int picture_build_order(struct picture *p, const struct picture_input *in)
{
	int ret = 0;

	snprintf(p->title, sizeof(p->title), "Which reorderings two CPUs saw");
	snprintf(p->about[0], sizeof(p->about[0]),
		 "weak outcomes per million tries; ~: allowed here; !: forbidden, and seen; "
		 "no mark: forbidden");
	for (size_t side = 0; side < in->n_sides && !ret; side++) {
		const struct result *r = &in->sides[side].runs[0];
		struct picture_panel *panel =
			build_panel(p, in->names[side], "mapping", PICTURE_COUNT,
				    "shape, barriers of both CPUs", PICTURE_COUNT);

		for (size_t i = 0; i < r->n_cells && !ret; i++)
			if (is_first(r, i))
				ret = add_shape(p, panel, in, side, i);
		if (!panel->n_series)
			p->n_panels--;
	}
	return ret;
}
