// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <math.h>
#include <string.h>
#include "plot/axis.h"
#include "plot/range.h"
#include "plot/script_panel.h"

struct frame {
	FILE *out;
	const struct layout *l;
	const struct layout_legend *legend;
	const struct picture_panel *panel;
	size_t number;			 /* its data blocks are named by it */
	char small[32];			 /* the font of figures beside what they are of */
	double left, right, top, bottom; /* of the axes, pixels */
};

static void write_ticks(const struct frame *f, char axis, const struct axis_ticks *t)
{
	fprintf(f->out, "set %crange [%.12g:%.12g]\nset %ctics (", axis, t->low, t->high, axis);
	for (size_t i = 0; i < t->n; i++) {
		fputs(i ? ", " : "", f->out);
		script_quote_tick(f->out, t->name[i], 16);
		fprintf(f->out, " %.12g", t->at[i]);
	}
	fputs(")\n", f->out);
}

static void write_axis(const struct frame *f, char axis, const struct picture_axis *a,
		       const struct range *r, size_t most)
{
	struct axis_ticks t;

	if (a->unit == PICTURE_TIME)
		axis_make_time(&t, r->low, r->high, (f->right - f->left) / f->l->char_w);
	else
		axis_make(&t, a, r->low, r->high, most);
	if (axis == 'x') {
		fputs("set xlabel ", f->out);
		script_quote(f->out, t.label[0] ? t.label : a->label, sizeof(a->label));
		fputs(" noenhanced offset 0,0.4\n", f->out);
	}
	fprintf(f->out, "%s logscale %c%s\n", a->log ? "set" : "unset", axis, a->log ? " 10" : "");
	write_ticks(f, axis, &t);
}

static void write_margins(const struct frame *f)
{
	const struct layout *l = f->l;

	/* a terminal draws the upper line a row too low */
	fprintf(f->out,
		"set lmargin at screen %.5f\nset rmargin at screen %.5f\n"
		"set tmargin at screen %.5f\nset bmargin at screen %.5f\n",
		layout_x(l, f->left), layout_x(l, f->right),
		layout_y(l, f->top - (l->text ? 0.7 : 0)), layout_y(l, f->bottom));
}

/* The panel's title, above its axes. */
static void write_titles(const struct frame *f)
{
	const struct layout *l = f->l;

	script_text(f->out, l, l->text ? 1 : f->left, f->top - (l->text ? 1 : 0.6 * l->line),
		    f->panel->title, l->text ? l->canvas.width - 2 : sizeof(f->panel->title), "");
	/* its ticks have their units */
	fputs("unset ylabel\n", f->out);
}

static void name_block(const struct frame *f, size_t series, char *buf, size_t n)
{
	snprintf(buf, n, "$p%zus%zu", f->number, series);
}

/* Points of curves; an empty line is a gap. */
static void write_points(const struct frame *f, size_t series)
{
	const struct picture_series *s = &f->panel->series[series];
	char name[48];

	name_block(f, series, name, sizeof(name));
	fprintf(f->out, "%s << EOD\n", name);
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].absent)
			fputs("\n", f->out);
		else
			fprintf(f->out, "%.12g %.9g %.9g %.9g\n", s->v[i].x, s->v[i].y, s->v[i].low,
				s->v[i].high);
	fputs("EOD\n", f->out);
}

struct way {
	const char *how;
	unsigned int styles; /* of lines: SCRIPT_THIN, or 0 */
};

/* One plot command of all series that have points; none: the axes alone. */
static void plot(const struct frame *f, const struct way *ways, size_t n_ways)
{
	bool first = true;
	char name[48];

	for (size_t k = 0; k < n_ways; k++)
		for (size_t i = 0; i < f->panel->n_series; i++) {
			if (!layout_has_points(&f->panel->series[i]))
				continue;
			name_block(f, i, name, sizeof(name));
			fprintf(f->out, "%s%s %s ls %u notitle", first ? "plot " : ", \\\n  ", name,
				ways[k].how,
				ways[k].styles + layout_style(f->legend, &f->panel->series[i]));
			first = false;
		}
	fputs(first ? "plot 1e308 notitle\n" : "\n", f->out);
}

static void write_limits(const struct frame *f)
{
	for (size_t i = 0; i < f->panel->n_limits; i++) {
		const struct picture_limit *limit = &f->panel->limits[i];

		fprintf(f->out,
			"set arrow from graph 0, first %.9g to graph %s, first %.9g nohead "
			"ls 101\nset label ",
			limit->y, f->l->text ? "0.99" : "1", limit->y);
		script_quote(f->out, limit->name, sizeof(limit->name));
		/* side by side: two of them may lie near each other */
		fprintf(f->out, " at graph %s, first %.9g %s offset 0,%s noenhanced front%s\n",
			i % 2 ? "0.02" : "0.98", limit->y, i % 2 ? "left" : "right",
			f->l->text ? "0" : "0.45", f->small);
	}
}

