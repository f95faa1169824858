// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <string.h>
#include "report/compare_cells.h"
#include "report/format.h"
#include "report/json_file.h"

/*
 * What github-action-benchmark reads as customBiggerIsBetter (rates) and customSmallerIsBetter
 * (times): it takes one direction per file. A series is known by its name: an emulated machine's
 * must never be continued by a real one's, so it has a mark.
 */

/* range "": not known. */
static json_t *gab_entry(const char *mark, const char *id, const char *unit, double value,
			 const char *range, const char *extra)
{
	char name[240];
	json_t *entry;

	snprintf(name, sizeof(name), "%s%s", mark, id);
	entry = json_pack("{so ss sf so}", "name", json_text(name), "unit", unit, "value", value,
			  "extra", json_text(extra));
	if (*range)
		json_object_set_new(entry, "range", json_string(range));
	return entry;
}

static const char *gab_range(char *buf, size_t n, double low, double high)
{
	snprintf(buf, n, "%.4g to %.4g", low, high);
	return buf;
}

static int gab_result(FILE *out, const struct result *r, const struct verdict *v, const char *unit)
{
	json_t *list = json_array();
	const char *mark = format_mark(r->env.emulated, r->replayed);
	char extra[512], device[16], range[80];

	snprintf(extra, sizeof(extra), "%sverdict %s, %s BAR %u, Linux %s, %u rounds",
		 r->env.emulated ? "EMULATED: says nothing about hardware; " : "",
		 verdict_word_name(v->word),
		 r->is_ram ? "ram" : format_device(device, sizeof(device), r), r->bar.index,
		 format_fact(r, "kernel_release"), r->rounds_done);
	for (size_t i = 0; i < r->n_cells; i++) {
		const struct cell_record *c = &r->cells[i];

		if (format_has_median(c) && !strcmp(c->unit, unit))
			json_array_append_new(
				list, gab_entry(mark, c->id, unit, c->summary.median,
						!format_has_interval(c) ? "" :
						gab_range(range, sizeof(range), c->summary.ci_low,
							  c->summary.ci_high), extra));
	}
	return json_put(out, list);
}

static int gab_comparison(FILE *out, const struct comparison *c, const char *unit)
{
	json_t *list = json_array();
	bool emulated = format_emulated(c);
	const char *mark = format_mark(emulated, format_replayed(c));
	char extra[256], id[208], range[80], ratio[96];

	for (size_t i = 0; i < c->cells.n_rows; i++) {
		const struct compare_row *row = &c->cells.rows[i];

		if (!row->is_timed || strcmp(row->unit, unit))
			continue;
		snprintf(id, sizeof(id), "%s %s", row->id,
			 compare_ratio_name(ratio, sizeof(ratio), c));
		snprintf(extra, sizeof(extra), "%s%s; %s %.4g, %s %.4g %s",
			 emulated ? "EMULATED: says nothing about hardware; " : "",
			 c->cells.judged ? compare_word_name(row->word) : "not judged",
			 compare_side_name(c, 0), row->host_median, compare_side_name(c, 1),
			 row->guest_median, unit);
		gab_range(range, sizeof(range), row->ratio.low, row->ratio.high);
		json_array_append_new(list, gab_entry(mark, id, "ratio", row->ratio.value, range,
						      extra));
	}
	return json_put(out, list);
}

int gab_bigger_result(FILE *out, const struct result *r, const struct verdict *v)
{
	return gab_result(out, r, v, "B/s");
}

int gab_smaller_result(FILE *out, const struct result *r, const struct verdict *v)
{
	return gab_result(out, r, v, "ns");
}

int gab_bigger_comparison(FILE *out, const struct comparison *c)
{
	return gab_comparison(out, c, "B/s");
}

int gab_smaller_comparison(FILE *out, const struct comparison *c)
{
	return gab_comparison(out, c, "ns");
}
