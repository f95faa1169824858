// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "plot/build.h"
#include "stat/summary.h"

/* Of a directory of results: verdicts by kernel and machine, figures over time. */

/* From what speaks least to what speaks most about a kind of machine. */
static const struct {
	enum verdict_word word;
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

static int find_name(const struct picture_names *names, const char *name)
{
	for (size_t i = 0; i < names->n; i++)
		if (!strcmp(names->v[i], name))
			return (int)i;
	return -1;
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

static int list_names(struct picture *p, struct picture_panel *panel,
		      const struct picture_input *in)
{
	char machine[112];

	for (size_t i = 0; i < in->n_records; i++) {
		const struct survey_record *rec = &in->records[i];

		if (!is_result(rec))
			continue;
		name_machine(machine, sizeof(machine), rec);
		if (build_name(p, &panel->rows, known(rec->keys[SURVEY_KERNEL])) == -ENOMEM ||
		    build_name(p, &panel->columns, machine) == -ENOMEM)
			return -ENOMEM;
	}
	sort_names(&panel->rows);
	sort_names(&panel->columns);
	return 0;
}

static void count(struct tally *tally, const struct picture_panel *panel,
		  const struct picture_input *in)
{
	char machine[112];

	for (size_t i = 0; i < in->n_records; i++) {
		const struct survey_record *rec = &in->records[i];
		int row, column;

		if (!is_result(rec))
			continue;
		name_machine(machine, sizeof(machine), rec);
		row = find_name(&panel->rows, known(rec->keys[SURVEY_KERNEL]));
		column = find_name(&panel->columns, machine);
		if (row < 0 || column < 0)
			continue;
		tally += (size_t)row * panel->columns.n + (size_t)column;
		tally->n++;
		tally->n_words[rec->word] += rec->judged && rec->about_guest;
		tally -= (size_t)row * panel->columns.n + (size_t)column;
	}
}

/* The worst that there is, and all in why. */
static void set_point(struct picture_point *point, const struct tally *t)
{
	size_t bad = 0, judged = 0, used = 0;

	snprintf(point->text, sizeof(point->text), "no guest: %zu", t->n);
	for (size_t i = 0; i < N_WORDS; i++) {
		size_t n = t->n_words[words[i].word];
		const char *name = verdict_word_name(words[i].word);

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

static int add_tallies(struct picture *p, struct picture_panel *panel, const struct tally *tally)
{
	struct picture_series *s = calloc(1, sizeof(*s));
	int ret = 0;

	if (!s)
		return -ENOMEM;
	panel->series = s;
	panel->n_series = 1;
	s->ink = PICTURE_INK_PLAIN;
	snprintf(s->name, sizeof(s->name), "results");
	for (size_t row = 0; row < panel->rows.n; row++)
		for (size_t column = 0; column < panel->columns.n && !ret; column++) {
			const struct tally *t = &tally[row * panel->columns.n + column];
			struct picture_point point = { .x = (double)column, .y = (double)row };

			if (!t->n)
				continue;
			set_point(&point, t);
			ret = build_point(p, s, &point);
		}
	return ret;
}

int picture_build_verdicts(struct picture *p, const struct picture_input *in)
{
	struct picture_panel *panel = build_panel(p, "", "machine", PICTURE_COUNT,
						  "kernel of who measured", PICTURE_COUNT);
	struct tally *tally;
	int ret = list_names(p, panel, in);

	snprintf(p->title, sizeof(p->title), "Verdicts by kernel and machine");
	snprintf(p->about[0], sizeof(p->about[0]),
		 "the worst verdict of each kind and how many results have "
		 "it; darker: more of them did not get write combining");
	tally = calloc(panel->rows.n * panel->columns.n + 1, sizeof(*tally));
	if (!tally)
		return -ENOMEM;
	count(tally, panel, in);
	if (!ret)
		ret = add_tallies(p, panel, tally);
	free(tally);
	return ret;
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

static bool parse_time(const char *text, double *out)
{
	struct tm tm = { 0 };
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);

	*out = (double)timegm(&tm);
	return end && !*end && *out > 0;
}

/* Times of emulators count for nothing, unless there are no others. */
static bool counts(const struct survey_record *rec, bool timed)
{
	return is_result(rec) && rec->timed == timed;
}

static bool any_timed(const struct picture_input *in)
{
	for (size_t i = 0; i < in->n_records; i++)
		if (counts(&in->records[i], true))
			return true;
	return false;
}

static size_t collect(struct moment *v, const struct picture_input *in, const char *machine,
		      int figure, bool timed)
{
	char name[112];
	size_t n = 0;

	for (size_t i = 0; i < in->n_records; i++) {
		const struct survey_record *rec = &in->records[i];

		name_machine(name, sizeof(name), rec);
		if (!counts(rec, timed) || strcmp(name, machine) || !(rec->figures[figure] > 0) ||
		    !parse_time(rec->started, &v[n].at))
			continue;
		v[n++].value = rec->figures[figure];
	}
	qsort(v, n, sizeof(*v), by_time);
	return n;
}

#define MOMENTS 100 /* of a series: more are put together */

/* Results that follow each other as one point: their median, from the lowest to the highest. */
static int add_moment(struct picture *p, struct picture_series *s, const struct moment *v, size_t n,
		      enum picture_unit unit)
{
	struct picture_point point = { .x = v[n / 2].at, .low = INFINITY };
	double *values = calloc(n, sizeof(*values));
	char first[24];

	if (!values)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		values[i] = v[i].value;
		point.low = fmin(point.low, v[i].value);
		point.high = fmax(point.high, v[i].value);
	}
	point.y = summary_median(values, n);
	free(values);
	snprintf(point.text, sizeof(point.text), "%s",
		 build_text(first, sizeof(first), unit, point.y));
	if (n > 1)
		snprintf(point.why, sizeof(point.why),
			 "median of %zu results, from the lowest to the "
			 "highest",
			 n);
	return build_point(p, s, &point);
}

static int add_machine(struct picture *p, struct picture_panel *panel,
		       const struct picture_input *in, const struct moment *v, size_t n,
		       const char *machine, size_t number)
{
	static const enum picture_ink inks[] = { PICTURE_INK_WC, PICTURE_INK_PLAIN, PICTURE_INK_RAM,
						 PICTURE_INK_OTHER };
	const size_t n_inks = sizeof(inks) / sizeof(inks[0]);
	const struct build_series want = { machine, "", (unsigned int)(number / n_inks), 0 };
	size_t each = (n + MOMENTS - 1) / MOMENTS;
	struct picture_series *s;
	int ret = 0;

	s = n ? build_series(p, panel, in, &want, &ret) : NULL;
	if (!s)
		return ret;
	s->ink = inks[number % n_inks];
	for (size_t i = 0; i < n && !ret; i += each)
		ret = add_moment(p, s, v + i, n - i < each ? n - i : each, panel->y.unit);
	return ret;
}

int picture_build_history(struct picture *p, const struct picture_input *in)
{
	struct moment *v = calloc(in->n_records + 1, sizeof(*v));
	struct picture_names machines = { 0 };
	bool timed = any_timed(in);
	char name[112];
	int ret = v ? 0 : -ENOMEM;

	snprintf(p->title, sizeof(p->title), "Figures over time, by machine");
	for (size_t i = 0; i < in->n_records && !ret; i++) {
		name_machine(name, sizeof(name), &in->records[i]);
		if (counts(&in->records[i], timed) && build_name(p, &machines, name) == -ENOMEM)
			ret = -ENOMEM;
	}
	sort_names(&machines);
	for (int figure = 0; figure < COMPARE_GATES && !ret; figure++) {
		bool is_time = compare_gates[figure].is_time;
		struct picture_panel *panel =
			build_panel(p, compare_gates[figure].what, "", PICTURE_TIME, "",
				    is_time ? PICTURE_NS : PICTURE_RATE);

		panel->y.log = panel->own_values = true;
		for (size_t i = 0; i < machines.n && !ret; i++) {
			size_t n = collect(v, in, machines.v[i], figure, timed);

			ret = add_machine(p, panel, in, v, n, machines.v[i], i);
		}
		if (!panel->n_series)
			p->n_panels--;
	}
	p->untimed = !timed;
	free(machines.v);
	free(v);
	return ret;
}
