// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <inttypes.h>
#include <string.h>
#include "base/parse.h"
#include "judge/correct.h"
#include "report/page.h"
#include "report/report.h"
#include "report/self_check.h"

#define LABEL  32
#define COLUMN 22

/* The page is longer than a screen: whoever sees its beginning knows how it ends. */
static void print_short(FILE *out, const struct result *r, const struct verdict *v)
{
	char line[160], wrong[48] = "";
	size_t n_wrong = count_failed(r, v);

	if (!v->judged)
		return;
	text_short(line, sizeof(line), r, v);
	if (n_wrong)
		snprintf(wrong, sizeof(wrong), ", %zu cells WRONG", n_wrong);
	strncat(line, wrong, sizeof(line) - strlen(line) - 1);
	strncat(line, "; reasons at the end", sizeof(line) - strlen(line) - 1);
	text_wrapped(out, "in short", 11, line);
}

static void print_head(FILE *out, const struct result *r, const struct verdict *v)
{
	char size[24], offset[24], length[24], line[400];

	text_style_begin(out, TEXT_HEAD);
	fprintf(out, "mmiobench %s\n", r->version);
	text_style_end(out);
	print_short(out, r, v);
	if (r->is_ram) {
		text_wrapped(out, "measured", 11, "ordinary memory of this process (--map ram): "
			     "no BAR, no device");
	} else {
		text_device(out, &r->device);
		snprintf(line, sizeof(line), "%u: %s, %s-bit, %sprefetchable; window of %s at %s: %s",
			 r->bar.index, format_size(size, sizeof(size), r->bar.size_bytes),
			 r->bar.is_64bit ? "64" : "32", r->bar.prefetchable ? "" : "not ",
			 format_size(length, sizeof(length), r->length_bytes),
			 format_size(offset, sizeof(offset), r->offset_bytes), text_window(r->window));
		text_wrapped(out, "BAR", 11, line);
	}
	text_environment(out, r);
	fputc('\n', out);
}

static void add_probe_row(struct table *t, const struct result *r, const char *label,
			  const char *(*show)(char *buf, size_t n, const struct result *r,
					      const char *mapping))
{
	struct table_row row;
	char buf[64];

	table_row_begin(&row, "%s", label);
	for (const char *const *m = page_mappings(r); *m; m++)
		table_row_text(&row, show(buf, sizeof(buf), r, *m));
	table_add(t, &row);
}

static const char *show_mapping(char *buf, size_t n, const struct result *r, const char *mapping)
{
	if (r->is_ram)
		return "ram";
	snprintf(buf, n, "%s (resource%u%s)", mapping, r->bar.index,
		 strcmp(mapping, "wc") ? "" : "_wc");
	return buf;
}

static const char *show_asks(char *buf, size_t n, const struct result *r, const char *mapping)
{
	(void)buf;
	(void)n;
	return r->asks[!strcmp(mapping, "plain") ? 0 : !strcmp(mapping, "wc") ? 1 : 2];
}

static const char *show_answer(char *buf, size_t n, const struct result *r, const char *mapping)
{
	const struct probe_record *p = result_find_probe(r, "access", mapping);

	snprintf(buf, n, "%s", p ? p->outcome : "not measured");
	return buf;
}

static const char *show_route(char *buf, size_t n, const struct result *r, const char *mapping)
{
	const struct probe_record *p = result_find_probe(r, "access", mapping);

	(void)buf;
	(void)n;
	return p ? probe_route(p) : "not measured";
}

static const char *show_load(char *buf, size_t n, const struct result *r, const char *mapping)
{
	const struct probe_record *p = result_find_probe(r, "access", mapping);

	return p && p->load_ns > 0 ? text_ns(buf, n, p->load_ns) : "not measured";
}

static const char *show_store(char *buf, size_t n, const struct result *r, const char *mapping)
{
	const struct probe_record *p = result_find_probe(r, "access", mapping);

	return p && p->store_ns > 0 ? text_ns(buf, n, p->store_ns) : "not measured";
}

/* Nobody there is the likeliest cause of all ones, and then no figure means anything. */
static void print_all_ones(FILE *out, const struct result *r)
{
	for (size_t i = 0; i < r->n_probes; i++) {
		if (strcmp(r->probes[i].outcome, "all-ones"))
			continue;
		text_style_begin(out, TEXT_BAD);
		text_wrapped(out, "ALL ONES", 11, r->probes[i].detail);
		text_style_end(out);
		return;
	}
}

/* Pages that the kernel maps otherwise than it is asked to: then wc and plain may be one. */
static void print_listed(FILE *out, const struct result *r)
{
	char line[320];

	for (size_t i = 0; i < r->n_probes; i++) {
		if (!page_listed(line, sizeof(line), &r->probes[i]))
			continue;
		text_style_begin(out, TEXT_UNSURE);
		text_wrapped(out, "NOT ASKED", 11, line);
		text_style_end(out);
	}
}

static void print_disturbance(FILE *out, const struct result *r)
{
	char line[320];

	if (!page_disturbance(line, sizeof(line), r))
		return;
	text_style_begin(out, TEXT_BAD);
	text_wrapped(out, "DISTURBED", 11, line);
	text_style_end(out);
}

