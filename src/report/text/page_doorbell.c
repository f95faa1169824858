// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <string.h>
#include "base/parse.h"
#include "report/text/page.h"

#define COLUMN 18
#define NARROW 8 /* without a rate, for many sizes */

static void add_figure(struct table *t, const struct cell_record *c, bool rate)
{
	char ns[16];
	double per_s;

	if (!cell_is_measured(c) || !rate) {
		page_cell(t, c);
		return;
	}
	per_s = 1e3 / c->summary.median; /* millions */
	table_cell(t, "%s, %.*f M/s", figure_ns(ns, sizeof(ns), c->summary.median),
		   per_s < 9.995 ? 2 : per_s < 99.95 ? 1 : 0, per_s);
}

static void add_rows(struct table *t, const struct result *r, const struct cell_record *c,
		     const struct doorbell_findings *f)
{
	for_each_mapping(m, r) {
		table_row(t, "%-16s %s", c->spec.barrier, map_name(*m));
		for (size_t i = 0; i < f->n_sizes; i++)
			add_figure(t, doorbell_cell(r, c, *m, f->sizes[i]), f->n_sizes <= 4);
	}
}

void page_doorbell(FILE *out, const struct result *r, const struct verdict *v)
{
	struct doorbell_findings f = doorbell_find(r);
	const char *last = "";
	struct table t;
	char size[24];

	(void)v;
	table_begin(&t, 26, "barrier, descriptor by");
	for (size_t i = 0; i < f.n_sizes; i++)
		table_column(&t, f.n_sizes > 4 ? NARROW : COLUMN, "%s",
			     format_size(size, sizeof(size), f.sizes[i]));
	for_each_cell(c, r) {
		if (!doorbell_has(r, c) || !strcmp(c->spec.barrier, last))
			continue;
		last = c->spec.barrier;
		add_rows(&t, r, c, &f);
	}
	table_end(&t, out);
	if (!f.told || r->env.emulated)
		return;
	if (f.pays_from)
		page_say(out, "with %s wc pays from descriptors of %s on", f.barrier->spec.barrier,
			 format_size(size, sizeof(size), f.pays_from));
	else
		page_say(out, "with %s wc never pays here", f.barrier->spec.barrier);
}
