/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUN_REFUSAL_H
#define RUN_REFUSAL_H

#include "run/plan.h"

/*
 * What must not be tried here, or cannot be, known before anything is measured: by the CPU, by what
 * the access probes found in result, by what the machine is. True when the cell is refused, with
 * the reason in why.
 */
bool refuse_cell(char *why, size_t n, const struct cell *cell, const struct plan_ask *ask,
		 const struct result *result);

/* Seconds that the shortest visit takes by what single accesses cost; 0: not known. */
double cell_need_s(const struct cell *cell, const struct result *result);

/* Why a cell for which there is no time is left out. */
void refuse_slow(char *why, size_t n, const struct cell *cell, const struct result *result);

/* True unless this is bare metal as far as one can know: see refusal.c. */
bool may_be_guest(const struct result *result);

#endif