static void panel_curves(const struct frame *f)
{
	bool steps = f->l->p->kind->form == PICTURE_STEPS;
	static const struct way with[] = { { "using 1:2:3:4 with yerrorbars", SCRIPT_THIN },
					   { "using 1:2 with linespoints", 0 } };
	static const struct way step[] = { { "using 1:2 with lines", 0 } };
	struct range x, y;
	/* sizes and counts have short names */
	unsigned int width = f->panel->x.unit == PICTURE_NS ? 10 : 7;
	size_t most_x = (size_t)((f->right - f->left) / f->l->char_w / width);

	range_find(f->l->p, f->panel, &x, &y);
	if (steps)
		y = (struct range){ 0, 1 };
	write_axis(f, 'x', &f->panel->x, &x, most_x);
	write_axis(f, 'y', &f->panel->y, &y,
		   f->l->text ? 6 : (size_t)fmin(9, (f->bottom - f->top) / f->l->line / 1.5));
	write_titles(f);
	write_limits(f);
	if (!f->l->text)
		fputs("set grid xtics ytics ls 100\n", f->out);
	for (size_t i = 0; i < f->panel->n_series; i++)
		write_points(f, i);
	if (steps && !f->l->text)
		plot(f, step, 1);
	else if (f->l->text)
		plot(f, with + 1, 1);
	else
		plot(f, with, 2);
}

/* Rows from the top, each of so many lines of a terminal, where y counts those from 0. */
static void write_rows(const struct frame *f, size_t lines)
{
	size_t cut = layout_name_width(f->l), n = f->panel->rows.n;
	char name[sizeof(f->panel->rows.v[0])];

	if (f->l->text)
		fprintf(f->out, "unset logscale y\nset yrange [%zu:-1]\nset ytics (",
			n * lines - (lines > 1));
	else
		fprintf(f->out, "unset logscale y\nset yrange [%.3f:-0.5]\nset ytics (",
			(double)n - 0.5);
	for (size_t i = 0; i < f->panel->rows.n; i++) {
		const char *row = f->panel->rows.v[i];

		layout_cut(name, sizeof(name), row, strlen(row), cut);
		fputs(i ? ", " : "", f->out);
		script_quote_tick(f->out, name, sizeof(name));
		fprintf(f->out, " %zu",
			f->l->text ? i * lines + (lines > 1 ? (lines - 2) / 2 : 0) : i);
	}
	fputs(") scale 0\n", f->out);
}

void script_fill(FILE *out, const struct picture_series *s)
{
	const char *colour = script_colour(s->ink);

	if (s->ink == PICTURE_INK_PLAIN)
		fprintf(out, "fs pattern %d border lc rgb '%s' fc rgb '%s'", s->reference ? 4 : 1,
			colour, colour);
	else
		fprintf(out, "fs solid %g border lc rgb '%s' fc rgb '%s'", s->reference ? 0.3 : 1,
			colour, colour);
}

/* An interval that leaves the picture ends in an arrow. Returns where the figure may stand. */
static double write_interval(const struct frame *f, const struct picture_point *p, double y,
			     double end)
{
	bool leaves = p->high > end;
	double high = leaves ? end : p->high;

	fprintf(f->out, "set arrow from first %.9g,%.4f to first %.9g,%.4f %s ls 102 front\n",
		p->low, y, high, y, leaves ? "head size screen 0.008,20" : "nohead");
	return high > p->x ? high : p->x;
}

/* One bar as an object: its style is the series', its figure stands behind it. */
static void write_bar(const struct frame *f, const struct picture_series *s,
		      const struct picture_point *p, double y, double half, double end)
{
	double figure = 0;

	if (!p->absent) {
		fprintf(f->out, "set object rectangle from first 0,%.4f to first %.9g,%.4f ",
			y - half, p->x, y + half);
		script_fill(f->out, s);
		fputc('\n', f->out);
		figure = write_interval(f, p, y, end);
	}
	fputs("set label ", f->out);
	script_quote(f->out, p->absent ? p->why : p->text, 48);
	fprintf(f->out, " at first %.9g,%.4f left offset 0.5,0 noenhanced front%s%s\n", figure, y,
		f->small, p->absent ? " tc rgb '#666666'" : "");
}

