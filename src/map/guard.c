// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include "base/array.h"
#include "map/guard.h"
#include "map/map.h"

static const int signals[] = { SIGBUS, SIGSEGV, SIGILL };

#define N_SIGNALS (ARRAY_SIZE(signals))

/* Of the thread; NULL: not in a guarded call. A synchronous fault is its own thread's. */
static __thread sigjmp_buf *back;
static __thread struct fault caught;

/* The handlers are the process's: the first guarded call sets them, the last puts them back. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned int inside;
static struct sigaction before[N_SIGNALS];

static bool is_ours(const siginfo_t *info, uint64_t *offset)
{
	*offset = 0;
	/* sent by somebody, kill(2) and its kin: no access of ours, and si_addr is no address */
	if (!back || info->si_code <= 0)
		return false;
	/*
	 * An external abort may come without an address (Linux, arch/arm64/mm/fault.c, do_sea():
	 * FAR not valid), and SIGILL has the instruction's: the guarded code is short enough to own
	 * both. SIGBUS by a wild frame pointer (x86: #SS) has no address either, but another code.
	 */
	if (info->si_signo == SIGILL ||
	    (info->si_signo == SIGBUS && info->si_code == BUS_OBJERR && !info->si_addr))
		return true;
	return map_contains(info->si_addr, offset);
}

static void on_fault(int signo, siginfo_t *info, void *context)
{
	uint64_t offset;

	(void)context;
	if (!is_ours(info, &offset)) {
		/* returning repeats the access, which now ends the process as it should */
		signal(signo, SIG_DFL);
		if (info->si_code <= 0)
			raise(signo); /* nothing repeats what was sent */
		return;
	}
	caught = (struct fault){ .signal = signo, .code = info->si_code, .offset_bytes = offset };
	siglongjmp(*back, 1);
}

static void handlers_enter(void)
{
	struct sigaction sa = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };

	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < N_SIGNALS && !inside; i++)
		sigaction(signals[i], &sa, &before[i]);
	inside++;
	pthread_mutex_unlock(&lock);
}

static void handlers_leave(void)
{
	pthread_mutex_lock(&lock);
	inside--;
	for (size_t i = 0; i < N_SIGNALS && !inside; i++)
		sigaction(signals[i], &before[i], NULL);
	pthread_mutex_unlock(&lock);
}

int guard_call(void (*fn)(void *arg), void *arg, struct fault *fault)
{
	sigjmp_buf here, *const outer = back;
	volatile int ret = 0;

	handlers_enter();
	back = &here;
	if (sigsetjmp(here, 1)) {
		*fault = caught;
		ret = -EFAULT;
	} else {
		fn(arg);
	}
	back = outer;
	handlers_leave();
	return ret;
}
