/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MMIOBENCH_MEASURE_H
#define MMIOBENCH_MEASURE_H

#include "mmiobench_options.h"
#include "run/session.h"

/*
 * One run, from its outputs' names to its page. Returns mmiobench's exit status; ended by a signal it
 * dies of it, once everything is put back, and what was measured is written.
 */
int measure_run(const struct options *o, const struct session_ask *ask, int argc, char **argv);

#endif
