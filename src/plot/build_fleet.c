// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/xalloc.h"
#include "plot/build.h"
#include "stat/summary.h"

/* Of a directory of results: verdicts by kernel and machine, figures over time. */

/* A kind of machine shows the last of these that any of its results has. */
static const struct {
	enum verdict_outcome word;
	bool bad;
} words[] = {
	{ VERDICT_PRESERVED, false }, { VERDICT_INCONCLUSIVE, false }, { VERDICT_WRITE_BACK, true },
	{ VERDICT_TRAPPED, true },    { VERDICT_DEMOTED, true },
};

#define N_WORDS (sizeof(words) / sizeof(words[0]))

struct tally {
	size_t n, n_words[VERDICTS]; /* n: results; words: of those about a guest */
};

static bool is_result(const struct survey_record *rec)
{
	return rec->state == SURVEY_RESULT;
}

static const char *known(const char *key)
{
	return *key ? key : "not known";
}

static void name_machine(char *buf, size_t n, const struct survey_record *rec)
{
	snprintf(buf, n, "%.60s, %.40s", known(rec->keys[SURVEY_MACHINE]),
		 known(rec->keys[SURVEY_WHERE]));
}

static int by_version(const void *a, const void *b)
{
	return strverscmp(a, b);
}

static void sort_names(struct picture_names *names)
{
	if (names->n)
		qsort(names->v, names->n, sizeof(names->v[0]), by_version);
}

static void list_names(struct picture *p, struct picture_panel *panel,
		       const struct picture_input *in)
{
	char machine[112];

	for (size_t i = 0; i < in->survey->n_records; i++) {
		const struct survey_record *rec = &in->survey->records[i];

		if (!is_result(rec))
			continue;
		name_machine(machine, sizeof(machine), rec);
		build_name(p, &panel->rows, known(rec->keys[SURVEY_KERNEL]));
		build_name(p, &panel->columns, machine);
	}
	sort_names(&panel->rows);
	sort_names(&panel->columns);
}

static void count(struct tally tally[PICTURE_NAMES][PICTURE_NAMES],
		  const struct picture_panel *panel, const struct picture_input *in)
{
	char machine[112];

	for (size_t i = 0; i < in->survey->n_records; i++) {
		const struct survey_record *rec = &in->survey->records[i];
		int row, column;

		if (!is_result(rec))
			continue;
		name_machine(machine, sizeof(machine), rec);
		row = build_find_name(&panel->rows, known(rec->keys[SURVEY_KERNEL]));
		column = build_find_name(&panel->columns, machine);
		if (row < 0 || column < 0)
			continue;
		tally[row][column].n++;
		if (rec->verdict != SURVEY_NO_VERDICT)
			tally[row][column].n_words[rec->verdict]++;
	}
}

/* The text is the worst verdict, why lists all of them. */
static void set_point(struct picture_point *point, const struct tally *t)
{
	size_t bad = 0, judged = 0, used = 0;

	snprintf(point->text, sizeof(point->text), "no guest: %zu", t->n);
	for (size_t i = 0; i < N_WORDS; i++) {
		size_t n = t->n_words[words[i].word];
		const char *name = verdict_outcome_name(words[i].word);

		if (!n)
			continue;
		judged += n;
		bad += words[i].bad ? n : 0;
		snprintf(point->text, sizeof(point->text), n == t->n ? "%s %zu" : "%s %zu of %zu",
			 name, n, t->n);
		used += (size_t)snprintf(point->why + used, sizeof(point->why) - used, "%s%s %zu",
					 used ? ", " : "", name, n);
	}
	point->alarm = bad;
	point->share = judged ? (double)bad / (double)judged : 0;
	point->low = point->high = (double)t->n;
}

void picture_build_verdicts(struct picture *p, const struct picture_input *in)
{
	struct tally(*tally)[PICTURE_NAMES] = xcalloc(PICTURE_NAMES, sizeof(*tally));
	struct picture_panel *panel =
		build_panel(p, "", "machine", PICTURE_NO_UNIT, PICTURE_NO_UNIT);
	int series = build_series(p, "", "results", PICTURE_INK_PLAIN);

	snprintf(p->title, sizeof(p->title), "Verdicts by kernel and machine");
	snprintf(p->about[0], sizeof(p->about[0]),
		 "the worst verdict of each kind and how many results have "
		 "it; darker: more of them did not get write combining");
	list_names(p, panel, in);
	count(tally, panel, in);
	for (size_t row = 0; row < panel->rows.n; row++)
		for (size_t column = 0; column < panel->columns.n; column++) {
			struct picture_point point = { .x = (double)column, .y = (double)row };

			if (!tally[row][column].n)
				continue;
			set_point(&point, &tally[row][column]);
			build_point(p, panel, series, &point);
		}
	free(tally);
}

