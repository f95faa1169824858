/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

/* CLOCK_MONOTONIC, in seconds: for waiting and budgets; what is measured has the CPU's counter (arch.h). */
double monotonic_s(void);

/*
 * Dates, as results, journals and witnesses have them: "2026-01-02T03:04:05Z", by the clock of the machine
 * that wrote them. A machine without a battery for its clock starts in 1970, or when its firmware was built:
 * so a date before this program was written is not known.
 *
 * Not promised: that the clock was right, or is the clock of any other machine.
 */
#define DATE_MAX 32

/* buf: DATE_MAX bytes; "" for what no calendar has. */
void date_text(char *buf, size_t n, time_t t);

/* False: it is not known when that was; t is not set. */
bool date_known(const char *text, time_t *t);

#endif
