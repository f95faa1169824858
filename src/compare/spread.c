// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include "compare/spread.h"

/* The rounds' distances from their launch's median, in logs, behind those that are there. */
static int add_rounds(double **logs, size_t *n, const struct cell_record *c, double clock_hz)
{
	double *more = realloc(*logs, (*n + c->n_rounds + 1) * sizeof(**logs)), *v;
	size_t got;

	if (!more)
		return -ENOMEM;
	*logs = more;
	v = more + *n;
	got = cell_medians(c, clock_hz, v);
	for (size_t i = 0; i < got; i++)
		v[i] = log(v[i] / c->summary.median);
	*n += got;
	return 0;
}

static int row_fill(struct spread_row *row, const struct compare_side *launches, double *medians)
{
	double *rounds = NULL;
	size_t n = launches->n_runs, n_rounds = 0;
	int ret = 0;

	for (size_t i = 0; i < n && !ret; i++) {
		const struct result *r = &launches->runs[i];
		const struct cell_record *c = result_find_cell(r, row->id);

		medians[i] = log(c->summary.median);
		ret = add_rounds(&rounds, &n_rounds, c, r->clock_hz);
	}
	if (!ret) {
		row->within = fmax(0, summary_deviation(rounds, n_rounds));
		/* of normal numbers the median's variance is that of one, times pi/2, by n */
		row->explained = row->within * sqrt(M_PI / 2 * (double)n / (double)n_rounds);
		row->between = fmax(0, summary_deviation(medians, n));
		row->median = exp(summary_median(medians, n));
	}
	free(rounds);
	return ret;
}

static bool all_measured(const struct compare_side *launches, const char *id)
{
	for (size_t i = 0; i < launches->n_runs; i++) {
		const struct cell_record *c = result_find_cell(&launches->runs[i], id);

		if (!c || c->status != CELL_MEASURED || !c->has_summary || !(c->summary.min > 0))
			return false;
	}
	return true;
}

int spread_make(struct spread *s, const struct compare_side *launches)
{
	const struct result *first = &launches->runs[0];
	double *medians = calloc(launches->n_runs, sizeof(*medians));
	struct spread new = { .n_rows = 0 };
	int ret = medians ? 0 : -ENOMEM;

	for (size_t i = 0; i < first->n_cells && !ret && new.n_rows < COMPARE_GATES; i++) {
		const struct cell_record *c = &first->cells[i];

		if (!compare_gate(c) || !all_measured(launches, c->id))
			continue;
		new.rows[new.n_rows] = (struct spread_row){ .id = c->id, .unit = c->spec.unit };
		ret = row_fill(&new.rows[new.n_rows++], launches, medians);
	}
	free(medians);
	if (!ret)
		*s = new;
	return ret;
}
