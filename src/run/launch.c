// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "base/hash.h"
#include "base/log.h"
#include "run/child.h"
#include "run/launch.h"

/*
 * Of the calling thread, not of "self": qemu-user shows a program its own there, which the kernel
 * alone cannot execute. Through these the emulator is executed again with its own options; so is a
 * dynamic loader that was named to start us. And the file may have been replaced meanwhile.
 */
#define PROC_COMMAND "/proc/thread-self/cmdline"
#define PROC_PROGRAM "/proc/thread-self/exe"

#define COMMAND_BYTES_MOST (4u << 20)

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

static int read_all(char **bytes, size_t *n)
{
	int fd = open(PROC_COMMAND, O_RDONLY | O_CLOEXEC), ret = 0;
	size_t room = 0, used = 0;
	char *buf = NULL;
	ssize_t got = 1;

	if (fd < 0)
		return -errno;
	while (!ret && got) {
		if (used + 1 >= room) {
			char *more = realloc(buf, room = room ? 2 * room : 4096);

			if (!more || room > COMMAND_BYTES_MOST) {
				buf = more ? more : buf;
				ret = more ? -E2BIG : -ENOMEM;
				break;
			}
			buf = more;
		}
		got = read(fd, buf + used, room - used - 1);
		if (got < 0)
			ret = -errno;
		else
			used += (size_t)got;
	}
	close(fd);
	if (!ret && (!used || buf[used - 1]))
		ret = -EINVAL;
	if (ret) {
		free(buf);
		return ret;
	}
	*bytes = buf;
	*n = used;
	return 0;
}

int launch_command_read(struct launch_command *c)
{
	struct launch_command new = { 0 };
	int ret = read_all(&new.bytes, &new.n_bytes);

	for (size_t i = 0; !ret && i < new.n_bytes; i++)
		new.n += !new.bytes[i];
	new.words = ret ? NULL : calloc(new.n + 1, sizeof(*new.words));
	if (!ret && !new.words)
		ret = -ENOMEM;
	if (ret) {
		log_error("cannot read " PROC_COMMAND ", which --launches needs: %s", strerror(-ret));
		free(new.bytes);
		return ret;
	}
	for (size_t i = 0, at = 0; i < new.n; i++) {
		new.words[i] = new.bytes + at;
		at += strlen(new.bytes + at) + 1;
	}
	*c = new;
	return 0;
}

void launch_command_free(struct launch_command *c)
{
	free(c->bytes);
	free(c->words);
	memset(c, 0, sizeof(*c));
}

int launch_command_insert(struct launch_command *c, size_t own_words, char *const *words, size_t n)
{
	size_t at = c->n - own_words + 1;
	char **all;

	if (!own_words || own_words > c->n)
		return -EINVAL;
	all = calloc(c->n + n + 1, sizeof(*all));
	if (!all)
		return -ENOMEM;
	memcpy(all, c->words, at * sizeof(*all));
	memcpy(all + at, words, n * sizeof(*all));
	memcpy(all + at + n, c->words + at, (c->n - at) * sizeof(*all));
	free(c->words);
	c->words = all;
	c->n += n;
	return 0;
}

static _Noreturn void launch_exec(const struct launch_command *c, pid_t parent)
{
	/* killed, we could not pass on that it is over; this signal has the window put back */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(STATUS_NOT_EXECUTED);
	child_signals_unblock();
	execv(PROC_PROGRAM, c->words);
	log_error("cannot execute %s again: %s", c->words[0], strerror(errno));
	_exit(STATUS_NOT_EXECUTED);
}

static int launch_wait(pid_t pid, int *wstatus)
{
	/* how late an ending signal may be noticed */
	const struct timespec step = { .tv_nsec = 50000000 };
	int passed_on = 0;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	for (;;) {
		pid_t got = waitpid(pid, wstatus, WNOHANG);
		int sig = child_signals_first();

		if (got < 0) {
			log_error("lost a launch: %s", strerror(errno));
			return -errno;
		}
		if (got)
			return 0;
		if (sig && !passed_on)
			kill(pid, passed_on = sig);
		sigtimedwait(&set, NULL, &step);
	}
}

int launch_run(const struct launch_command *c, int *wstatus)
{
	pid_t parent = getpid(), pid;
	int ret;

	if (child_signals_first())
		return -EINTR;
	fflush(NULL);
	pid = fork();
	if (pid < 0) {
		ret = -errno;
		log_error("cannot start a launch: %s", strerror(-ret));
		return ret;
	}
	if (!pid)
		launch_exec(c, parent);
	ret = launch_wait(pid, wstatus);
	if (!ret && WIFEXITED(*wstatus) && WEXITSTATUS(*wstatus) == STATUS_NOT_EXECUTED)
		ret = -ENOEXEC;
	return ret;
}
