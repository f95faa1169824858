// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <ctype.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include "base/clean.h"
#include "base/parse.h"
#include "witness/trace_line.h"

/*
 * The name of a thread is what it likes, blanks and brackets too, but always so wide: "%16s-%-7d".
 * Behind it nothing is the thread's.
 */
#define COMM_WIDTH 16

/* The text behind word at *p; false where it is not there. */
static bool skip(const char **p, const char *word)
{
	size_t n = strlen(word);

	if (strncmp(*p, word, n))
		return false;
	*p += n;
	return true;
}

/* The text behind the first word in *p. */
static bool skip_to(const char **p, const char *word)
{
	const char *at = strstr(*p, word);

	if (!at)
		return false;
	*p = at + strlen(word);
	return true;
}

static bool parse_decimal(const char **p, unsigned long long max, unsigned long long *out)
{
	char *end;

	if (!isdigit((unsigned char)**p))
		return false;
	*out = strtoull(*p, &end, 10); /* ULLONG_MAX where it does not fit */
	*p = end;
	return *out <= max;
}

/* "NAME=0x1f", followed by a blank or the end. */
static bool parse_field(const char **p, const char *name, uint64_t *out)
{
	char word[24];
	size_t n;

	if (!skip_to(p, name))
		return false;
	n = strcspn(*p, " ");
	if (n >= sizeof(word))
		return false;
	memcpy(word, *p, n);
	word[n] = 0;
	*p += n;
	return !parse_u64(word, out);
}

static enum trace_line parse_lost(const char *p, uint64_t *lost)
{
	unsigned long long n;

	if (!parse_decimal(&p, UINT32_MAX, &n) || !skip(&p, " [LOST "))
		return TRACE_LINE_OTHER;
	n = 1;
	if ((parse_decimal(&p, INT64_MAX, &n) && !skip(&p, " ")) || !n || n > INT64_MAX ||
	    strcmp(p, "EVENTS]"))
		return TRACE_LINE_OTHER;
	*lost = n;
	return TRACE_LINE_LOST;
}

/* "            name-812     [001] d..1.    12.345678: " */
static bool parse_context(const char **p, struct witness_event *e)
{
	unsigned long long pid, cpu, seconds, micros;
	const char *comm = *p;
	int width;

	if (strnlen(comm, COMM_WIDTH + 1) <= COMM_WIDTH || comm[COMM_WIDTH] != '-')
		return false;
	*p += COMM_WIDTH + 1;
	/* the idle thread, 0, is nobody's */
	if (!parse_decimal(p, INT32_MAX, &pid) || !pid || !skip_to(p, "[") ||
	    !parse_decimal(p, UINT32_MAX, &cpu) || !skip(p, "] "))
		return false;
	*p += strcspn(*p, " "); /* irqs off, need resched, ... */
	*p += strspn(*p, " ");
	if (!parse_decimal(p, INT32_MAX, &seconds) || !skip(p, ".") ||
	    !parse_decimal(p, 999999, &micros) || !skip(p, ": "))
		return false;
	width = COMM_WIDTH - (int)strspn(comm, " ");
	snprintf(e->comm, sizeof(e->comm), "%.*s", width, comm + COMM_WIDTH - width);
	text_clean(e->comm);
	e->pid = (unsigned int)pid;
	e->time_s = (double)seconds + (double)micros / 1e6;
	return true;
}

enum trace_line trace_line_parse(const char *line, struct witness_event *event, uint64_t *lost)
{
	struct witness_event e = { 0 };
	const char *p = line;

	if (skip(&p, "CPU:"))
		return parse_lost(p, lost);
	if (!parse_context(&p, &e) || !skip_to(&p, ") ") || !parse_field(&p, "ipa=", &e.ipa) ||
	    !parse_field(&p, " size=", &e.size_bytes) || !parse_field(&p, " pa=", &e.pa) ||
	    !parse_field(&p, " prot=", &e.prot) || *p)
		return TRACE_LINE_OTHER;
	*event = e;
	return TRACE_LINE_EVENT;
}
