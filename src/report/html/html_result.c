// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdlib.h>
#include <string.h>
#include "base/xalloc.h"
#include "record/unmeasured.h"
#include "report/html/html_page.h"
#include "report/html/html_write.h"
#include "report/text/page.h"

/* A section of the terminal's page, for html_lines(). */
struct shown {
	const struct page_section *section;
	const struct result *r;
	const struct verdict *v;
};

static void print_told(FILE *out, const void *what)
{
	const struct shown *t = what;

	page_print(out, t->section, t->r, t->v);
}

/* 0: not measured. */
static void put_ns(FILE *out, double ns)
{
	char shown[32];

	if (ns > 0)
		html_figure(out, ns, "%s", figure_ns(shown, sizeof(shown), ns));
	else
		fputs("<td class=\"number soft\">not measured</td>", out);
}

/* A cell's median, in its unit; what has none says why. */
static void put_median(FILE *out, const struct cell_record *c)
{
	char shown[40];

	if (c && c->status == CELL_MEASURED && c->has_summary)
		html_figure(out, c->summary.median, "%s", figure_cell(shown, sizeof(shown), c));
	else if (c && c->status == CELL_MEASURED && cell_counts(c) && c->tries)
		html_figure(out, (double)c->events / (double)c->tries, "%s",
			    figure_cell(shown, sizeof(shown), c));
	else
		html_put(out, "<td class=\"number soft\">%s</td>", figure_cell(shown, sizeof(shown), c));
}

/* The id without its mapping: "bw/store8/4K/posted". */
static void put_pair(FILE *out, const struct cell_record *plain, const struct cell_record *wc)
{
	double ratio = wc->summary.median / plain->summary.median;
	char start[SPEC_ID_BYTES];

	html_put(out, "<tr><td class=\"id\">%s/%s</td>", word_text(&wc->spec.experiment, &words_experiment),
		 wc->id + spec_id_start(start, &wc->spec));
	put_median(out, plain);
	put_median(out, wc);
	html_figure(out, ratio, "%.2f", ratio);
	fputs("</tr>\n", out);
}

/* What a cell through wc may be compared with; NULL: nothing. */
static const struct cell_record *plain_of(const struct result *r, const struct cell_record *wc)
{
	const struct cell_record *plain =
		cell_is_measured(wc) && wc->spec.mapping == MAP_WC ? result_find_beside(r, wc, MAP_PLAIN) :
									  NULL;

	return plain && cell_is_measured(plain) && plain->summary.median > 0 &&
	       plain->spec.unit == wc->spec.unit ? plain : NULL;
}

/* What the guest gains by asking for write combining, cell by cell. */
static void put_pairs(FILE *out, const struct result *r)
{
	static const struct html_column columns[] = { { "cell", false }, { "plain", true },
						      { "wc", true }, { "wc / plain", true },
						      { NULL, false } };
	size_t n = 0;

	for_each_cell(wc, r)
		n += plain_of(r, wc) != NULL;
	if (!n)
		return;
	html_fold(out, n <= 12, "plain against wc: what asking for write combining brings", n);
	html_table(out, r->env.emulated ? "EMULATED: these times say nothing about hardware. Medians; a rate "
					  "gains above 1, a time below." :
					  "Medians; a rate gains above 1, a time below.", columns);
	for_each_cell(wc, r) {
		const struct cell_record *plain = plain_of(r, wc);

		if (plain)
			put_pair(out, plain, wc);
	}
	html_table_end(out);
	html_fold_end(out);
}

static void put_interval(FILE *out, const struct cell_record *c)
{
	char low[24], high[24];

	if (!cell_is_measured(c)) {
		fputs("<td></td><td></td>", out);
		return;
	}
	html_put(out, "<td class=\"number\">%s to %s</td>",
		 figure_value(low, sizeof(low), c->spec.unit, c->summary.ci_low),
		 figure_value(high, sizeof(high), c->spec.unit, c->summary.ci_high));
	html_figure(out, c->summary.coverage, "%.1f %%", 100 * c->summary.coverage);
}

static void put_cell(FILE *out, const struct cell_record *c)
{
	html_put(out, "<tr><td class=\"id\">%s</td>", c->id);
	put_median(out, c);
	put_interval(out, c);
	html_figure(out, c->n_rounds, "%u", c->n_rounds);
	html_put(out, "<td class=\"long\">%s</td></tr>\n", c->why);
}

/* Each reason once. */
static void put_unmeasured(FILE *out, const struct result *r)
{
	static const struct html_column columns[] = { { "what", false }, { "cells", true },
						      { "for example", false }, { "why", false },
						      { NULL, false } };
	struct unmeasured *v;
	size_t n;

	if (unmeasured_list(&v, &n, r))
		xalloc_die();
	if (n)
		html_table(out, "Cells without a figure, by reason.", columns);
	for (size_t i = 0; i < n; i++) {
		html_put(out, "<tr><td>%s</td>", cell_status_name(v[i].status));
		html_figure(out, (double)v[i].n, "%zu", v[i].n);
		html_put(out, "<td class=\"id\">%s</td><td class=\"long\">%s</td></tr>\n", v[i].first->id,
			 v[i].first->why);
	}
	if (n)
		html_table_end(out);
	free(v);
}

static void put_cells(FILE *out, const struct result *r)
{
	static const struct html_column columns[] = { { "cell", false },     { "median", true },
						      { "interval", true },  { "coverage", true },
						      { "rounds", true },    { "why not", false },
						      { NULL, false } };

	html_fold(out, false, "All cells", r->n_cells);
	html_table(out, "Medians over rounds, and an interval that holds the true one with the probability "
		   "named; events are per million tries (ppm). What was not measured says why.", columns);
	for_each_cell(c, r)
		put_cell(out, c);
	html_table_end(out);
	html_fold_end(out);
}

static void put_probes(FILE *out, const struct result *r)
{
	static const struct html_column columns[] = { { "mapping", false }, { "tried", false },
						      { "outcome", false }, { "a store is", false },
						      { "load", true },	    { "store", true },
						      { "what was seen", false }, { NULL, false } };

	if (!r->n_probes)
		return;
	html_table(out, "Single accesses: does the BAR answer, and does a store reach it directly?",
		   columns);
	for (size_t i = 0; i < r->n_probes; i++) {
		const struct probe_record *p = &r->probes[i];

		html_put(out, "<tr><td>%s</td><td>%s</td><td>%s</td><td>%s</td>",
			 map_name(p->mapping), words_probe.name((int)p->probe),
			 probe_outcome_text(&p->outcome), words_route.name((int)probe_route(p)));
		put_ns(out, p->load_ns);
		put_ns(out, p->store_ns);
		html_put(out, "<td class=\"long\">%s</td></tr>\n", p->detail);
	}
	html_table_end(out);
}

void html_figures(FILE *out, const struct result *r, const struct verdict *v)
{
	html_section(out, "figures", "Figures");
	if (r->env.emulated)
		html_mark(out, false, "EMULATED", "No time or rate below says anything about hardware.");
	put_probes(out, r);
	put_pairs(out, r);
	for (const struct page_section *p = page_sections; p->question; p++)
		html_lines(out, print_told, &(const struct shown){ p, r, v });
	put_unmeasured(out, r);
	put_cells(out, r);
	html_section_end(out);
}
