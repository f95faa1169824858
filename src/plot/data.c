// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include "plot/data.h"
#include "report/format/csv.h"

/* x and y are a number, and where they are one of rows or columns, the name of that. */
static void put_place(struct csv *w, const char *name, const struct picture_names *names,
		      bool known, double v)
{
	bool named = known && names->n && v >= 0 && v < (double)names->n;
	char label[16];

	snprintf(label, sizeof(label), "%s_name", name);
	csv_text(w, label, named ? names->v[(size_t)v] : "");
	csv_number(w, name, known, v);
}

struct row {
	const struct picture *p;
	const struct picture_panel *panel;
	const char *series, *mark; /* mark: "point", "line", "": nothing is known */
};

static void put_row(struct csv *w, const struct row *row, const struct picture_point *point)
{
	const struct picture_panel *panel = row->panel;
	bool there = !point->absent, is_line = row->mark[0] == 'l', is_known = row->mark[0];
	/* a gap has its place, but no figure */
	bool x_is_place = panel->columns.n || panel->x == PICTURE_BYTES ||
			  panel->x == PICTURE_COUNT || panel->x == PICTURE_TIME;

	csv_text(w, "picture", row->p->kind->name);
	csv_text(w, "panel", panel->title);
	csv_text(w, "series", row->series);
	csv_text(w, "mark", row->mark);
	put_place(w, "x", &panel->columns, is_known && !is_line && (there || x_is_place), point->x);
	put_place(w, "y", &panel->rows, is_known && (there || panel->rows.n), point->y);
	csv_number(w, "low", is_known && there, point->low);
	csv_number(w, "high", is_known && there, point->high);
	csv_number(w, "share", is_known && there && panel->columns.n, point->share);
	csv_text(w, "text", point->text);
	csv_bool(w, "measured", is_known && there);
	csv_bool(w, "alarm", point->alarm);
	csv_text(w, "why", point->why);
	csv_bool(w, "emulated", row->p->emulated || row->p->untimed);
	csv_end(w);
}

static void put_head(struct csv *w)
{
	static const struct picture_kind kind = { .name = "" };
	static const struct picture p = { .kind = &kind };
	static const struct picture_panel panel = { .x = PICTURE_NO_UNIT };
	static const struct picture_point point = { .x = 0 };
	const struct row row = { &p, &panel, "", "" };

	w->head = true;
	put_row(w, &row, &point);
	w->head = false;
}

static void put_series(struct csv *w, const struct picture *p, size_t panel, size_t series)
{
	const struct picture_points *s = &p->panels[panel].series[series];
	const struct row row = { p, &p->panels[panel], p->series[series].name, "point" };

	for (size_t i = 0; i < s->n; i++)
		put_row(w, &row, &s->v[i]);
}

static void put_limits(struct csv *w, const struct picture *p, size_t panel)
{
	for (size_t i = 0; i < p->panels[panel].n_limits; i++) {
		const struct picture_limit *l = &p->panels[panel].limits[i];
		const struct row row = { p, &p->panels[panel], l->name, "line" };
		const struct picture_point point = { .y = l->y, .low = l->y, .high = l->y };

		put_row(w, &row, &point);
	}
}

/* gnuplot counts no data set without rows. */
static void put_nothing(struct csv *w, const struct picture *p, size_t panel)
{
	static const struct picture_point point = { .absent = true };
	const struct row row = { p, &p->panels[panel], "", "" };

	put_row(w, &row, &point);
}

void data_csv_head(FILE *out)
{
	struct csv w = { .out = out };

	put_head(&w);
}

void data_csv(FILE *out, const struct picture *p)
{
	struct csv w = { .out = out };

	for (size_t i = 0; i < p->n_panels; i++) {
		for (size_t s = 0; s < p->n_series; s++)
			put_series(&w, p, i, s);
		put_limits(&w, p, i);
	}
}

/* Of each panel: what its rows or columns are called. */
static void put_names(FILE *out, const struct picture *p, const char *block, bool rows)
{
	struct csv w = { .out = out, .gnuplot = true };

	fprintf(out, "%s << END_OF_DATA\n", block);
	for (size_t i = 0; i < p->n_panels; i++) {
		const struct picture_panel *panel = &p->panels[i];
		const struct picture_names *names = rows ? &panel->rows : &panel->columns;

		fputs(i ? "\n\n" : "", out);
		fputs("at\tname\n", out);
		for (size_t k = 0; k < names->n; k++) {
			csv_count(&w, "at", true, k);
			csv_text(&w, "name", names->v[k]);
			csv_end(&w);
		}
	}
	fputs("\nEND_OF_DATA\n", out);
}

void data_blocks(FILE *out, const struct picture *p)
{
	struct csv w = { .out = out, .gnuplot = true };

	fputs("$data << END_OF_DATA\n", out);
	for (size_t i = 0; i < p->n_panels; i++)
		for (size_t s = 0; s < p->n_series; s++) {
			fputs(i || s ? "\n\n" : "", out);
			put_head(&w);
			put_series(&w, p, i, s);
			if (!p->panels[i].series[s].n)
				put_nothing(&w, p, i);
		}
	/* the blank line: gnuplot 5.4 dies of labels where one row of NaN is the last */
	fputs("\nEND_OF_DATA\n$limits << END_OF_DATA\n", out);
	for (size_t i = 0; i < p->n_panels; i++) {
		fputs(i ? "\n\n" : "", out);
		put_head(&w);
		put_limits(&w, p, i);
		if (!p->panels[i].n_limits)
			put_nothing(&w, p, i);
	}
	fputs("\nEND_OF_DATA\n", out);
	put_names(out, p, "$rows", true);
	put_names(out, p, "$columns", false);
}
