// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "plot/build.h"
#include "base/parse.h"
#include "report/page.h"
#include "report/text.h"

/* Cells of one plan stand in the same place of every run. */
static const struct cell_record *find_near(const struct result *r, const char *id, size_t at)
{
	if (at < r->n_cells && !strcmp(r->cells[at].id, id))
		return &r->cells[at];
	return result_find_cell(r, id);
}

static void set_absent(struct picture_point *out, const char *status, const char *why)
{
	out->absent = true;
	out->x = out->low = out->high = 0;
	snprintf(out->why, sizeof(out->why), "%s%s%s", status, *why ? ": " : "", why);
}

static void set_summary(struct picture_point *out, const struct summary *s)
{
	out->x = s->median;
	out->low = s->ci_low;
	out->high = s->ci_high;
	if (s->coverage < 0.95)
		snprintf(out->why, sizeof(out->why), "the interval is the range of %zu", s->n);
}

static void set_runs(struct picture_point *out, const struct compare_side *side,
		     const struct cell_record *first)
{
	size_t at = (size_t)(first - side->runs[0].cells), n = 0;
	double *medians = calloc(side->n_runs, sizeof(*medians));
	struct summary s;

	for (size_t i = 0; i < side->n_runs && medians; i++) {
		const struct cell_record *c = find_near(&side->runs[i], first->id, at);

		if (!page_measured(c)) {
			set_absent(out, c ? cell_status_name(c->status) : "no such cell",
				   c ? c->why : "in one of the runs");
			break;
		}
		medians[n++] = c->summary.median;
	}
	if (medians && n == side->n_runs && !summary_make(&s, medians, n))
		set_summary(out, &s);
	else if (!out->absent)
		set_absent(out, "no figure", "");
	free(medians);
}

void build_figure(struct picture_point *out, const struct compare_side *side,
		  const struct cell_record *c)
{
	*out = (struct picture_point){ 0 };
	if (side->n_runs > 1)
		set_runs(out, side, c);
	else if (page_measured(c))
		set_summary(out, &c->summary);
	else
		set_absent(out, cell_status_name(c->status), c->why);
	/* no axis holds it: a result may say anything */
	if (!out->absent && !(isfinite(out->x) && isfinite(out->low) && isfinite(out->high) &&
			      out->low > 1e-290 && out->high < 1e290))
		set_absent(out, "no figure", "");
}

struct picture_panel *build_panel(struct picture *p, const char *title, const char *x_label,
				  enum picture_unit x, const char *y_label, enum picture_unit y)
{
	struct picture_panel *panel;

	if (p->n_panels == PICTURE_PANELS)
		return NULL;
	panel = &p->panels[p->n_panels++];
	snprintf(panel->title, sizeof(panel->title), "%s", title);
	snprintf(panel->x.label, sizeof(panel->x.label), "%s", x_label);
	snprintf(panel->y.label, sizeof(panel->y.label), "%s", y_label);
	panel->x.unit = x;
	panel->y.unit = y;
	return panel;
}

enum picture_ink build_ink(const char *mapping)
{
	static const struct {
		const char *mapping;
		enum picture_ink ink;
	} inks[] = { { "plain", PICTURE_INK_PLAIN },
		     { "wc", PICTURE_INK_WC },
		     { "ram", PICTURE_INK_RAM } };

	for (size_t i = 0; i < sizeof(inks) / sizeof(inks[0]); i++)
		if (!strcmp(inks[i].mapping, mapping))
			return inks[i].ink;
	return PICTURE_INK_OTHER;
}

struct picture_series *build_series(struct picture *p, struct picture_panel *panel,
				    const struct picture_input *in, const struct build_series *want,
				    int *ret)
{
	const char *side = in->n_sides ? in->names[want->side] : "";
	struct picture_series *v;
	char name[sizeof(v->name)];

	snprintf(name, sizeof(name), "%s%s%s%s%s", side, *side ? ", " : "", want->mapping,
		 *want->kernel ? ", " : "", want->kernel);
	for (size_t i = 0; i < panel->n_series; i++)
		if (!strcmp(panel->series[i].name, name))
			return &panel->series[i];
	if (panel->n_series == PICTURE_SERIES) {
		p->left_out++;
		return NULL;
	}
	v = realloc(panel->series, (panel->n_series + 1) * sizeof(*v));
	if (!v) {
		*ret = -ENOMEM;
		return NULL;
	}
	panel->series = v;
	v += panel->n_series++;
	*v = (struct picture_series){ .ink = build_ink(want->mapping),
				      .mark = want->mark,
				      .reference = in->n_sides > 1 && !want->side };
	snprintf(v->name, sizeof(v->name), "%s", name);
	return v;
}

