// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include "run/guard.h"

#define WATCHED_MAX 4

static struct {
	uintptr_t addr;
	uint64_t bytes;
} watched[WATCHED_MAX];
static unsigned int n_watched;
static sigjmp_buf back;
static struct fault caught;

static const int signals[] = { SIGBUS, SIGSEGV, SIGILL };

#define N_SIGNALS (sizeof(signals) / sizeof(signals[0]))

void guard_watch(const volatile void *addr, uint64_t bytes)
{
	if (n_watched == WATCHED_MAX)
		return;
	watched[n_watched].addr = (uintptr_t)addr;
	watched[n_watched++].bytes = bytes;
}

static bool is_watched(const siginfo_t *info, uint64_t *offset)
{
	uintptr_t addr = (uintptr_t)info->si_addr;

	/*
	 * An external abort may come without an address (arm64: FAR not valid), and SIGILL has
	 * the instruction's: the guarded code is short enough to own both.
	 */
	*offset = 0;
	if (info->si_signo == SIGILL || (info->si_signo == SIGBUS && !addr))
		return true;
	for (unsigned int i = 0; i < n_watched; i++) {
		if (addr < watched[i].addr || addr - watched[i].addr >= watched[i].bytes)
			continue;
		*offset = addr - watched[i].addr;
		return true;
	}
	return false;
}

static void on_fault(int signo, siginfo_t *info, void *context)
{
	uint64_t offset;

	(void)context;
	if (!is_watched(info, &offset)) {
		/* returning repeats the access, which now ends the process as it should */
		signal(signo, SIG_DFL);
		return;
	}
	caught = (struct fault){ .signal = signo, .code = info->si_code, .offset_bytes = offset };
	siglongjmp(back, 1);
}

int guard_call(void (*fn)(void *arg), void *arg, struct fault *fault)
{
	struct sigaction sa = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };
	struct sigaction old[N_SIGNALS];
	int ret = 0;

	for (size_t i = 0; i < N_SIGNALS; i++)
		sigaction(signals[i], &sa, &old[i]);
	if (sigsetjmp(back, 1)) {
		*fault = caught;
		ret = -EFAULT;
	} else {
		fn(arg);
	}
	for (size_t i = 0; i < N_SIGNALS; i++)
		sigaction(signals[i], &old[i], NULL);
	n_watched = 0;
	return ret;
}
