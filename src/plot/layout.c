// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <math.h>
#include <string.h>
#include "plot/layout.h"


#define LEAST_PANEL 110.0 /* pixels */

double layout_x(const struct layout *l, double x)
{
	return l->text ? (x + 0.5) / l->canvas.width : x / l->canvas.width;
}

double layout_y(const struct layout *l, double y)
{
	return l->text ? 1 - (y + 0.5) / l->canvas.height : 1 - y / l->canvas.height;
}

size_t layout_columns(const struct layout *l, bool small)
{
	double room = l->canvas.width - 2 * LAYOUT_MARGIN(l);

	return (size_t)(room / (small ? l->small_w : l->char_w));
}

/* The first line of text: broken at a blank where there is one. */
const char *layout_wrap(const char *text, size_t width, size_t *n)
{
	size_t len = strlen(text);

	*n = len;
	if (len <= width)
		return text + len;
	*n = width;
	while (*n > width / 2 && text[*n] != ' ')
		(*n)--;
	if (text[*n] != ' ')
		*n = width;
	text += *n;
	return text + strspn(text, " ");
}

unsigned int layout_lines(const struct layout *l, const char *text, bool small, unsigned int most)
{
	unsigned int lines = 0;
	size_t n;

	while (*text && lines < most) {
		text = layout_wrap(text, layout_columns(l, small), &n);
		lines++;
	}
	return lines;
}

const char *layout_wrap_mark(const struct layout *l, const char *text, size_t *n)
{
	double columns = (double)layout_columns(l, false);

	return layout_wrap(text, (size_t)(columns / (l->text ? 1 : LAYOUT_BOLD)), n);
}

static unsigned int mark_lines(const struct layout *l, bool marked, const char *text)
{
	unsigned int lines = 0;
	size_t n;

	for (; marked && *text; lines++)
		text = layout_wrap_mark(l, text, &n);
	return lines;
}

bool layout_has_legend(enum picture_form form)
{
	return form != PICTURE_MAP;
}

unsigned int layout_style(const struct layout_legend *legend, const struct picture_series *s)
{
	for (size_t i = 0; i < legend->n; i++)
		if (!strcmp(legend->v[i].series->name, s->name))
			return (unsigned int)i + 1;
	return 1;
}

bool layout_has_points(const struct picture_series *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (!s->v[i].absent)
			return true;
	return false;
}

const char *layout_entry_name(char *buf, size_t n, const struct picture_series *s)
{
	if (layout_has_points(s) || !s->n)
		snprintf(buf, n, "%s", s->name);
	else
		snprintf(buf, n, "%s (not measured: %.60s)", s->name, s->v[0].why);
	return buf;
}

static void place(struct layout_legend *legend, const struct layout *l)
{
	double x = LAYOUT_MARGIN(l), y = 0;

	for (size_t i = 0; i < legend->n; i++) {
		char name[256];
		double width = LAYOUT_SAMPLE(l) + 2 * l->char_w +
			       l->char_w * (double)strlen(layout_entry_name(name, sizeof(name),
									    legend->v[i].series));

		if (x > LAYOUT_MARGIN(l) && x + width > l->canvas.width) {
			x = LAYOUT_MARGIN(l);
			y += l->line;
		}
		legend->v[i].x = x;
		legend->v[i].y = y;
		x += width;
	}
	legend->height = legend->n ? y + 1.5 * l->line : 0;
	if (l->text && legend->n)
		legend->height = y + 1;
}

static void make_legend(struct layout_legend *legend, const struct layout *l)
{
	legend->n = 0;
	for (size_t i = 0; i < l->p->n_panels; i++)
		for (size_t s = 0; s < l->p->panels[i].n_series; s++) {
			const struct picture_series *series = &l->p->panels[i].series[s];
			bool known = false;

			for (size_t k = 0; k < legend->n; k++)
				known |= !strcmp(legend->v[k].series->name, series->name);
			if (!known && legend->n < LAYOUT_ENTRIES)
				legend->v[legend->n++].series = series;
		}
	if (layout_has_legend(l->p->kind->form))
		place(legend, l);
	else
		legend->height = 0;
}

static size_t longest(const struct picture_names *names)
{
	size_t most = 0;

	for (size_t i = 0; i < names->n; i++)
		if (strlen(names->v[i]) > most)
			most = strlen(names->v[i]);
	return most;
}

/* Names are cut where they would leave no room for what they name. */
size_t layout_name_width(const struct layout *l)
{
	double room = l->canvas.width / l->char_w;

	return (size_t)(l->text ? fmax(0.45 * room, room - 40) : 0.45 * room);
}

void layout_cut(char *buf, size_t n, const char *name, size_t len, size_t most)
{
	size_t tail = most / 3;

	if (len <= most || most < 5)
		snprintf(buf, n, "%.*s", (int)(len < most ? len : most), name);
	else
		snprintf(buf, n, "%.*s..%.*s", (int)(most - 2 - tail), name, (int)tail,
			 name + len - tail);
}

