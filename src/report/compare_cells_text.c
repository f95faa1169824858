// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "base/memory.h"
#include "judge/baseline.h"
#include "report/compare_cells.h"
#include "report/text.h"

#define ROWS_MOST 60 /* so many are a page */
#define LABEL     11 /* as wide as the page's labels */
#define WORD      13 /* "inconclusive", and a blank */
#define FIGURES   45 /* what stands behind an id */

static const char *unit_name(const struct comparison *c, size_t n)
{
	if (c->cells.by_run)
		return n == 1 ? "run" : "runs";
	return n == 1 ? "round" : "rounds";
}

static const char *value(char *buf, size_t n, const struct compare_row *row, double median,
			 const struct cell_record *cell)
{
	if (!row->is_timed)
		return cell ? text_cell(buf, n, cell) : "absent";
	return strcmp(row->unit, "B/s") ? text_ns(buf, n, median) : text_rate(buf, n, median);
}

/* Two digits behind the point, as long as they say something. */
const char *compare_ratio_text(char *buf, size_t n, double v)
{
	if (v < 9999.5)
		snprintf(buf, n, "%.*f", v < 9.995 ? 2 : v < 99.95 ? 1 : 0, v);
	else
		snprintf(buf, n, "%.0e", v);
	return buf;
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

	fprintf(out, "%10s%10s", value(h, sizeof(h), row, row->host_median, row->host),
		value(g, sizeof(g), row, row->guest_median, row->guest));
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

/* How far it is off, either way. */
static double distance(const struct compare_row *row)
{
	return row->is_timed ? fabs(log(row->ratio.value)) : HUGE_VAL;
}

int compare_worst_first(const void *a, const void *b)
{
	static const int order[COMPARE_WORDS] = { [COMPARE_NO_WORD] = 0, [COMPARE_SLOWER] = 1,
						  [COMPARE_OPEN] = 2, [COMPARE_FASTER] = 3,
						  [COMPARE_SAME] = 4 };
	const struct compare_row *x = *(const struct compare_row *const *)a;
	const struct compare_row *y = *(const struct compare_row *const *)b;
	double dx = distance(x), dy = distance(y);

	if (order[x->word] != order[y->word])
		return order[x->word] - order[y->word];
	if (dx != dy)
		return dx > dy ? -1 : 1;
	return strcmp(x->id, y->id);
}

const char *compare_row_word(const struct compare_row *row)
{
	if (row->word)
		return compare_word_name(row->word);
	return row->is_timed ? "not judged" : compare_state_name(row->state);
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
				row->further, unit_name(c, row->further));
	}
}

/* Cells with that word that no gate looks at, at most room; returns how many are left out. */
static size_t print_section(FILE *out, const struct comparison *c, const char *title,
			    const char *last, const struct compare_row **rows,
			    enum compare_word word, enum compare_state state, size_t *room)
{
	size_t hidden = 0, n = c->cells.n_rows;
	bool head = false;

	for (size_t i = 0; i < n; i++) {
		if (rows[i]->gate || rows[i]->word != word || rows[i]->state != state)
			continue;
		if (!*room) {
			hidden++;
			continue;
		}
		if (!head)
			print_head(out, c, title, state == COMPARE_MEASURED ? last : NULL);
		head = true;
		(*room)--;
		fputs("  ", out);
		print_id(out, rows[i]->id, 0);
		print_figures(out, rows[i], last);
		fputc('\n', out);
	}
	return hidden;
}

/* "on the host", "in the guest" */
static const char *side_where(const struct comparison *c, int side)
{
	static const char *const where[][2] = { { "on the host", "in the guest" },
						{ "in the baseline", "now" },
						{ "in the first", "in the second" } };
	bool ordinal = !strcmp(compare_label(c, 0), "first");

	return where[c->ask.baseline ? 1 : ordinal ? 2 : 0][side];
}

const char *compare_sides_text(char *buf, size_t n, const struct comparison *c,
			       const struct compare_row *row)
{
	const struct cell_record *h = row->host, *g = row->guest;

	snprintf(buf, n, "%s %s%s%s, %s %s%s%s", h ? cell_status_name(h->status) : "no such cell",
		 side_where(c, 0), h && h->why[0] ? ": " : "", h ? h->why : "",
		 g ? cell_status_name(g->status) : "no such cell", side_where(c, 1),
		 g && g->why[0] ? ": " : "", g ? g->why : "");
	return buf;
}

