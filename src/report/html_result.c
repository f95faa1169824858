// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "report/html_page.h"
#include "report/html_write.h"
#include "report/json_file.h"
#include "report/page.h"

struct told {
	const struct result *r;
	const struct verdict *v;
};

/* What takes the ground from under a verdict, or cannot wait. */
static void put_marks(FILE *out, const struct result *r)
{
	char words[400];

	snprintf(words, sizeof(words), "This CPU is emulated (%s): times say nothing about hardware. %s",
		 r->env.emulated_why, text_emulated_rests);
	if (r->env.emulated)
		html_mark(out, "unsure", "EMULATED", words);
	if (r->replayed)
		html_mark(out, "unsure", "REPLAYED", "From a recorded tree (--sysroot): no real device.");
	snprintf(words, sizeof(words), "%s: the BAR does not hold what it held before.",
		 window_state_name(r->window));
	if (r->window == WINDOW_LOST || r->window == WINDOW_DIFFERS)
		html_mark(out, "bad", "WINDOW", words);
	if (page_disturbance(words, sizeof(words), r))
		html_mark(out, "bad", "DISTURBED", words);
	for (size_t i = 0; i < r->n_probes; i++)
		if (page_listed(words, sizeof(words), &r->probes[i]))
			html_mark(out, "unsure", "NOT ASKED", words);
	for (size_t i = 0; i < r->n_probes; i++)
		if (!strcmp(r->probes[i].outcome, "all-ones")) {
			html_mark(out, "bad", "ALL ONES", r->probes[i].detail);
			return;
		}
}

static void put_verdict(FILE *out, const struct result *r, const struct verdict *v)
{
	char sentence[512], what[512];
	const struct html_answer answer = {
		.verdict = v, .sentence = sentence, .title = "mmiobench: one run", .subject = html_subject(what, sizeof(what), r),
	};

	text_verdict(sentence, sizeof(sentence), r, v);
	html_verdict(out, &answer);
	html_verdict_end(out, &answer);
	put_marks(out, r);
	html_wrong(out, "", r, v);
	html_contents(out, v);
}

static void print_bw(FILE *out, const void *what)
{
	page_bw(out, ((const struct told *)what)->r);
}

static void print_combine(FILE *out, const void *what)
{
	page_combine(out, ((const struct told *)what)->r);
}

static void print_lat(FILE *out, const void *what)
{
	page_lat(out, ((const struct told *)what)->r);
}

static void print_doorbell(FILE *out, const void *what)
{
	page_doorbell(out, ((const struct told *)what)->r);
}

static void print_early_ack(FILE *out, const void *what)
{
	page_early_ack(out, ((const struct told *)what)->r);
}

static void print_order(FILE *out, const void *what)
{
	page_order(out, ((const struct told *)what)->r, ((const struct told *)what)->v);
}

static void print_integrity(FILE *out, const void *what)
{
	page_integrity(out, ((const struct told *)what)->r);
}

static void print_scale(FILE *out, const void *what)
{
	page_scale(out, ((const struct told *)what)->r);
}

static void (*const sections[])(FILE *out, const void *what) = {
	print_bw,	print_combine, print_lat,	print_doorbell,
	print_early_ack, print_order,  print_integrity, print_scale,
};

/* 0: not measured. */
static void put_ns(FILE *out, double ns)
{
	char shown[32];

	if (ns > 0)
		html_figure(out, ns, text_ns(shown, sizeof(shown), ns));
	else
		fputs("<td class=\"number soft\">not measured</td>", out);
}

/* A cell's median, in its unit; what has none says why. */
static void put_median(FILE *out, const struct cell_record *c)
{
	char shown[40];

	if (c && c->status == CELL_MEASURED && c->has_summary)
		html_figure(out, c->summary.median, text_cell(shown, sizeof(shown), c));
	else if (c && c->status == CELL_MEASURED && cell_counts(c) && c->tries)
		html_figure(out, (double)c->events / (double)c->tries,
			    text_cell(shown, sizeof(shown), c));
	else
		html_put(out, "<td class=\"number soft\">%s</td>", text_cell(shown, sizeof(shown), c));
}

/* The id without its mapping: "bw/store8/4K/posted". */
static void put_pair(FILE *out, const struct cell_record *plain, const struct cell_record *wc)
{
	char ratio[24];

	html_put(out, "<tr><td class=\"id\">%s%s</td>", wc->experiment,
		 strchr(strchr(wc->id, '/') + 1, '/'));
	put_median(out, plain);
	put_median(out, wc);
	snprintf(ratio, sizeof(ratio), "%.2f", wc->summary.median / plain->summary.median);
	html_figure(out, wc->summary.median / plain->summary.median, ratio);
	fputs("</tr>\n", out);
}

static const struct cell_record *plain_of(const struct result *r, const struct cell_record *wc)
{
	const char *slash = strchr(wc->id, '/');
	const struct cell_record *plain;
	char id[sizeof(wc->id) + 8];

	if (!slash || strncmp(slash, "/wc/", 4))
		return NULL;
	snprintf(id, sizeof(id), "%.*s/plain/%s", (int)(slash - wc->id), wc->id, slash + 4);
	plain = result_find_cell(r, id);
	return page_measured(plain) && page_measured(wc) && plain->summary.median > 0 &&
	       !strcmp(plain->unit, wc->unit) ? plain : NULL;
}

