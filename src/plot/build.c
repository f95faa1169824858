// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/parse.h"
#include "base/xalloc.h"
#include "plot/build.h"
#include "record/figure.h"

struct picture_panel *build_panel(struct picture *p, const char *title, const char *x_label,
				  enum picture_unit x, enum picture_unit y)
{
	struct picture_panel *panel = &p->panels[p->n_panels++];

	snprintf(panel->title, sizeof(panel->title), "%s", title);
	snprintf(panel->x_label, sizeof(panel->x_label), "%s", x_label);
	panel->x = x;
	panel->y = y;
	return panel;
}

int build_series(struct picture *p, const char *side, const char *what, enum picture_ink ink)
{
	char name[sizeof(p->series[0].name)];

	snprintf(name, sizeof(name), "%s%s%s", side, *side ? ", " : "", what);
	for (size_t i = 0; i < p->n_series; i++)
		if (!strcmp(p->series[i].name, name))
			return (int)i;
	if (p->n_series == PICTURE_SERIES) {
		p->left_out++;
		return -1;
	}
	memcpy(p->series[p->n_series].name, name, sizeof(name));
	p->series[p->n_series].ink = ink;
	return (int)p->n_series++;
}

static enum picture_ink ink_of(enum map_type mapping)
{
	static const enum picture_ink inks[] = { [MAP_PLAIN] = PICTURE_INK_PLAIN,
						 [MAP_WC] = PICTURE_INK_WC,
						 [MAP_RAM] = PICTURE_INK_RAM };

	return mapping <= MAP_RAM ? inks[mapping] : PICTURE_INK_OTHER;
}

int build_mapping(struct picture *p, const struct picture_input *in, size_t side,
		  enum map_type mapping, const char *kernel, unsigned int mark)
{
	char what[sizeof(p->series[0].name)];
	int s;

	snprintf(what, sizeof(what), "%s%s%s", map_name(mapping), *kernel ? ", " : "", kernel);
	s = build_series(p, in->names[side], what, ink_of(mapping));
	if (s >= 0) {
		p->series[s].mark = mark;
		p->series[s].reference = in->n_sides > 1 && !side;
	}
	return s;
}

int build_find_name(const struct picture_names *names, const char *name)
{
	for (size_t i = 0; i < names->n; i++)
		if (!strcmp(names->v[i], name))
			return (int)i;
	return -1;
}

int build_name(struct picture *p, struct picture_names *names, const char *name)
{
	int known = build_find_name(names, name);

	if (known >= 0)
		return known;
	if (names->n == PICTURE_NAMES) {
		p->left_out++;
		return -1;
	}
	snprintf(names->v[names->n], sizeof(names->v[0]), "%s", name);
	return (int)names->n++;
}

bool build_place(struct picture *p, struct picture_panel *panel, struct picture_point *point,
		 const char *column, const char *row)
{
	int x = build_name(p, &panel->columns, column);
	int y = x < 0 ? x : build_name(p, &panel->rows, row);

	point->x = x;
	point->y = y;
	return y >= 0;
}

void build_point(struct picture *p, struct picture_panel *panel, int series,
		 const struct picture_point *point)
{
	struct picture_points *s;

	if (series < 0)
		return;
	s = &panel->series[series];
	if (s->n == PICTURE_POINTS) {
		p->left_out++;
		return;
	}
	s->v = xrealloc(s->v, s->n + 1, sizeof(*s->v));
	s->v[s->n++] = *point;
}

static void set_absent(struct picture_point *point, const char *status, const char *why)
{
	*point = (struct picture_point){ .absent = true };
	snprintf(point->why, sizeof(point->why), "%s%s%s", status, *why ? ": " : "", why);
}

void build_absent(struct picture_point *point, const struct cell_record *c)
{
	set_absent(point, cell_status_name(c->status), c->why);
}

