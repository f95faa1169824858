// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "plot/axis.h"

/* Moments from seconds to centuries, in UTC: each step at what a clock or a calendar has there. */

enum unit { SECONDS, DAYS, MONTHS, UNITS };

static const double unit_s[UNITS] = { 1, 86400, 365.2425 * 86400 / 12 };

/* What names leave out stands below the axis. One is at most twice the one before it. */
static const struct step {
	enum unit unit;
	int n;
	const char *format;
	unsigned int width; /* of the longest name */
} steps[] = {
	{ SECONDS, 1, "%H:%M:%S", 8 },  { SECONDS, 2, "%H:%M:%S", 8 },  { SECONDS, 3, "%H:%M:%S", 8 },
	{ SECONDS, 5, "%H:%M:%S", 8 },  { SECONDS, 10, "%H:%M:%S", 8 }, { SECONDS, 15, "%H:%M:%S", 8 },
	{ SECONDS, 30, "%H:%M:%S", 8 }, { SECONDS, 60, "%H:%M", 6 },    { SECONDS, 120, "%H:%M", 6 },
	{ SECONDS, 180, "%H:%M", 6 },   { SECONDS, 300, "%H:%M", 6 },   { SECONDS, 600, "%H:%M", 6 },
	{ SECONDS, 900, "%H:%M", 6 },   { SECONDS, 1800, "%H:%M", 6 },  { SECONDS, 3600, "%H:%M", 6 },
	{ SECONDS, 7200, "%H:%M", 6 },  { SECONDS, 10800, "%H:%M", 6 }, { SECONDS, 21600, "%H:%M", 6 },
	{ SECONDS, 43200, "%H:%M", 6 }, { DAYS, 1, "%b %-d", 6 },       { DAYS, 2, "%b %-d", 6 },
	{ DAYS, 4, "%b %-d", 6 },       { DAYS, 7, "%b %-d", 6 },       { DAYS, 14, "%b %-d", 6 },
	{ MONTHS, 1, "%Y-%m", 7 },      { MONTHS, 2, "%Y-%m", 7 },      { MONTHS, 3, "%Y-%m", 7 },
	{ MONTHS, 6, "%Y-%m", 7 },      { MONTHS, 12, "%Y", 4 },        { MONTHS, 24, "%Y", 4 },
	{ MONTHS, 36, "%Y", 4 },        { MONTHS, 60, "%Y", 4 },        { MONTHS, 120, "%Y", 4 },
	{ MONTHS, 240, "%Y", 4 },       { MONTHS, 480, "%Y", 4 },       { MONTHS, 600, "%Y", 4 },
	{ MONTHS, 1200, "%Y", 4 },      { MONTHS, 2400, "%Y", 4 },      { MONTHS, 4800, "%Y", 4 },
	{ MONTHS, 6000, "%Y", 4 },      { MONTHS, 12000, "%Y", 4 },
};

#define N_STEPS (sizeof(steps) / sizeof(steps[0]))

/* 1970-01-05, where weeks are counted from, was a Monday. */
#define MONDAY 4

/* The number'th time of a step, counted from 1970. */
static double moment(const struct step *s, long number)
{
	long n = number * s->n;
	struct tm tm = { .tm_mday = 1 };

	if (s->unit != MONTHS)
		return unit_s[s->unit] * (double)(n + (s->unit == DAYS && s->n % 7 == 0 ? MONDAY : 0));
	tm.tm_year = (int)(70 + n / 12);
	tm.tm_mon = (int)(n % 12); /* below 0 is of the year before: timegm() knows */
	return (double)timegm(&tm);
}

/* The first one that is not before v. */
static long number_from(const struct step *s, double v)
{
	long number = (long)(v / (unit_s[s->unit] * s->n)) - 2;

	while (moment(s, number) < v)
		number++;
	return number;
}

/* The finest that leaves room for its names, with no more than so many of them. */
static const struct step *choose(double span_s, double columns)
{
	const struct step *s = steps;

	for (; s < steps + N_STEPS - 1; s++) {
		double share = unit_s[s->unit] * s->n / span_s;

		/* February is a tenth shorter than a month */
		if (share >= 0.2 && share * columns >= (s->width + 2) * (s->unit == MONTHS ? 1.1 : 1))
			break;
	}
	return s;
}

static void format(char *buf, size_t n, const char *how, double v)
{
	time_t t = (time_t)v;
	struct tm tm;

	if (!gmtime_r(&t, &tm) || !strftime(buf, n, how, &tm))
		snprintf(buf, n, "?");
}

/* Midnight, where an axis has more than one, is the day that begins. */
static void name(char *buf, size_t n, const struct step *s, double v, bool one_day)
{
	bool day = s->unit == SECONDS && !one_day && fmod(v, unit_s[DAYS]) == 0;

	format(buf, n, day ? "%b %-d" : s->format, v);
}

static bool name_axis(char *buf, size_t n, double low, double high)
{
	char first[24], last[24];
	bool one_day;

	format(first, sizeof(first), "%Y-%m-%d", low);
	format(last, sizeof(last), "%Y-%m-%d", high);
	one_day = !strcmp(first, last);
	snprintf(buf, n, "%s%s%s, UTC", first, one_day ? "" : " to ", one_day ? "" : last);
	return one_day;
}

void axis_make_time(struct axis_ticks *t, double low, double high, double columns)
{
	double beside = high > low ? fmax(1, 0.04 * (high - low)) : 60;
	const struct step *s;
	long first, last;
	bool one_day;

	*t = (struct axis_ticks){ .low = low - beside, .high = high + beside };
	s = choose(t->high - t->low, columns);
	first = number_from(s, t->low);
	last = number_from(s, t->high);
	last -= moment(s, last) > t->high;
	/* one alone says nothing of the scale: the axis goes on to the nearest other one */
	while (last < first + 1) {
		double before = moment(s, first - 1), behind = moment(s, last + 1);

		if (t->low - before < behind - t->high) {
			t->low = before;
			first--;
		} else {
			t->high = behind;
			last++;
		}
	}
	one_day = name_axis(t->label, sizeof(t->label), low, high);
	for (long i = first; i <= last && t->n < AXIS_TICKS; i++) {
		t->at[t->n] = moment(s, i);
		name(t->name[t->n], sizeof(t->name[0]), s, t->at[t->n], one_day);
		t->n++;
	}
}
