// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <ctype.h>
#include <stdio.h>
#include "base/clean.h"
#include "report/format.h"

bool format_emulated(const struct comparison *c)
{
	for (int s = 0; s < 2; s++)
		for (size_t i = 0; i < c->sides[s].n_runs; i++)
			if (c->sides[s].runs[i].env.emulated)
				return true;
	return false;
}

bool format_replayed(const struct comparison *c)
{
	for (int s = 0; s < 2; s++)
		for (size_t i = 0; i < c->sides[s].n_runs; i++)
			if (c->sides[s].runs[i].replayed)
				return true;
	return false;
}

bool format_has_median(const struct cell_record *c)
{
	return c->status == CELL_MEASURED && c->has_summary && !cell_counts(c);
}

bool format_has_interval(const struct cell_record *c)
{
	return format_has_median(c) && c->summary.coverage >= 0.95;
}

const char *format_mark(bool emulated, bool replayed)
{
	return emulated ? "emulated: " : replayed ? "replayed: " : "";
}

const char *format_fact(const struct result *r, const char *name)
{
	const char *value = fact_get(&r->env.facts, name);

	return value ? value : "";
}

const char *format_device(char *buf, size_t n, const struct result *r)
{
	if (r->is_ram)
		return "";
	snprintf(buf, n, "%04x:%04x", r->device.vendor, r->device.device);
	return buf;
}

const char *format_clean(char *buf, size_t n, const char *s)
{
	snprintf(buf, n, "%s", s);
	return text_clean(buf);
}

const char *format_slug(char *buf, size_t n, const char *s)
{
	snprintf(buf, n, "%s", s);
	for (char *p = buf; *p; p++)
		if (*p == '/')
			*p = '.';
		else if ((*p & 0x80) || (!isalnum(*p) && *p != '-' && *p != '.'))
			*p = '_';
	return buf;
}

const char *format_number(char *buf, size_t n, double v)
{
	snprintf(buf, n, "%.10g", v);
	return buf;
}
