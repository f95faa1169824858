// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/log.h"
#include "base/memory.h"
#include "base/stdout.h"

static int exit_status;
static bool finished;

int stdout_finish(void)
{
	bool failed_before = ferror(stdout);
	int ret;

	finished = true;
	/* an earlier write that failed left its errno, if nothing else has failed since */
	if (!fflush(stdout) && !failed_before) {
		if (memory_is_out())
			log_error("out of memory: what was written may not be complete");
		return memory_is_out() ? -ENOMEM : 0;
	}
	ret = errno ? -errno : -EIO;
	if (ret != -EPIPE)
		log_error("cannot write to stdout: %s: it is not complete", strerror(-ret));
	return ret;
}

static void at_exit(void)
{
	if (!finished && stdout_finish())
		_exit(exit_status);
}

void stdout_check_at_exit(int status)
{
	exit_status = status;
	atexit(at_exit);
}