static void print_probes(FILE *out, const struct result *r)
{
	struct table t;
	char buf[64];

	table_begin(&t, LABEL, "mapping");
	for (const char *const *m = page_mappings(r); *m; m++)
		table_column(&t, COLUMN, show_mapping(buf, sizeof(buf), r, *m));
	add_probe_row(&t, r, "asks for", show_asks);
	add_probe_row(&t, r, "answers", show_answer);
	add_probe_row(&t, r, "a store is", show_route);
	add_probe_row(&t, r, "a single load's round trip", show_load);
	add_probe_row(&t, r, "issuing a single store, idle", show_store);
	table_end(&t, out);
	if (page_has(r, "lat"))
		page_note(out, "single accesses are timed one by one, to the clock's step at best; "
			  "those of lat, below, are means of many in a row");
	print_all_ones(out, r);
	print_listed(out, r);
	print_disturbance(out, r);
	fputc('\n', out);
}

/* How many cells did not end well, and why the first of each kind did not. */
static void print_not_measured(FILE *out, const struct result *r)
{
	for (int s = CELL_SKIPPED; s < CELL_STATUSES; s++) {
		const struct cell_record *first = NULL;
		unsigned int n = 0;
		char line[320];

		for (size_t i = 0; i < r->n_cells; i++) {
			if (r->cells[i].status != (enum cell_status)s)
				continue;
			first = first ? first : &r->cells[i];
			n++;
		}
		if (!n)
			continue;
		snprintf(line, sizeof(line), "%u of %zu cells, for example %s: %s", n, r->n_cells,
			 first->id, first->why);
		text_wrapped(out, cell_status_name((enum cell_status)s), 11, line);
	}
}

/* What correctness tests saw and must not have. */
static void print_failed(FILE *out, const struct result *r, const struct verdict *v)
{
	char why[256], line[400];

	for (size_t i = 0; i < r->n_cells; i++) {
		if (!cell_failed(r, v, &r->cells[i], why, sizeof(why)))
			continue;
		snprintf(line, sizeof(line), "%s: %s", r->cells[i].id, why);
		text_style_begin(out, TEXT_BAD);
		text_wrapped(out, "WRONG", 11, line);
		text_style_end(out);
	}
}

static void print_evidence(FILE *out, const struct verdict *v)
{
	unsigned int unheard = 0;
	char line[512];

	if (!v->n_evidence)
		return;
	text_style_begin(out, TEXT_HEAD);
	fputs("Evidence about wc\n", out);
	text_style_end(out);
	for (unsigned int i = 0; i < v->n_evidence; i++) {
		const struct evidence *e = &v->evidence[i];
		char label[32];

		if (e->unheard) {
			unheard++;
			continue;
		}
		snprintf(label, sizeof(label), "  %-17s %s", e->line, strength_name(e->strength));
		snprintf(line, sizeof(line), "%s (rule: %s): %s", e->observed, e->threshold,
			 e->why);
		text_wrapped(out, label, 28, line);
	}
	if (unheard) {
		snprintf(line, sizeof(line), "%u lines rest on times, and an emulated CPU's times say "
			 "nothing about memory types but that a BAR is trapped (--explain)", unheard);
		text_wrapped(out, "  times             none", 28, line);
	}
	fputc('\n', out);
}

static void print_verdict(FILE *out, const struct result *r, const struct verdict *v)
{
	static const enum text_style styles[VERDICTS] = {
		[VERDICT_INCONCLUSIVE] = TEXT_UNSURE, [VERDICT_PRESERVED] = TEXT_GOOD,
		[VERDICT_DEMOTED] = TEXT_BAD,	      [VERDICT_TRAPPED] = TEXT_BAD,
		[VERDICT_WRITE_BACK] = TEXT_UNSURE,
	};
	const char *means = text_means(v, r);
	char line[512];

	text_verdict(line, sizeof(line), r, v);
	text_style_begin(out, styles[v->word]);
	text_wrapped(out, "VERDICT", 11, line);
	text_style_end(out);
	if (means)
		text_wrapped(out, "means", 11, means);
	if (v->judged)
		text_wrapped(out, "why", 11, v->reason);
	for (unsigned int i = 0; i < v->n_advice; i++)
		text_wrapped(out, i ? "" : "what to do", 11, v->advice[i]);
}

void result_text(FILE *out, const struct result *r, const struct verdict *v, const char *saved)
{
	char line[512];

	print_head(out, r, v);
	print_probes(out, r);
	page_bw(out, r);
	page_combine(out, r);
	page_lat(out, r);
	page_doorbell(out, r);
	page_early_ack(out, r);
	page_order(out, r, v);
	page_integrity(out, r);
	page_scale(out, r);
	print_not_measured(out, r);
	print_evidence(out, v);
	print_failed(out, r, v);
	print_verdict(out, r, v);
	snprintf(line, sizeof(line), "%u rounds in %s%.1f s, seed 0x%" PRIx64 ", %s at %.3f MHz",
		 r->rounds_done, r->duration_s < 0.1 ? "under " : "",
		 r->duration_s < 0.1 ? 0.1 : r->duration_s, r->seed, r->clock_name,
		 r->clock_hz / 1e6);
	text_wrapped(out, "run", 11, line);
	if (saved)
		text_wrapped(out, "saved", 11, saved);
	if (r->self_check.launches)
		self_check_text(out, &r->self_check);
}
