/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUN_REFUSAL_H
#define RUN_REFUSAL_H

#include "env/errata.h"
#include "run/plan.h"

/*
 * True when a cell must not be tried here, or cannot be: by the CPU, by what the access probes found (they
 * are in result), by what the machine is. The reason is then in why.
 */
bool refuse_cell(char *why, size_t n, const struct cell *cell, const struct plan *plan,
		 const struct result *result);

/* The chip's erratum by which the cell's stores do harm; NULL: none is known. */
const struct erratum *cell_erratum(const struct cell *cell, const struct facts *facts);

/*
 * The part of refuse_cell that rests on the chip alone: the cell's stores through wc do harm, and tests
 * (NULL: all) does not name the experiment.
 */
bool refuse_by_chip(char *why, size_t n, const struct cell *cell, const char *tests,
		    const struct facts *facts);

/* Seconds that the shortest visit takes by what single accesses cost; 0: not known. */
double cell_need_s(const struct cell *cell, const struct result *result);

/* Why a cell for which there is no time is left out. */
void refuse_slow(char *why, size_t n, const struct cell *cell, const struct result *result);

/* Why a cell is left out for which no time is left after the visits so far. */
void refuse_late(char *why, size_t n);

/* True unless this is bare metal as far as one can know: see refusal.c. */
bool may_be_guest(const struct result *result);

#endif