static void set_summary(struct picture_point *point, const struct summary *s)
{
	*point = (struct picture_point){ .x = s->median, .low = s->ci_low, .high = s->ci_high };
	if (s->coverage < 0.95)
		snprintf(point->why, sizeof(point->why), "the interval is the range of %zu", s->n);
	/* no axis holds it: a result may say anything */
	if (!(isfinite(point->x) && isfinite(point->low) && isfinite(point->high) &&
	      point->low > 1e-290 && point->high < 1e290))
		set_absent(point, "no figure", "");
}

/* Cells of one plan stand in the same place of every run. */
static const struct cell_record *find_near(const struct result *r, const char *id, size_t at)
{
	if (at < r->n_cells && !strcmp(r->cells[at].id, id))
		return &r->cells[at];
	return result_find_cell(r, id);
}

static void set_runs(struct picture_point *point, const struct compare_side *side,
		     const struct cell_record *first)
{
	double *medians = xcalloc(side->n_runs, sizeof(*medians));
	struct summary s;
	size_t n = 0;

	for (; n < side->n_runs; n++) {
		const struct cell_record *c = find_near(&side->runs[n], first->id,
							(size_t)(first - side->runs[0].cells));

		if (!cell_is_measured(c)) {
			set_absent(point, c ? cell_status_name(c->status) : "no such cell",
				   c ? c->why : "in one of the runs");
			break;
		}
		medians[n] = c->summary.median;
	}
	if (n == side->n_runs && !summary_make(&s, medians, n))
		set_summary(point, &s);
	else if (!point->absent)
		set_absent(point, "no figure", "");
	free(medians);
}

struct picture_point build_figure(const struct compare_side *side, const struct cell_record *c,
				  enum picture_unit unit)
{
	struct picture_point point = { 0 };

	if (side->n_runs > 1)
		set_runs(&point, side, c);
	else if (cell_is_measured(c))
		set_summary(&point, &c->summary);
	else
		build_absent(&point, c);
	if (!point.absent)
		build_text(point.text, sizeof(point.text), unit, point.x);
	return point;
}

void build_curve(struct picture *p, struct picture_panel *panel, const struct picture_input *in,
		 size_t side, int series, const struct cell_record *c, double x)
{
	struct picture_point point;

	/* no place on the axis: a result may say anything */
	if (!(x > 0)) {
		p->left_out++;
		return;
	}
	point = build_figure(&in->sides[side], c, panel->y);
	point.y = point.x;
	point.x = x;
	build_point(p, panel, series, &point);
}

void build_bar(struct picture *p, struct picture_panel *panel, const struct picture_input *in,
	       size_t side, const struct cell_record *c, const char *row)
{
	int y = build_name(p, &panel->rows, row);
	struct picture_point point;

	if (y < 0)
		return;
	point = build_figure(&in->sides[side], c, panel->x);
	point.y = y;
	build_point(p, panel, build_mapping(p, in, side, c->spec.mapping, "", 0), &point);
}

static int by_x(const void *a, const void *b)
{
	const struct picture_point *x = a, *y = b;

	return (x->x > y->x) - (x->x < y->x);
}

void build_sort(struct picture_panel *panel)
{
	for (size_t s = 0; s < PICTURE_SERIES; s++)
		if (panel->series[s].n)
			qsort(panel->series[s].v, panel->series[s].n, sizeof(*panel->series[s].v),
			      by_x);
}

const char *build_text(char *buf, size_t n, enum picture_unit unit, double v)
{
	if (unit == PICTURE_RATE)
		return figure_rate(buf, n, v);
	if (unit == PICTURE_NS)
		return figure_ns(buf, n, v);
	if (unit == PICTURE_RATIO)
		snprintf(buf, n, v >= 0.0995 && v < 9.995 ? "%.2f" : v < 0.1 ? "%.2g" : "%.3g", v);
	else
		snprintf(buf, n, "%.6g", v);
	return buf;
}
