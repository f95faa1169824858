// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <inttypes.h>
#include <string.h>
#include "exp/litmus.h"
#include "report/text/page.h"
#include "verdict/violations.h"

#define LABEL  44
#define NARROW 16 /* without the outcome */
#define COLUMN 9

/* Weak outcomes per million; "!": forbidden, yet seen. */
static void add_count(struct table *t, const struct result *r, const struct verdict *v,
		      const struct cell_record *c)
{
	static const char *const marks[] = { [WEAK_ALLOWED] = "~", [WEAK_FORBIDDEN] = "",
					     [WEAK_WRONG] = "!" };
	struct weak weak;

	if (!c || !c->tries) {
		table_cell(t, "%s", c ? cell_status_name(c->status) : "");
		return;
	}
	weak = order_weak(r, v, c);
	table_cell(t, "%.*f%s", weak.per_million > 0 && weak.per_million < 9.95, weak.per_million,
		   marks[weak.kind]);
}

static void begin_table(struct table *t, const struct result *r, bool wide)
{
	table_begin(t, wide ? LABEL : NARROW, "weak outcome");
	t->group = ORDER_SETS;
	for_each_mapping(m, r) {
		table_column(t, COLUMN + 1, "%s:none", map_name(*m));
		table_column(t, COLUMN, "weakest");
		table_column(t, COLUMN, "full");
	}
}

/* The cheapest barriers for data, then flag. */
static void print_needs(FILE *out, const struct result *r, const struct verdict *v,
			enum map_type mapping)
{
	double cost;
	const struct cell_record *c = litmus_cheapest(r, v, mapping, &cost);
	char ns[24] = "", text[64] = "";

	if (!c)
		return;
	if (cost > 0 && strcmp(c->spec.barrier, "none"))
		snprintf(text, sizeof(text), ", %s with a store", figure_ns(ns, sizeof(ns), cost));
	page_say(out, "data, then flag, through %s: writer %s%s, reader %s", map_name(mapping),
		 strcmp(c->spec.barrier, "none") ? c->spec.barrier : "needs none (its type keeps order)", text,
		 c->spec.barrier2);
}

void page_order(FILE *out, const struct result *r, const struct verdict *v)
{
	/* what "weak" is fits behind the shape's name only there */
	bool wide = text_columns(out) == TEXT_COLUMNS;
	struct table t;

	page_note(out, "weak outcomes per million, of %" PRIu64 " tries or more; ~: allowed here; !: "
		  "forbidden, and seen", order_tries(r));
	begin_table(&t, r, wide);
	for (const struct litmus_shape *s = litmus_shapes; s->name; s++) {
		table_row(&t, "%-5s%.36s", s->name, wide ? s->outcome : "");
		for_each_mapping(m, r)
			for (int set = 0; set < ORDER_SETS; set++)
				add_count(&t, r, v, order_cell(r, *m, s->name, (enum order_set)set));
	}
	table_end(&t, out);
	for_each_mapping(m, r)
		print_needs(out, r, v, *m);
}
