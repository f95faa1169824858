// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
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

/* Decades: every so many'th, with these between them. */
static void add_decades(struct axis_ticks *t, enum picture_unit unit, const double *between,
			double every)
{
	t->n = 0;
	for (double e = floor(log10(t->low) / every) * every; e <= log10(t->high); e += every)
		for (const double *s = between; *s; s++)
			add_tick(t, unit, *s * pow(10, e));
}

/* Names need the room of a tick, nearly. */
static bool is_crowded(const struct axis_ticks *t, double decades, size_t most)
{
	for (size_t i = 1; i < t->n; i++)
		if (log10(t->at[i] / t->at[i - 1]) < 0.7 * decades / (double)most)
			return true;
	return t->n > most;
}

/* As fine as there is room for; but one tick alone says nothing of the scale. */
static void make_decimal(struct axis_ticks *t, enum picture_unit unit, size_t most)
{
	static const double steps[][18] = {
		{ 1 },
		{ 1, 3 },
		{ 1, 2, 5 },
		{ 1, 2, 3, 5 },
		{ 1, 1.5, 2, 3, 4, 5, 7 },
		{ 1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9 },
	};
	struct axis_ticks finer = *t;
	double decades = log10(t->high) - log10(t->low), every = 1;

	while (decades / every > (double)most && decades / every > 2)
		every *= 2;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		add_decades(&finer, unit, steps[i], every);
		if (t->n >= 2 && (every > 1 || is_crowded(&finer, decades, most)))
			break;
		*t = finer;
	}
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
