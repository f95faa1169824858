// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "plot/build.h"
#include "verdict/findings.h"

/* Weak outcomes of litmus tests per million tries, and whether the architecture forbids them. */

#define SHADE_MOST 1e5 /* per million: darker it does not get */

struct count {
	uint64_t tries, events;
	enum weak_kind kind; /* the worst of the runs */
};

static void count_side(struct count *n, const struct picture_input *in, size_t side,
		       const struct cell_record *first)
{
	const struct compare_side *s = &in->sides[side];
	const struct verdict *v = in->verdicts[side];

	for (size_t i = 0; i < s->n_runs; i++) {
		const struct cell_record *c = i ? result_find_cell(&s->runs[i], first->id) : first;
		struct weak weak;

		if (!c)
			continue;
		weak = order_weak(&s->runs[i], v, c);
		n->tries += c->tries;
		n->events += c->events;
		n->kind = weak.kind > n->kind ? weak.kind : n->kind;
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
	static const struct {
		const char *mark, *what;
	} kinds[] = { [WEAK_ALLOWED] = { " ~", "allowed" }, [WEAK_FORBIDDEN] = { "", "forbidden" },
		      [WEAK_WRONG] = { " !", "forbidden, and seen" } };
	struct count n = { .kind = WEAK_ALLOWED };
	double per_million;

	count_side(&n, in, side, c);
	if (!n.tries) {
		build_absent(point, c);
		return;
	}
	per_million = 1e6 * (double)n.events / (double)n.tries;
	*point = (struct picture_point){ .low = per_million, .high = per_million,
					 .share = shade(per_million), .alarm = n.kind == WEAK_WRONG };
	snprintf(point->text, sizeof(point->text), "%.*f%s",
		 per_million > 0 && per_million < 9.95, per_million, kinds[n.kind].mark);
	snprintf(point->why, sizeof(point->why), "%s, %" PRIu64 " of %" PRIu64 " tries",
		 kinds[n.kind].what, n.events, n.tries);
}

static void add_cell(struct picture *p, struct picture_panel *panel, const struct picture_input *in,
		     size_t side, const struct cell_record *c)
{
	struct picture_point point;
	char row[64];

	snprintf(row, sizeof(row), "%s  %.18s | %.18s", c->spec.shape, c->spec.barrier, c->spec.barrier2);
	set_point(&point, in, side, c);
	if (build_place(p, panel, &point, map_name(c->spec.mapping), row))
		build_point(p, panel, build_series(p, in->names[side], "weak outcomes per million",
						   PICTURE_INK_QUIET), &point);
}

static bool belongs(const struct cell_record *c)
{
	return cell_is(c, EXP_ORDER) && cell_counts(c);
}

static bool is_shape(const struct cell_record *c, const char *shape)
{
	return belongs(c) && !strcmp(c->spec.shape, shape);
}

static bool is_first_of_shape(const struct result *r, const struct cell_record *cell)
{
	for_each_cell(c, r)
		if (is_shape(c, cell->spec.shape))
			return c == cell;
	return false;
}

void picture_build_order(struct picture *p, const struct picture_input *in)
{
	snprintf(p->title, sizeof(p->title), "Which reorderings two CPUs saw");
	snprintf(p->about[0], sizeof(p->about[0]),
		 "weak outcomes per million tries; ~: allowed here; !: forbidden, and seen; "
		 "no mark: forbidden");
	for (size_t side = 0; side < in->n_sides; side++) {
		const struct result *r = &in->sides[side].runs[0];
		struct picture_panel *panel = build_panel(p, in->names[side], "mapping",
							  PICTURE_NO_UNIT, PICTURE_NO_UNIT);

		/* all of a shape stand together, wherever they are in the plan */
		for_each_cell(first, r)
			if (is_first_of_shape(r, first))
				for_each_cell(c, r)
					if (is_shape(c, first->spec.shape))
						add_cell(p, panel, in, side, c);
	}
}
