/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MMIOBENCH_LAUNCHES_H
#define MMIOBENCH_LAUNCHES_H

#include "mmiobench_options.h"
#include "run/session.h"

/*
 * Starts o->launches launches of this command, one after the other, and tells of all. Results are
 * named after stem; own_words: main()'s argc. Returns mmiobench's exit status, the worst of all;
 * ended by a signal it dies of it.
 */
int launches_run(const struct options *o, const struct session_ask *ask, const char *stem,
		 size_t own_words);

#endif
