// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/log.h"
#include "pair/program.h"
#include "run/child.h"

#define NOT_EXECUTED 127
#define GRACE_S	     10.0

void program_prepare(pid_t parent, int signal)
{
	prctl(PR_SET_PDEATHSIG, signal);
	if (getppid() != parent)
		_exit(NOT_EXECUTED);
	child_signals_unblock();
}

static _Noreturn void become(const struct program *p, pid_t parent)
{
	int null = open("/dev/null", O_RDONLY), out;

	/* told so, mmiobench puts the window back */
	program_prepare(parent, SIGTERM);
	dup2(null, STDIN_FILENO);
	if (p->output) {
		out = open(p->output, O_WRONLY | O_CREAT | O_TRUNC, 0644);
		if (out < 0) {
			log_error("cannot write %s: %s", p->output, strerror(errno));
			_exit(NOT_EXECUTED);
		}
		dup2(out, STDOUT_FILENO);
		dup2(out, STDERR_FILENO);
	}
	execvp(p->words[0], p->words);
	log_error("cannot execute %s: %s", p->words[0], strerror(errno));
	_exit(NOT_EXECUTED);
}

/* How a child is told to end, once for each reason. */
struct ending {
	bool passed_on;          /* a signal that came for us */
	double since_s;          /* when it was told to; 0: it was not */
	bool late;
};

static void tell_to_end(struct ending *e, const struct program *p, pid_t pid, double begin_s)
{
	double now = monotonic_s();
	int sig = child_signals_pending();

	if (sig && !e->passed_on) {
		kill(pid, sig);
		e->passed_on = true;
		e->since_s = now;
	}
	if (p->most_s > 0 && now - begin_s > p->most_s && !e->since_s) {
		kill(pid, SIGTERM);
		e->late = true;
		e->since_s = now;
	}
	/* who was interrupted may have a window to put back, and takes its time */
	if (e->late && now - e->since_s > GRACE_S)
		kill(pid, SIGKILL);
}

int program_run(const struct program *p)
{
	double begin_s = monotonic_s();
	pid_t parent = getpid(), pid;
	struct ending end = { false, 0, false };
	int status;

	if (child_signals_pending())
		return -EINTR;
	fflush(NULL);
	pid = fork();
	if (!pid)
		become(p, parent);
	if (pid < 0) {
		log_error("cannot start %s: %s", p->words[0], strerror(errno));
		return -errno;
	}
	for (;;) {
		pid_t got = waitpid(pid, &status, WNOHANG);

		if (got == pid)
			break;
		if (got < 0)
			return -errno;
		tell_to_end(&end, p, pid, begin_s);
		child_signals_pause();
	}
	if (child_signals_pending())
		return -EINTR;
	if (end.late)
		return -ETIMEDOUT;
	if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_EXECUTED)
		return -ENOEXEC;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
