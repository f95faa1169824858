// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <ctype.h>
#include <math.h>
#include <string.h>
#include "plot/data.h"
#include "plot/script.h"

/*
 * gnuplot ends a single-quoted string at the second of two doubled quotes (5.4), and substitutes
 * commands and macros in double-quoted ones. So whatever may mean anything to it is octal.
 */
void script_quote(FILE *out, const char *text)
{
	bool octal = false;

	fputc('"', out);
	for (; *text; text++) {
		char c = *text < ' ' || *text > '~' ? '?' : *text;
		/* a digit behind three octal ones would be taken for a fourth */
		bool plain = isdigit(c) ? !octal : isalpha(c) || strchr(" .,:/_+-", c);

		fprintf(out, plain ? "%c" : "\\%03o", c);
		octal = !plain;
	}
	fputc('"', out);
}

/* gnuplot knows no empty array: one of none has one entry. n_NAME says how many count. */
static void put_texts(FILE *out, const char *name, const char *first, size_t size, size_t n)
{
	fprintf(out, "n_%s = %zu\narray %s[%zu] = [", name, n, name, n ? n : 1);
	for (size_t i = 0; i < n; i++) {
		fputs(i ? ", " : "", out);
		script_quote(out, first + i * size);
	}
	fputs(n ? "]\n" : "\"\"]\n", out);
}

/* Those of rows of fixed size that are not empty. */
static void put_lines(FILE *out, const char *name, const char *lines, size_t size, size_t n)
{
	while (n && !lines[(n - 1) * size])
		n--;
	put_texts(out, name, lines, size, n);
}

static void put_canvas(FILE *out, const struct script_canvas *c)
{
	static const char *const formats[] = { [SCRIPT_SVG] = "svg", [SCRIPT_PNG] = "png",
					       [SCRIPT_TERMINAL] = "text" };

	fprintf(out, "format = \"%s\"\nwidth = %u\nheight = %u\ncoloured = %d\n", formats[c->target],
		c->width, c->height, c->colour);
}

static void put_marks(FILE *out, const struct picture *p)
{
	char marks[3][64];
	size_t n = 0;

	if (p->emulated)
		snprintf(marks[n++], sizeof(marks[0]),
			 "EMULATED CPU: times say nothing about hardware");
	if (p->replayed)
		snprintf(marks[n++], sizeof(marks[0]),
			 "REPLAYED from files: no figure is of a device");
	if (p->untimed)
		snprintf(marks[n++], sizeof(marks[0]),
			 "EMULATED or REPLAYED: times say nothing about hardware");
	put_texts(out, "marks", marks[0], sizeof(marks[0]), n);
}

/* A series without any point has its reason in its name. */
static void name_series(char *buf, size_t n, const struct picture *p, size_t s)
{
	const char *why = "";

	for (size_t i = 0; i < p->n_panels; i++) {
		const struct picture_points *points = &p->panels[i].series[s];

		if (picture_measured(points)) {
			snprintf(buf, n, "%s", p->series[s].name);
			return;
		}
		if (points->n)
			why = points->v[0].why;
	}
	snprintf(buf, n, "%s (not measured: %.60s)", p->series[s].name, why);
}

static void put_series(FILE *out, const struct picture *p)
{
	static const char *const inks[] = {
		[PICTURE_INK_PLAIN] = "plain", [PICTURE_INK_WC] = "wc",
		[PICTURE_INK_RAM] = "ram",     [PICTURE_INK_OTHER] = "other",
		[PICTURE_INK_BAD] = "bad",     [PICTURE_INK_GOOD] = "good",
		[PICTURE_INK_EVEN] = "even",   [PICTURE_INK_QUIET] = "quiet",
	};
	char names[PICTURE_SERIES][256];

	for (size_t s = 0; s < p->n_series; s++)
		name_series(names[s], sizeof(names[s]), p, s);
	put_texts(out, "series", names[0], sizeof(names[0]), p->n_series);
	fprintf(out, "array ink[%zu]\narray kernel[%zu]\narray reference[%zu]\n", p->n_series,
		p->n_series, p->n_series);
	for (size_t s = 0; s < p->n_series; s++)
		fprintf(out, "ink[%zu] = \"%s\"\nkernel[%zu] = %u\nreference[%zu] = %d\n", s + 1,
			inks[p->series[s].ink], s + 1, p->series[s].mark, s + 1,
			p->series[s].reference);
}

struct range {
	double low, high;
};

static void widen(struct range *r, double low, double high)
{
	r->low = fmin(r->low, low);
	r->high = fmax(r->high, high);
}

static bool values_are_x(const struct picture_panel *panel)
{
	return panel->rows.n && !panel->columns.n;
}

/* Of what was measured, along an axis. */
static struct range find_range(const struct picture_panel *panel, bool along_x)
{
	struct range r = { INFINITY, -INFINITY };

	for (size_t s = 0; s < PICTURE_SERIES; s++)
		for (size_t i = 0; i < panel->series[s].n; i++) {
			const struct picture_point *v = &panel->series[s].v[i];
			double at = along_x ? v->x : v->y;

			if (!v->absent)
				widen(&r, at, at);
		}
	for (size_t i = 0; i < panel->n_limits && !along_x; i++)
		widen(&r, panel->limits[i].y, panel->limits[i].y);
	return r;
}

/*
 * One long interval would make all else small: beyond so many times the values it is cut at the
 * edge; bars begin at 0, and have less room for it.
 */
