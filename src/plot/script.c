// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <ctype.h>
#include <string.h>
#include "plot/layout.h"
#include "plot/script_panel.h"

/* The canvas: terminal, styles, what is around the panels. */

/*
 * gnuplot ends a single-quoted string at the second of two doubled quotes (5.4), and substitutes
 * commands and macros in double-quoted ones. So whatever may mean anything to it is octal.
 */
static void quote(FILE *out, const char *text, size_t most, bool format)
{
	bool octal = false;

	fputc('"', out);
	for (size_t i = 0; i < most && text[i]; i++) {
		char c = text[i] < ' ' || text[i] > '~' ? '?' : text[i];
		/* a digit behind three octal ones would be taken for a fourth */
		bool plain = isdigit(c) ? !octal : isalpha(c) || strchr(" .,:/_+-", c);

		if (plain)
			fputc(c, out);
		else
			fprintf(out, c == '%' && format ? "\\%03o\\%03o" : "\\%03o", c, c);
		octal = !plain;
	}
	fputc('"', out);
}

void script_quote(FILE *out, const char *text, size_t most)
{
	quote(out, text, most, false);
}

void script_quote_tick(FILE *out, const char *text, size_t most)
{
	quote(out, text, most, true);
}

/*
 * Okabe and Ito's colours, that the colour-blind tell apart (jfly.uni-koeln.de/color); markers and
 * widths differ as well, for print in black.
 */
static const struct {
	const char *colour;
	unsigned int marker; /* gnuplot's pt, hollow; the next is filled */
	double width, size;  /* a narrow line shows on a wide one that it covers */
	char letter;	     /* on a terminal; the reference's is small */
} inks[PICTURE_INKS] = {
	[PICTURE_INK_PLAIN] = { "#D55E00", 4, 3.5, 1.1, 'P' },
	[PICTURE_INK_WC] = { "#0072B2", 6, 1.8, 0.8, 'W' },
	[PICTURE_INK_RAM] = { "#009E73", 8, 1.8, 1.0, 'R' },
	[PICTURE_INK_OTHER] = { "#CC79A7", 12, 1.8, 1.1, 'D' },
	[PICTURE_INK_BAD] = { "#D55E00", 4, 2.0, 1.0, 'S' },
	[PICTURE_INK_GOOD] = { "#009E73", 8, 2.0, 1.0, 'F' },
	[PICTURE_INK_EVEN] = { "#0072B2", 6, 2.0, 1.0, 'E' },
	[PICTURE_INK_QUIET] = { "#555555", 12, 1.5, 1.0, 'o' },
};

const char *script_colour(enum picture_ink ink)
{
	return inks[ink].colour;
}

