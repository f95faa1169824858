// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "map/guard.h"
#include "map/map.h"
#include "run/child.h"

#define BYTES 8192u

/* Of --map ram: the pages themselves may be taken away or hardened as those of a BAR. */
static struct mapping map_ram_page(void)
{
	const struct map_range range = { .length_bytes = BYTES, .writable = true };
	struct mapping m;

	assert_int_equal(map_open(&m, MAP_RAM, &range), 0);
	return m;
}

static void store(void *arg)
{
	*(volatile unsigned char *)arg = 1;
}

static void test_write_to_read_only(void **state)
{
	struct mapping m = map_ram_page();
	struct fault fault;

	(void)state;
	assert_int_equal(mprotect(m.pages, m.pages_bytes, PROT_READ), 0);
	assert_int_equal(guard_call(store, (void *)(uintptr_t)(m.addr + 100), &fault), -EFAULT);
	assert_int_equal(fault.signal, SIGSEGV);
	assert_int_equal(fault.code, SEGV_ACCERR);
	assert_int_equal(fault.offset_bytes, 100);
	map_close(&m);
}

static void test_mapping_gone(void **state)
{
	struct mapping m = map_ram_page();
	struct fault fault;

	(void)state;
	munmap((char *)m.pages + 4096, 4096);
	assert_int_equal(guard_call(store, (void *)(uintptr_t)(m.addr + 4100), &fault), -EFAULT);
	assert_int_equal(fault.signal, SIGSEGV);
	assert_int_equal(fault.code, SEGV_MAPERR);
	assert_int_equal(fault.offset_bytes, 4100);
	map_close(&m);
}

/* Behind a file's end, as behind a BAR whose driver has taken it. */
static void test_bus_error(void **state)
{
	struct mapping m = map_ram_page();
	char name[] = "/tmp/mmiobench-guard-XXXXXX";
	int fd = mkstemp(name);
	struct fault fault;

	(void)state;
	assert_true(fd >= 0);
	unlink(name);
	assert_true(mmap(m.pages, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0) ==
		    m.pages);
	assert_int_equal(guard_call(store, (void *)(uintptr_t)m.addr, &fault), -EFAULT);
	assert_int_equal(fault.signal, SIGBUS);
	assert_int_equal(fault.code, BUS_ADRERR);
	close(fd);
	map_close(&m);
}

static void illegal(void *arg)
{
	(void)arg;
#if defined(__x86_64__)
	__asm__ volatile("ud2");
#else
	__asm__ volatile(".inst 0");
#endif
}

static void test_illegal_instruction(void **state)
{
	struct fault fault;

	(void)state;
	assert_int_equal(guard_call(illegal, NULL, &fault), -EFAULT);
	assert_int_equal(fault.signal, SIGILL);
}

/* As often as it comes, and nothing of it stays. */
static void test_again_and_again(void **state)
{
	struct mapping m = map_ram_page();
	struct sigaction before, after;
	struct fault fault;

	(void)state;
	sigaction(SIGSEGV, NULL, &before);
	assert_int_equal(mprotect(m.pages, m.pages_bytes, PROT_READ), 0);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(guard_call(store, (void *)(uintptr_t)m.addr, &fault), -EFAULT);
	sigaction(SIGSEGV, NULL, &after);
	assert_true(before.sa_handler == after.sa_handler);
	map_close(&m);
}

static void *fault_in_thread(void *arg)
{
	struct fault fault;

	for (int i = 0; i < 200; i++)
		if (guard_call(store, arg, &fault) != -EFAULT || fault.signal != SIGSEGV)
			return arg;
	return NULL;
}

static void test_in_each_thread(void **state)
{
	struct mapping m = map_ram_page();
	pthread_t threads[4];
	void *wrong;

	(void)state;
	assert_int_equal(mprotect(m.pages, m.pages_bytes, PROT_READ), 0);
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, fault_in_thread,
						(void *)(uintptr_t)(m.addr + i)), 0);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(threads[i], &wrong), 0);
		assert_null(wrong);
	}
	map_close(&m);
}

