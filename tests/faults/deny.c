// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * deny NAME COMMAND...: runs it under a seccomp filter, as containers and services have them, that
 * answers one kind of system call with EPERM. 125: it could not be set up.
 */

struct denied {
	const char *name;
	int numbers[3];
	unsigned int flag; /* only with this bit in the fourth argument */
};

static const struct denied denied[] = {
	{ "mmap-shared", { SYS_mmap, -1, -1 }, MAP_SHARED },
	{ "affinity", { SYS_sched_setaffinity, -1, -1 }, 0 },
	{ "read-affinity", { SYS_sched_getaffinity, -1, -1 }, 0 },
#ifdef SYS_fork
	{ "fork", { SYS_clone, SYS_clone3, SYS_fork }, 0 },
#else
	{ "fork", { SYS_clone, SYS_clone3, -1 }, 0 },
#endif
	{ "flock", { SYS_flock, -1, -1 }, 0 },
	{ "fsync", { SYS_fsync, -1, -1 }, 0 },
	{ "perf", { SYS_perf_event_open, -1, -1 }, 0 },
	{ "prctl", { SYS_prctl, -1, -1 }, 0 },
	{ "memfd", { SYS_memfd_create, -1, -1 }, 0 },
};

static int set_filter(const struct denied *d)
{
	struct sock_filter code[16];
	struct sock_fprog program = { .filter = code };
	unsigned short n = 0;

	for (int i = 0; i < 3 && d->numbers[i] >= 0; i++) {
		code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
							 offsetof(struct seccomp_data, nr));
		code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
							 (unsigned int)d->numbers[i], 0,
							 d->flag ? 3 : 1);
		if (d->flag) {
			code[n++] = (struct sock_filter)BPF_STMT(
				BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[3]));
			code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, d->flag,
								 0, 1);
		}
		code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
	}
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	program.len = n;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) ? -errno : 0;
}

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 2 && i < sizeof(denied) / sizeof(denied[0]); i++) {
		int ret;

		if (strcmp(argv[1], denied[i].name))
			continue;
		ret = set_filter(&denied[i]);
		if (!ret)
			execvp(argv[2], argv + 2);
		fprintf(stderr, "deny: %s\n", strerror(ret ? -ret : errno));
		return 125;
	}
	fputs("usage: deny NAME COMMAND...\n", stderr);
	return 125;
}
