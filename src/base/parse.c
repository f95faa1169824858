// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/array.h"
#include "base/parse.h"

static const char units[] = "KMGT";

static int parse_prefix(const char *s, uint64_t *out, const char **end)
{
	bool hex = s[0] == '0' && (s[1] == 'x' || s[1] == 'X');
	unsigned long long v;
	char *stop;

	/* strtoull accepts blanks and signs, which no size or index has */
	if (hex ? !isxdigit((unsigned char)s[2]) : !isdigit((unsigned char)s[0]))
		return -EINVAL;
	errno = 0;
	v = strtoull(s, &stop, hex ? 16 : 10);
	if (errno == ERANGE)
		return -ERANGE;
	*out = v;
	*end = stop;
	return 0;
}

int parse_u64(const char *s, uint64_t *out)
{
	const char *end;
	uint64_t v;
	int ret = parse_prefix(s, &v, &end);

	if (ret)
		return ret;
	if (*end)
		return -EINVAL;
	*out = v;
	return 0;
}

int parse_size(const char *s, uint64_t *out)
{
	const char *end, *unit;
	unsigned int shift = 0;
	uint64_t v;
	int ret = parse_prefix(s, &v, &end);

	if (ret)
		return ret;
	if (*end) {
		unit = strchr(units, toupper((unsigned char)*end));
		if (!unit || (end[1] && strcmp(end + 1, "iB")))
			return -EINVAL;
		shift = 10 * (unsigned int)(unit - units + 1);
	}
	if (v > UINT64_MAX >> shift)
		return -ERANGE;
	*out = v << shift;
	return 0;
}

int parse_uint(const char *s, unsigned int max, unsigned int *out)
{
	uint64_t v;
	int ret = parse_u64(s, &v);

	if (ret)
		return ret;
	if (v > max)
		return -ERANGE;
	*out = (unsigned int)v;
	return 0;
}

int parse_switch(const char *s)
{
	static const char *const words[][2] = {
		{ "0", "1" }, { "no", "yes" }, { "off", "on" }, { "false", "true" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		for (int on = 0; on < 2; on++)
			if (!strcasecmp(s, words[i][on]))
				return on;
	return -EINVAL;
}

int parse_percent(const char *s, double *out)
{
	static const char digits[] = "0123456789";
	size_t whole = strspn(s, digits);
	bool point = s[whole] == '.';
	size_t part = point ? strspn(s + whole + 1, digits) : 0, n = whole + point + part;
	double value = 0;

	/* by hand: strtod takes a locale's point, blanks, signs, exponents and "nan" */
	if (!whole || whole > 3 || (point && !part) || part > 6 || strcmp(s + n, "%"))
		return -EINVAL;
	for (size_t i = 0; i < n; i++)
		if (i != whole)
			value = 10 * value + (s[i] - '0');
	*out = value / (100 * pow(10, (double)part));
	return 0;
}

const char *format_size(char *buf, size_t n, uint64_t bytes)
{
	unsigned int u = 0;

	while (u < strlen(units) && bytes && bytes % 1024 == 0) {
		bytes /= 1024;
		u++;
	}
	if (u)
		snprintf(buf, n, "%" PRIu64 "%c", bytes, units[u - 1]);
	else
		snprintf(buf, n, "%" PRIu64, bytes);
	return buf;
}