static void put_pair_table(FILE *out, const struct result *r, const struct cell_record *const *plain,
			   size_t n)
{
	static const struct html_column columns[] = { { "cell", false }, { "plain", true },
						      { "wc", true }, { "wc / plain", true },
						      { NULL, false } };

	html_fold(out, n <= 12, "plain against wc: what asking for write combining brings", n);
	html_table(out, r->env.emulated ? "EMULATED: these times say nothing about hardware. Medians; a rate "
					  "gains above 1, a time below." :
					  "Medians; a rate gains above 1, a time below.", columns);
	for (size_t i = 0; i < r->n_cells; i++)
		if (plain[i])
			put_pair(out, plain[i], &r->cells[i]);
	html_table_end(out);
	html_fold_end(out);
}

/* What the guest gains by asking for write combining, cell by cell. 0, -ENOMEM. */
static int put_pairs(FILE *out, const struct result *r)
{
	const struct cell_record **plain = calloc(r->n_cells + 1, sizeof(const struct cell_record *));
	size_t n = 0;

	if (!plain)
		return -ENOMEM;
	for (size_t i = 0; i < r->n_cells; i++) {
		plain[i] = plain_of(r, &r->cells[i]);
		n += plain[i] != NULL;
	}
	if (n)
		put_pair_table(out, r, plain, n);
	free(plain);
	return 0;
}

static void put_interval(FILE *out, const struct cell_record *c)
{
	bool rate = !strcmp(c->unit, "B/s");
	char low[24], high[24];

	if (!page_measured(c)) {
		fputs("<td></td><td></td>", out);
		return;
	}
	html_put(out, "<td class=\"number\">%s to %s</td>",
		 rate ? text_rate(low, sizeof(low), c->summary.ci_low) :
			text_ns(low, sizeof(low), c->summary.ci_low),
		 rate ? text_rate(high, sizeof(high), c->summary.ci_high) :
			text_ns(high, sizeof(high), c->summary.ci_high));
	snprintf(low, sizeof(low), "%.1f %%", 100 * c->summary.coverage);
	html_figure(out, c->summary.coverage, low);
}

static void put_cell(FILE *out, const struct cell_record *c)
{
	char n[24];

	html_put(out, "<tr><td class=\"id\">%s</td>", c->id);
	put_median(out, c);
	put_interval(out, c);
	snprintf(n, sizeof(n), "%u", c->n_rounds);
	html_figure(out, c->n_rounds, n);
	html_put(out, "<td class=\"long\">%s</td></tr>\n", c->why);
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
	for (size_t i = 0; i < r->n_cells; i++)
		put_cell(out, &r->cells[i]);
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

		html_put(out, "<tr><td>%s</td><td>%s</td><td>%s</td><td>%s</td>", p->mapping, p->name,
			 p->outcome, probe_route(p));
		put_ns(out, p->load_ns);
		put_ns(out, p->store_ns);
		html_put(out, "<td class=\"long\">%s</td></tr>\n", p->detail);
	}
	html_table_end(out);
}

static int put_figures(FILE *out, const struct result *r, const struct verdict *v)
{
	struct told told = { r, v };
	int ret;

	html_section(out, "figures", "Figures");
	if (r->env.emulated)
		html_mark(out, "unsure", "EMULATED", "No time or rate below says anything about hardware.");
	put_probes(out, r);
	ret = put_pairs(out, r);
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		html_lines(out, sections[i], &told);
	put_cells(out, r);
	html_section_end(out);
	return ret;
}

static int put_raw(FILE *out, const struct result *r, const struct verdict *v)
{
	int ret;

	html_section(out, "raw", "Raw data");
	fputs("<p>Every tick that was counted, in the form of mmiobench --json; mmiocompare and mmioplot "
	      "read it. It names the machine, its kernel and the device: look before you pass it on.</p>\n"
	      "<noscript><p>Without JavaScript: <code>sed -n '/^&lt;script.*raw-result/{n;p}' report.html"
	      "</code></p></noscript>\n", out);
	ret = html_raw(out, "raw-result", "result.json", "the result", json_result(r, v));
	html_section_end(out);
	return ret;
}

int html_result(FILE *out, const struct result *r, const struct verdict *v,
		const struct html_pictures *pictures)
{
	struct checks checks;
	char title[128], bar[64];
	int ret = checks_of_result(&checks, r, v);

	if (ret)
		return ret;
	snprintf(bar, sizeof(bar), "%s BAR %u", r->device.bdf, r->bar.index);
	snprintf(title, sizeof(title), "%s: %s - mmiobench", v->about_guest ?
		 verdict_word_name(v->word) : "no verdict", r->is_ram ? "memory" : bar);
	html_begin(out, title);
	put_verdict(out, r, v);
	html_evidence(out, v, r);
	html_pictures(out, pictures);
	ret = put_figures(out, r, v);
	html_checks(out, &checks);
	html_machines(out, r, NULL, NULL);
	if (!ret)
		ret = put_raw(out, r, v);
	html_words(out);
	html_end(out);
	checks_free(&checks);
	return ret;
}
