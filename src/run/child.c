// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "env/topology.h"
#include "map/guard.h"
#include "run/child.h"

#define LATE_S 1.0 /* what a busy machine may add */

/* Signals that end a run, but for those that whoever started us had us ignore (nohup). */
static sigset_t ending;
static sigset_t before;

struct child_shared *child_shared_new(size_t payload_bytes)
{
	void *p = mmap(NULL, sizeof(struct child_shared) + payload_bytes, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (p == MAP_FAILED) {
		log_error("out of memory for samples: %s", strerror(errno));
		return NULL;
	}
	return p;
}

void child_shared_free(struct child_shared *shared, size_t payload_bytes)
{
	if (shared)
		munmap(shared, sizeof(*shared) + payload_bytes);
}

/*
 * Signals whose default is to end us, but for SIGKILL, those of a fault of our own, and SIGPIPE:
 * a reader of our output that went away must not end us before the window is put back.
 */
static bool ends_process(int sig)
{
	static const int others[] = { SIGKILL, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU, SIGCONT,
				      SIGCHLD, SIGURG,	SIGWINCH, SIGPIPE, SIGSEGV, SIGBUS,
				      SIGILL,  SIGFPE,	SIGABRT, SIGTRAP, SIGSYS };

	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (sig == others[i])
			return false;
	return sig < 32 || sig >= SIGRTMIN;
}

void child_signals_block(void)
{
	struct sigaction old, chld = { .sa_handler = SIG_DFL };
	sigset_t set;

	/* whoever started us may have children reaped by the kernel: then waitpid would not know */
	sigaction(SIGCHLD, &chld, NULL);
	sigemptyset(&ending);
	for (int sig = 1; sig <= SIGRTMAX; sig++)
		if (ends_process(sig) && !sigaction(sig, NULL, &old) && old.sa_handler != SIG_IGN)
			sigaddset(&ending, sig);
	set = ending;
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGPIPE);
	sigprocmask(SIG_BLOCK, &set, &before);
}

void child_signals_unblock(void)
{
	const struct timespec now = { 0 };
	sigset_t pipe;

	/* a reader of our messages that went away: the result is still to be written */
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	if (!sigismember(&before, SIGPIPE))
		sigtimedwait(&pipe, NULL, &now);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

int child_signals_pending(void)
{
	sigset_t pending;

	sigpending(&pending);
	for (int sig = 1; sig <= SIGRTMAX; sig++)
		if (sigismember(&pending, sig) && sigismember(&ending, sig))
			return sig;
	return 0;
}

void child_signals_take(void)
{
	const struct timespec now = { 0 };

	while (sigtimedwait(&ending, NULL, &now) > 0)
		;
}

void child_signals_pause(void)
{
	/* how late an ending signal may be noticed */
	const struct timespec step = { .tv_nsec = 50000000 };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigtimedwait(&set, NULL, &step);
}

struct child_context {
	const struct child_work *work;
	struct child_shared *shared;
};

static void child_call(void *arg)
{
	struct child_context *c = arg;

	c->shared->ret = c->work->fn(c->shared, c->work->arg);
}

static _Noreturn void child_main(const struct child_work *work, struct child_shared *shared,
				 pid_t parent)
{
	struct child_context context = { work, shared };
	struct rusage usage;

	/* never outlive a parent that was killed: nobody would restore after us */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);
	shared->ret = topology_pin(work->cpu, shared->why, sizeof(shared->why));
	if (shared->ret) {
		shared->finished = true;
		_exit(1);
	}
	shared->cpu_begin = (unsigned int)sched_getcpu();
	if (guard_call(child_call, &context, &shared->fault))
		shared->ret = -EFAULT;
	shared->cpu_end = (unsigned int)sched_getcpu();
	if (!getrusage(RUSAGE_SELF, &usage))
		shared->preempted = (unsigned int)usage.ru_nivcsw;
	shared->finished = true;
	_exit(0);
}

/*
 * Waits for pid or the timeout. 0, -ETIMEDOUT, -EINTR; other -errno: it cannot be waited for. A turn that
 * took longer than it can is one in which we were stopped, and the child with us: Ctrl-Z, a frozen cgroup.
 */
static int child_wait(pid_t pid, unsigned int timeout_ms, int *wstatus)
{
	double waited_s = 0, then = monotonic_s(), now;

	for (;; then = now) {
		pid_t got = waitpid(pid, wstatus, WNOHANG);

		if (got)
			return got == pid ? 0 : -errno;
		/* left pending: it is delivered when the mask is restored */
		if (child_signals_pending())
			return -EINTR;
		if (waited_s > timeout_ms / 1e3 + LATE_S)
			return -ETIMEDOUT;
		child_signals_pause();
		now = monotonic_s();
		waited_s += fmax(0, fmin(now - then, LATE_S));
	}
}

static enum cell_status child_judge(const struct child_shared *shared, int wstatus, char *why,
				    size_t n)
{
	char name[32];

	if (!shared->finished && WIFEXITED(wstatus)) {
		snprintf(why, n, "its process ended early with status %d", WEXITSTATUS(wstatus));
		return CELL_FAILED;
	}
	if (!shared->finished) {
		snprintf(why, n, "its process was ended by signal %d (%s)%s", WTERMSIG(wstatus),
			 strsignal(WTERMSIG(wstatus)), WTERMSIG(wstatus) == SIGKILL ?
			 ": for want of memory? see dmesg, and the cgroup's memory.max" : "");
		return CELL_KILLED;
	}
	/* it was pinned: part of its time is another CPU's, or that of the move */
	if (!shared->ret && shared->cpu_begin != shared->cpu_end) {
		snprintf(why, n, "it was moved from CPU %u to %u in the middle: taken offline?",
			 shared->cpu_begin, shared->cpu_end);
		return CELL_FAILED;
	}
	if (!shared->ret) {
		why[0] = 0;
		return CELL_MEASURED;
	}
	if (shared->ret == -EFAULT && shared->fault.signal) {
		snprintf(why, n, "%s at offset 0x%llx: %s",
			 fault_name(name, sizeof(name), &shared->fault),
			 (unsigned long long)shared->fault.offset_bytes,
			 fault_meaning(&shared->fault));
		return CELL_FAULTED;
	}
	snprintf(why, n, "%s", shared->why[0] ? shared->why : strerror(-shared->ret));
	return shared->ret == -ERANGE ? CELL_COARSE : CELL_FAILED;
}

int child_run(const struct child_work *work, struct child_shared *shared, enum cell_status *status,
	      char *why, size_t why_size)
{
	pid_t parent = getpid(), pid;
	int wstatus = 0, ret;

	if (child_signals_pending())
		return -EINTR;
	memset(shared, 0, sizeof(*shared));
	fflush(NULL);
	pid = fork();
	if (pid < 0) {
		ret = -errno;
		log_error("cannot start a process to measure in: %s", strerror(-ret));
		return ret;
	}
	if (!pid)
		child_main(work, shared, parent);
	ret = child_wait(pid, work->timeout_ms, &wstatus);
	if (!ret) {
		*status = child_judge(shared, wstatus, why, why_size);
		return 0;
	}
	if (ret != -EINTR && ret != -ETIMEDOUT) {
		log_error("lost the process that measures: %s", strerror(-ret));
		return ret;
	}
	kill(pid, SIGKILL);
	waitpid(pid, &wstatus, 0);
	if (ret == -EINTR)
		return ret;
	*status = CELL_TIMEOUT;
	snprintf(why, why_size, "no end after %u ms", work->timeout_ms);
	return 0;
}
