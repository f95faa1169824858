// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "base/memory.h"
#include "compare/compare_wording.h"
#include "report/report.h"
#include "report/text/text.h"

#define ROWS_MOST 60 /* more rows are counted, not shown */
#define WORD      13 /* "inconclusive", and a blank */
#define FIGURES   45 /* what stands behind an id */

static const char *nth_unit(const struct comparison *c, size_t n)
{
	if (c->cells.by_run)
		return n == 1 ? "run" : "runs";
	return n == 1 ? "round" : "rounds";
}

static const char *value(char *buf, size_t n, const struct compare_row *row, int side)
{
	const struct compare_figure *of = &row->sides[side];

	if (!row->is_timed)
		return of->cell ? figure_cell(buf, n, of->cell) : "absent";
	return figure_value(buf, n, row->unit, of->median);
}

static const char *p_text(char *buf, size_t n, double p)
{
	if (p < 0.0005)
		return "<.001";
	snprintf(buf, n, "%.3f", p);
	return buf;
}

static const char *further_text(char *buf, size_t n, const struct compare_row *row)
{
	if (row->scattered)
		return "runs";
	if (!row->further)
		snprintf(buf, n, ">%d", RATIO_FURTHER_MOST);
	else
		snprintf(buf, n, "+%zu", row->further);
	return buf;
}

/* What the last column shows, as its head says: "p", "more", or "", nothing. */
static const char *last_text(char *buf, size_t n, const struct compare_row *row, const char *last)
{
	if (!strcmp(last, "p"))
		return p_text(buf, n, row->p_adjusted);
	return *last ? further_text(buf, n, row) : "";
}

static void print_figures(FILE *out, const struct compare_row *row, const char *last)
{
	char h[32], g[32], r[16], lo[16], hi[16], interval[40], p[24];

	/* "too coarse" takes all ten columns, and is no row with a ratio */
	fprintf(out, "%10s %9s", value(h, sizeof(h), row, 0), value(g, sizeof(g), row, 1));
	if (!row->is_timed)
		return;
	snprintf(interval, sizeof(interval), "[%s, %s]", compare_ratio_text(lo, sizeof(lo), row->ratio.low),
		 compare_ratio_text(hi, sizeof(hi), row->ratio.high));
	fprintf(out, *last ? "%6s %-12s%6s" : "%6s %s%s",
		compare_ratio_text(r, sizeof(r), row->ratio.value), interval,
		last_text(p, sizeof(p), row, last));
}

/* Where the figures begin, behind the page's two blanks. */
static int id_width(FILE *out)
{
	return (int)text_columns(out) - 2 - FIGURES;
}

/* last: the last column's head; NULL: there are no ratios. */
static void print_head(FILE *out, const struct comparison *c, const char *title, const char *last)
{
	int width = id_width(out);

	/* a title that is too long has a line of its own */
	fprintf(out, "\n  %-*s", width, title);
	if ((int)strlen(title) > width)
		fprintf(out, "\n  %-*s", width, "");
	fprintf(out, "%10s%10s", compare_label(c, 0), compare_label(c, 1));
	if (last)
		fprintf(out, "%6s 95%% interval", "ratio");
	if (last && *last)
		fprintf(out, "%6s", last);
	fputc('\n', out);
}

/* An id behind so many columns; one that reaches the figures has a line of its own. */
static void print_id(FILE *out, const char *id, int used)
{
	int width = id_width(out);

	fprintf(out, "%-*s", width - used, id);
	if ((int)strlen(id) >= width - used)
		fprintf(out, "\n  %-*s", width, "");
}

static void print_below(FILE *out, const struct compare_row *row)
{
	fprintf(out, "  %-*sWARNING: less than the %.1f %% that a self-check finds here: see it again\n",
		WORD, "", 100 * row->detectable);
}

