// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <stdlib.h>
#include <string.h>
#include "report/page.h"

#define LABEL   22
#define COLUMN  12
#define PARTS   8  /* columns of lines in part */
#define NEAR    0.9 /* of the cell's best batches: this near is as good */
#define OPEN    0.8 /* of the best rate: so many open lines still combine */

static const char *const barriers[] = { "none", "dgh", "dmb-oshst", "dsb-st", "sfence", "mfence" };

#define N_OF(a) (sizeof(a) / sizeof((a)[0]))

/* Where combining is looked for. */
static const char *subject(const struct result *r)
{
	return r->is_ram ? "ram" : "wc";
}

static bool is_whole_line(const struct cell_record *c)
{
	return !strcmp(c->access_pattern, "seq") && !c->shift_bytes;
}

static bool belongs(const struct cell_record *c, const char *mapping)
{
	return !strcmp(c->experiment, "combine") && !strcmp(c->mapping, mapping);
}

/* The fastest whole-line sequence of the mapping under test; NULL: none was measured. */
static const struct cell_record *best_of(const struct result *r)
{
	const struct cell_record *best = NULL;

	for (size_t i = 0; i < r->n_cells; i++) {
		const struct cell_record *c = &r->cells[i];

		if (belongs(c, subject(r)) && is_whole_line(c) && page_measured(c) &&
		    (!best || c->summary.median > best->summary.median))
			best = c;
	}
	return best;
}

/* Share of all batches that were as fast as the cell's best (its 95th percentile), nearly. */
static double reliability(const struct cell_record *c)
{
	size_t n = 0, near = 0;
	double *ns;

	for (unsigned int i = 0; i < c->n_rounds; i++)
		n += c->rounds[i].n;
	ns = calloc(n + 1, sizeof(*ns));
	if (!ns || !n) {
		free(ns);
		return 0;
	}
	n = 0;
	for (unsigned int i = 0; i < c->n_rounds; i++)
		for (unsigned int k = 0; k < c->rounds[i].n; k++)
			ns[n++] = (double)c->rounds[i].ticks[k] / (double)c->rounds[i].laps;
	gsl_sort(ns, 1, n);
	while (near < n && ns[near] * NEAR <= gsl_stats_quantile_from_sorted_data(ns, 1, n, 0.05))
		near++;
	free(ns);
	return (double)near / (double)n;
}

static void add_share(struct table_row *row, const struct cell_record *c, double best)
{
	char text[32];
	double share;

	if (!page_measured(c)) {
		page_row_cell(row, c);
		return;
	}
	share = 100 * c->summary.median / best;
	snprintf(text, sizeof(text), "%.*f %%/%.0f %%", share < 0.95, share, 100 * reliability(c));
	table_row_text(row, text);
}

static void print_sequences(FILE *out, const struct result *r, double best)
{
	bool wide = !r->is_ram;
	struct table t;

	table_begin(&t, LABEL, "64 bytes by");
	if (wide)
		table_column(&t, COLUMN, "plain, none");
	for (size_t b = 0; b < N_OF(barriers); b++)
		for (size_t i = 0; i < r->n_cells; i++)
			if (belongs(&r->cells[i], subject(r)) && is_whole_line(&r->cells[i]) &&
			    !strcmp(r->cells[i].barrier, barriers[b])) {
				table_column(&t, COLUMN, barriers[b]);
				break;
			}
	for (size_t i = 0; i < r->n_cells; i++) {
		struct cell_record want = r->cells[i];
		struct table_row row;

		if (!belongs(&want, subject(r)) || !is_whole_line(&want) ||
		    strcmp(want.barrier, "none"))
			continue;
		table_row_begin(&row, "%s", want.kernel);
		if (wide)
			add_share(&row, page_sibling(r, &want, "plain"), best);
		for (size_t b = 0; b < N_OF(barriers); b++) {
			const struct cell_record *c;

			snprintf(want.barrier, sizeof(want.barrier), "%s", barriers[b]);
			want.interval_bytes = b ? 64 : 0;
			c = page_find(r, &want);
			if (c)
				add_share(&row, c, best);
		}
		table_add(&t, &row);
	}
	table_end(&t, out);
}

static void add_rate(struct table_row *row, const struct cell_record *c, double best)
{
	char text[16];

	if (page_measured(c)) {
		snprintf(text, sizeof(text), "%.0f %%", 100 * c->summary.median / best);
		table_row_text(row, text);
	} else {
		page_row_cell(row, c);
	}
}

/* The cell of a pattern and barrier, of the mapping under test. */
static const struct cell_record *of_pattern(const struct result *r, const char *pattern,
					    const char *barrier)
{
	for (size_t i = 0; i < r->n_cells; i++) {
		const struct cell_record *c = &r->cells[i];

		if (belongs(c, subject(r)) && !strcmp(c->access_pattern, pattern) &&
		    !strcmp(c->barrier, barrier))
			return c;
	}
	return NULL;
}

