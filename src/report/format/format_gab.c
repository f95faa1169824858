// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <string.h>
#include "compare/compare_wording.h"
#include "report/format/format.h"
#include "record/json_file.h"

/*
 * What github-action-benchmark reads as customBiggerIsBetter (rates) and customSmallerIsBetter
 * (times): it takes one direction per file. A series is known by its name: an emulated machine's
 * must never be continued by a real one's, so it has a mark.
 */

/* What is told beside a figure: of a run once, of a ratio both medians. */
static void gab_extra(char *buf, size_t n, const struct told *t, const struct format_figure *f)
{
	const char *emulated = t->emulated ? "EMULATED: says nothing about hardware; " : "";
	const struct comparison *c = t->comparison;
	char device[16];

	if (c)
		snprintf(buf, n, "%s%s; %s %.4g, %s %.4g %s", emulated,
			 c->cells.judged ? compare_word_name(f->row->word) : "not judged",
			 compare_side_name(c, 0), f->row->sides[0].median, compare_side_name(c, 1),
			 f->row->sides[1].median, unit_name(f->unit));
	else
		snprintf(buf, n, "%sverdict %s, %s BAR %u, Linux %s, %u rounds", emulated,
			 verdict_outcome_name(t->verdict->outcome),
			 format_device(device, sizeof(device), t->run), t->run->bar.index,
			 fact_or(&t->run->env.facts, "kernel_release", ""), t->run->rounds_done);
}

static json_t *gab_entry(const struct told *t, const struct format_figure *f)
{
	const struct comparison *c = t->comparison;
	char name[240], extra[512], range[80];
	json_t *entry;

	snprintf(name, sizeof(name), "%s%s%s%s", format_mark(t), f->id, c ? " " : "",
		 c ? compare_ratio_name(c) : "");
	gab_extra(extra, sizeof(extra), t, f);
	entry = json_pack("{so ss sf so}", "name", json_text(name), "unit",
			  unit_name(c ? UNIT_RATIO : f->unit), "value", f->value, "extra", json_text(extra));
	snprintf(range, sizeof(range), "%.4g to %.4g", f->low, f->high);
	if (f->has_interval)
		json_object_set_new(entry, "range", json_string(range));
	return entry;
}

static int gab_write(FILE *out, const struct told *t, enum unit unit)
{
	json_t *list = json_array();
	struct format_figure f;

	for (size_t i = 0; format_next_figure(&f, &i, t);)
		if (f.unit == unit)
			json_array_append_new(list, gab_entry(t, &f));
	return json_put(out, list);
}

int gab_write_bigger(FILE *out, const struct told *t)
{
	return gab_write(out, t, UNIT_RATE);
}

int gab_write_smaller(FILE *out, const struct told *t)
{
	return gab_write(out, t, UNIT_NS);
}