/* Of gating cells the word stands before the id. */
static void print_gates(FILE *out, const struct comparison *c, const struct compare_row **rows,
			size_t n)
{
	const char *title = "gating cells", *last = c->cells.judged ? "p" : "";

	for (size_t i = 0; i < n; i++) {
		const struct compare_row *row = rows[i];
		if (!row->gate)
			continue;
		if (title)
			print_head(out, c, title, last);
		title = NULL;
		text_style_begin(out, row->word == COMPARE_SLOWER ? TEXT_BAD : TEXT_PLAIN);
		fprintf(out, "  %-*s", WORD, compare_row_word(row));
		print_id(out, row->id, WORD);
		print_figures(out, row, last);
		text_style_end(out);
		fputc('\n', out);
		if (row->below)
			print_below(out, row);
		if (row->scattered)
			text_wrapped(out, "", 2 + WORD, "within the scatter: only several runs a "
				     "side would decide");
		if (row->word == COMPARE_OPEN && row->further)
			fprintf(out, "  %-*sabout %zu more %s a side would decide\n", WORD, "",
				row->further, nth_unit(c, row->further));
	}
}

/* What no gate looks at, in this order; a title's %s is a unit, or the smallest effect. */
static const struct section {
	const char *title, *last; /* last: the last column's head */
	enum compare_word word;
	enum compare_state state;
} sections[] = {
	{ "slower", "p", COMPARE_SLOWER, COMPARE_MEASURED },
	{ "faster", "p", COMPARE_FASTER, COMPARE_MEASURED },
	{ "inconclusive; more: further %s that would decide", "more", COMPARE_OPEN, COMPARE_MEASURED },
	{ "not judged", "", COMPARE_NO_WORD, COMPARE_MEASURED },
	{ "events", NULL, COMPARE_NO_WORD, COMPARE_COUNTED },
	{ "the same within %s", "p", COMPARE_SAME, COMPARE_MEASURED },
	{ "skipped on both sides", NULL, COMPARE_NO_WORD, COMPARE_NOT_RUN },
};

static void section_title(char *buf, size_t n, const struct comparison *c, const struct section *s)
{
	char effect[24];

	snprintf(effect, sizeof(effect), "%g %%", 100 * c->ask.min_effect);
	snprintf(buf, n, s->title, s->word == COMPARE_OPEN ? nth_unit(c, 2) : effect);
}

/* At most room rows; returns how many are left out. */
static size_t print_section(FILE *out, const struct comparison *c, const struct section *s,
			    const struct compare_row **rows, size_t *room)
{
	size_t hidden = 0, n = c->cells.n_rows;
	char title[64] = "";

	for (size_t i = 0; i < n; i++) {
		if (rows[i]->gate || rows[i]->word != s->word || rows[i]->state != s->state)
			continue;
		if (!*room) {
			hidden++;
			continue;
		}
		if (!*title) {
			section_title(title, sizeof(title), c, s);
			print_head(out, c, title, s->last);
		}
		(*room)--;
		fputs("  ", out);
		print_id(out, rows[i]->id, 0);
		print_figures(out, rows[i], s->last);
		fputc('\n', out);
	}
	return hidden;
}

#define SKIPPED_SHOWN 8 /* lines of those that fail nothing by themselves: a trapped BAR skips most */

static const char *lacking_label(const struct comparison *c, const struct compare_row *row)
{
	if (row->state == COMPARE_FAILED)
		return "FAILED";
	if (row->state == COMPARE_ABSENT && !c->cells.other_profile)
		return "ABSENT";
	return row->state == COMPARE_ONE_SIDED ? "one-sided" : NULL;
}

static int by_end(const struct cell_record *a, const struct cell_record *b)
{
	if (!a || !b)
		return !!a - !!b;
	return a->status != b->status ? (a->status > b->status ? 1 : -1) : strcmp(a->why, b->why);
}

/* Those that fail a comparison first; 0: one state, for one reason on each side. */
static int by_reason(const struct compare_row *x, const struct compare_row *y)
{
	int order = (int)y->state - (int)x->state;

	/* what the one side made of it is no reason that the other lacks it */
	if (!order && x->state == COMPARE_ABSENT)
		return !x->sides[0].cell - !y->sides[0].cell;
	for (int side = 0; side < 2 && !order; side++)
		order = by_end(x->sides[side].cell, y->sides[side].cell);
	return order;
}

/* Of one reason gating cells first, then as they were made. */
static int by_lacking(const void *a, const void *b)
{
	const struct compare_row *x = *(const struct compare_row *const *)a;
	const struct compare_row *y = *(const struct compare_row *const *)b;
	int order = by_reason(x, y);

	if (!order)
		order = !x->gate - !y->gate;
	return order ? order : x < y ? -1 : x > y;
}

