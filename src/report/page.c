// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdarg.h>
#include <string.h>
#include "report/page.h"

#define EMULATED "  EMULATED" /* behind a section's question */

const char *const *page_mappings(const struct result *r)
{
	static const char *const ram[] = { "ram", NULL }, *const bar[] = { "plain", "wc", NULL };

	return r->is_ram ? ram : bar;
}

bool page_has(const struct result *r, const char *experiment)
{
	for (size_t i = 0; i < r->n_cells; i++)
		if (!strcmp(r->cells[i].experiment, experiment) && r->cells[i].n_rounds)
			return true;
	return false;
}

bool page_may_answer(const struct result *r)
{
	return !r->env.emulated;
}

void page_head(FILE *out, const struct result *r, const char *question)
{
	bool emulated = r && r->env.emulated;
	bool fits = strlen(question) + strlen(EMULATED) <= text_columns(out);

	text_style_begin(out, TEXT_HEAD);
	if (emulated && fits)
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

static bool same_words(const struct cell_record *a, const struct cell_record *b)
{
	return !strcmp(a->experiment, b->experiment) && !strcmp(a->mapping, b->mapping) &&
	       !strcmp(a->kernel, b->kernel) && !strcmp(a->barrier, b->barrier) &&
	       !strcmp(a->barrier2, b->barrier2) &&
	       !strcmp(a->access_pattern, b->access_pattern) && !strcmp(a->shape, b->shape) &&
	       !strcmp(a->place, b->place);
}

static bool same_numbers(const struct cell_record *a, const struct cell_record *b)
{
	return a->threads == b->threads && a->doorbell_bytes == b->doorbell_bytes &&
	       a->shift_bytes == b->shift_bytes && a->interval_bytes == b->interval_bytes &&
	       a->region_bytes == b->region_bytes && a->flushed == b->flushed;
}

const struct cell_record *page_find(const struct result *r, const struct cell_record *want)
{
	for (size_t i = 0; i < r->n_cells; i++)
		if (same_words(&r->cells[i], want) && same_numbers(&r->cells[i], want))
			return &r->cells[i];
	return NULL;
}

const struct cell_record *page_sibling(const struct result *r, const struct cell_record *c,
				       const char *mapping)
{
	struct cell_record want = *c;

	snprintf(want.mapping, sizeof(want.mapping), "%s", mapping);
	return page_find(r, &want);
}

bool page_measured(const struct cell_record *c)
{
	return c && c->status == CELL_MEASURED && c->has_summary;
}

void page_row_cell(struct table_row *row, const struct cell_record *c)
{
	bool something = row->something;
	char buf[32];

	table_row_text(row, text_cell(buf, sizeof(buf), c));
	if (c && (c->status == CELL_SKIPPED || c->status == CELL_NOT_RUN))
		row->something = something;
}

void page_note(FILE *out, const char *text)
{
	text_wrapped(out, " ", 2, text);
}

void page_say(FILE *out, const char *fmt, ...)
{
	char text[600];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	text_wrapped(out, "  =>", 5, text);
}

bool page_disturbance(char *buf, size_t n, const struct result *r)
{
	const struct disturbance *d = &r->disturbance;

	snprintf(buf, n, "%s%s%s", d->why, d->why[0] ? ": cells that were being measured, or were to be, "
		 "count as failed" : "", !d->power_lost ? "" : d->why[0] ?
		 "; COMMAND, power state or power/control could NOT be put back" :
		 "COMMAND, power state or power/control could NOT be put back");
	return buf[0];
}

bool page_listed(char *buf, size_t n, const struct probe_record *p)
{
	if (strcmp(p->name, "memtype"))
		return false;
	snprintf(buf, n, "%s%s", p->detail, strcmp(p->mapping, "plain") ? "" :
		 ". So plain is no control of wc: nothing is concluded from one against the other, and "
		 "plain may reorder");
	return true;
}
