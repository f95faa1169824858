// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <string.h>
#include "plot/draw.h"
#include "report/csv.h"

/* x and y are a number, and where they are one of rows or columns, the name of that. */
static void put_place(struct csv *w, const char *name, const struct picture_names *names,
		      bool known, double v)
{
	bool named = names->n && v >= 0 && v < (double)names->n;
	char label[16];

	snprintf(label, sizeof(label), "%s_name", name);
	csv_text(w, label, named ? names->v[(size_t)v] : "");
	csv_number(w, name, known, v);
}

static void put_point(struct csv *w, const struct picture *p, const struct picture_panel *panel,
		      const char *series, const char *mark, const struct picture_point *point)
{
	enum picture_form form = p->kind->form;
	bool there = !point->absent, place = form != PICTURE_BARS && form != PICTURE_RATIOS;
	/* a gap has its place, but no figure */
	bool x = (there || (place && form != PICTURE_STEPS)) && strcmp(mark, "line");
	bool y = there || (form != PICTURE_CURVES && form != PICTURE_STEPS);

	csv_text(w, "picture", p->kind->name);
	csv_text(w, "panel", panel->title);
	csv_text(w, "series", series);
	csv_text(w, "mark", mark);
	put_place(w, "x", &panel->columns, x, point->x);
	put_place(w, "y", &panel->rows, y, point->y);
	csv_number(w, "low", there, point->low);
	csv_number(w, "high", there, point->high);
	csv_number(w, "share", there && form == PICTURE_MAP, point->share);
	csv_text(w, "text", point->text);
	csv_bool(w, "measured", there);
	csv_bool(w, "alarm", point->alarm);
	csv_text(w, "why", point->why);
	csv_bool(w, "emulated", p->emulated || p->untimed);
	csv_end(w);
}

int plot_data_head(FILE *out)
{
	static const struct picture_kind kind = { 0 };
	const struct picture p = { .kind = &kind };
	const struct picture_panel panel = { 0 };
	const struct picture_point point = { 0 };
	struct csv w = { .out = out, .head = true };

	put_point(&w, &p, &panel, "", "", &point);
	return ferror(out) ? -EIO : 0;
}

int plot_data(FILE *out, const struct picture *p)
{
	struct csv w = { .out = out };

	for (size_t i = 0; i < p->n_panels; i++) {
		const struct picture_panel *panel = &p->panels[i];

		for (size_t s = 0; s < panel->n_series; s++)
			for (size_t k = 0; k < panel->series[s].n; k++)
				put_point(&w, p, panel, panel->series[s].name, "point",
					  &panel->series[s].v[k]);
		for (size_t k = 0; k < panel->n_limits; k++) {
			const struct picture_limit *l = &panel->limits[k];
			const struct picture_point point = { .y = l->y, .low = l->y, .high = l->y };

			put_point(&w, p, panel, l->name, "line", &point);
		}
	}
	return ferror(out) ? -EIO : 0;
}
