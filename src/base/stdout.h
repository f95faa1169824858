/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_STDOUT_H
#define BASE_STDOUT_H

/*
 * What did not reach its reader must not look like what did: a program ends with
 * stdout_finish(), and has stdout_check_at_exit() called first (begin_program() does), for libraries
 * that print and exit themselves (argp's --help, --version).
 */

/*
 * Flushes; 0, or -errno after logging: also when memory ran out, see memory.h. A reader that went
 * away is not told of.
 */
int stdout_finish(void);

/* Where nobody has called stdout_finish() it is called, and a failure is that exit status. */
void stdout_check_at_exit(int status);

#endif
