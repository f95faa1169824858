// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include "base/array.h"
#include "base/path.h"
#include "pair/initramfs.h"
#include "pair/inside.h"
#include "pair/serial.h"
#include "pci/list.h"

#define RESULT "/run/guest.json"
#define LOG    "/run/guest.log"
#define WORDS_MOST 64

static int console = -1;

bool inside_guest(void)
{
	return getpid() == 1 && !access(INITRAMFS_WORDS, R_OK);
}

/* The VM stays, so that the host can still look at it. */
static _Noreturn void wait_for_end(void)
{
	for (;;)
		pause();
}

static _Noreturn void fail(const char *what, const char *why)
{
	char text[256];

	snprintf(text, sizeof(text), "%s: %s", what, why);
	serial_send(console, SERIAL_FAIL, 0, text);
	tcdrain(console);
	wait_for_end();
}

/* Bytes as they are, both ways. */
static void console_open(void)
{
	struct termios t;

	console = open("/dev/console", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (console < 0)
		wait_for_end(); /* nobody could hear why */
	if (!tcgetattr(console, &t)) {
		cfmakeraw(&t);
		tcsetattr(console, TCSANOW, &t);
	}
}

static void mount_all(void)
{
	static const struct {
		const char *type, *where;
	} mounts[] = {
		{ "devtmpfs", "/dev" }, { "proc", "/proc" }, { "sysfs", "/sys" }, { "debugfs", "/sys/kernel/debug" },
		{ "tmpfs", "/run" }, { "tmpfs", "/tmp" },
	};

	/* what is missing is missed by who needs it: debugfs may be */
	for (size_t i = 0; i < ARRAY_SIZE(mounts); i++)
		mount(mounts[i].type, mounts[i].where, mounts[i].type, 0, NULL);
}

/* The lines of the file at path, NULL at the end. */
static void read_lines(char **lines, size_t most, const char *path)
{
	FILE *f = fopen(path, "re");
	size_t room = 0, n = 0;
	char *line = NULL;

	while (f && n < most - 1 && getline(&line, &room, f) > 0) {
		line[strcspn(line, "\n")] = 0;
		lines[n++] = strdup(line);
	}
	lines[n] = NULL;
	free(line);
	if (f)
		fclose(f);
}

static bool is_compressed(const char *name)
{
	const char *end = strrchr(name, '.');

	return end && strcmp(end, ".ko");
}

static void load_modules(void)
{
	char *names[INITRAMFS_MODULES_MOST + 1], path[PATH_MAX];

	read_lines(names, ARRAY_SIZE(names), INITRAMFS_MODULES);
	for (char **name = names; *name; name++) {
		int fd;

		snprintf(path, sizeof(path), "/module/%s", *name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		/* 4: MODULE_INIT_COMPRESSED_FILE, finit_module(2) */
		if (fd < 0 || (syscall(SYS_finit_module, fd, "", is_compressed(path) ? 4 : 0) && errno != EEXIST))
			fail(path, strerror(errno));
		close(fd);
	}
}

/*
 * A device that mmiobench finds enabled it leaves enabled: with decode off there is no memory slot any more
 * when the host's witness looks.
 */
static void enable_device(void)
{
	char ids[16], bdf[20] = "";
	unsigned int vendor, device;
	struct pci_list list;

	if (path_read(ids, sizeof(ids), INITRAMFS_DEVICE) < 0 || sscanf(ids, "%x:%x", &vendor, &device) != 2 ||
	    pci_list_load(&list))
		fail("the device", "this guest cannot list PCI functions");
	for (size_t i = 0; i < list.n; i++)
		if (list.v[i].vendor == vendor && list.v[i].device == device)
			snprintf(bdf, sizeof(bdf), "%s", list.v[i].bdf);
	pci_list_free(&list);
	if (!*bdf)
		fail(ids, "the VMM gave the guest no such function");
	path_write("1", "/sys/bus/pci/devices/%s/enable", bdf);
}

/* mmiobench's exit status; 128 and more: a signal's. */
static int run_mmiobench(void)
{
	char *words[WORDS_MOST] = { (char *)(uintptr_t)INITRAMFS_PROGRAM };
	int status;
	pid_t pid;

	read_lines(words + 1, WORDS_MOST - 1, INITRAMFS_WORDS);
	pid = fork();
	if (!pid) {
		int log = open(LOG, O_WRONLY | O_CREAT | O_TRUNC, 0600), null = open("/dev/null", O_RDONLY);

		dup2(null, STDIN_FILENO);
		dup2(log, STDOUT_FILENO);
		dup2(log, STDERR_FILENO);
		execv(words[0], words);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		fail(words[0], strerror(errno));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Of a run that wrote a result the host makes the page from that. */
static void send_all(int status, bool in_memory)
{
	if (access(RESULT, R_OK))
		serial_send_file(console, "guest.log", LOG, in_memory);
	else
		serial_send_file(console, "guest.json", RESULT, in_memory);
	serial_send(console, SERIAL_EXIT, (uint32_t)status, "");
	tcdrain(console);
}

/* The host says "again" where a line did not come whole. */
static void wait_for_again(void)
{
	char byte;

	while (read(console, &byte, 1) == 1)
		if (byte == '\n')
			return;
	wait_for_end();
}

_Noreturn void inside_run(void)
{
	struct utsname system;
	int status;

	mount_all();
	console_open();
	setenv("PATH", "/bin", 1);
	setenv("HOME", "/", 1);
	uname(&system);
	serial_send(console, SERIAL_HELLO, 0, system.release);
	load_modules();
	enable_device();
	status = run_mmiobench();
	for (bool in_memory = true;; in_memory = false) {
		send_all(status, in_memory);
		wait_for_again();
	}
}