/* A line for n cells that lack for one reason, such as the first. */
static void print_lacking_line(FILE *out, const struct comparison *c, const struct compare_row **rows,
			       size_t n)
{
	const struct compare_row *row = rows[0];
	char sides[384], many[80] = "";
	size_t gates = 0;

	for (size_t i = 0; i < n; i++)
		gates += rows[i]->gate != NULL;
	if (n > 1 && gates)
		snprintf(many, sizeof(many), "%zu cells, %zu of them gating, such as ", n, gates);
	else if (n > 1)
		snprintf(many, sizeof(many), "%zu cells, such as ", n);
	text_line(out, lacking_label(c, row), "%s%s%s%s%s: %s", many, row->id,
		  row->gate ? " (gating: " : "", row->gate ? row->gate : "", row->gate ? ")" : "",
		  compare_sides_text(sides, sizeof(sides), c, row));
}

/* Every reason of what fails a comparison is there, however many there are. */
static void print_lacking(FILE *out, const struct comparison *c, const struct compare_row **rows)
{
	size_t n = 0, many, shown = 0, hidden = 0;

	for (size_t i = 0; i < c->cells.n_rows; i++)
		if (lacking_label(c, &c->cells.rows[i]))
			rows[n++] = &c->cells.rows[i];
	qsort(rows, n, sizeof(*rows), by_lacking);
	for (size_t i = 0; i < n; i += many) {
		bool fails = rows[i]->state != COMPARE_ONE_SIDED || rows[i]->gate;

		for (many = 1; i + many < n && !by_reason(rows[i], rows[i + many]);)
			many++;
		if (fails || shown++ < SKIPPED_SHOWN)
			print_lacking_line(out, c, rows + i, many);
		else
			hidden += many;
	}
	if (hidden)
		text_line(out, "", "and %zu more cells, measured on one side only: all are in --format csv", hidden);
}

static void print_counts(FILE *out, const struct comparison *c)
{
	const struct compare_cells *t = &c->cells;
	char line[320];

	text_line(out, "cells", "%s", compare_states_text(line, sizeof(line), c));
	if (!t->judged) {
		text_line(out, "", "%s", compare_not_judged(c));
		return;
	}
	text_line(out, "", "%s", compare_words_text(line, sizeof(line), c, t->n_words));
	text_line(out, "gates", "%s (%zu of %d are in both plans)",
		  compare_words_text(line, sizeof(line), c, t->n_gate_words),
		  t->n_gates - t->n_gate_states[COMPARE_ABSENT], COMPARE_GATES);
	text_line(out, "unit", "%s", compare_unit_text(line, sizeof(line), c));
	text_line(out, "ratio", "%s / %s: slower where a rate's is below 1, a time's above 1",
		  compare_label(c, 1), compare_label(c, 0));
}

static void print_approximate(FILE *out, const struct comparison *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->cells.n_rows; i++)
		n += c->cells.rows[i].is_timed && !c->cells.rows[i].exact;
	if (n && c->cells.judged)
		text_say(out, " ", 2, "p is Mann and Whitney's by the normal approximation in %zu cells", n);
}

static void print_tables(FILE *out, const struct comparison *c, const struct compare_row **rows)
{
	size_t room = ROWS_MOST, none = 0, hidden = 0, n = c->cells.n_rows;

	for (size_t i = 0; i < n; i++)
		rows[i] = &c->cells.rows[i];
	qsort(rows, n, sizeof(*rows), compare_worst_first);
	print_gates(out, c, rows, n);
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		const struct section *s = &sections[i];
		bool figures = s->word != COMPARE_NO_WORD || s->state != COMPARE_MEASURED;

		/* figures that say nothing are no page */
		hidden += print_section(out, c, s, rows, figures || c->cells.judged ? &room : &none);
	}
	if (hidden)
		fprintf(out, "  %s%zu cells more%s: all are in --format csv\n",
			c->cells.judged ? "and " : "", hidden, c->cells.judged ? "" : ", not judged");
	print_approximate(out, c);
}

void compare_cells_text(FILE *out, const struct comparison *c)
{
	const struct compare_row **rows = memory_alloc((c->cells.n_rows + 1) * sizeof(*rows));

	print_counts(out, c);
	if (rows)
		print_tables(out, c, rows);
	else
		fputs("  out of memory: the cells are not shown\n", out);
	fputc('\n', out);
	if (rows)
		print_lacking(out, c, rows);
	free(rows);
}
