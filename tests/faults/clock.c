// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/*
 * LD_PRELOAD: the kernel's clocks as CLOCK_FAULT says: "stop" at the first look, go "back" a second at
 * each look, "jump" an hour ahead at each 1000th.
 */

int clock_gettime(clockid_t id, struct timespec *ts)
{
	static int (*real)(clockid_t id, struct timespec *ts);
	static struct timespec first;
	static unsigned int looks;
	const char *fault = getenv("CLOCK_FAULT");
	int ret;

	if (!real)
		real = (int (*)(clockid_t, struct timespec *))(uintptr_t)dlsym(RTLD_NEXT,
									      "clock_gettime");
	ret = real(id, ts);
	looks++;
	if (ret || !fault)
		return ret;
	if (!first.tv_sec)
		first = *ts;
	if (!strcmp(fault, "stop"))
		*ts = first;
	else if (!strcmp(fault, "back"))
		ts->tv_sec += 1000000 - looks;
	else if (!strcmp(fault, "jump"))
		ts->tv_sec += 3600 * (looks / 1000);
	return 0;
}
