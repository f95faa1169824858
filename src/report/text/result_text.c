// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "base/parse.h"
#include "record/unmeasured.h"
#include "report/report.h"
#include "report/text/page.h"
#include "verdict/violations.h"
#include "verdict/wording.h"

/* The page is longer than a screen: whoever sees its beginning knows how it ends. */
static void print_short(FILE *out, const struct result *r, const struct verdict *v)
{
	char line[160], wrong[48] = "";
	size_t n_wrong = count_failed(r, v);

	if (!v->judged)
		return;
	verdict_short(line, sizeof(line), r, v);
	if (n_wrong)
		snprintf(wrong, sizeof(wrong), ", %zu cells WRONG", n_wrong);
	text_line(out, "in short", "%s%s; reasons at the end", line, wrong);
}

static void print_bar(FILE *out, const struct result *r)
{
	char size[24], offset[24], length[24];

	text_device(out, &r->device);
	text_line(out, "BAR", "%u: %s, %s-bit, %sprefetchable; window of %s at %s: %s", r->bar.index,
		  format_size(size, sizeof(size), r->bar.size_bytes), r->bar.is_64bit ? "64" : "32",
		  r->bar.prefetchable ? "" : "not ",
		  format_size(length, sizeof(length), r->length_bytes),
		  format_size(offset, sizeof(offset), r->offset_bytes), window_means(r->window));
}

static void print_head(FILE *out, const struct result *r, const struct verdict *v)
{
	const char *cpu = fact_or(&r->env.facts, "cpu_model", "");

	text_head(out, "mmiobench %s", r->version);
	print_short(out, r, v);
	if (r->is_ram)
		text_line(out, "measured", "ordinary memory of this process (--map ram): no BAR, no device");
	else
		print_bar(out, r);
	text_machine(out, &r->env);
	text_line(out, "", "Linux %s, %s%s%s; measured on CPU %u, %s",
		  fact_or(&r->env.facts, "kernel_release", "?"), r->arch, *cpu ? ", " : "", cpu, r->cpu,
		  r->cpu_why);
}

/* A row: of each mapping one word about its single accesses. */
enum probe_row { ASKS, ANSWERS, ROUTE, LOAD, STORE, PROBE_ROWS };

static void add_probe(struct table *t, const struct result *r, enum map_type mapping, enum probe_row row)
{
	const struct probe_record *p = result_find_probe(r, PROBE_ACCESS, mapping);
	double ns = !p ? 0 : row == LOAD ? p->load_ns : p->store_ns;
	char buf[32];

	if (row == ASKS)
		table_cell(t, "%s", r->asks[mapping]);
	else if (p && row == ANSWERS)
		table_cell(t, "%s", probe_outcome_text(&p->outcome));
	else if (p && row == ROUTE)
		table_cell(t, "%s", words_route.name((int)probe_route(p)));
	else
		table_cell(t, "%s", ns > 0 ? figure_ns(buf, sizeof(buf), ns) : "not measured");
}

static void print_probes(FILE *out, const struct result *r)
{
	static const char *const labels[PROBE_ROWS] = {
		[ASKS] = "asks for", [ANSWERS] = "answers", [ROUTE] = "a store is",
		[LOAD] = "a single load's round trip", [STORE] = "issuing a single store, idle",
	};
	struct table t;

	table_begin(&t, 32, "mapping");
	for_each_mapping(m, r)
		table_column(&t, 22, r->is_ram ? "%s" : "%s (resource%u%s)", map_name(*m), r->bar.index,
			     *m == MAP_WC ? "_wc" : "");
	for (int row = 0; row < PROBE_ROWS; row++) {
		table_row(&t, "%s", labels[row]);
		for_each_mapping(m, r)
			add_probe(&t, r, *m, (enum probe_row)row);
	}
	table_end(&t, out);
	if (run_has(r, EXP_LAT))
		page_note(out, "single accesses are timed one by one, to the clock's step at best; "
			  "those of lat, below, are means of many in a row");
}

/* How many cells did not end well, for each reason. */
static void print_not_measured(FILE *out, const struct result *r)
{
	enum cell_status told = CELL_NOT_RUN;
	struct unmeasured *v;
	size_t n;

	if (unmeasured_list(&v, &n, r))
		return;
	for (size_t i = 0; i < n; i++) {
		text_line(out, v[i].status == told ? "" : cell_status_name(v[i].status),
			  "%zu of %zu cells, for example %s: %s", v[i].n, r->n_cells, v[i].first->id,
			  v[i].first->why);
		told = v[i].status;
	}
	free(v);
}

static void print_evidence(FILE *out, const struct verdict *v)
{
	unsigned int discounted = 0;
	char label[32];

	if (!v->n_evidence)
		return;
	text_head(out, "Evidence about wc");
	for (unsigned int i = 0; i < v->n_evidence; i++) {
		const struct evidence *e = &v->evidence[i];

		discounted += e->discounted;
		if (e->discounted)
			continue;
		snprintf(label, sizeof(label), "  %-17s %s", e->line, strength_name(e->strength));
		text_say(out, label, 28, "%s (rule: %s): %s", e->observed, e->threshold, e->why);
	}
	if (discounted)
		text_say(out, "  times             none", 28, "%u lines rest on times, and an emulated CPU's "
			 "times say nothing about memory types but that a BAR is trapped (--explain)",
			 discounted);
	fputc('\n', out);
}

static void print_verdict(FILE *out, const struct result *r, const struct verdict *v)
{
	const char *means = verdict_means(v, r);
	char line[512];

	verdict_sentence(line, sizeof(line), r, v);
	text_styled(out, text_outcome_style(v->outcome), "VERDICT", "%s", line);
	if (means)
		text_line(out, "means", "%s", means);
	if (v->judged)
		text_line(out, "why", "%s", v->reason);
	for (unsigned int i = 0; i < v->n_advice; i++)
		text_line(out, i ? "" : "what to do", "%s", v->advice[i]);
}

static void print_run(FILE *out, const struct result *r, const char *saved)
{
	text_line(out, "run", "%u rounds in %s%.1f s, seed 0x%" PRIx64 ", %s at %.3f MHz",
		  r->rounds_done, r->duration_s < 0.1 ? "under " : "",
		  r->duration_s < 0.1 ? 0.1 : r->duration_s, r->seed, r->clock_name,
		  r->clock_hz / 1e6);
	if (saved)
		text_line(out, "saved", "%s", saved);
	if (r->self_check.launches)
		self_check_text(out, &r->self_check);
}

void result_text(FILE *out, const struct result *r, const struct verdict *v, const char *saved)
{
	struct marks marks;

	marks_of_run(&marks, r, v);
	print_head(out, r, v);
	text_marks(out, &marks, MARK_EMULATED, MARK_REPLAYED);
	fputc('\n', out);
	print_probes(out, r);
	text_marks(out, &marks, MARK_ALL_ONES, MARK_NOTE);
	fputc('\n', out);
	for (const struct page_section *s = page_sections; s->question; s++)
		page_print(out, s, r, v);
	page_print_others(out, r);
	print_not_measured(out, r);
	print_evidence(out, v);
	text_marks(out, &marks, MARK_WRONG, MARK_WRONG);
	print_verdict(out, r, v);
	print_run(out, r, saved);
	marks_free(&marks);
}
