// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/*
 * LD_PRELOAD: the kernel's clocks as CLOCK_FAULT says, and a line on stderr once they do so.
 *
 * stop        at the first look
 * back        a second at each look
 * jump        an hour ahead at each 1000th look
 * uneven      1, 2, 3, ... ms ahead at each 1000th look
 * jump-once   an hour ahead at the 1000th look at CLOCK_MONOTONIC_RAW: while clocks are compared
 * jump-later  an hour ahead at look number CLOCK_AT at another clock thereafter
 * stop-later  at that look
 */

static void change(const char *fault, unsigned int looks, struct timespec *ts)
{
	static struct timespec first;
	uint64_t n = looks / 1000, ns;

	if (!first.tv_sec) {
		first = *ts;
		fprintf(stderr, "clock: %s\n", fault);
	}
	if (!strncmp(fault, "stop", 4)) {
		*ts = first;
	} else if (!strcmp(fault, "back")) {
		ts->tv_sec += 1000000 - looks;
	} else if (!strcmp(fault, "uneven")) {
		ns = n * (n + 1) / 2 * 1000000 + (uint64_t)ts->tv_nsec;
		ts->tv_sec += (time_t)(ns / 1000000000);
		ts->tv_nsec = (long)(ns % 1000000000);
	} else {
		ts->tv_sec += 3600 * (strcmp(fault, "jump") ? 1 : (time_t)n);
	}
}

static bool is_time(const char *fault, unsigned int raw, unsigned int later)
{
	const char *at = getenv("CLOCK_AT");

	if (!strcmp(fault, "jump-once"))
		return raw >= 1000;
	return !strstr(fault, "-later") || (at && later >= strtoul(at, NULL, 10));
}

int clock_gettime(clockid_t id, struct timespec *ts)
{
	static int (*real)(clockid_t id, struct timespec *ts);
	static unsigned int looks, raw, later;
	const char *fault = getenv("CLOCK_FAULT");
	int ret;

	if (!real)
		real = (int (*)(clockid_t, struct timespec *))(uintptr_t)dlsym(RTLD_NEXT,
									      "clock_gettime");
	ret = real(id, ts);
	looks++;
	raw += id == CLOCK_MONOTONIC_RAW;
	later += raw && id != CLOCK_MONOTONIC_RAW;
	if (ret || !fault || !is_time(fault, raw, later))
		return ret;
	change(fault, looks, ts);
	return 0;
}
