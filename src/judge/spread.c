// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>
#include "judge/spread.h"

/* The sum of squares of a launch's rounds around their mean, in logs, and how many are free. */
static int add_rounds(const struct cell_record *c, double clock_hz, double *squares, size_t *free_n)
{
	double *v = calloc(c->n_rounds + 1, sizeof(*v));
	size_t n;

	if (!v)
		return -ENOMEM;
	n = cell_medians(c, clock_hz, v);
	for (size_t i = 0; i < n; i++)
		v[i] = log(v[i]);
	if (n > 1) {
		*squares += gsl_stats_tss(v, 1, n);
		*free_n += n - 1;
	}
	free(v);
	return 0;
}

static int row_fill(struct spread_row *row, const struct compare_side *launches, double *medians)
{
	double squares = 0, rounds = 0;
	size_t n = launches->n_runs, free_n = 0;
	int ret = 0;

	for (size_t i = 0; i < n && !ret; i++) {
		const struct result *r = &launches->runs[i];
		const struct cell_record *c = result_find_cell(r, row->id);

		medians[i] = c->summary.median;
		rounds += (double)c->summary.n / (double)n;
		ret = add_rounds(c, r->clock_hz, &squares, &free_n);
	}
	if (ret)
		return ret;
	row->within = free_n ? sqrt(squares / (double)free_n) : 0;
	/* the median of normal numbers has pi/2 times the variance of their mean, or a little less */
	row->explained = row->within * sqrt(M_PI / 2 / rounds);
	for (size_t i = 0; i < n; i++)
		medians[i] = log(medians[i]);
	row->between = gsl_stats_sd(medians, 1, n);
	row->median = exp(summary_median(medians, n));
	return 0;
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
		new.rows[new.n_rows] = (struct spread_row){ .id = c->id, .unit = c->unit };
		ret = row_fill(&new.rows[new.n_rows++], launches, medians);
	}
	free(medians);
	if (!ret)
		*s = new;
	return ret;
}
