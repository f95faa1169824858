// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <time.h>
#include "base/monotonic.h"

double monotonic_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}
