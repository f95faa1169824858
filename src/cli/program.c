// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <features.h>
#include <gsl/gsl_errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>
#include "base/log.h"
#include "base/memory.h"
#include "cli/program.h"
#include "revision.h"

#ifdef __clang__
#define COMPILER __VERSION__
#else
#define COMPILER "gcc " __VERSION__
#endif

#ifdef __GLIBC__
#define LIBC "glibc " TEXT(__GLIBC__) "." TEXT(__GLIBC_MINOR__)
#define TEXT(x)   TEXT_OF(x)
#define TEXT_OF(x) #x
#else
#define LIBC "a C library that is not glibc"
#endif

static const char *version_text(const char *program)
{
	static char text[1024];

	snprintf(text, sizeof(text),
		 "%s %s\n"
		 "revision      %s\n"
		 "architecture  %s\n"
		 "compiler      %s\n"
		 "built with    %s, %s\n"
		 "licence       GPL-2.0-or-later",
		 program, PACKAGE_VERSION, MB_REVISION, MB_ARCH, COMPILER, LIBC, MB_LIBRARIES);
	return text;
}

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
	argp_err_exit_status = status;
	argp_program_version = version_text(name);
	exit_status = status;
	atexit(at_exit);
}