int build_point(struct picture *p, struct picture_series *s, const struct picture_point *point)
{
	struct picture_point *v;

	if (s->n == PICTURE_POINTS) {
		p->left_out++;
		return 0;
	}
	v = realloc(s->v, (s->n + 1) * sizeof(*v));
	if (!v)
		return -ENOMEM;
	s->v = v;
	v[s->n++] = *point;
	return 0;
}

int build_curve(struct picture *p, struct picture_panel *panel, const struct picture_input *in,
		const struct build_series *want, const struct cell_record *c, double x)
{
	struct picture_point point;
	struct picture_series *s;
	int ret = 0;

	/* no place on the axis: a result may say anything */
	if (panel->x.log && !(x > 0)) {
		p->left_out++;
		return 0;
	}
	s = build_series(p, panel, in, want, &ret);
	if (!s)
		return ret;
	build_figure(&point, &in->sides[want->side], c);
	point.y = point.x;
	point.x = x;
	if (!point.absent)
		build_text(point.text, sizeof(point.text), panel->y.unit, point.y);
	return build_point(p, s, &point);
}

int build_bar(struct picture *p, struct picture_panel *panel, const struct picture_input *in,
	      size_t side, const struct cell_record *c, const char *row)
{
	const struct build_series want = { c->mapping, "", 0, side };
	int y = build_name(p, &panel->rows, row), ret = y == -ENOMEM ? y : 0;
	struct picture_series *s = y < 0 ? NULL : build_series(p, panel, in, &want, &ret);
	struct picture_point point;

	if (!s)
		return ret;
	build_figure(&point, &in->sides[side], c);
	point.y = y;
	if (!point.absent)
		build_text(point.text, sizeof(point.text), panel->x.unit, point.x);
	return build_point(p, s, &point);
}

int build_name(struct picture *p, struct picture_names *names, const char *name)
{
	char(*v)[sizeof(names->v[0])];

	for (size_t i = 0; i < names->n; i++)
		if (!strcmp(names->v[i], name))
			return (int)i;
	if (names->n == PICTURE_NAMES) {
		p->left_out++;
		return -1;
	}
	v = realloc(names->v, (names->n + 1) * sizeof(*v));
	if (!v)
		return -ENOMEM;
	names->v = v;
	snprintf(v[names->n], sizeof(v[0]), "%s", name);
	return (int)names->n++;
}

static int by_x(const void *a, const void *b)
{
	const struct picture_point *x = a, *y = b;

	return x->x < y->x ? -1 : x->x > y->x;
}

void build_sort(struct picture_panel *panel)
{
	for (size_t i = 0; i < panel->n_series; i++)
		if (panel->series[i].n)
			qsort(panel->series[i].v, panel->series[i].n, sizeof(*panel->series[i].v),
			      by_x);
}

bool build_has_points(const struct picture *p)
{
	for (size_t i = 0; i < p->n_panels; i++)
		for (size_t s = 0; s < p->panels[i].n_series; s++)
			for (size_t k = 0; k < p->panels[i].series[s].n; k++)
				if (!p->panels[i].series[s].v[k].absent)
					return true;
	return false;
}

const char *build_text(char *buf, size_t n, enum picture_unit unit, double v)
{
	switch (unit) {
	case PICTURE_RATE:
		return text_rate(buf, n, v);
	case PICTURE_NS:
		return text_ns(buf, n, v);
	case PICTURE_BYTES:
		return format_size(buf, n, (uint64_t)v);
	case PICTURE_SHARE:
		snprintf(buf, n, "%.3g %%", 100 * v);
		return buf;
	case PICTURE_RATIO:
		snprintf(buf, n, v >= 0.0995 && v < 9.995 ? "%.2f" : v < 0.1 ? "%.2g" : "%.3g", v);
		return buf;
	case PICTURE_COUNT:
	case PICTURE_TIME:
		break;
	}
	snprintf(buf, n, "%.6g", v);
	return buf;
}
