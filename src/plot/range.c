// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <math.h>
#include "plot/range.h"

/* Values of another scale have an axis of their own where a common one is so much longer. */
#define LONGER_MOST 3.0

void range_widen(struct range *r, double v)
{
	if (v < r->low)
		r->low = v;
	if (v > r->high)
		r->high = v;
}

static const struct picture_axis *value_axis(const struct picture *p,
					     const struct picture_panel *panel)
{
	return p->kind->form == PICTURE_BARS ? &panel->x : &panel->y;
}

static struct range find_values(const struct picture *p, const struct picture_panel *panel)
{
	struct range r = { INFINITY, -INFINITY };

	for (size_t s = 0; s < panel->n_series; s++)
		for (size_t k = 0; k < panel->series[s].n; k++) {
			const struct picture_point *point = &panel->series[s].v[k];

			if (!point->absent)
				range_widen(&r, p->kind->form == PICTURE_BARS ? point->x : point->y);
		}
	for (size_t k = 0; k < panel->n_limits; k++)
		range_widen(&r, panel->limits[k].y);
	return r;
}

/* Whether each panel of that unit keeps most of its axis when they have one in common. */
static bool has_one_scale(const struct picture *p, enum picture_unit unit)
{
	struct range all = { INFINITY, -INFINITY };

	for (size_t i = 0; i < p->n_panels; i++) {
		struct range r = find_values(p, &p->panels[i]);

		if (value_axis(p, &p->panels[i])->unit != unit || r.low > r.high)
			continue;
		range_widen(&all, r.low);
		range_widen(&all, r.high);
	}
	for (size_t i = 0; i < p->n_panels; i++) {
		const struct picture_axis *axis = value_axis(p, &p->panels[i]);
		struct range r = find_values(p, &p->panels[i]);
		double longer = all.high / r.high * (axis->log ? r.low / all.low : 1);

		if (axis->unit == unit && r.low <= r.high && !(longer <= LONGER_MOST))
			return false;
	}
	return true;
}

static bool is_shared(const struct picture *p, const struct picture_panel *a,
		      const struct picture_panel *b)
{
	enum picture_unit unit = value_axis(p, a)->unit;

	if (a == b || (!a->own_values && !b->own_values))
		return true;
	return unit == value_axis(p, b)->unit && has_one_scale(p, unit);
}

/*
 * Intervals are seen, but one long one would make all else small: three times beyond the values,
 * and it is cut at the edge.
 */
static void widen_by_intervals(const struct picture *p, const struct picture_panel *of,
			       struct range *r)
{
	struct range most = { r->low / 3, r->high * 3 };

	for (size_t i = 0; i < p->n_panels; i++) {
		const struct picture_panel *panel = &p->panels[i];

		for (size_t s = 0; s < panel->n_series && is_shared(p, of, panel); s++)
			for (size_t k = 0; k < panel->series[s].n; k++) {
				const struct picture_point *point = &panel->series[s].v[k];

				if (point->absent)
					continue;
				range_widen(r, fmax(point->low, most.low));
				range_widen(r, fmin(point->high, most.high));
			}
	}
}

void range_find(const struct picture *p, const struct picture_panel *panel, struct range *x,
		struct range *y)
{
	bool bars = p->kind->form == PICTURE_BARS;
	struct range unused = { 0, 0 };

	*x = *y = (struct range){ INFINITY, -INFINITY };
	for (size_t i = 0; i < p->n_panels; i++) {
		const struct picture_panel *one = &p->panels[i];
		bool shared = is_shared(p, panel, one);
		struct range *its_x = bars && !shared ? &unused : x;
		struct range *its_y = !bars && !shared ? &unused : y;

		for (size_t s = 0; s < one->n_series; s++)
			for (size_t k = 0; k < one->series[s].n; k++) {
				const struct picture_point *point = &one->series[s].v[k];

				if (point->absent)
					continue;
				range_widen(its_x, point->x);
				range_widen(its_y, point->y);
			}
		for (size_t k = 0; k < one->n_limits; k++)
			range_widen(its_y, one->limits[k].y);
	}
	if (!isfinite(x->low) || !isfinite(y->low))
		*x = *y = (struct range){ 1, 1 };
	else
		widen_by_intervals(p, panel, p->kind->form == PICTURE_RATIOS ? x : y);
}

double range_find_bars(const struct picture *p, const struct picture_panel *panel)
{
	double value = 0, high = 0;

	for (size_t i = 0; i < p->n_panels; i++) {
		const struct picture_panel *one = &p->panels[i];

		for (size_t s = 0; s < one->n_series && is_shared(p, panel, one); s++)
			for (size_t k = 0; k < one->series[s].n; k++) {
				const struct picture_point *point = &one->series[s].v[k];

				if (point->absent)
					continue;
				value = fmax(value, point->x);
				high = fmax(high, point->high);
			}
	}
	if (!(value > 0))
		return 1;
	return high < 1.3 * value ? high : 1.1 * value;
}
