/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_PROGRAM_H
#define CLI_PROGRAM_H

/* How a program begins and ends. */

/* What 1 and 3 mean is the program's. */
enum exit_status {
	EXIT_DONE = 0,
	EXIT_TEST_FAILED = 1, /* mmiobench: or the window could not be put back as it was */
	EXIT_USAGE = 2,       /* or the environment: nothing was done, or not all could be written */
	EXIT_NOTHING = 77,    /* nothing to test, or to draw, here */
	EXIT_INTERNAL = 99,
};

/*
 * The first thing that a program does, so that whatever starts it cannot make it go wrong quietly:
 * - a standard stream that is closed is taken by what cannot be read or written, or the next file
 *   that is opened, a BAR's, would be stdout;
 * - a limit of file sizes (RLIMIT_FSIZE) is an error of write(), not the end of us;
 * - out of memory inside jansson is noted (base/memory.h), inside GSL an error, not abort();
 * - its name is set: a loader that was named, or a way through /proc, would be its name (proc(5), comm) to
 *   whoever asks who works on a device;
 * - argp knows the exit status of wrong options, which is status, and --version: the program's version,
 *   the revision of the source, architecture, compiler and libraries. No time, host or path is in it, so
 *   that the same source and compiler make the same program;
 * - where a library prints and exits itself (argp's --help, --version), stdout_finish() is called, and
 *   its failure is that status.
 */
void begin_program(const char *name, int status);

/*
 * The last thing, as what did not reach its reader must not look like what did: flushes. 0, or -errno after
 * logging: also when memory ran out, see memory.h. A reader that went away is not told of.
 */
int stdout_finish(void);

#endif
