// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * starve PID GROUP: each child of PID goes to a memory cgroup that may have no page, as soon as it is
 * there: the next page that it needs ends it. Until one was killed, or PID has ended. Exit status 0: one was.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static ssize_t text_of(int fd, char *text, size_t n)
{
	ssize_t got = pread(fd, text, n - 1, 0);

	text[got > 0 ? got : 0] = 0;
	return got;
}

static int open_in(const char *dir, const char *name, int flags)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, flags);
	if (fd < 0) {
		perror(path);
		exit(2);
	}
	return fd;
}

int main(int argc, char **argv)
{
	char task[64], text[512];
	int children, procs, events;
	pid_t last = 0, pid;

	if (argc != 3)
		return 2;
	snprintf(task, sizeof(task), "/proc/%s/task/%s", argv[1], argv[1]);
	children = open_in(task, "children", O_RDONLY);
	procs = open_in(argv[2], "cgroup.procs", O_WRONLY);
	events = open_in(argv[2], "memory.events", O_RDONLY);
	while (text_of(children, text, sizeof(text)) >= 0) {
		pid = (pid_t)atoi(text);
		/* it takes long to be moved: it waits, where it is */
		if (pid <= 0 || pid == last || kill(pid, SIGSTOP))
			continue;
		last = pid;
		dprintf(procs, "%d", pid);
		kill(pid, SIGCONT);
		text_of(events, text, sizeof(text));
		if (strstr(text, "oom_kill ") && atoi(strstr(text, "oom_kill ") + strlen("oom_kill ")))
			return 0;
	}
	return 1;
}