/* A figure of a machine's at a time. */
struct moment {
	double at, value;
};

static int by_time(const void *a, const void *b)
{
	const struct moment *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

/* Times of emulators count for nothing, unless there are no others. */
static bool counts(const struct survey_record *rec, bool timed)
{
	return is_result(rec) && rec->timed == timed;
}

static bool any_timed(const struct picture_input *in)
{
	for (size_t i = 0; i < in->survey->n_records; i++)
		if (counts(&in->survey->records[i], true))
			return true;
	return false;
}

static size_t collect(struct moment *v, const struct picture_input *in, const char *machine,
		      int figure, bool timed)
{
	char name[112];
	size_t n = 0;
	time_t at;

	for (size_t i = 0; i < in->survey->n_records; i++) {
		const struct survey_record *rec = &in->survey->records[i];

		name_machine(name, sizeof(name), rec);
		if (!counts(rec, timed) || strcmp(name, machine) || !(rec->figures[figure] > 0) ||
		    !date_known(rec->started, &at))
			continue;
		v[n++] = (struct moment){ (double)at, rec->figures[figure] };
	}
	qsort(v, n, sizeof(*v), by_time);
	return n;
}

#define MOMENTS 100 /* of a series: more are put together */

/* Results that follow each other as one point: their median, from the lowest to the highest. */
static void add_moment(struct picture *p, struct picture_panel *panel, int series,
		       const struct moment *v, size_t n)
{
	struct picture_point point = { .x = v[n / 2].at, .low = INFINITY };
	double *values = xcalloc(n, sizeof(*values));

	for (size_t i = 0; i < n; i++) {
		values[i] = v[i].value;
		point.low = fmin(point.low, v[i].value);
		point.high = fmax(point.high, v[i].value);
	}
	point.y = summary_median(values, n);
	free(values);
	build_text(point.text, sizeof(point.text), panel->y, point.y);
	if (n > 1)
		snprintf(point.why, sizeof(point.why),
			 "median of %zu results, from the lowest to the highest", n);
	build_point(p, panel, series, &point);
}

static void add_machine(struct picture *p, struct picture_panel *panel, const struct moment *v,
			size_t n, const char *machine, size_t number)
{
	static const enum picture_ink inks[] = { PICTURE_INK_WC, PICTURE_INK_PLAIN, PICTURE_INK_RAM,
						 PICTURE_INK_OTHER };
	const size_t n_inks = sizeof(inks) / sizeof(inks[0]);
	size_t each = (n + MOMENTS - 1) / MOMENTS;
	int series = n ? build_series(p, "", machine, inks[number % n_inks]) : -1;

	if (series < 0)
		return;
	p->series[series].mark = (unsigned int)(number / n_inks);
	for (size_t i = 0; i < n; i += each)
		add_moment(p, panel, series, v + i, n - i < each ? n - i : each);
}

void picture_build_history(struct picture *p, const struct picture_input *in)
{
	struct moment *v = xcalloc(in->survey->n_records, sizeof(*v));
	struct picture_names machines = { .n = 0 };
	char name[112];

	p->untimed = !any_timed(in);
	snprintf(p->title, sizeof(p->title), "Figures over time, by machine");
	for (size_t i = 0; i < in->survey->n_records; i++) {
		name_machine(name, sizeof(name), &in->survey->records[i]);
		if (counts(&in->survey->records[i], !p->untimed))
			build_name(p, &machines, name);
	}
	sort_names(&machines);
	for (int figure = 0; figure < COMPARE_GATES; figure++) {
		struct picture_panel *panel =
			build_panel(p, compare_gates[figure].what, "UTC", PICTURE_TIME,
				    compare_gates[figure].spec.unit != UNIT_RATE ? PICTURE_NS :
												  PICTURE_RATE);

		panel->own_scale = true;
		for (size_t i = 0; i < machines.n; i++) {
			size_t n = collect(v, in, machines.v[i], figure, !p->untimed);

			add_machine(p, panel, v, n, machines.v[i], i);
		}
	}
	free(v);
}
