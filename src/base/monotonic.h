/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_MONOTONIC_H
#define BASE_MONOTONIC_H

/* CLOCK_MONOTONIC, in seconds: for waiting and budgets; what is measured has the CPU's counter (arch.h). */
double monotonic_s(void);

#endif
