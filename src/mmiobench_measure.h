/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MMIOBENCH_MEASURE_H
#define MMIOBENCH_MEASURE_H

#include "mmiobench_options.h"
#include "run/plan.h"

/*
 * One run of a plan, from its outputs' names to its page. Returns mmiobench's exit status; ended by a signal it
 * dies of it, once everything is put back, and what was measured is written.
 */
int measure_run(const struct bench_options *o, struct plan *plan);

#endif
