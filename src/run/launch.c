// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/hash.h"
#include "base/log.h"
#include "run/child.h"
#include "run/launch.h"

#define STATUS_NOT_EXECUTED 127

int launch_name(char *buf, size_t n, const char *path, unsigned int index)
{
	const char *base = strrchr(path, '/'), *dot;
	int used;

	base = base ? base + 1 : path;
	dot = strrchr(base, '.');
	if (!dot || dot == base)
		dot = base + strlen(base);
	used = snprintf(buf, n, "%.*s-%u%s", (int)(dot - path), path, index, dot);
	return used < 0 || (size_t)used >= n ? -ENAMETOOLONG : 0;
}

uint64_t launch_seed(uint64_t base, unsigned int index)
{
	return hash_mix(hash_mix(base) + index);
}

/*
 * The file that runs, though another may have its name by now. Where a loader was executed by name
 * that file is the loader: what the program is called starts it as before (scripts/bundle). So it
 * does where there is no /proc. Returns only when it fails.
 */
static void execute(char **argv)
{
	bool is_file = getauxval(AT_BASE);

	if (is_file)
		execv("/proc/self/exe", argv);
	if (!is_file || errno == ENOENT)
		execvp(argv[0], argv);
}

/* The caller frees. NULL: out of memory. */
static char **make_argv(const struct launch_command *c)
{
	size_t n = 1;
	char **all;

	while (c->argv[n])
		n++;
	all = calloc(n + c->n_words + 1, sizeof(*all));
	if (!all)
		return NULL;
	all[0] = c->argv[0];
	memcpy(all + 1, c->words, c->n_words * sizeof(*all));
	memcpy(all + 1 + c->n_words, c->argv + 1, (n - 1) * sizeof(*all));
	return all;
}

static _Noreturn void launch_exec(char **argv, pid_t parent)
{
	/* killed, we could not pass on that it is over; this signal has the window put back */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(STATUS_NOT_EXECUTED);
	child_signals_unblock();
	execute(argv);
	log_error("cannot execute %s again: %s", argv[0], strerror(errno));
	_exit(STATUS_NOT_EXECUTED);
}

static int launch_wait(pid_t pid, int *wstatus)
{
	int passed_on = 0;

	for (;;) {
		pid_t got = waitpid(pid, wstatus, WNOHANG);
		int sig = child_signals_pending();

		if (got < 0) {
			log_error("lost a launch: %s", strerror(errno));
			return -errno;
		}
		if (got)
			return 0;
		if (sig && !passed_on)
			kill(pid, passed_on = sig);
		child_signals_pause();
	}
}

int launch_run(const struct launch_command *c, int *wstatus)
{
	pid_t parent = getpid(), pid;
	char **argv;
	int ret;

	if (child_signals_pending())
		return -EINTR;
	fflush(NULL);
	argv = make_argv(c);
	pid = argv ? fork() : -1;
	if (!pid)
		launch_exec(argv, parent);
	ret = argv ? -errno : -ENOMEM;
	free(argv);
	if (pid < 0) {
		log_error("cannot start a launch: %s", strerror(-ret));
		return ret;
	}
	ret = launch_wait(pid, wstatus);
	if (!ret && WIFEXITED(*wstatus) && WEXITSTATUS(*wstatus) == STATUS_NOT_EXECUTED)
		ret = -ENOEXEC;
	return ret;
}
