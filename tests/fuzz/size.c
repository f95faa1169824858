// SPDX-License-Identifier: GPL-2.0-or-later
// covers: base/parse.c
/* Sizes, numbers, percentages and lists of options: two lines, a text and an item of it. */
#include "config.h"
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "base/parse.h"
#include "base/text.h"
#include "fuzz.h"

#define UNTOUCHED 0x5a5a5a5a5a5a5a5aull

/* The number before the unit, as often as the unit says, or too much for 64 bits. */
static void check_unit(const char *s, uint64_t v, bool taken)
{
	static const char units[] = "KMGT";
	size_t digits = strspn(s, "0123456789");
	const char *unit = digits && s[digits] ? strchr(units, toupper((unsigned char)s[digits])) : NULL;
	uint64_t number, times = 1;
	char *end;

	if (!unit || (s[digits + 1] && strcmp(s + digits + 1, "iB")))
		return;
	errno = 0;
	number = strtoull(s, &end, 10);
	for (ptrdiff_t i = unit - units; i >= 0; i--)
		times *= 1024;
	if (errno || __builtin_mul_overflow(number, times, &number))
		fuzz_require(!taken, "'%s' is %" PRIu64, s, v);
	else
		fuzz_require(taken && v == number, "'%s' is %" PRIu64, s, v);
}

static void check_size(const char *s)
{
	uint64_t v = UNTOUCHED, again = 0;
	bool taken = !parse_size(s, &v);
	char text[24];

	check_unit(s, v, taken);
	if (!taken) {
		fuzz_require(v == UNTOUCHED, "'%s' is refused, but set", s);
		return;
	}
	format_size(text, sizeof(text), v);
	fuzz_require(!parse_size(text, &again) && again == v, "'%s' is %" PRIu64 " is '%s' is %" PRIu64,
		     s, v, text, again);
}

static void check_number(const char *s)
{
	uint64_t v = UNTOUCHED, again = 0;
	unsigned int small = 0;
	char text[24];

	if (parse_u64(s, &v)) {
		fuzz_require(v == UNTOUCHED, "'%s' is refused, but set", s);
		fuzz_require(parse_uint(s, UINT32_MAX, &small), "'%s' is no number", s);
		return;
	}
	fuzz_require(!parse_size(s, &again) && again == v, "'%s' is no size", s);
	fuzz_require(!parse_uint(s, UINT32_MAX, &small) == (v <= UINT32_MAX), "'%s'", s);
	if (v && v <= UINT32_MAX)
		fuzz_require(!parse_uint(s, (unsigned int)v, &small) && small == v &&
			     parse_uint(s, (unsigned int)v - 1, &small), "'%s'", s);
	snprintf(text, sizeof(text), "0x%" PRIx64, v);
	fuzz_require(!parse_u64(text, &again) && again == v, "'%s' is '%s'", s, text);
}

static void check_percent(const char *s)
{
	double v = 0;

	if (!parse_percent(s, &v))
		fuzz_require(v >= 0 && v < 10 && s[strlen(s) - 1] == '%', "'%s' is %g", s, v);
	fuzz_require(parse_switch(s) <= 1, "'%s'", s);
}

static void check_list(const char *list, const char *item)
{
	char *copy = fuzz_text((const uint8_t *)list, strlen(list)), *rest = copy, *word;
	bool found = false;

	if (!strchr(item, ',')) {
		while ((word = strsep(&rest, ",")))
			found |= !strcmp(word, item);
		fuzz_require(list_has(list, item) == found, "'%s' in '%s'", item, list);
	}
	free(copy);
}

FUZZ_TARGET(size)
{
	char *s = fuzz_text(data, size), *item = strchr(s, '\n');

	fuzz_begin();
	if (item)
		*item++ = 0;
	check_size(s);
	check_number(s);
	check_percent(s);
	check_list(s, item ? item : s);
	free(s);
	return 0;
}
