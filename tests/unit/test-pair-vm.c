// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Disposable VMs that go wrong, and those that do not: scripts in the place of a VMM. Each ends with its cause,
 * within its bounds, and nothing that it started is left.
 */
#include "config.h"
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>
#include <cmocka.h>
#include <zlib.h>
#include "base/array.h"
#include "pair/guest.h"
#include "pair/serial.h"
#include "run/child.h"

#define LOG_MOST ((4 << 20) + 64)
#define RESULT	 "{\"schema\": \"a result\"}\n"

static char dir[] = "/tmp/test-pair-vm.XXXXXX", log_path[PATH_MAX], json[PATH_MAX], page[PATH_MAX], journal[PATH_MAX];
static struct guest_ask ask;
static struct guest_outcome outcome;

static char *path_of(char *path, const char *name)
{
	snprintf(path, PATH_MAX, "%s/%s", dir, name);
	return path;
}

static void put_file(const char *name, const char *bytes)
{
	char path[PATH_MAX];
	FILE *f = fopen(path_of(path, name), "w");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, strlen(bytes), f), strlen(bytes));
	assert_int_equal(fclose(f), 0);
}

/* The start of a file; "": none. */
static const char *text_of(const char *path)
{
	static char text[4096];
	FILE *f = fopen(path, "r");

	text[f ? fread(text, 1, sizeof(text) - 1, f) : 0] = 0;
	if (f)
		fclose(f);
	return text;
}

static long size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? -1 : (long)st.st_size;
}

/* Lines as a guest sends them, for scripts: "hello", "fail", "whole" (a result and its end), and damaged ones. */
static void make_lines(void)
{
	char line[SERIAL_LINE_MAX], path[PATH_MAX], *at;
	char result[PATH_MAX];
	FILE *f;

	assert_true(serial_format(line, sizeof(line), SERIAL_HELLO, 0, "6.12.0", 6));
	put_file("hello", line);
	assert_true(serial_format(line, sizeof(line), SERIAL_FAIL, 0, "no such function", 16));
	put_file("fail", line);
	assert_true(serial_format(line, sizeof(line), SERIAL_EXIT, 1, "", 0));
	put_file("exit", line);
	put_file("result", RESULT);
	f = fopen(path_of(path, "file"), "w+");
	assert_int_equal(serial_send_file(fileno(f), "guest.json", path_of(result, "result"), false), 0);
	fclose(f);
	f = fopen(path_of(path, "other"), "w+");
	assert_int_equal(serial_send_file(fileno(f), "evil.sh", path_of(result, "result"), false), 0);
	fclose(f);
	strcpy(line, text_of(path_of(path, "file")));
	at = strstr(line, "@mmio D 0 ") + 12;
	*at = *at == 'A' ? 'B' : 'A';
	put_file("damaged", line);
	*strstr(line, "@mmio E") = '#';
	put_file("no-data-no-end", line);
	strcpy(line, text_of(path_of(path, "file")));
	*strstr(line, "@mmio E") = '#';
	put_file("no-end", line);
	assert_true(serial_format(line, sizeof(line), SERIAL_BEGIN, 0, "../x", 4));
	put_file("outside", line);
}

static int begin_all(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(dir));
	path_of(log_path, "log");
	path_of(json, "guest.json");
	path_of(page, "guest.log");
	path_of(journal, "journal");
	make_lines();
	/* as mmiopair itself: a VMM that closes its input ends nobody */
	child_signals_block();
	return 0;
}

