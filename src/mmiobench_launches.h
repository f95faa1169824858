/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MMIOBENCH_LAUNCHES_H
#define MMIOBENCH_LAUNCHES_H

#include "mmiobench_options.h"

/*
 * Starts as many launches of this command as o asks for, one after the other, and reports on all of them.
 * Results are named after stem. Returns mmiobench's exit status, the worst of all. A signal that ended a
 * launch ends this process, too.
 */
int launches_run(const struct bench_options *o, const char *stem);

#endif
