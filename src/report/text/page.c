// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <string.h>
#include "report/text/page.h"

#define EMULATED "  EMULATED" /* behind a section's question */

static bool has_doorbell(const struct result *r)
{
	return doorbell_find(r).n_sizes;
}

static bool has_combine(const struct result *r)
{
	return combine_find(r).best;
}

const struct page_section page_sections[] = {
	{ EXP_BW, "bw: how many bytes per second can be stored and loaded?", false, page_bw, NULL },
	{ EXP_COMBINE, "combine: which store sequence combines, how reliably?", false, page_combine,
	  has_combine },
	{ EXP_LAT, "lat: how long is a read, how many overlap, what does a store cost to issue?", false,
	  page_lat, NULL },
	{ EXP_DOORBELL, "doorbell: what does it cost to write a descriptor and ring?", false, page_doorbell,
	  has_doorbell },
	{ EXP_EARLY_ACK, "early-ack: is the early write acknowledgement visible?", false, page_early_ack,
	  NULL },
	{ EXP_ORDER, "order: which reorderings do two CPUs see?", false, page_order, NULL },
	{ EXP_INTEGRITY, "integrity: does what was stored arrive, there, and only there?", true,
	  page_integrity, NULL },
	{ EXP_SCALE, "scale: how much more do several CPUs store and load?", false, page_scale, NULL },
	{ 0 },
};

void page_question(FILE *out, const char *question, bool emulated)
{
	text_style_begin(out, TEXT_HEAD);
	if (emulated && strlen(question) + strlen(EMULATED) <= text_columns(out))
		fputs(question, out);
	else
		text_wrapped(out, "", 0, question);
	text_style_end(out);
	if (!emulated)
		return;
	text_style_begin(out, TEXT_UNSURE);
	fputs(EMULATED, out);
	text_style_end(out);
	fputc('\n', out);
}

void page_print(FILE *out, const struct page_section *s, const struct result *r,
		const struct verdict *v)
{
	if (!run_has(r, s->experiment) || (s->has && !s->has(r)))
		return;
	page_question(out, s->question, r->env.emulated && !s->counts);
	s->print(out, r, v);
	fputc('\n', out);
}

void page_cell(struct table *t, const struct cell_record *c)
{
	bool something = t->row.something;
	char buf[32];

	table_cell(t, "%s", figure_cell(buf, sizeof(buf), c));
	if (c && (c->status == CELL_SKIPPED || c->status == CELL_NOT_RUN))
		t->row.something = something;
}

void page_row(struct table *t, const struct result *r, const struct cell_record *c,
	      const enum map_type *mappings, const char *label)
{
	table_row(t, "%s", label);
	for (; *mappings < MAP_TYPES; mappings++)
		page_cell(t, result_find_beside(r, c, *mappings));
}