double layout_left(const struct layout *l, const struct picture_panel *panel)
{
	size_t most = longest(&panel->rows), cut = layout_name_width(l);

	if (!panel->rows.n)
		return l->text ? 11 : 10 * l->char_w;
	return (double)(most < cut ? most : cut) * l->char_w + 2 * l->char_w;
}

size_t layout_shape(const struct layout *l)
{
	size_t n = l->p->n_panels, most;

	if (l->text || l->p->kind->form == PICTURE_MAP)
		return 1;
	most = (size_t)(l->canvas.width / (l->p->kind->form == PICTURE_BARS ? 400
					   : l->canvas.width < 700	    ? 200
									    : 280));
	return n < most ? n : most ? most : 1;
}

/* What a panel needs with what is around it. */
static double panel_height(const struct layout *l, const struct picture_panel *panel)
{
	double around = l->text ? 4 : 4.5 * l->line, rows = (double)panel->rows.n;
	double series = (double)panel->n_series;

	switch (l->p->kind->form) {
	case PICTURE_BARS:
		return around + rows * (l->text ? series + 1 : series * 13 + 8);
	case PICTURE_MAP:
		return l->text ? around + rows : around + rows * 24 + l->line;
	case PICTURE_RATIOS:
		return l->text ? around + rows + 1 : around + rows * 17;
	case PICTURE_CURVES:
	case PICTURE_STEPS:
		break;
	}
	return l->text ? 18 : 380;
}

static double body_height(const struct layout *l)
{
	size_t across = layout_shape(l);
	double height = 0;

	for (size_t i = 0; i < l->p->n_panels; i += across) {
		double most = 0;

		for (size_t k = i; k < i + across && k < l->p->n_panels; k++)
			if (panel_height(l, &l->p->panels[k]) > most)
				most = panel_height(l, &l->p->panels[k]);
		height += most;
	}
	return height;
}

static double head_height(const struct layout *l)
{
	double lines = 1.5;

	if (l->text)
		lines = 1;
	lines += mark_lines(l, l->p->emulated, LAYOUT_EMULATED) +
		 mark_lines(l, l->p->replayed, LAYOUT_REPLAYED) +
		 mark_lines(l, l->p->untimed, LAYOUT_UNTIMED);
	for (size_t i = 0; i < 3; i++)
		lines += layout_lines(l, l->p->about[i], false, LAYOUT_LINES);
	return lines * l->line + (l->text ? 0 : 10);
}

static double foot_height(const struct layout *l)
{
	double lines = 0;

	for (size_t i = 0; i < 4 && !l->canvas.brief; i++)
		lines += layout_lines(l, l->p->small[i], true, LAYOUT_LINES);
	return lines * l->small_line + (l->text ? 0 : 8);
}

void layout_make(struct layout *l, struct layout_legend *legend, const struct picture *p,
		 const struct script_canvas *canvas)
{
	bool text = canvas->target == SCRIPT_TERMINAL, narrow = canvas->width < 700;
	double foot, least, across;

	*l = (struct layout){ .p = p, .canvas = *canvas, .text = text };
	l->char_w = text ? 1 : narrow ? 5.9 : 7.1;
	l->line = text ? 1 : narrow ? 14 : 17;
	l->small_w = text ? 1 : narrow ? 4.3 : 5.3;
	l->small_line = text ? 1 : narrow ? 10 : 12;
	/* pngcairo's point is 4/3 of a pixel */
	l->point = (narrow ? 10 : 12) * (canvas->target == SCRIPT_PNG ? 0.75 : 1);
	l->small_point = 0.8 * l->point;
	make_legend(legend, l);
	foot = foot_height(l);
	across = (double)layout_shape(l);
	l->head = text ? 0 : 6;
	l->legend = l->head + head_height(l);
	l->body = l->legend + legend->height;
	/* a character is a row: nothing between them */
	if (!l->canvas.height || text)
		l->canvas.height = (unsigned int)ceil(l->body + body_height(l) + foot);
	/* whatever was asked for, there is room for panels */
	least = ceil(l->body + foot +
		     (text ? 1 : LEAST_PANEL * ceil((double)p->n_panels / across)));
	if (least > l->canvas.height)
		l->canvas.height = (unsigned int)least;
	l->foot = l->canvas.height - foot;
}

/* Rows of panels are as high as their tallest wants, shrunk or stretched to what there is. */
struct layout_box layout_panel(const struct layout *l, size_t panel)
{
	size_t across = layout_shape(l), row = panel / across;
	double wanted = body_height(l), room = l->foot - l->body, top = l->body, height = 0;
	double width = (l->canvas.width - LAYOUT_MARGIN(l)) / (double)across;

	for (size_t i = 0; i <= row; i++) {
		top += height;
		height = 0;
		for (size_t k = i * across; k < (i + 1) * across && k < l->p->n_panels; k++)
			if (panel_height(l, &l->p->panels[k]) > height)
				height = panel_height(l, &l->p->panels[k]);
		height *= room / wanted;
	}
	return (struct layout_box){ .left = (double)(panel % across) * width,
				    .right = (double)(panel % across + 1) * width,
				    .top = top,
				    .bottom = top + height };
}
