// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/path.h"
#include "pair/store.h"

#define MODULES_MAX 8

/* Waits for its end: 0 and its status, or -ETIMEDOUT. */
static int await(pid_t pid, double seconds, int *status)
{
	const struct timespec tick = { .tv_nsec = 1000 * 1000 };
	double end = monotonic_s() + seconds;

	for (;;) {
		pid_t got = waitpid(pid, status, WNOHANG);

		if (got == pid)
			return 0;
		if (got < 0 && errno != EINTR)
			return -errno;
		if (monotonic_s() >= end)
			return -ETIMEDOUT;
		nanosleep(&tick, NULL);
	}
}

/* A child that no signal but SIGKILL reaches, before it does anything; as fork(). */
static pid_t fork_undisturbed(void)
{
	sigset_t all, before;
	pid_t pid;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	pid = fork();
	if (pid)
		sigprocmask(SIG_SETMASK, &before, NULL);
	return pid;
}

/* status: an errno. What is stuck in the kernel ends as soon as it can, and does nothing after it. */
static int end_child(pid_t pid, double seconds)
{
	int status = 0, ret;

	if (pid < 0)
		return -errno;
	ret = await(pid, seconds, &status);
	if (ret) {
		kill(pid, SIGKILL);
		await(pid, 0.1, &status);
		return ret;
	}
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EIO;
}

int store_bounded(double seconds, const char *text, const char *fmt, ...)
{
	char path[PATH_MAX];
	va_list ap;
	pid_t pid;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(path))
		return -ENAMETOOLONG;
	pid = fork_undisturbed();
	if (!pid) {
		int ret = -path_write(text, "%s", path);

		_exit(ret > 0xff ? EIO : ret); /* the kernel's own errnos are larger */
	}
	return end_child(pid, seconds);
}

/* kernel/module/kmod.c: the program and the environment of the kernel's own requests. */
static void run_modprobe(const char *const *names)
{
	static char *const environment[] = { "HOME=/", "TERM=linux", "PATH=/sbin:/usr/sbin:/bin:/usr/bin", NULL };
	char program[256];
	char *argv[MODULES_MAX + 5] = { program, "-q", "-a", "--" };
	sigset_t none;

	if (path_read(program, sizeof(program), "/proc/sys/kernel/modprobe") <= 0)
		strcpy(program, "/sbin/modprobe");
	for (size_t i = 0; i < MODULES_MAX && names[i]; i++)
		argv[4 + i] = (char *)(unsigned long)names[i];
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execve(program, argv, environment);
	_exit(errno & 0xff);
}

int store_modules(const char *const *names)
{
	pid_t pid = fork_undisturbed();

	if (!pid)
		run_modprobe(names);
	return end_child(pid, STORE_SECONDS);
}
