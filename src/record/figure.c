// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdio.h>
#include <string.h>
#include "record/figure.h"

#define PREFIXES 5

/* Three digits, with as many of them behind the point as fit. */
static const char *put(char *buf, size_t n, double v, const char *const units[PREFIXES])
{
	int u = 0;

	while (v >= 999.5 && u < PREFIXES - 1 && units[u + 1]) {
		v /= 1000;
		u++;
	}
	snprintf(buf, n, "%.*f %s", v < 9.995 ? 2 : v < 99.95 ? 1 : 0, v, units[u]);
	return buf;
}

const char *figure_rate(char *buf, size_t n, double v)
{
	static const char *const units[PREFIXES] = { "B/s", "kB/s", "MB/s", "GB/s", "TB/s" };

	return put(buf, n, v, units);
}

const char *figure_ns(char *buf, size_t n, double v)
{
	static const char *const units[PREFIXES] = { "ns", "us", "ms", "s" };

	return put(buf, n, v, units);
}

const char *figure_value(char *buf, size_t n, enum unit unit, double v)
{
	return unit == UNIT_RATE ? figure_rate(buf, n, v) : figure_ns(buf, n, v);
}

const char *figure_cell(char *buf, size_t n, const struct cell_record *c)
{
	if (!c)
		return "-";
	if (cell_has_median(c))
		return figure_value(buf, n, c->spec.unit, c->summary.median);
	if (c->status != CELL_MEASURED || !cell_counts(c))
		return cell_status_name(c->status);
	snprintf(buf, n, "%.3g ppm", c->tries ? 1e6 * (double)c->events / (double)c->tries : 0);
	return buf;
}
