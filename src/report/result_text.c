// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <inttypes.h>
#include <string.h>
#include "base/parse.h"
#include "report/report.h"
#include "report/text.h"

#define LABEL 30
#define COLUMN 14

static void print_head(FILE *out, const struct result *r)
{
	char size[24], offset[24], length[24], line[400];
	static const char *const states[] = {
		[WINDOW_UNTOUCHED] = "only loads, nothing was stored",
		[WINDOW_RESTORED] = "stored to, then put back as found",
		[WINDOW_LEFT] = "stored to, and left as the last store left it",
		[WINDOW_DIFFERS] = "stored to; what was put back did not stay: not plain memory",
		[WINDOW_LOST] = "stored to, and it could NOT be put back",
	};

	text_style_begin(out, TEXT_HEAD);
	fprintf(out, "mmiobench %s\n", r->version);
	text_style_end(out);
	if (r->is_ram) {
		text_wrapped(out, "measured", 11, "ordinary memory of this process (--map ram): "
			     "no BAR, no device");
	} else {
		snprintf(line, sizeof(line), "%s [%04x:%04x] %s %s", r->device.bdf,
			 r->device.vendor, r->device.device, r->device.vendor_name,
			 r->device.device_name);
		text_wrapped(out, "device", 11, line);
		snprintf(line, sizeof(line), "%u: %s, %s-bit, %sprefetchable; window of %s at %s: %s",
			 r->bar.index, format_size(size, sizeof(size), r->bar.size_bytes),
			 r->bar.is_64bit ? "64" : "32", r->bar.prefetchable ? "" : "not ",
			 format_size(length, sizeof(length), r->length_bytes),
			 format_size(offset, sizeof(offset), r->offset_bytes), states[r->window]);
		text_wrapped(out, "BAR", 11, line);
	}
	text_environment(out, r);
	fputc('\n', out);
}

static const char *base_mapping(const struct result *r)
{
	return r->is_ram ? "ram" : "plain";
}

