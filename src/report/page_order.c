// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <inttypes.h>
#include <string.h>
#include "arch/edges.h"
#include "exp/litmus.h"
#include "judge/correct.h"
#include "report/page.h"

#define LABEL   44
#define NARROW  16 /* without the outcome */
#define COLUMN  9

/* The sets that every shape has, in the plan's order: none, the weakest that suffice, the full. */
#define SETS 3

static bool has_both(const struct cell_record *c, const char *barrier)
{
	return !strcmp(c->barrier, barrier) && !strcmp(c->barrier2, barrier);
}

/* What follows a shape's cell without barriers in the plan is the weakest set, or the full one. */
static const struct cell_record *of_set(const struct result *r, const char *mapping,
					const char *shape, int set)
{
	const char *full = barrier_full(r->arch);
	const struct cell_record *second = NULL;
	bool none = false; /* --barriers may have left it out, and with it the sets' order */
	int n = 0;

	for (size_t i = 0; i < r->n_cells; i++) {
		const struct cell_record *c = &r->cells[i];

		if (strcmp(c->experiment, "order") || strcmp(c->mapping, mapping) ||
		    strcmp(c->shape, shape))
			continue;
		if ((set == 0 && has_both(c, "none")) || (set == 2 && has_both(c, full)))
			return c;
		none |= !n && has_both(c, "none");
		second = ++n == 2 && none ? c : second;
	}
	return set == 1 ? second : NULL;
}

/* Weak outcomes per million; "!": forbidden, yet seen. */
static void add_count(struct table_row *row, const struct result *r, const struct verdict *v,
		      const struct cell_record *c)
{
	char text[32], why[256];
	double per_million;

	if (!c || !c->tries) {
		table_row_text(row, c ? cell_status_name(c->status) : "");
		return;
	}
	per_million = 1e6 * (double)c->events / (double)c->tries;
	snprintf(text, sizeof(text), "%.*f%s", per_million > 0 && per_million < 9.95 ? 1 : 0, per_million,
		 cell_failed(r, v, c, why, sizeof(why)) ? "!" :
		 litmus_forbidden(r, v, c)		? "" :
							  "~");
	table_row_text(row, text);
}

static void add_titles(struct table *t, const struct result *r, bool wide)
{
	char title[32];

	table_begin(t, wide ? LABEL : NARROW, "weak outcome");
	t->group = SETS;
	for (const char *const *m = page_mappings(r); *m; m++) {
		snprintf(title, sizeof(title), "%s:none", *m);
		table_column(t, COLUMN + 1, title);
		table_column(t, COLUMN, "weakest");
		table_column(t, COLUMN, "full");
	}
}

static uint64_t tries_of(const struct result *r)
{
	uint64_t least = 0;

	for (size_t i = 0; i < r->n_cells; i++)
		if (!strcmp(r->cells[i].experiment, "order") && r->cells[i].tries &&
		    (!least || r->cells[i].tries < least))
			least = r->cells[i].tries;
	return least;
}

/* The cheapest barriers for data, then flag. */
static void print_needs(FILE *out, const struct result *r, const struct verdict *v,
			const char *mapping)
{
	double cost;
	const struct cell_record *c = litmus_cheapest(r, v, mapping, &cost);
	char ns[24] = "", text[64] = "";

	if (!c)
		return;
	if (cost > 0 && strcmp(c->barrier, "none"))
		snprintf(text, sizeof(text), ", %s with a store", text_ns(ns, sizeof(ns), cost));
	page_say(out, "data, then flag, through %s: writer %s%s, reader %s", mapping,
		 strcmp(c->barrier, "none") ? c->barrier : "needs none (its type keeps order)", text,
		 c->barrier2);
}

void page_order(FILE *out, const struct result *r, const struct verdict *v)
{
	/* what "weak" is fits behind the shape's name only there */
	bool wide = text_columns(out) == TEXT_COLUMNS;
	struct table t;
	char note[160];

	if (!page_has(r, "order"))
		return;
	page_head(out, r, "order: which reorderings do two CPUs see?");
	snprintf(note, sizeof(note), "weak outcomes per million, of %" PRIu64 " tries or more; "
		 "~: allowed here; !: forbidden, and seen", tries_of(r));
	page_note(out, note);
	add_titles(&t, r, wide);
	for (const struct litmus_shape *s = litmus_shapes; s->name; s++) {
		struct table_row row;

		table_row_begin(&row, "%-5s%.36s", s->name, wide ? s->outcome : "");
		for (const char *const *m = page_mappings(r); *m; m++)
			for (int set = 0; set < SETS; set++)
				add_count(&row, r, v, of_set(r, *m, s->name, set));
		table_add(&t, &row);
	}
	table_end(&t, out);
	for (const char *const *m = page_mappings(r); *m; m++)
		print_needs(out, r, v, *m);
	fputc('\n', out);
}
