// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/xalloc.h"
#include "plot/build.h"

/* The guest's speed by the host's, worst first: times upside down, so that left is always worse. */

#define ROWS 40 /* that can be read */

struct speed {
	const struct compare_row *row;
	double value, low, high;
};

static bool speed_of(struct speed *s, const struct compare_row *row)
{
	bool rate = row->unit == UNIT_RATE;

	if (!row->is_timed || !(row->ratio.low > 0) || !isfinite(row->ratio.high))
		return false;
	*s = (struct speed){ row, rate ? row->ratio.value : 1 / row->ratio.value,
			     rate ? row->ratio.low : 1 / row->ratio.high,
			     rate ? row->ratio.high : 1 / row->ratio.low };
	/* no axis holds what is beyond */
	return s->low > 1e-12 && s->high < 1e12;
}

static int slowest_first(const void *a, const void *b)
{
	const struct speed *x = a, *y = b;

	if (x->value != y->value)
		return x->value < y->value ? -1 : 1;
	return strcmp(x->row->id, y->row->id);
}

static const struct {
	const char *name;
	enum picture_ink ink;
} words[COMPARE_WORDS] = {
	[COMPARE_NO_WORD] = { "not judged", PICTURE_INK_QUIET },
	[COMPARE_SLOWER] = { "slower", PICTURE_INK_BAD },
	[COMPARE_FASTER] = { "faster", PICTURE_INK_GOOD },
	[COMPARE_SAME] = { "the same", PICTURE_INK_EVEN },
	[COMPARE_OPEN] = { "inconclusive", PICTURE_INK_QUIET },
};

static void add_row(struct picture *p, struct picture_panel *panel, const struct picture_input *in,
		    const struct speed *s)
{
	struct picture_point point = { .x = s->value, .low = s->low, .high = s->high };
	char name[112];
	int row;

	snprintf(name, sizeof(name), "%s%s", s->row->id, s->row->gate ? " *" : "");
	row = build_name(p, &panel->rows, name);
	if (row < 0)
		return;
	point.y = row;
	build_text(point.text, sizeof(point.text), PICTURE_RATIO, s->value);
	build_point(p, panel,
		    build_series(p, in->names[1], words[s->row->word].name, words[s->row->word].ink),
		    &point);
}

static void describe(struct picture *p, const struct picture_input *in, const struct speed *v,
		     size_t n, size_t shown)
{
	const struct compare_cells *c = &in->comparison->cells;
	char a[32], b[32], more[96] = "";

	snprintf(p->title, sizeof(p->title), "The %s's speed by the %s's, worst first",
		 in->names[1], in->names[0]);
	if (n > shown)
		snprintf(more, sizeof(more), "; %zu more cells, %s to %s, are left out", n - shown,
			 build_text(a, sizeof(a), PICTURE_RATIO, v[shown].value),
			 build_text(b, sizeof(b), PICTURE_RATIO, v[n - 1].value));
	snprintf(p->about[0], sizeof(p->about[0]),
		 "%zu of %zu cells timed on both sides; 95 %% "
		 "intervals over %s; *: a gating cell%s",
		 shown, n, c->by_run ? "runs" : "rounds", more);
	p->left_out = n - shown;
}

void picture_build_forest(struct picture *p, const struct picture_input *in)
{
	const struct compare_cells *c = &in->comparison->cells;
	struct speed *v = xcalloc(c->n_rows + 1, sizeof(*v));
	struct picture_panel *panel = build_panel(p, "", "", PICTURE_RATIO, PICTURE_NO_UNIT);
	size_t n = 0, shown;

	for (size_t i = 0; i < c->n_rows; i++)
		n += speed_of(&v[n], &c->rows[i]);
	qsort(v, n, sizeof(*v), slowest_first);
	shown = n < ROWS ? n : ROWS;
	snprintf(panel->x_label, sizeof(panel->x_label),
		 "%s's speed / %s's: below 1 the %s is slower", in->names[1], in->names[0],
		 in->names[1]);
	panel->band = in->comparison->ask.min_effect;
	for (size_t i = 0; i < shown; i++)
		add_row(p, panel, in, &v[i]);
	describe(p, in, v, n, shown);
	free(v);
}
