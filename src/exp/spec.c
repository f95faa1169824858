// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdio.h>
#include <string.h>
#include "base/parse.h"
#include "exp/spec.h"

/* Loops below this stay in a span of the region's size; from it on they walk in blocks. */
#define SPAN_BELOW_BYTES 1024

#define EXP_NAME(id, name, ...) name,
LIST_WORDS(experiment, EXPERIMENTS(EXP_NAME));

const char *unit_name(enum unit unit)
{
	static const char *const names[] = { "B/s", "ns", "events", "ratio" };

	return names[unit];
}

bool spec_counts(const struct cell_spec *s)
{
	return s->unit == UNIT_EVENTS;
}

void spec_usual_pattern(char *buf, size_t n, uint64_t region_bytes)
{
	if (region_bytes < SPAN_BELOW_BYTES)
		snprintf(buf, n, "span%u", (unsigned int)region_bytes);
	else
		snprintf(buf, n, "seq");
}

/* "SB:none:dmb-ish", "store8:gaps" */
static void put_counted(char *buf, size_t n, const struct cell_spec *s)
{
	if (*s->barrier2)
		snprintf(buf, n, "%s:%s:%s", s->shape, s->barrier, s->barrier2);
	else
		snprintf(buf, n, "%s:%s", s->kernel, s->shape);
}

/* "", "@end", "@each", "@64" */
static void put_interval(char *buf, size_t n, const struct cell_spec *s)
{
	char size[24];

	if (!strcmp(s->barrier, "none") && !s->doorbell_bytes)
		*buf = 0;
	else if (s->interval_bytes == s->width_bytes && !s->doorbell_bytes)
		snprintf(buf, n, "@each");
	else if (!s->interval_bytes)
		snprintf(buf, n, "@end");
	else
		snprintf(buf, n, "@%s", format_size(size, sizeof(size), s->interval_bytes));
}

/* "store8", "store8~reverse", "store8+dsb-st@64", "store8+dsb-st+bell4@64", "load8:x4:near-own" */
static void put_timed(char *buf, size_t n, const struct cell_spec *s, bool with_pattern)
{
	char interval[32], bell[16] = "", place[40] = "";
	bool barrier = strcmp(s->barrier, "none");

	put_interval(interval, sizeof(interval), s);
	if (s->doorbell_bytes)
		snprintf(bell, sizeof(bell), "+bell%u", s->doorbell_bytes);
	if (*s->place)
		snprintf(place, sizeof(place), ":x%u:%s", s->threads, s->place);
	snprintf(buf, n, "%s%s%s%s%s%s%s%s", s->kernel, with_pattern ? "~" : "",
		 with_pattern ? s->access_pattern : "", barrier ? "+" : "",
		 barrier ? s->barrier : "", bell, interval, place);
}

size_t spec_id_start(char start[SPEC_ID_BYTES], const struct cell_spec *s)
{
	return (size_t)snprintf(start, SPEC_ID_BYTES, "%s/%s/", word_text(&s->experiment, &words_experiment),
				map_name(s->mapping));
}

void spec_id(char id[SPEC_ID_BYTES], const struct cell_spec *s, bool with_pattern)
{
	char start[SPEC_ID_BYTES], access[208], whole[400], region[24], shift[16] = "";
	const char *close = "";

	if (spec_counts(s))
		put_counted(access, sizeof(access), s);
	else
		put_timed(access, sizeof(access), s, with_pattern);
	if (!s->is_load && !spec_counts(s))
		close = s->flushed ? "/flushed" : "/posted";
	if (s->shift_bytes)
		snprintf(shift, sizeof(shift), "+%u", s->shift_bytes);
	spec_id_start(start, s);
	snprintf(whole, sizeof(whole), "%s%s/%s%s%s", start, access,
		 format_size(region, sizeof(region), s->region_bytes), shift, close);
	snprintf(id, SPEC_ID_BYTES, "%.95s", whole);
}

bool spec_is_like(const struct cell_spec *a, const struct cell_spec *b)
{
	return word_is_same(&a->experiment, &b->experiment) && !strcmp(a->kernel, b->kernel) &&
	       !strcmp(a->barrier, b->barrier) && !strcmp(a->barrier2, b->barrier2) &&
	       !strcmp(a->shape, b->shape) && !strcmp(a->place, b->place) &&
	       !strcmp(a->access_pattern, b->access_pattern) && a->threads == b->threads &&
	       a->interval_bytes == b->interval_bytes && a->doorbell_bytes == b->doorbell_bytes &&
	       a->shift_bytes == b->shift_bytes && a->region_bytes == b->region_bytes &&
	       a->flushed == b->flushed && a->is_load == b->is_load;
}
