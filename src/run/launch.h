/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUN_LAUNCH_H
#define RUN_LAUNCH_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Whole launches of this program, one after the other: each is this program executed again, so that
 * it has an address-space layout, pages, a clock calibration and a seed of its own, powers the
 * device up and down, and chooses its CPU anew, as a launch by hand would. It is no new boot.
 */

#define LAUNCH_MOST 100u

/* "x.json" -> "x-2.json"; "x" -> "x-2". 0, -ENAMETOOLONG. */
int launch_name(char *buf, size_t n, const char *path, unsigned int index);

/* Of the launch, from that of all. Different for each index, and never base itself by design. */
uint64_t launch_seed(uint64_t base, unsigned int index);

/* The command line that main() got, and what a launch must be told beside it. Not owned. */
struct launch_command {
	char *const *argv;       /* with the program's name; NULL at the end */
	char *const *words;      /* come right behind the name: what argv says, too, counts */
	size_t n_words;
};

/*
 * Executes this program again with that command, and waits for its end. A signal that ends us is
 * passed on, and what it makes of it waited for; it stays pending here. Signals must be blocked
 * (child_signals_block). 0: it is over, and *wstatus is as of waitpid; -EINTR: a signal came before it
 * was started; other -errno after logging.
 */
int launch_run(const struct launch_command *c, int *wstatus);

#endif