static void add_intervals(struct range *r, const struct picture_panel *panel)
{
	double beyond = panel->rows.n && panel->x != PICTURE_RATIO ? 1.3 : 3;
	struct range most = { r->low / beyond, r->high * beyond };

	for (size_t s = 0; s < PICTURE_SERIES; s++)
		for (size_t i = 0; i < panel->series[s].n; i++) {
			const struct picture_point *v = &panel->series[s].v[i];

			if (!v->absent)
				widen(r, fmax(v->low, most.low), fmin(v->high, most.high));
		}
}

/* How much longer an axis becomes that is r's, too. */
static double longer(const struct picture_panel *panel, struct range r, struct range all)
{
	return all.high / r.high * (values_are_x(panel) ? 1 : r.low / all.low);
}

#define LONGER_MOST 3.0

/* Panels beside each other can be compared, unless a common axis would hide what one of them shows. */
static bool have_one_axis(const struct picture_panel *a, const struct picture_panel *b)
{
	struct range ra = find_range(a, values_are_x(a)), rb = find_range(b, values_are_x(b));
	struct range all = ra;

	widen(&all, rb.low, rb.high);
	if (a->x != b->x || a->y != b->y)
		return false;
	return (!a->own_scale && !b->own_scale) ||
	       (longer(a, ra, all) <= LONGER_MOST && longer(b, rb, all) <= LONGER_MOST);
}

static struct range find_values(const struct picture *p, const struct picture_panel *panel)
{
	struct range r = find_range(panel, values_are_x(panel));

	add_intervals(&r, panel);
	for (size_t i = 0; i < p->n_panels; i++) {
		struct range its = find_range(&p->panels[i], values_are_x(panel));

		add_intervals(&its, &p->panels[i]);
		if (have_one_axis(panel, &p->panels[i]))
			widen(&r, its.low, its.high);
	}
	return r;
}

/* Sizes and times are the same along all panels. */
static struct range find_others(const struct picture *p)
{
	struct range all = { INFINITY, -INFINITY };

	for (size_t i = 0; i < p->n_panels; i++) {
		struct range its = find_range(&p->panels[i], !values_are_x(&p->panels[i]));

		widen(&all, its.low, its.high);
	}
	return all;
}

static void put_range(FILE *out, char axis, size_t panel, struct range r)
{
	/* nothing was measured */
	if (!isfinite(r.low))
		r = (struct range){ 1, 1 };
	fprintf(out, "%c_low[%zu] = %#.12g\n%c_high[%zu] = %#.12g\n", axis, panel + 1, r.low, axis,
		panel + 1, r.high);
}

static size_t longest(const struct picture_names *names)
{
	size_t most = 0;

	for (size_t i = 0; i < names->n; i++)
		if (strlen(names->v[i]) > most)
			most = strlen(names->v[i]);
	return most;
}

static void put_panels(FILE *out, const struct picture *p)
{
	static const char *const units[] = {
		[PICTURE_NO_UNIT] = "", [PICTURE_BYTES] = "bytes", [PICTURE_RATE] = "rate",
		[PICTURE_NS] = "ns",    [PICTURE_SHARE] = "share", [PICTURE_RATIO] = "ratio",
		[PICTURE_COUNT] = "count", [PICTURE_TIME] = "time",
	};
	static const char *const arrays[] = { "panel", "x_label", "x_unit", "y_unit", "x_low",
					      "x_high", "y_low", "y_high", "n_rows", "n_columns",
					      "row_letters", "band" };

	fprintf(out, "n_panels = %zu\n", p->n_panels);
	for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++)
		fprintf(out, "array %s[%zu]\n", arrays[i], p->n_panels);
	for (size_t i = 0; i < p->n_panels; i++) {
		const struct picture_panel *panel = &p->panels[i];
		struct range values = find_values(p, panel), others = find_others(p);
		bool along_x = values_are_x(panel);

		fprintf(out, "panel[%zu] = ", i + 1);
		script_quote(out, panel->title);
		fprintf(out, "\nx_label[%zu] = ", i + 1);
		script_quote(out, panel->x_label);
		fprintf(out, "\nx_unit[%zu] = \"%s\"\ny_unit[%zu] = \"%s\"\n", i + 1,
			units[panel->x], i + 1, units[panel->y]);
		put_range(out, 'x', i, along_x ? values : others);
		put_range(out, 'y', i, along_x ? others : values);
		fprintf(out, "n_rows[%zu] = %zu\nn_columns[%zu] = %zu\nrow_letters[%zu] = %zu\nband[%zu] = %.9g\n",
			i + 1, panel->rows.n, i + 1, panel->columns.n, i + 1, longest(&panel->rows), i + 1,
			panel->band);
	}
}

void script_data(FILE *out, const struct picture *p, const struct script_canvas *canvas)
{
	put_canvas(out, canvas);
	fprintf(out, "picture = \"%s\"\ntitle = ", p->kind->name);
	script_quote(out, p->title);
	fputc('\n', out);
	put_marks(out, p);
	put_lines(out, "about", p->about[0], sizeof(p->about[0]), 3);
	put_lines(out, "small", p->small[0], sizeof(p->small[0]), canvas->brief ? 0 : 4);
	put_panels(out, p);
	put_series(out, p);
	data_blocks(out, p);
}

const char *script_text(const char *name)
{
	const struct script_file *f = script_files;

	while (strcmp(f->name, name))
		f++;
	return f->text;
}
