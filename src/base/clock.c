// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include "base/clock.h"

#define FORMAT "%Y-%m-%dT%H:%M:%SZ"
#define MADE_S 1767225600 /* 2026-01-01T00:00:00Z: no version of this program is older */

bool date_known(const char *text, time_t *t)
{
	struct tm tm = { 0 };
	const char *end = strptime(text, FORMAT, &tm);
	time_t at;

	if (!end || *end)
		return false;
	at = timegm(&tm);
	if (at < MADE_S)
		return false;
	*t = at;
	return true;
}

void date_text(char *buf, size_t n, time_t t)
{
	struct tm tm;

	if (!gmtime_r(&t, &tm) || !strftime(buf, n, FORMAT, &tm))
		*buf = 0;
}

double monotonic_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}