/* Runs fn in a guard of a process of its own; the signal that it died of, 0: it did not. */
static int dies_of(void (*fn)(void *arg), void *arg)
{
	const struct rlimit none = { 0, 0 };
	pid_t pid = fork();
	struct fault fault;
	int status;

	assert_true(pid >= 0);
	if (!pid) {
		struct sigaction dfl = { .sa_handler = SIG_DFL };

		setrlimit(RLIMIT_CORE, &none);
		/* cmocka's own handlers would make a failed test of it */
		sigaction(SIGSEGV, &dfl, NULL);
		sigaction(SIGBUS, &dfl, NULL);
		sigaction(SIGILL, &dfl, NULL);
		guard_call(fn, arg, &fault);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void kill_self(void *arg)
{
	kill(getpid(), *(int *)arg);
}

/* A bug of ours must crash, not be taken for the device's fault. */
static void test_fault_elsewhere_crashes(void **state)
{
	struct mapping m = map_ram_page();
	unsigned char *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	void *pages = (void *)(uintptr_t)m.addr;

	(void)state;
	assert_int_equal(dies_of(store, page), SIGSEGV);
	/* behind the mapping's end, and in one that was closed */
	assert_int_equal(mprotect(m.pages, m.pages_bytes, PROT_READ), 0);
	assert_int_equal(dies_of(store, pages), 0);
	map_close(&m);
	assert_int_equal(dies_of(store, pages), SIGSEGV);
	munmap(page, 4096);
}

/* Next to the mapping: the first page that is not its own. */
static void test_behind_the_end_crashes(void **state)
{
	/* mmap goes downwards: what comes next lies below, or there is room */
	char *behind = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct mapping m = map_ram_page();
	char *end = (char *)m.pages + m.pages_bytes;

	(void)state;
	if (end != behind) {
		munmap(behind, 4096);
		behind = mmap(end, 4096, PROT_NONE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	}
	if (behind != end) /* somebody else's page lies there */
		skip();
	assert_int_equal(mprotect(m.pages, m.pages_bytes, PROT_READ), 0);
	assert_int_equal(dies_of(store, end - 1), 0);
	assert_int_equal(dies_of(store, end), SIGSEGV);
	map_close(&m);
	munmap(behind, 4096);
}

/* A file of ours that is shorter than its mapping is no device that went away. */
static void test_bus_error_elsewhere_crashes(void **state)
{
	char name[] = "/tmp/mmiobench-guard-XXXXXX";
	int fd = mkstemp(name);
	void *page;

	(void)state;
	assert_true(fd >= 0);
	unlink(name);
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(page != MAP_FAILED);
	assert_int_equal(dies_of(store, page), SIGBUS);
	munmap(page, 4096);
	close(fd);
}

#ifdef __x86_64__
/* #SS: an address that is none, by the frame pointer. The kernel sends SIGBUS, without an address. */
static void store_by_wild_frame(void *arg)
{
	(void)arg;
	__asm__ volatile("push %%rbp\n"
			 "movabs $0x8000000000000000, %%rbp\n"
			 "movb $1, (%%rbp)\n"
			 "pop %%rbp" ::: "memory");
}

static void test_wild_frame_crashes(void **state)
{
	(void)state;
	assert_int_equal(dies_of(store_by_wild_frame, NULL), SIGBUS);
}
#endif

/* Nor is what somebody sends a fault: it ends the process as it would have without a guard. */
static void test_sent_signals_kill(void **state)
{
	int signals[] = { SIGSEGV, SIGBUS, SIGILL };

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(dies_of(kill_self, &signals[i]), signals[i]);
}

static int cell_kills_itself(struct child_shared *shared, void *arg)
{
	(void)shared;
	kill(getpid(), *(int *)arg);
	return 0;
}

/* As when its CPU is taken offline. */
static int cell_moves(struct child_shared *shared, void *arg)
{
	cpu_set_t set;

	(void)shared;
	CPU_ZERO(&set);
	CPU_SET(*(unsigned int *)arg, &set);
	return sched_setaffinity(0, sizeof(set), &set) ? -errno : 0;
}

static int cell_is_illegal(struct child_shared *shared, void *arg)
{
	(void)shared;
	illegal(arg);
	return 0;
}

static int cell_faults(struct child_shared *shared, void *arg)
{
	(void)shared;
	store(arg);
	return 0;
}

/* What a cell's process does is told from what is done to it. */
static void test_child_judges(void **state)
{
	struct child_shared *shared = child_shared_new(64);
	struct mapping m = map_ram_page();
	enum cell_status status;
	char why[128];
	int signals[] = { SIGSEGV, SIGBUS, SIGILL, SIGKILL, SIGABRT };
	struct child_work work = { .fn = cell_kills_itself, .timeout_ms = 20000 };
	unsigned char *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct sigaction dfl = { .sa_handler = SIG_DFL }, was;

	(void)state;
	assert_non_null(shared);
	work.cpu = (unsigned int)sched_getcpu();
	sigaction(SIGSEGV, &dfl, &was);
	child_signals_block();
	for (int i = 0; i < 5; i++) {
		work.arg = &signals[i];
		sigaction(signals[i], &dfl, NULL);
		assert_int_equal(child_run(&work, shared, &status, why, sizeof(why)), 0);
		assert_int_equal(status, CELL_KILLED);
		assert_non_null(strstr(why, "ended by signal"));
	}
	work.fn = cell_faults;
	work.arg = page; /* ours, but no mapping of a BAR */
	assert_int_equal(child_run(&work, shared, &status, why, sizeof(why)), 0);
	assert_int_equal(status, CELL_KILLED);
	assert_int_equal(mprotect(m.pages, m.pages_bytes, PROT_READ), 0);
	work.arg = (void *)(uintptr_t)m.addr;
	assert_int_equal(child_run(&work, shared, &status, why, sizeof(why)), 0);
	assert_int_equal(status, CELL_FAULTED);
	assert_int_equal(shared->fault.signal, SIGSEGV);
	assert_non_null(strstr(why, "SIGSEGV/SEGV_ACCERR at offset 0x0: "));
	work.fn = cell_is_illegal;
	assert_int_equal(child_run(&work, shared, &status, why, sizeof(why)), 0);
	assert_int_equal(status, CELL_FAULTED);
	assert_int_equal(shared->fault.signal, SIGILL);
	assert_non_null(strstr(why, "SIGILL/ILL_ILLOP"));
	assert_non_null(strstr(why, "this CPU has no such instruction"));
	for (unsigned int cpu = 0; cpu < 2 && sysconf(_SC_NPROCESSORS_ONLN) > 1; cpu++) {
		work.fn = cell_moves;
		work.arg = &cpu;
		assert_int_equal(child_run(&work, shared, &status, why, sizeof(why)), 0);
		assert_int_equal(status, cpu == work.cpu ? CELL_MEASURED : CELL_FAILED);
		assert_true(cpu == work.cpu || strstr(why, "it was moved"));
	}
	work.fn = cell_faults;
	/* gone from this machine while it was measured on */
	work.cpu = CPU_SETSIZE - 1;
	assert_int_equal(child_run(&work, shared, &status, why, sizeof(why)), 0);
	assert_int_equal(status, CELL_FAILED);
	assert_non_null(strstr(why, "cannot run on CPU"));
	child_signals_unblock();
	sigaction(SIGSEGV, &was, NULL);
	munmap(page, 4096);
	map_close(&m);
	child_shared_free(shared, 64);
}

static int cell_hangs(struct child_shared *shared, void *arg)
{
	(void)shared;
	(void)arg;
	while (pause())
		continue;
	return 0;
}

/* Both are stopped, for longer than the cell may take; the parent goes on first. */
static int cell_is_stopped(struct child_shared *shared, void *arg)
{
	pid_t self = getpid(), parent = getppid(), other = fork();

	(void)shared;
	(void)arg;
	if (other < 0)
		return -errno;
	if (!other) {
		usleep(3300000);
		kill(parent, SIGCONT);
		usleep(100000);
		kill(self, SIGCONT);
		_exit(0);
	}
	kill(parent, SIGSTOP);
	raise(SIGSTOP);
	return waitpid(other, NULL, 0) == other ? 0 : -errno;
}

/* Time in which nobody ran is nobody's: Ctrl-Z and fg, or docker pause, are no hanging cell. */
static void test_child_deadline(void **state)
{
	struct child_shared *shared = child_shared_new(64);
	struct child_work work = { .fn = cell_hangs, .timeout_ms = 0 };
	enum cell_status status;
	char why[128];

	(void)state;
	assert_non_null(shared);
	work.cpu = (unsigned int)sched_getcpu();
	child_signals_block();
	assert_int_equal(child_run(&work, shared, &status, why, sizeof(why)), 0);
	assert_int_equal(status, CELL_TIMEOUT);
	assert_string_equal(why, "no end after 0 ms");
	work.fn = cell_is_stopped;
	work.timeout_ms = 1000;
	assert_int_equal(child_run(&work, shared, &status, why, sizeof(why)), 0);
	assert_int_equal(status, CELL_MEASURED);
	child_signals_unblock();
	child_shared_free(shared, 64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_write_to_read_only),
		cmocka_unit_test(test_mapping_gone),
		cmocka_unit_test(test_bus_error),
		cmocka_unit_test(test_illegal_instruction),
		cmocka_unit_test(test_again_and_again),
		cmocka_unit_test(test_in_each_thread),
		cmocka_unit_test(test_fault_elsewhere_crashes),
		cmocka_unit_test(test_behind_the_end_crashes),
		cmocka_unit_test(test_bus_error_elsewhere_crashes),
#ifdef __x86_64__
		cmocka_unit_test(test_wild_frame_crashes),
#endif
		cmocka_unit_test(test_sent_signals_kill),
		cmocka_unit_test(test_child_deadline),
		cmocka_unit_test(test_child_judges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