/* On a terminal it is made of its series' letter. */
static void write_text_bar(const struct frame *f, const struct picture_series *s,
			   const struct picture_point *p, size_t line, double end)
{
	char bar[SCRIPT_MOST_COLUMNS + 64];
	double room = f->right - f->left - 1;
	size_t n = p->absent ? 0 : (size_t)(p->x / end * room + 0.5);

	if (n >= SCRIPT_MOST_COLUMNS)
		n = SCRIPT_MOST_COLUMNS;
	memset(bar, script_letter(f->legend, s), n);
	snprintf(bar + n, sizeof(bar) - n, "%s%.40s", n ? " " : "", p->absent ? p->why : p->text);
	script_text(f->out, f->l, f->left + 1, f->top + 1 + (double)line, bar, (size_t)room, "");
}

static void panel_bars(const struct frame *f)
{
	size_t n = f->panel->n_series;
	struct range x, y;
	double slot, end;

	range_find(f->l->p, f->panel, &x, &y);
	end = range_find_bars(f->l->p, f->panel);
	slot = 1.0 / ((double)n + (f->l->text ? 1 : 0.7));
	/* its figure stands behind the longest bar */
	x.high = end / (1 - 11 * f->l->char_w / (f->right - f->left));
	write_axis(f, 'x', &f->panel->x, &x,
		   f->l->text ? 4 : (size_t)((f->right - f->left) / f->l->char_w / 10));
	write_titles(f);
	write_rows(f, n + 1);
	if (!f->l->text)
		fputs("unset grid\nset grid xtics ls 100\n", f->out);
	for (size_t s = 0; s < n; s++)
		for (size_t i = 0; i < f->panel->series[s].n; i++) {
			const struct picture_point *p = &f->panel->series[s].v[i];

			if (f->l->text) {
				write_text_bar(f, &f->panel->series[s], p,
					       (size_t)p->y * (n + 1) + s, x.high);
				continue;
			}
			write_bar(f, &f->panel->series[s], p,
				  p->y + ((double)s - ((double)n - 1) / 2) * slot, slot * 0.42,
				  end);
		}
	fputs("plot 1e308 notitle\n", f->out);
}

/* White to a dark one: lightness falls with the share, also in black and white. */
static void write_shade(const struct frame *f, enum picture_ink ink, double share)
{
	unsigned int r, g, b;

	sscanf(script_colour(ink), "#%2x%2x%2x", &r, &g, &b);
	share *= 0.85;
	fprintf(f->out, "fc rgb '#%02x%02x%02x'", (unsigned int)(255 - share * (255 - r)),
		(unsigned int)(255 - share * (255 - g)), (unsigned int)(255 - share * (255 - b)));
}

static size_t column_width(const struct frame *f)
{
	return (size_t)((f->right - f->left) / (double)f->panel->columns.n / f->l->char_w);
}

static void write_square(const struct frame *f, const struct picture_series *s,
			 const struct picture_point *p)
{
	/* on a terminal it would stand over its neighbours */
	const char *absent = column_width(f) > strlen("not measured") ? "not measured" : "-";
	bool text = f->l->text;
	char figure[sizeof(p->text)];

	if (!text) {
		fprintf(f->out, "set object rectangle from first %.4f,%.4f to first %.4f,%.4f ",
			p->x - 0.48, p->y - 0.46, p->x + 0.48, p->y + 0.46);
		if (p->absent)
			fputs("fs empty border lc rgb '#CCCCCC'\n", f->out);
		else {
			write_shade(f, s->ink, p->share);
			fprintf(f->out, " fs solid border lc rgb '%s' lw %d\n",
				p->alarm ? "#D55E00" : "#BBBBBB", p->alarm ? 4 : 1);
		}
	}
	layout_cut(figure, sizeof(figure), p->text, strlen(p->text), column_width(f));
	fputs("set label ", f->out);
	script_quote(f->out, p->absent ? absent : figure, sizeof(p->text));
	fprintf(f->out, " at first %.4f,%.4f center noenhanced front%s\n", p->x, p->y,
		text		  ? ""
		: p->absent	  ? " tc rgb '#888888'"
		: p->alarm	  ? " font 'sans-serif:Bold' tc rgb '#000000'"
		: p->share > 0.65 ? " tc rgb '#FFFFFF'"
				  : " tc rgb '#000000'");
}

/* "wc, dmb-oshst" above a column: what is before the comma on a line of its own. */
static void write_columns(const struct frame *f)
{
	/* and a blank between two */
	size_t most = column_width(f) > 1 ? column_width(f) - 1 : 1;

	for (size_t i = 0; i < f->panel->columns.n; i++) {
		const char *name = f->panel->columns.v[i], *comma = strstr(name, ", ");
		char line[sizeof(f->panel->columns.v[0])];
		double x = f->left +
			   (f->right - f->left) * ((double)i + 0.5) / (double)f->panel->columns.n;
		double up = f->l->text ? 1 : 0.6 * f->l->line;

		if (comma) {
			layout_cut(line, sizeof(line), name, (size_t)(comma - name), most);
			script_text(f->out, f->l, x, f->top - up - f->l->line, line, sizeof(line),
				    "center");
			name = comma + 2;
		}
		layout_cut(line, sizeof(line), name, strlen(name), most);
		script_text(f->out, f->l, x, f->top - up, line, sizeof(line), "center");
	}
}