/* Where kernels differ a mapping's letter is not enough. */
char script_letter(const struct layout_legend *legend, const struct picture_series *s)
{
	static const char others[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	char letter = inks[s->ink].letter;

	for (size_t i = 0; i < legend->n; i++)
		if (legend->v[i].series->mark)
			letter = others[(layout_style(legend, s) - 1) % (sizeof(others) - 1)];
	return (char)(s->reference ? letter | 0x20 : letter);
}

static unsigned int marker_of(const struct picture_series *s)
{
	static const unsigned int markers[] = { 4, 6, 8, 10, 12, 14 };
	unsigned int marker = inks[s->ink].marker;

	if (s->mark)
		marker = markers[(marker / 2 - 2 + s->mark) %
				 (sizeof(markers) / sizeof(markers[0]))];
	return marker + !s->reference;
}

static void write_styles(FILE *out, const struct layout *l, const struct layout_legend *legend)
{
	for (size_t i = 0; i < legend->n; i++) {
		const struct picture_series *s = legend->v[i].series;

		fprintf(out, "set style line %zu lc rgb '%s' lt %zu lw %g ", i + 1,
			inks[s->ink].colour, i + 1, inks[s->ink].width);
		if (l->text)
			fprintf(out, "pt '%c'\n", script_letter(legend, s));
		else
			fprintf(out, "dt %s pt %u ps %g\n", s->reference ? "(8,5)" : "solid",
				marker_of(s),
				inks[s->ink].size * (l->canvas.target == SCRIPT_SVG ? 0.75 : 1));
		fprintf(out, "set style line %zu lc rgb '%s' lw 1 pt 0 ps 0\n", SCRIPT_THIN + i + 1,
			inks[s->ink].colour);
	}
	fputs("set style line 100 lc rgb '#DDDDDD' lw 1 dt solid\n"
	      "set style line 101 lc rgb '#555555' lw 1 dt (3,3)\n"
	      "set style line 102 lc rgb '#222222' lw 1 dt solid\n",
	      out);
}

static bool has_rows(const struct picture *p)
{
	return p->n_panels && p->panels[0].rows.n;
}

static void write_terminal(FILE *out, const struct layout *l)
{
	const struct script_canvas *c = &l->canvas;

	switch (c->target) {
	case SCRIPT_SVG:
		fprintf(out,
			"set terminal svg size %u,%u fixed noenhanced background '#ffffff' "
			"font 'sans-serif,%g' butt\n",
			c->width, c->height, l->point);
		break;
	case SCRIPT_PNG:
		fprintf(out,
			"set terminal pngcairo size %u,%u noenhanced background '#ffffff' "
			"font 'sans-serif,%g' fontscale 1 butt\n",
			c->width, c->height, l->point);
		break;
	case SCRIPT_TERMINAL:
		fprintf(out, "set terminal dumb size %u,%u noenhanced %s\n", c->width, c->height,
			c->colour ? "ansi256" : "mono");
		break;
	}
	/* on a terminal a tick would stand where a row's figure does */
	fprintf(out, "set encoding utf8\nset tics noenhanced nomirror%s\nunset key\n",
		l->text && has_rows(l->p) ? " scale 0" : "");
}

void script_text(FILE *out, const struct layout *l, double x, double y, const char *text,
		 size_t most, const char *how)
{
	fputs("set label ", out);
	script_quote(out, text, most);
	fprintf(out, " at screen %.5f,%.5f front noenhanced %s\n", layout_x(l, x), layout_y(l, y),
		how);
}

/* Lines of a text, from y down; returns where the next one begins. */
static double write_lines(FILE *out, const struct layout *l, double y, const char *text, bool small)
{
	unsigned int most = LAYOUT_LINES;
	double line = small ? l->small_line : l->line;
	char font[64] = "";
	size_t n;

	if (small && !l->text)
		snprintf(font, sizeof(font), "font ',%g' tc rgb '#444444'", l->small_point);
	while (*text && most--) {
		const char *rest = layout_wrap(text, layout_columns(l, small), &n);
		char last[sizeof(l->p->small[0])];

		if (*rest && !most && n > 3) {
			snprintf(last, sizeof(last), "%.*s...", (int)n - 3, text);
			text = last;
		}
		script_text(out, l, LAYOUT_MARGIN(l), y + (l->text ? 0 : line / 2), text, n, font);
		text = rest;
		y += line;
	}
	return y;
}

static double write_mark(FILE *out, const struct layout *l, double y, const char *text)
{
	const char *rest;
	size_t n;

	for (; *text; text = rest, y += l->line) {
		double right;

		rest = layout_wrap_mark(l, text, &n);
		right = LAYOUT_MARGIN(l) + (double)n * l->char_w * LAYOUT_BOLD + 8;
		if (!l->text)
			fprintf(out,
				"set object rectangle from screen %.5f,%.5f to screen %.5f,%.5f "
				"fs solid noborder fc rgb '#F0E442' behind\n",
				layout_x(l, LAYOUT_MARGIN(l) - 4), layout_y(l, y + l->line - 1),
				layout_x(l, right), layout_y(l, y));
		script_text(out, l, LAYOUT_MARGIN(l), y + (l->text ? 0 : l->line / 2), text, n,
			    l->text ? "" : "font 'sans-serif:Bold'");
	}
	return y;
}

static void write_head(FILE *out, const struct layout *l)
{
	const struct picture *p = l->p;
	double y = l->head;
	char font[48] = "";

	if (!l->text)
		snprintf(font, sizeof(font), "font 'sans-serif:Bold,%g'", 1.25 * l->point);
	script_text(out, l, LAYOUT_MARGIN(l), y + (l->text ? 0 : 0.75 * l->line), p->title, 200,
		    font);
	y += l->text ? 1 : 1.5 * l->line;
	if (p->emulated)
		y = write_mark(out, l, y, LAYOUT_EMULATED);
	if (p->replayed)
		y = write_mark(out, l, y, LAYOUT_REPLAYED);
	if (p->untimed)
		y = write_mark(out, l, y, LAYOUT_UNTIMED);
	if ((p->emulated || p->replayed || p->untimed) && !l->text)
		y += 4;
	for (size_t i = 0; i < 3; i++)
		y = write_lines(out, l, y, p->about[i], false);
}

static void write_foot(FILE *out, const struct layout *l)
{
	double y = l->foot + (l->text ? 0 : 4);

	for (size_t i = 0; i < 4 && !l->canvas.brief; i++)
		y = write_lines(out, l, y, l->p->small[i], true);
}

static void write_sample(FILE *out, const struct layout *l, const struct layout_legend *legend,
			 const struct layout_entry *e, double y)
{
	unsigned int style = layout_style(legend, e->series);

	if (l->text) {
		char mark[4] = { script_letter(legend, e->series), ' ', '=' };

		script_text(out, l, e->x, y, mark, 3, "");
	} else if (l->p->kind->form == PICTURE_BARS) {
		fprintf(out, "set object rectangle from screen %.5f,%.5f to screen %.5f,%.5f ",
			layout_x(l, e->x + 6), layout_y(l, y + 5), layout_x(l, e->x + LAYOUT_SAMPLE(l) - 6),
			layout_y(l, y - 5));
		script_fill(out, e->series);
		fputs(" front\n", out);
	} else {
		fprintf(out,
			"set arrow from screen %.5f,%.5f to screen %.5f,%.5f nohead front ls %u\n",
			layout_x(l, e->x), layout_y(l, y), layout_x(l, e->x + LAYOUT_SAMPLE(l) - 6), layout_y(l, y),
			style);
		fprintf(out, "set label '' at screen %.5f,%.5f point ls %u front\n",
			layout_x(l, e->x + (LAYOUT_SAMPLE(l) - 6) / 2), layout_y(l, y), style);
	}
}

static void write_legend(FILE *out, const struct layout *l, const struct layout_legend *legend)
{
	for (size_t i = 0; i < legend->n && layout_has_legend(l->p->kind->form); i++) {
		const struct layout_entry *e = &legend->v[i];
		double y = l->legend + e->y + (l->text ? 0 : 0.7 * l->line);
		double room = l->canvas.width - e->x - LAYOUT_SAMPLE(l);
		char name[256], cut[256];

		layout_entry_name(name, sizeof(name), e->series);
		layout_cut(cut, sizeof(cut), name, strlen(name), (size_t)(room / l->char_w));
		write_sample(out, l, legend, e, y);
		script_text(out, l, e->x + LAYOUT_SAMPLE(l), y, cut, sizeof(cut), "");
	}
}

void script_write(FILE *out, const struct picture *p, const struct script_canvas *canvas)
{
	struct layout_legend legend;
	struct layout l;

	layout_make(&l, &legend, p, canvas);
	write_terminal(out, &l);
	write_styles(out, &l, &legend);
	fputs("set multiplot\n", out);
	write_head(out, &l);
	write_legend(out, &l, &legend);
	write_foot(out, &l);
	for (size_t i = 0; i < p->n_panels; i++) {
		script_panel(out, &l, &legend, i);
		fputs("unset label\nunset arrow\nunset object\n", out);
	}
	fputs("unset multiplot\n", out);
}