#define SKIPPED_SHOWN 8 /* of those that fail nothing by themselves: a trapped BAR skips most */

/* What fails a comparison is all there, however much it is. */
static void print_lacking(FILE *out, const struct comparison *c)
{
	static const struct {
		enum compare_state state;
		const char *label;
	} kinds[] = {
		{ COMPARE_FAILED, "FAILED" },
		{ COMPARE_ABSENT, "ABSENT" },
		{ COMPARE_ONE_SIDED, "one-sided" },
	};
	char line[512], sides[384];
	size_t skipped = 0;

	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
		for (size_t i = 0; i < c->cells.n_rows; i++) {
			const struct compare_row *row = &c->cells.rows[i];

			if (row->state != kinds[k].state ||
			    (row->state == COMPARE_ABSENT && c->cells.other_profile))
				continue;
			skipped += row->state == COMPARE_ONE_SIDED && !row->gate;
			if (row->state == COMPARE_ONE_SIDED && !row->gate && skipped > SKIPPED_SHOWN)
				continue;
			snprintf(line, sizeof(line), "%s%s%s%s: %s", row->id,
				 row->gate ? " (gating: " : "", row->gate ? row->gate : "",
				 row->gate ? ")" : "", compare_sides_text(sides, sizeof(sides), c, row));
			text_wrapped(out, kinds[k].label, LABEL, line);
		}
	if (skipped > SKIPPED_SHOWN) {
		snprintf(line, sizeof(line), "and %zu more cells, measured on one side only: all are in --format csv",
			 skipped - SKIPPED_SHOWN);
		text_wrapped(out, "", LABEL, line);
	}
}

/* ", 3 absent on one": only what there is, but for the first words. */
static void add_count(char *line, size_t size, size_t n, const char *what)
{
	size_t used = strlen(line);

	if (n || !used)
		snprintf(line + used, size - used, "%s%zu %s", used ? ", " : "", n, what);
}

const char *compare_side_name(const struct comparison *c, int side)
{
	static const char *const names[2][2] = { { "host", "guest" }, { "baseline", "now" } };

	return names[c->ask.baseline != NULL][side];
}

const char *compare_ratio_name(char *buf, size_t n, const struct comparison *c)
{
	if (c->ask.baseline)
		snprintf(buf, n, "now by baseline %s", c->ask.baseline->name);
	else
		snprintf(buf, n, "guest by host");
	return buf;
}

const char *compare_baseline_text(char *line, size_t size, const struct comparison *c)
{
	const struct baseline *b = c->ask.baseline;

	line[0] = '\0';
	if (b)
		snprintf(line, size, "%s, saved at %s, %zu run%s", b->name, b->saved,
			 c->sides[0].n_runs, c->sides[0].n_runs == 1 ? "" : "s");
	return line;
}

const char *compare_difference_text(char *line, size_t size, const struct comparison *c, size_t i)
{
	const struct baseline_difference *d;

	line[0] = '\0';
	if (!c->ask.baseline || i >= c->ask.baseline->differences.n)
		return line;
	d = &c->ask.baseline->differences.v[i];
	snprintf(line, size, "%s%s: %s then, %s now",
		 d->ignored ? "IGNORED, though other figures may come of it: " : "",
		 baseline_facts[d->fact].name, d->then[0] ? d->then : "not known",
		 d->now[0] ? d->now : "not known");
	return line;
}

const char *compare_states_text(char *line, size_t size, const struct comparison *c)
{
	const struct compare_cells *t = &c->cells;

	line[0] = '\0';
	add_count(line, size, t->n_states[COMPARE_MEASURED], "timed on both sides");
	add_count(line, size, t->n_states[COMPARE_COUNTED], "counted events on both");
	add_count(line, size, t->n_states[COMPARE_NOT_RUN], "skipped on both");
	add_count(line, size, t->n_states[COMPARE_ONE_SIDED], "measured on one side only");
	add_count(line, size, t->n_states[COMPARE_ABSENT],
		  t->other_profile ? "in one profile only" : "ABSENT ON ONE");
	add_count(line, size, t->n_states[COMPARE_FAILED], "FAILED");
	return line;
}