static void print_probe_row(FILE *out, const struct result *r, const char *label,
			    const char *(*show)(char *buf, size_t n, const struct result *r,
						const char *mapping))
{
	static const char *const mappings[] = { "plain", "wc" };
	char buf[64];

	fprintf(out, "  %-*s", LABEL, label);
	if (r->is_ram)
		fprintf(out, "%22s", show(buf, sizeof(buf), r, "ram"));
	for (int i = 0; i < 2 && !r->is_ram; i++)
		fprintf(out, "%22s", show(buf, sizeof(buf), r, mappings[i]));
	fputc('\n', out);
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

static void print_probes(FILE *out, const struct result *r)
{
	print_probe_row(out, r, "mapping", show_mapping);
	print_probe_row(out, r, "asks for", show_asks);
	print_probe_row(out, r, "answers", show_answer);
	print_probe_row(out, r, "a store is", show_route);
	print_probe_row(out, r, "a load's round trip", show_load);
	print_probe_row(out, r, "issuing a store, idle", show_store);
	print_all_ones(out, r);
	fputc('\n', out);
}

/* The same cell of another mapping; NULL: none. */
static const struct cell_record *sibling(const struct result *r, const struct cell_record *c,
					 const char *mapping, const char *close)
{
	const char *access = c->id + strlen(c->experiment) + 1 + strlen(c->mapping);
	char id[sizeof(c->id)];
	size_t n = strlen(access);
	const char *posted = "/posted";

	if (close && n > strlen(posted) && !strcmp(access + n - strlen(posted), posted))
		n -= strlen(posted);
	else
		close = NULL;
	snprintf(id, sizeof(id), "%s/%s%.*s%s", c->experiment, mapping, (int)n, access,
		 close ? close : "");
	return result_find_cell(r, id);
}

static void print_ratio(FILE *out, const struct cell_record *plain, const struct cell_record *wc)
{
	if (plain && wc && plain->has_summary && wc->has_summary && plain->summary.median > 0)
		fprintf(out, "%12.2f", wc->summary.median / plain->summary.median);
	fputc('\n', out);
}

/* One row: the cell on the first mapping and its siblings. */
static void print_cell_row(FILE *out, const struct result *r, const struct cell_record *c,
			   const char *label, bool with_flushed)
{
	const struct cell_record *wc = r->is_ram ? NULL : sibling(r, c, "wc", NULL);
	char buf[32];

	fprintf(out, "  %-*s%*s", LABEL, label, COLUMN, text_cell(buf, sizeof(buf), c));
	if (with_flushed)
		fprintf(out, "%*s", COLUMN,
			text_cell(buf, sizeof(buf), sibling(r, c, base_mapping(r), "/flushed")));
	if (!r->is_ram)
		fprintf(out, "%*s", COLUMN, text_cell(buf, sizeof(buf), wc));
	if (with_flushed && !r->is_ram)
		fprintf(out, "%*s", COLUMN,
			text_cell(buf, sizeof(buf), sibling(r, c, "wc", "/flushed")));
	print_ratio(out, c, wc);
}

struct section {
	const char *title;
	const char *experiment;
	bool is_load, with_barrier, with_flushed;
};

static bool in_section(const struct result *r, const struct section *s,
		       const struct cell_record *c)
{
	bool barrier = strcmp(c->barrier, "none") != 0;

	/* devmem has no column: its rows say it */
	return !strcmp(c->experiment, s->experiment) && !c->flushed &&
	       (!strcmp(c->mapping, base_mapping(r)) || !strcmp(c->mapping, "devmem")) &&
	       (strcmp(s->experiment, "bw") || (c->is_load == s->is_load &&
						barrier == s->with_barrier));
}

static void label_lat(char *buf, size_t n, const struct cell_record *c)
{
	bool single = !strcmp(c->access_pattern, "single");
	bool barrier = strcmp(c->barrier, "none") != 0;
	const char *what = c->is_load ? "load" : "store";

	if (!strcmp(c->barrier, "dep"))
		snprintf(buf, n, "load of %u B, dependent", c->width_bytes);
	else if (c->is_load && barrier)
		snprintf(buf, n, "load, %u in flight", c->interval_bytes / c->width_bytes);
	else
		snprintf(buf, n, "%s of %u B%s%s%s", what, c->width_bytes, barrier ? " + " : "",
			 barrier ? c->barrier : "", single ? ", alone" : "");
}

/* "16K, store8~reverse", "dsb-st@64/16K": what the id says after the mapping, in reading order. */
static void label_access(char *buf, size_t n, const struct cell_record *c)
{
	const char *access = c->id + strlen(c->experiment) + 1 + strlen(c->mapping) + 1;
	const char *region = strchr(access, '/'), *plus = strchr(access, '+');
	const char *end = region ? strchr(region + 1, '/') : NULL;
	const char *through = strcmp(c->mapping, "devmem") ? "" : "devmem: ";
	bool usual = !strcmp(c->kernel, "store8") && !strcmp(c->experiment, "bw");

	if (!region)
		snprintf(buf, n, "%s%s", through, access);
	else if (plus && plus < region && usual)
		snprintf(buf, n, "%s%.*s", through, (int)(end ? end - plus - 1 : 40), plus + 1);
	else if (!strcmp(c->experiment, "bw"))
		snprintf(buf, n, "%s%.*s, %.*s", through, (int)(end ? end - region - 1 : 20),
			 region + 1, (int)(region - access), access);
	else
		snprintf(buf, n, "%s%.*s%s", through, (int)(region - access), access,
			 c->shift_bytes ? ", shifted" : "");
}

static void cell_label(char *buf, size_t n, const struct cell_record *c)
{
	if (!strcmp(c->experiment, "lat"))
		label_lat(buf, n, c);
	else
		label_access(buf, n, c);
	if (c->shift_bytes && strlen(buf) + 4 < n)
		snprintf(buf + strlen(buf), n - strlen(buf), " %u", c->shift_bytes);
}

static void print_section_head(FILE *out, const struct result *r, const struct section *s,
			       bool with_flushed)
{
	const char *const plain[] = { r->is_ram ? "ram" : "plain", "flushed" };

	text_style_begin(out, TEXT_HEAD);
	fprintf(out, "%s\n", s->title);
	text_style_end(out);
	fprintf(out, "  %-*s%*s", LABEL, "", COLUMN, plain[0]);
	if (with_flushed)
		fprintf(out, "%*s", COLUMN, plain[1]);
	if (!r->is_ram) {
		fprintf(out, "%*s", COLUMN, "wc");
		if (with_flushed)
			fprintf(out, "%*s", COLUMN, "flushed");
		fprintf(out, "%12s", "wc/plain");
	}
	fputc('\n', out);
}

/* Quick runs have no flushed cells with barriers. */
static bool has_flushed(const struct result *r, const struct section *s)
{
	for (size_t i = 0; i < r->n_cells; i++)
		if (r->cells[i].flushed && !strcmp(r->cells[i].experiment, s->experiment) &&
		    (strcmp(r->cells[i].barrier, "none") != 0) == s->with_barrier)
			return true;
	return false;
}

static void print_sections(FILE *out, const struct result *r)
{
	static const struct section sections[] = {
		{ "Stores over a region, posted; \"flushed\" ends with a read from the device", "bw",
		  false, false, true },
		{ "Stores over a region with a barrier every so many bytes", "bw", false, true,
		  true },
		{ "Loads over a region", "bw", true, false, false },
		{ "Which stores combine: 64-byte lines, posted; a barrier after each, or none",
		  "combine", false, true, false },
		{ "One access, back to back; \"alone\": timed one by one, clock included", "lat", false, true, false },
		{ "A descriptor of so many bytes, a barrier, a doorbell through plain", "doorbell",
		  false, true, false },
		{ "Early write acknowledgement: a store and a DSB through each type", "early-ack", false,
		  true, false },
	};
	char label[64];

	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		const struct section *s = &sections[i];
		bool head = false, flushed = s->with_flushed && has_flushed(r, s);
		uint64_t last = 0, next;

		/* in order of size; cells of one size in the plan's order */
		do {
			next = 0;
			for (size_t k = 0; k < r->n_cells; k++) {
				const struct cell_record *c = &r->cells[k];

				if (!in_section(r, s, c))
					continue;
				if (c->region_bytes > last && (!next || c->region_bytes < next))
					next = c->region_bytes;
				if (c->region_bytes != last)
					continue;
				if (!head)
					print_section_head(out, r, s, flushed);
				head = true;
				cell_label(label, sizeof(label), c);
				print_cell_row(out, r, c, label, flushed);
			}
			last = next;
		} while (next);
		if (head)
			fputc('\n', out);
	}
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

static void print_evidence(FILE *out, const struct verdict *v)
{
	char line[512];

	if (!v->n_evidence)
		return;
	text_style_begin(out, TEXT_HEAD);
	fputs("Evidence about wc\n", out);
	text_style_end(out);
	for (unsigned int i = 0; i < v->n_evidence; i++) {
		const struct evidence *e = &v->evidence[i];
		char label[32];

		snprintf(label, sizeof(label), "  %-17s %s", e->line, strength_name(e->strength));
		snprintf(line, sizeof(line), "%s (%s): %s", e->observed, e->threshold, e->why);
		text_wrapped(out, label, 28, line);
	}
	fputc('\n', out);
}

/* The verdict in one sentence, for people; the word itself is in the JSON. */
static void verdict_sentence(char *buf, size_t n, const struct result *r, const struct verdict *v)
{
	const char *asked = r->asks[1], *sure = confidence_name(v->confidence);
	const char *who = r->env.virt.guest == ENV_GUEST ? "VM" : "machine";

	if (!v->judged)
		snprintf(buf, n, "none: %.400s", v->reason);
	else if (!v->about_guest)
		snprintf(buf, n, "bare metal: asked for %s through resource%u_wc, effective type %s "
			 "(confidence: %s)", asked, r->bar.index,
			 effective_name(v->effective, r->arch), sure);
	else if (v->word == VERDICT_PRESERVED)
		snprintf(buf, n, "preserved (confidence: %s): this %s asked for %s and got it", sure,
			 who, asked);
	else if (v->word == VERDICT_INCONCLUSIVE)
		snprintf(buf, n, "inconclusive: this %s asked for %s, nothing shows what it got",
			 who, asked);
	else
		snprintf(buf, n, "%s (confidence: %s): this %s asked for %s and did NOT get it: it is "
			 "%s", verdict_word_name(v->word), sure, who, asked,
			 effective_name(v->effective, r->arch));
}

static void print_verdict(FILE *out, const struct result *r, const struct verdict *v)
{
	static const enum text_style styles[VERDICTS] = {
		[VERDICT_INCONCLUSIVE] = TEXT_UNSURE, [VERDICT_PRESERVED] = TEXT_GOOD,
		[VERDICT_DEMOTED] = TEXT_BAD,	      [VERDICT_TRAPPED] = TEXT_BAD,
		[VERDICT_WRITE_BACK] = TEXT_UNSURE,
	};
	char line[512];

	verdict_sentence(line, sizeof(line), r, v);
	text_style_begin(out, styles[v->word]);
	text_wrapped(out, "VERDICT", 11, line);
	text_style_end(out);
	if (v->judged)
		text_wrapped(out, "why", 11, v->reason);
	for (unsigned int i = 0; i < v->n_advice; i++)
		text_wrapped(out, i ? "" : "what to do", 11, v->advice[i]);
}

void result_text(FILE *out, const struct result *r, const struct verdict *v, const char *saved)
{
	char line[512];

	print_head(out, r);
	print_probes(out, r);
	print_sections(out, r);
	print_not_measured(out, r);
	print_evidence(out, v);
	print_verdict(out, r, v);
	snprintf(line, sizeof(line), "%u rounds in %.1f s, seed 0x%" PRIx64 ", %s at %.3f MHz",
		 r->rounds_done, r->duration_s, r->seed, r->clock_name, r->clock_hz / 1e6);
	text_wrapped(out, "run", 11, line);
	if (saved)
		text_wrapped(out, "saved", 11, saved);
}