static void panel_map(const struct frame *f)
{
	double columns = (double)f->panel->columns.n;

	fputs("unset logscale\nunset grid\nunset xtics\nunset xlabel\nunset ylabel\n", f->out);
	fprintf(f->out, "set xrange [-0.5:%.3f]\n", columns - 0.5);
	write_rows(f, 1);
	write_columns(f);
	if (f->panel->title[0])
		script_text(f->out, f->l, LAYOUT_MARGIN(f->l),
			    f->top - (f->l->text ? 2 : 1.4 * f->l->line), f->panel->title, 30,
			    f->l->text ? "" : "font 'sans-serif:Bold'");
	for (size_t s = 0; s < f->panel->n_series; s++)
		for (size_t i = 0; i < f->panel->series[s].n; i++)
			write_square(f, &f->panel->series[s], &f->panel->series[s].v[i]);
	fputs("plot 1e308 notitle\n", f->out);
}

static void write_beside(const struct frame *f, const struct picture_point *p)
{
	fputs("set label ", f->out);
	script_quote(f->out, p->text, sizeof(p->text));
	fprintf(f->out, " at graph 1, first %.4f left offset %d,0 noenhanced%s\n", p->y,
		f->l->text ? 2 : 1, f->small);
}

static void panel_ratios(const struct frame *f)
{
	static const struct way with[] = { { "using 1:2:3:4 with xerrorbars", 0 } };
	struct range x, y;

	range_find(f->l->p, f->panel, &x, &y);
	range_widen(&x, 0.95);
	range_widen(&x, 1.05);
	write_axis(f, 'x', &f->panel->x, &x, f->l->text ? 6 : 12);
	write_titles(f);
	write_rows(f, 1);
	if (!f->l->text && f->panel->band > 0)
		fprintf(f->out,
			"set object rectangle from first %.6f, graph 0 to first %.6f, graph 1 "
			"fs solid noborder fc rgb '#E8E8E8' behind\n",
			1 / (1 + f->panel->band), 1 + f->panel->band);
	fputs("set arrow from first 1, graph 0 to first 1, graph 1 nohead ls 102 back\n", f->out);
	if (!f->l->text)
		fputs("unset grid\nset grid xtics ls 100\n", f->out);
	for (size_t s = 0; s < f->panel->n_series; s++) {
		write_points(f, s);
		for (size_t i = 0; i < f->panel->series[s].n; i++)
			write_beside(f, &f->panel->series[s].v[i]);
	}
	plot(f, with, 1);
}

static void (*const forms[])(const struct frame *f) = {
	[PICTURE_CURVES] = panel_curves, [PICTURE_BARS] = panel_bars,	  [PICTURE_MAP] = panel_map,
	[PICTURE_STEPS] = panel_curves,	 [PICTURE_RATIOS] = panel_ratios,
};

/* Room for figures beside rows, or for half of a time's name. */
static double right_of(const struct layout *l, const struct picture_panel *panel)
{
	if (l->p->kind->form == PICTURE_RATIOS)
		return 7 * l->char_w;
	return panel->x.unit == PICTURE_TIME ? 4 * l->char_w : l->text ? 1 : 10;
}

void script_panel(FILE *out, const struct layout *l, const struct layout_legend *legend,
		  size_t panel)
{
	struct layout_box box = layout_panel(l, panel);
	enum picture_form form = l->p->kind->form;
	const struct picture_panel *pp = &l->p->panels[panel];
	struct frame f = { .out = out, .l = l, .legend = legend, .panel = pp, .number = panel };

	f.left = box.left + layout_left(l, pp);
	f.right = box.right - right_of(l, pp);
	/* few columns need not be wide */
	if (form == PICTURE_MAP)
		f.right = fmin(f.right, f.left + (double)pp->columns.n * 24 * l->char_w);
	if (l->text) {
		f.top = box.top + (form == PICTURE_MAP ? 2 : 1);
		f.bottom = box.bottom - (form == PICTURE_MAP ? 1 : 3);
	} else {
		f.top = box.top + (form == PICTURE_MAP ? 2.4 : 1.3) * l->line;
		f.bottom = box.bottom - (form == PICTURE_MAP ? 0.6 : 2.9) * l->line;
	}
	if (!l->text)
		snprintf(f.small, sizeof(f.small), " font ',%g'", 1.1 * l->small_point);
	write_margins(&f);
	forms[form](&f);
}
