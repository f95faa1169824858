// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <string.h>
#include "arch/info.h"
#include "report/text/page.h"

#define LABEL   22
#define COLUMN  12
#define PARTS   8  /* columns of lines in part */

#define N_OF(a) (sizeof(a) / sizeof((a)[0]))

/* Nothing, then each barrier that may end a line; NULL: there are no more. */
static const char *line_end(const struct result *r, size_t n)
{
	const struct barrier *b = arch_info_of(r->arch)->barriers;

	for (; n && b->name; b++)
		if (b->purposes & FOR_ENDING_GATHERING && !--n)
			return b->name;
	return n ? NULL : "none";
}

/* How much of the best, and in how many batches; a row's cell that was not measured says why. */
static void add_share(struct table *t, const struct cell_record *c, const struct combine_findings *f)
{
	double share;

	if (!cell_is_measured(c)) {
		page_cell(t, c);
		return;
	}
	share = 100 * c->summary.median / f->best->summary.median;
	table_cell(t, "%.*f %%/%.0f %%", share < 0.95, share, 100 * combine_reliability(c));
}

static void add_rate(struct table *t, const struct cell_record *c, const struct combine_findings *f)
{
	if (cell_is_measured(c))
		table_cell(t, "%.0f %%", 100 * c->summary.median / f->best->summary.median);
	else
		page_cell(t, c);
}

static bool is_sequence(const struct cell_record *c, const struct combine_findings *f,
			const char *barrier)
{
	return cell_is_on(c, EXP_COMBINE, f->mapping) && combine_is_whole_line(c) &&
	       !strcmp(c->spec.barrier, barrier);
}

static bool has_sequence(const struct result *r, const struct combine_findings *f, const char *barrier)
{
	for_each_cell(c, r)
		if (is_sequence(c, f, barrier))
			return true;
	return false;
}

static void add_sequence(struct table *t, const struct result *r, const struct combine_findings *f,
			 const struct cell_record *sequence)
{
	struct cell_record want = *sequence;

	table_row(t, "%s", want.spec.kernel);
	if (!r->is_ram)
		add_share(t, result_find_beside(r, &want, MAP_PLAIN), f);
	for (size_t b = 0; line_end(r, b); b++) {
		const struct cell_record *c;

		snprintf(want.spec.barrier, sizeof(want.spec.barrier), "%s", line_end(r, b));
		want.spec.interval_bytes = b ? 64 : 0;
		c = result_find_beside(r, &want, want.spec.mapping);
		if (c)
			add_share(t, c, f);
	}
}

static void print_sequences(FILE *out, const struct result *r, const struct combine_findings *f)
{
	struct table t;

	table_begin(&t, LABEL, "64 bytes by");
	if (!r->is_ram)
		table_column(&t, COLUMN, "plain, none");
	for (size_t b = 0; line_end(r, b); b++)
		if (has_sequence(r, f, line_end(r, b)))
			table_column(&t, COLUMN, "%s", line_end(r, b));
	for_each_cell(c, r)
		if (is_sequence(c, f, "none"))
			add_sequence(&t, r, f, c);
	table_end(&t, out);
}

static bool has_stem(const struct result *r, const struct combine_findings *f, const char *stem)
{
	for_each_cell(c, r)
		if (cell_is_on(c, EXP_COMBINE, f->mapping) && c->n_rounds &&
		    !strncmp(c->spec.access_pattern, stem, strlen(stem)))
			return true;
	return false;
}

/* Patterns with a number, "words1" to "words8": a column each, and a row for each barrier. */
struct series {
	const char *title, *stem;
	unsigned int last;
	bool doubles;            /* from one number to the next, else it grows by one */
	bool barriers;           /* else only the row without one */
};

static unsigned int next_of(const struct series *s, unsigned int n)
{
	return s->doubles ? 2 * n : n + 1;
}

static void print_series(FILE *out, const struct result *r, const struct combine_findings *f,
			 const struct series *s)
{
	struct table t;
	char pattern[16];

	if (!has_stem(r, f, s->stem))
		return;
	table_begin(&t, LABEL + 6, s->title);
	for (unsigned int n = 1; n <= s->last; n = next_of(s, n))
		table_column(&t, PARTS, "%u", n);
	for (size_t b = 0; line_end(r, b) && (s->barriers || !b); b++) {
		table_row(&t, "  %s", line_end(r, b));
		for (unsigned int n = 1; n <= s->last; n = next_of(s, n)) {
			snprintf(pattern, sizeof(pattern), "%s%u", s->stem, n);
			add_rate(&t, combine_pattern(r, f->mapping, pattern, line_end(r, b)), f);
		}
	}
	table_end(&t, out);
}

/* Sequences that begin inside a line: a row for each barrier. */
static void print_shifts(FILE *out, const struct result *r, const struct combine_findings *f)
{
	static const unsigned int shifts[] = { 8, 16, 32 };
	struct table t;

	table_begin(&t, LABEL + 6, "begun so far into a line");
	for (size_t s = 0; s < N_OF(shifts); s++)
		table_column(&t, PARTS, "%u", shifts[s]);
	for (size_t b = 0; line_end(r, b); b++) {
		table_row(&t, "  %s", line_end(r, b));
		for (size_t s = 0; s < N_OF(shifts); s++)
			for_each_cell(c, r)
				if (cell_is_on(c, EXP_COMBINE, f->mapping) &&
				    c->spec.shift_bytes == shifts[s] &&
				    !strcmp(c->spec.barrier, line_end(r, b)))
					add_rate(&t, c, f);
	}
	table_end(&t, out);
}

static void print_answer(FILE *out, const struct combine_findings *f)
{
	const struct cell_record *best = f->best;
	char rate[24], lines[64] = "", words[80] = "";

	if (f->lines_open)
		snprintf(lines, sizeof(lines), "; up to %u%s lines can be open", f->lines_open,
			 f->lines_open == 32 ? " or more" : "");
	if (f->one_word > 0)
		snprintf(words, sizeof(words), "; lines stored in one word only carry %.0f %% of that",
			 100 * f->one_word);
	page_say(out, "best on %s: %s, barrier %s: %s, in %.0f %% of batches%s%s", map_name(f->mapping),
		 best->spec.kernel, best->spec.barrier, figure_rate(rate, sizeof(rate), best->summary.median),
		 100 * combine_reliability(best), lines, words);
}

void page_combine(FILE *out, const struct result *r, const struct verdict *v)
{
	static const struct series words = { "first words of each line", "words", 8, false, true };
	static const struct series lines = { "lines open at a time", "lines", 32, true, false };
	struct combine_findings f = combine_find(r);

	(void)v;
	page_note(out, "posted rate, in %% of %s's best, and how many batches reached the sequence's own best; "
		  "a barrier after each line", map_name(f.mapping));
	print_sequences(out, r, &f);
	print_series(out, r, &f, &words);
	print_series(out, r, &f, &lines);
	print_shifts(out, r, &f);
	if (!r->env.emulated)
		print_answer(out, &f);
}
