// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <string.h>
#include "report/format/format.h"
#include "record/json_file.h"

/*
 * Bencher Metric Format. Measures of our own: Bencher's "throughput" is operations per second, and
 * a posted store's cost is no "latency". A series is known by its name: an emulated machine's must
 * never be continued by a real one's, so it has a mark.
 */

static json_t *bmf_metric(const struct format_figure *f)
{
	json_t *metric = json_pack("{sf}", "value", f->value);

	if (f->has_interval) {
		json_object_set_new(metric, "lower_value", json_real(f->low));
		json_object_set_new(metric, "upper_value", json_real(f->high));
	}
	return metric;
}

static const char *bmf_measure(const struct format_figure *f, const struct comparison *c)
{
	static const char *const medians[] = { "bytes-per-second", "nanoseconds" };
	static const char *const ratios[2][2] = {
		{ "guest-by-host-rate", "guest-by-host-time" },
		{ "after-by-before-rate", "after-by-before-time" },
	};
	bool is_time = f->unit == UNIT_NS;

	return c ? ratios[c->before_after][is_time] : medians[is_time];
}

int bmf_write(FILE *out, const struct told *t)
{
	json_t *root = json_object();
	struct format_figure f;
	char name[160], safe[160];

	for (size_t i = 0; format_next_figure(&f, &i, t);) {
		snprintf(name, sizeof(name), "%s%s", format_mark(t), f.id);
		json_object_set_new(root, format_clean(safe, sizeof(safe), name),
				    json_pack("{so}", bmf_measure(&f, t->comparison), bmf_metric(&f)));
	}
	return json_put(out, root);
}
