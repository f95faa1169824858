/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_PRIVILEGE_H
#define BASE_PRIVILEGE_H

/*
 * What a process may do as root that it could not do as anybody, and gives up for good: nothing that
 * it executes has more, either. The user's number stays, and with it the files of root's own. Run as
 * anybody else there is nothing to give up.
 */
enum privilege {
	PRIVILEGE_NONE,    /* a child that has its mappings; gnuplot */
	PRIVILEGE_FILES,   /* reads and writes others' files, as root's scripts expect */
	PRIVILEGE_MEASURE, /* opens a BAR, changes its function's state and puts it back */
	PRIVILEGE_WITNESS, /* looks at a function and at the kernel, then watches */
	PRIVILEGE_WATCH,   /* traces the kernel, reads a VMM's smaps */
};

/* Of the calling thread and those that it starts. 0, or -errno after logging. */
int privilege_keep(enum privilege privilege);

#endif