/* "lines1" .. "lines32", or "words1" .. "words8", with one barrier: a row. */
static void add_series(struct table *t, const struct result *r, double best, const char *label,
		       const char *stem, const char *barrier, bool doubles, unsigned int last)
{
	struct table_row row;
	char pattern[16];

	table_row_begin(&row, "%s", label);
	for (unsigned int n = 1; n <= last; n = doubles ? 2 * n : n + 1) {
		snprintf(pattern, sizeof(pattern), "%s%u", stem, n);
		add_rate(&row, of_pattern(r, pattern, barrier), best);
	}
	table_add(t, &row);
}

static bool has_stem(const struct result *r, const char *stem)
{
	for (size_t i = 0; i < r->n_cells; i++)
		if (belongs(&r->cells[i], subject(r)) && r->cells[i].n_rounds &&
		    !strncmp(r->cells[i].access_pattern, stem, strlen(stem)))
			return true;
	return false;
}

/* Sequences that begin inside a line: a row for each barrier. */
static void print_shifts(FILE *out, const struct result *r, double best)
{
	static const unsigned int shifts[] = { 8, 16, 32 };
	struct table t;
	char text[16];

	table_begin(&t, LABEL + 6, "begun so far into a line");
	for (size_t s = 0; s < N_OF(shifts); s++) {
		snprintf(text, sizeof(text), "%u", shifts[s]);
		table_column(&t, PARTS, text);
	}
	for (size_t b = 0; b < N_OF(barriers); b++) {
		struct table_row row;

		table_row_begin(&row, "  %s", barriers[b]);
		for (size_t s = 0; s < N_OF(shifts); s++)
			for (size_t i = 0; i < r->n_cells; i++)
				if (belongs(&r->cells[i], subject(r)) &&
				    r->cells[i].shift_bytes == shifts[s] &&
				    !strcmp(r->cells[i].barrier, barriers[b]))
					add_rate(&row, &r->cells[i], best);
		table_add(&t, &row);
	}
	table_end(&t, out);
}

static void begin_series(struct table *t, const char *title, bool doubles, unsigned int last)
{
	char text[16];

	table_begin(t, LABEL + 6, title);
	for (unsigned int n = 1; n <= last; n = doubles ? 2 * n : n + 1) {
		snprintf(text, sizeof(text), "%u", n);
		table_column(t, PARTS, text);
	}
}

static void print_parts(FILE *out, const struct result *r, double best)
{
	struct table t;
	char label[48];

	if (has_stem(r, "words")) {
		begin_series(&t, "first words of each line", false, 8);
		for (size_t b = 0; b < N_OF(barriers); b++) {
			snprintf(label, sizeof(label), "  %s", barriers[b]);
			add_series(&t, r, best, label, "words", barriers[b], false, 8);
		}
		table_end(&t, out);
	}
	if (has_stem(r, "lines")) {
		begin_series(&t, "lines open at a time", true, 32);
		add_series(&t, r, best, "  none", "lines", "none", true, 32);
		table_end(&t, out);
	}
}

/* The most lines that were open and still combined. 0: not measured. */
static unsigned int lines_open(const struct result *r)
{
	double best = 0;
	unsigned int most = 0;
	char pattern[16];

	for (int pass = 0; pass < 2; pass++)
		for (unsigned int n = 1; n <= 32; n *= 2) {
			const struct cell_record *c;

			snprintf(pattern, sizeof(pattern), "lines%u", n);
			c = of_pattern(r, pattern, "none");
			if (!page_measured(c))
				continue;
			if (!pass && c->summary.median > best)
				best = c->summary.median;
			if (pass && c->summary.median >= OPEN * best)
				most = n;
		}
	return most;
}

static void print_answer(FILE *out, const struct result *r, const struct cell_record *best)
{
	const struct cell_record *one = of_pattern(r, "words1", "none");
	char rate[24], lines[64] = "", words[80] = "";
	unsigned int open = lines_open(r);

	if (!page_may_answer(r))
		return;
	if (open)
		snprintf(lines, sizeof(lines), "; up to %u%s lines can be open", open,
			 open == 32 ? " or more" : "");
	if (page_measured(one))
		snprintf(words, sizeof(words), "; lines stored in one word only carry %.0f %% of that",
			 100 * one->summary.median / best->summary.median);
	page_say(out, "best on %s: %s, barrier %s: %s, in %.0f %% of batches%s%s", subject(r),
		 best->kernel, best->barrier, text_rate(rate, sizeof(rate), best->summary.median),
		 100 * reliability(best), lines, words);
}

void page_combine(FILE *out, const struct result *r)
{
	const struct cell_record *best = best_of(r);
	char note[160];

	if (!page_has(r, "combine") || !best)
		return;
	page_head(out, r, "combine: which store sequence combines, how reliably?");
	snprintf(note, sizeof(note), "posted rate, in %% of %s's best, and how many batches reached the "
		 "sequence's own best; a barrier after each line", subject(r));
	page_note(out, note);
	print_sequences(out, r, best->summary.median);
	print_parts(out, r, best->summary.median);
	print_shifts(out, r, best->summary.median);
	print_answer(out, r, best);
	fputc('\n', out);
}