static int end_all(void **state)
{
	char command[PATH_MAX + 16];

	(void)state;
	child_signals_unblock();
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

static int begin(void **state)
{
	(void)state;
	unlink(log_path);
	unlink(json);
	unlink(page);
	unlink(journal);
	ask = (struct guest_ask){ .vmm = vmm_row(0), .log = log_path, .json = json, .page = page, .boot_s = 60,
				  .run_s = 60 };
	return 0;
}

/* In the directory of those lines. */
static void run(const char *script)
{
	char text[2 * PATH_MAX];
	char *command[] = { (char *)(uintptr_t) "/bin/sh", (char *)(uintptr_t) "-c", text, NULL };

	snprintf(text, sizeof(text), "cd %s || exit; %s", dir, script);
	if (!ask.command)
		ask.command = command;
	guest_run(&ask, &outcome);
	ask.command = NULL;
}

static void assert_end(enum guest_end end, const char *why)
{
	if (outcome.end != end || !strstr(outcome.why, why))
		fail_msg("end %d: %s; instead of %d: %s; log: %s", (int)outcome.end, outcome.why, (int)end, why,
			 text_of(log_path));
}

static void test_ends_itself(void **state)
{
	(void)state;
	run("exit 1");
	assert_end(GUEST_VMM_ENDED, "it said nothing");
	run("echo 'qemu: -device vfio-pci: no such host device' >&2; exit 1");
	assert_end(GUEST_VMM_ENDED, "no such host device");
	assert_non_null(strstr(text_of(log_path), "no such host device"));
	/* the last line that has text, with or without its end */
	run("printf 'first\\nthe \\033[1mcause' >&2; exit 1");
	assert_end(GUEST_VMM_ENDED, "cause");
	assert_null(strchr(outcome.why, 033));
	run("kill -9 $$");
	assert_end(GUEST_VMM_ENDED, "it said nothing");
}

static void test_not_there(void **state)
{
	char *nothing[] = { (char *)(uintptr_t) "/nonexistent/vmm", NULL };

	(void)state;
	ask.command = nothing;
	run("");
	assert_end(GUEST_VMM_ENDED, "cannot execute /nonexistent/vmm: No such file");
	ask.log = "/nonexistent/log";
	run("exit 1");
	assert_end(GUEST_NOT_STARTED, "cannot write /nonexistent/log");
}

/* What the guest's kernel, or nobody, says until it should be up. */
static void test_no_boot(void **state)
{
	static const char *const scripts[] = {
		"exec sleep 1000",
		"head -c 100000 /dev/urandom; exec sleep 1000",
		"exec yes 'no end'",
		"exec cat /dev/zero",
		"exec yes 'no end' >&2",
		"exec yes '@mmio H 0 - 00000000'",
		"tr '\\0' x </dev/zero; :", /* a line without end, in a process of its own */
		"cat exit damaged no-end; exec sleep 1000",
	};

	(void)state;
	ask.boot_s = 0.3;
	for (size_t i = 0; i < ARRAY_SIZE(scripts); i++) {
		run(scripts[i]);
		assert_end(GUEST_NO_BOOT, "did not come up in 0 s");
		assert_in_range(size_of(log_path), 0, LOG_MOST);
		assert_int_equal(size_of(json), -1);
	}
}

static void test_hangs(void **state)
{
	static const char *const scripts[] = {
		"cat hello; exec sleep 1000",
		"cat hello; exec yes 'no end'",
		"exec yes \"$(cat hello)\"", /* as one that boots over and over */
		"cat hello file file; exec sleep 1000",
		"cat hello damaged; exec sleep 1000",
	};

	(void)state;
	ask.run_s = 0.3;
	for (size_t i = 0; i < ARRAY_SIZE(scripts); i++) {
		run(scripts[i]);
		assert_end(GUEST_HUNG, "no result came in 0 s");
		assert_in_range(size_of(log_path), 0, LOG_MOST);
		assert_string_equal(outcome.kernel, "6.12.0");
	}
}

static void test_dies(void **state)
{
	(void)state;
	run("cat hello; echo 'error: kvm run failed Bad address' >&2; exec sleep 1000");
	assert_end(GUEST_DIED, "kvm run failed Bad address");
	/* it ends, too, and its line does not */
	run("cat hello; printf 'error: kvm run failed Bad address' >&2; exit 1");
	assert_end(GUEST_DIED, "kvm run failed");
	run("cat hello; echo 'Kernel panic - not syncing: VFS: no root'; exec sleep 1000");
	assert_end(GUEST_PANICKED, "Kernel panic - not syncing: VFS: no root");
	run("printf '[1.0] Kernel panic - \\033]0;x\\007\\r\\n'; exec sleep 1000");
	assert_end(GUEST_PANICKED, "Kernel panic");
	assert_null(strpbrk(outcome.why, "\033\007"));
	run("cat hello fail; exec sleep 1000");
	assert_end(GUEST_FAILED, "no such function");
}

static unsigned int looks;

static void look(void *arg, pid_t vmm)
{
	looks++;
	assert_ptr_equal(arg, &looks);
	assert_int_equal(kill(vmm, 0), 0);
}

static void test_done(void **state)
{
	(void)state;
	looks = 0;
	ask.look = look;
	ask.arg = &looks;
	run("echo '[0.1] kernel'; cat hello other file exit; exec sleep 1000");
	assert_end(GUEST_DONE, "");
	assert_int_equal(outcome.status, 1);
	assert_string_equal(outcome.kernel, "6.12.0");
	assert_string_equal(text_of(json), RESULT);
	assert_int_equal(looks, 1);
	assert_non_null(strstr(text_of(log_path), "[0.1] kernel"));
	assert_int_equal(size_of(path_of((char[PATH_MAX]){ "" }, "evil.sh")), -1);
	/* nobody looks at one that gave nothing */
	run("exit 1");
	assert_int_equal(looks, 1);
}

/* Sent again when the host asks, which it does twice. */
static void test_damaged(void **state)
{
	static const char *const damages[] = { "damaged", "no-end", "no-data-no-end", "outside", "hello" };
	char script[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(damages); i++) {
		unlink(json);
		snprintf(script, sizeof(script), "cat hello %s exit; read w; echo \"$w\" >asked; cat file exit; exec sleep 1000",
			 damages[i]);
		run(script);
		assert_end(GUEST_DONE, "");
		assert_string_equal(text_of(json), RESULT);
		assert_string_equal(text_of(path_of((char[PATH_MAX]){ "" }, "asked")), "again\n");
		unlink(json);
		snprintf(script, sizeof(script), "cat hello; while cat %s exit; do read w; echo x; done", damages[i]);
		run(script);
		assert_end(GUEST_GARBLED, "damaged, three times");
		assert_int_equal(size_of(json), -1);
	}
	run("exec <&-; cat hello damaged exit; exec sleep 1000");
	assert_end(GUEST_GARBLED, "takes nothing");
	child_signals_take(); /* SIGPIPE */
}

static void test_disk(void **state)
{
	(void)state;
	ask.json = "/nonexistent/guest.json";
	run("cat hello file exit; exec sleep 1000");
	assert_end(GUEST_NOT_STARTED, "cannot write /nonexistent/guest.json");
}

static void test_journal(void **state)
{
	(void)state;
	put_file("journal", "{\"attempt\":\"before\"}\n");
	ask.journal = journal;
	run("cat hello; echo 'x{\"attempt\":\"now\"}'; echo 'error: kvm run failed' >&2; exec sleep 1000");
	assert_end(GUEST_DIED, "kvm run failed");
	assert_string_equal(text_of(journal), "{\"attempt\":\"before\"}\n{\"attempt\":\"now\"}\n");
	ask.run_s = 0.3;
	run("cat hello; exec yes '{\"attempt\":\"without end\"}'");
	assert_end(GUEST_HUNG, "");
	assert_in_range(size_of(journal), 100, 1 << 20);
	assert_in_range(size_of(log_path), 0, LOG_MOST);
}

static void test_interrupted(void **state)
{
	(void)state;
	raise(SIGTERM);
	run("exec sleep 1000");
	child_signals_take();
	assert_end(GUEST_INTERRUPTED, "signal");
}

/* A process that does nothing any more: gone, or its parent has not asked for its status yet. */
static bool is_gone(pid_t pid)
{
	char path[PATH_MAX];
	const char *stat, *state;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	stat = text_of(path);
	state = strrchr(stat, ')');
	return !*stat || (state && state[2] == 'Z');
}

/* A script around the VMM, as some packages have it. */
static void test_script_around(void **state)
{
	char path[PATH_MAX];
	int pid;

	(void)state;
	run("sleep 1000 & echo $! >pid; cat hello file exit; wait; :");
	assert_end(GUEST_DONE, "");
	pid = atoi(text_of(path_of(path, "pid")));
	assert_true(pid > 1);
	assert_true(is_gone(pid));
}

/* This program as a VMM: its guest's memory has the result, and the line says only where. */
#define RAM_BYTES 0x40000000ull
#define PAGE	  4096ull

static _Noreturn void be_vmm(const char *in)
{
	size_t n = (size_t)VMM_GUEST_MB << 20;
	unsigned char *ram = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uLongf packed = 2 * PAGE;
	unsigned char bytes[2 * PAGE];
	char line[SERIAL_LINE_MAX], text[128];

	if (chdir(in) || ram == MAP_FAILED || compress(bytes, &packed, (const Bytef *)RESULT, strlen(RESULT)) != Z_OK)
		_exit(1);
	memcpy(ram + 7 * PAGE, bytes, packed);
	fputs(text_of("hello"), stdout);
	serial_format(line, sizeof(line), SERIAL_BEGIN, 0, "guest.json", 10);
	fputs(line, stdout);
	n = (size_t)snprintf(text, sizeof(text), "%llx %llx %lx", RAM_BYTES, PAGE, packed);
	serial_format(line, sizeof(line), SERIAL_MEMORY, 0, text, n);
	fputs(line, stdout);
	n = (size_t)snprintf(text, sizeof(text), "%llx", RAM_BYTES + 7 * PAGE);
	serial_format(line, sizeof(line), SERIAL_PAGES, 0, text, n);
	fputs(line, stdout);
	n = (size_t)snprintf(text, sizeof(text), "%zu %08lx", strlen(RESULT),
			     crc32(0, (const Bytef *)RESULT, strlen(RESULT)));
	serial_format(line, sizeof(line), SERIAL_END, 1, text, n);
	fputs(line, stdout);
	fputs(text_of("exit"), stdout);
	fflush(stdout);
	for (;;)
		pause();
}

static void test_memory(void **state)
{
	char self[PATH_MAX];
	char *command[] = { self, (char *)(uintptr_t) "--be-vmm", dir, NULL };
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	(void)state;
	if (getenv("MB_EMULATOR") && *getenv("MB_EMULATOR")) {
		print_message("an emulated program's memory is its emulator's\n");
		skip();
	}
	assert_true(n > 0);
	self[n] = 0;
	ask.command = command;
	run("");
	assert_end(GUEST_DONE, "");
	assert_string_equal(text_of(json), RESULT);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_ends_itself, begin), cmocka_unit_test_setup(test_not_there, begin),
		cmocka_unit_test_setup(test_no_boot, begin),	 cmocka_unit_test_setup(test_hangs, begin),
		cmocka_unit_test_setup(test_dies, begin),	 cmocka_unit_test_setup(test_done, begin),
		cmocka_unit_test_setup(test_damaged, begin),	 cmocka_unit_test_setup(test_disk, begin),
		cmocka_unit_test_setup(test_journal, begin),	 cmocka_unit_test_setup(test_interrupted, begin),
		cmocka_unit_test_setup(test_script_around, begin), cmocka_unit_test_setup(test_memory, begin),
	};

	if (argc == 3 && !strcmp(argv[1], "--be-vmm"))
		be_vmm(argv[2]);
	return cmocka_run_group_tests(tests, begin_all, end_all);
}
