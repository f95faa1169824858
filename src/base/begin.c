// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <fcntl.h>
#include <gsl/gsl_errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>
#include "base/begin.h"
#include "base/memory.h"
#include "base/stdout.h"

/* The root directory is always there, /dev/null is not; so opened it can be neither read nor written. */
static void take_closed_streams(void)
{
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/", O_PATH | O_DIRECTORY) != fd)
			abort(); /* nothing may be opened: there is no way to tell */
}

void begin_program(const char *name, int status)
{
	prctl(PR_SET_NAME, name);
	take_closed_streams();
	signal(SIGXFSZ, SIG_IGN);
	json_set_alloc_funcs(memory_alloc, free);
	gsl_set_error_handler_off();
	stdout_check_at_exit(status);
}