const char *compare_words_text(char *line, size_t size, const struct comparison *c, const size_t *n)
{
	snprintf(line, size, "%zu slower, %zu faster, %zu the same within %g %%, %zu inconclusive",
		 n[COMPARE_SLOWER], n[COMPARE_FASTER], n[COMPARE_SAME], 100 * c->ask.min_effect,
		 n[COMPARE_OPEN]);
	return line;
}

const char *compare_unit_text(char *line, size_t size, const struct comparison *c)
{
	if (c->cells.by_run)
		snprintf(line, size,
			 "a run's median: %zu runs %s, %zu %s", c->sides[0].n_runs,
			 side_where(c, 0), c->sides[1].n_runs, side_where(c, 1));
	else
		snprintf(line, size,
			 "a round of one run a side: what differs from launch to launch is not seen "
			 "but in how the cells scatter, %.1f %% here, and a difference must be beyond "
			 "%d times that; several runs a side show it (A.json... -- B.json...)",
			 100 * expm1(c->cells.scatter), COMPARE_SCATTERS);
	return line;
}

static void print_counts(FILE *out, const struct comparison *c)
{
	const struct compare_cells *t = &c->cells;
	char line[320], gates[400];

	text_wrapped(out, "cells", LABEL, compare_states_text(line, sizeof(line), c));
	if (!t->judged) {
		text_wrapped(out, "", LABEL, compare_not_judged(c));
		return;
	}
	text_wrapped(out, "", LABEL, compare_words_text(line, sizeof(line), c, t->n_words));
	snprintf(gates, sizeof(gates), "%s (%zu of %d are in both plans)",
		 compare_words_text(line, sizeof(line), c, t->n_gate_words),
		 t->n_gates - t->n_gate_states[COMPARE_ABSENT], COMPARE_GATES);
	text_wrapped(out, "gates", LABEL, gates);
	text_wrapped(out, "unit", LABEL, compare_unit_text(line, sizeof(line), c));
	snprintf(line, sizeof(line), "%s / %s: slower where a rate's is below 1, a time's above 1",
		 compare_label(c, 1), compare_label(c, 0));
	text_wrapped(out, "ratio", LABEL, line);
}

static void print_approximate(FILE *out, const struct comparison *c)
{
	size_t n = 0;
	char line[96];

	for (size_t i = 0; i < c->cells.n_rows; i++)
		n += c->cells.rows[i].is_timed && !c->cells.rows[i].exact;
	snprintf(line, sizeof(line), "p is Mann and Whitney's by the normal approximation in %zu cells",
		 n);
	if (n && c->cells.judged)
		text_wrapped(out, " ", 2, line);
}

static void print_tables(FILE *out, const struct comparison *c, const struct compare_row **rows)
{
	size_t room = ROWS_MOST, none = 0, hidden = 0, n = c->cells.n_rows;
	char title[64];

	for (size_t i = 0; i < n; i++)
		rows[i] = &c->cells.rows[i];
	qsort(rows, n, sizeof(*rows), compare_worst_first);
	print_gates(out, c, rows, n);
	hidden +=
		print_section(out, c, "slower", "p", rows, COMPARE_SLOWER, COMPARE_MEASURED, &room);
	hidden +=
		print_section(out, c, "faster", "p", rows, COMPARE_FASTER, COMPARE_MEASURED, &room);
	snprintf(title, sizeof(title), "inconclusive; more: further %s that would decide",
		 unit_name(c, 2));
	hidden += print_section(out, c, title, "more", rows, COMPARE_OPEN, COMPARE_MEASURED, &room);
	/* figures that say nothing are no page */
	hidden += print_section(out, c, "not judged", "", rows, COMPARE_NO_WORD, COMPARE_MEASURED,
				c->cells.judged ? &room : &none);
	hidden +=
		print_section(out, c, "events", "", rows, COMPARE_NO_WORD, COMPARE_COUNTED, &room);
	snprintf(title, sizeof(title), "the same within %g %%", 100 * c->ask.min_effect);
	hidden += print_section(out, c, title, "p", rows, COMPARE_SAME, COMPARE_MEASURED, &room);
	hidden += print_section(out, c, "skipped on both sides", "", rows, COMPARE_NO_WORD,
				COMPARE_NOT_RUN, &room);
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
	free(rows);
	fputc('\n', out);
	print_lacking(out, c);
}
