// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <string.h>
#include "report/format.h"
#include "report/json_file.h"

/*
 * Bencher Metric Format. Measures of our own: Bencher's "throughput" is operations per second, and
 * a posted store's cost is no "latency". A series is known by its name: an emulated machine's must
 * never be continued by a real one's, so it has a mark.
 */

static json_t *bmf_metric(double value)
{
	return json_pack("{sf}", "value", value);
}

static json_t *bmf_bounded(double value, double low, double high)
{
	return json_pack("{sf sf sf}", "value", value, "lower_value", low, "upper_value", high);
}

/* Takes the metric. */
static void bmf_add(json_t *root, const char *mark, const char *id, const char *measure,
		    json_t *metric)
{
	char name[160], safe[160];

	snprintf(name, sizeof(name), "%s%s", mark, id);
	json_object_set_new(root, format_clean(safe, sizeof(safe), name),
			    json_pack("{so}", measure, metric));
}

int bmf_result(FILE *out, const struct result *r, const struct verdict *v)
{
	json_t *root = json_object();

	(void)v;
	for (size_t i = 0; i < r->n_cells; i++) {
		const struct cell_record *c = &r->cells[i];
		const struct summary *s = &c->summary;

		if (!format_has_median(c))
			continue;
		bmf_add(root, format_mark(r->env.emulated, r->replayed), c->id,
			strcmp(c->unit, "ns") ? "bytes-per-second" : "nanoseconds",
			format_has_interval(c) ? bmf_bounded(s->median, s->ci_low, s->ci_high) :
						 bmf_metric(s->median));
	}
	return json_put(out, root);
}

int bmf_comparison(FILE *out, const struct comparison *c)
{
	static const char *const measures[2][2] = {
		{ "guest-by-host-rate", "guest-by-host-time" },
		{ "now-by-baseline-rate", "now-by-baseline-time" },
	};
	const char *mark = format_mark(format_emulated(c), format_replayed(c));
	json_t *root = json_object();
	bool against = c->ask.baseline;

	for (size_t i = 0; i < c->cells.n_rows; i++) {
		const struct compare_row *row = &c->cells.rows[i];

		if (row->is_timed)
			bmf_add(root, mark, row->id,
				measures[against][!strcmp(row->unit, "ns")],
				bmf_bounded(row->ratio.value, row->ratio.low, row->ratio.high));
	}
	return json_put(out, root);
}
