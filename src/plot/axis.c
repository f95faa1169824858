// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "base/parse.h"
#include "plot/axis.h"

static void name_scaled(char *buf, size_t n, double v, const char *const *units, int last)
{
	int u = 0;

	while (v >= 999.5 && u < last) {
		v /= 1000;
		u++;
	}
	snprintf(buf, n, "%.3g %s", v, units[u]);
}

/* At midnight the day, else the hour too. */
static void name_time(char *buf, size_t n, double v)
{
	time_t t = (time_t)v;
	struct tm tm;

	if (!gmtime_r(&t, &tm) || !strftime(buf, n, t % 86400 ? "%m-%d %H:%M" : "%Y-%m-%d", &tm))
		snprintf(buf, n, "?");
}

static void name_tick(char *buf, size_t n, enum picture_unit unit, double v)
{
	static const char *const rates[] = { "B/s", "kB/s", "MB/s", "GB/s", "TB/s" };
	static const char *const times[] = { "ns", "us", "ms", "s" };

	switch (unit) {
	case PICTURE_BYTES:
		format_size(buf, n, (uint64_t)v);
		break;
	case PICTURE_RATE:
		name_scaled(buf, n, v, rates, 4);
		break;
	case PICTURE_NS:
		name_scaled(buf, n, v, times, 3);
		break;
	case PICTURE_SHARE:
		snprintf(buf, n, "%.3g %%", 100 * v);
		break;
	case PICTURE_RATIO:
	case PICTURE_COUNT:
		snprintf(buf, n, "%.4g", v);
		break;
	case PICTURE_TIME:
		name_time(buf, n, v);
		break;
	}
}

static void add_tick(struct axis_ticks *t, enum picture_unit unit, double v)
{
	if (t->n == AXIS_TICKS || v < t->low || v > t->high * (1 + 1e-9))
		return;
	t->at[t->n] = v;
	name_tick(t->name[t->n++], sizeof(t->name[0]), unit, v);
}

/* Powers of two: every, every second, fourth, ... from the first value on. */
static void make_binary(struct axis_ticks *t, enum picture_unit unit, double low, size_t most)
{
	double first = ceil(log2(low) - 1e-9), last = floor(log2(t->high)), step = 1;

	while ((last - first) / step >= (double)most)
		step += step < 4 ? 1 : 2;
	for (double e = first; e <= last; e += step)
		add_tick(t, unit, exp2(e));
}

/* Decades, with as much between them as there is room for. */
static void make_decimal(struct axis_ticks *t, enum picture_unit unit, size_t most)
{
	static const double steps[][8] = { { 1, 1.5, 2, 3, 4, 5, 7, 0 },
					   { 1, 2, 3, 5, 0 },
					   { 1, 2, 5, 0 },
					   { 1, 3, 0 },
					   { 1, 0 } };
	static const unsigned int counts[] = { 7, 4, 3, 2 };
	double decades = log10(t->high / t->low), every = 1;
	int fine = 0;

	while (fine < 4 && decades * counts[fine] > (double)most)
		fine++;
	while (fine == 4 && decades / every > (double)most)
		every *= 2;
	for (double e = floor(log10(t->low) / every) * every; e <= log10(t->high); e += every)
		for (const double *s = steps[fine]; *s; s++)
			add_tick(t, unit, *s * pow(10, e));
}

/* Minutes to years; days begin at midnight UTC. */
static void make_times(struct axis_ticks *t, size_t most)
{
	static const double steps[] = { 60,	      600,	    3600,
					6 * 3600.0,   86400,	    7 * 86400.0,
					30 * 86400.0, 91 * 86400.0, 365 * 86400.0 };
	double step = steps[0];

	for (size_t i = 0;
	     i < sizeof(steps) / sizeof(steps[0]) && (t->high - t->low) / step > (double)most; i++)
		step = steps[i];
	while ((t->high - t->low) / step > (double)most)
		step *= 2;
	for (double v = ceil(t->low / step) * step; v <= t->high && t->n < AXIS_TICKS; v += step)
		add_tick(t, PICTURE_TIME, v);
}

static void make_linear(struct axis_ticks *t, enum picture_unit unit, size_t most)
{
	static const double nice[] = { 1, 2, 2.5, 5, 10 };
	double unitary = pow(10, floor(log10(t->high / (double)most))), step = 0;

	for (size_t i = 0; i < sizeof(nice) / sizeof(nice[0]); i++) {
		step = nice[i] * unitary;
		if (t->high / step <= (double)most)
			break;
	}
	for (double v = 0; v <= t->high * (1 + 1e-9) && t->n < AXIS_TICKS; v += step)
		add_tick(t, unit, v);
}

void axis_make(struct axis_ticks *t, const struct picture_axis *axis, double low, double high,
	       size_t most)
{
	bool binary = axis->unit == PICTURE_BYTES || axis->unit == PICTURE_COUNT;
	double beside = binary ? 1.3 : 1.25;

	*t = (struct axis_ticks){ 0 };
	if (axis->unit == PICTURE_TIME) {
		beside = 60 + 0.03 * (high - low);
		t->low = low - beside;
		t->high = high + beside;
		make_times(t, most);
		return;
	}
	if (!axis->log) {
		t->low = 0;
		t->high = high > 0 ? high : 1;
		make_linear(t, axis->unit, most);
		return;
	}
	t->low = low / beside;
	t->high = high * beside;
	if (binary)
		make_binary(t, axis->unit, low, most);
	else
		make_decimal(t, axis->unit, most);
}
