/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PAIR_PROGRAM_H
#define PAIR_PROGRAM_H

#include <sys/types.h>

/*
 * Other programs, as children: the suite's, and a VMM. Signals are blocked here (run/child.h), and passed on.
 */
struct program {
	char *const *words;      /* words[0]: a path, or a name to be found in PATH; NULL at the end */
	const char *output;      /* a file for stdout and stderr, made anew; NULL: where ours go */
	double most_s;           /* then it is told to end (SIGTERM), and 10 s later killed; 0: no bound */
};

/*
 * Runs it to its end. Its exit status, 128 and more: the signal that ended it; -ETIMEDOUT: it was ended for
 * want of time; -EINTR: a signal came for us, and it is over; other -errno after logging: it was not started.
 */
int program_run(const struct program *p);

/* What a child does before it executes: it ends with us (signal), and has signals as a shell's child has. */
void program_prepare(pid_t parent, int signal);

#endif
