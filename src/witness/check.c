// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "base/log.h"
#include "base/path.h"
#include "witness/check.h"
#include "witness/tracefs.h"

/* The initial pid namespace's inode, the same since Linux 3.8: include/linux/proc_ns.h */
#define PID_NAMESPACE_INITIAL 0xeffffffcu

int check_machine(const struct witness *w)
{
	const char *machine = fact_get(&w->env.facts, "machine");

	if (!machine || strcmp(machine, "aarch64")) {
		log_error("this machine is %s: stage 2 is witnessed on hosts with KVM on arm64 "
			  "(aarch64)",
			  machine ? machine : "of an unknown kind");
		return -EOPNOTSUPP;
	}
	if (!path_exists("/dev/kvm")) {
		log_error("there is no /dev/kvm here: run it on the host of the VM, outside "
			  "containers");
		return -EOPNOTSUPP;
	}
	return 0;
}

/* Whether the kernel has the function, under exactly this name. */
static int check_symbol(void)
{
	char path[PATH_MAX], *line = NULL, name[64];
	int ret = path_make(path, sizeof(path), "/proc/kallsyms");
	bool found = false;
	size_t size = 0;
	FILE *f;

	if (ret)
		return ret;
	f = fopen(path, "re");
	if (!f) {
		ret = -errno;
		log_error("cannot read %s: %s", path, strerror(errno));
		return ret;
	}
	while (!found && getline(&line, &size, f) > 0)
		found = sscanf(line, "%*s %*c %63s", name) == 1 && !strcmp(name, TRACEFS_SYMBOL);
	free(line);
	fclose(f);
	if (found)
		return 0;
	log_error("this kernel has no function " TRACEFS_SYMBOL ": it is older than Linux 5.10, "
		  "was built without KVM, or inlines it");
	return -EOPNOTSUPP;
}

/* Trace events name threads by the numbers of the initial namespace. */
static int check_namespace(void)
{
	struct stat st;

	if (*path_sysroot() || stat("/proc/self/ns/pid", &st) || st.st_ino == PID_NAMESPACE_INITIAL)
		return 0;
	log_error("this container has process numbers of its own: run it outside, on the host");
	return -EOPNOTSUPP;
}

int check_tracing(void)
{
	const char *root = tracefs_find();
	char enabled[16];

	if (!root) {
		log_error("tracefs is not mounted: mount -t tracefs tracefs /sys/kernel/tracing (a "
			  "kernel without CONFIG_FTRACE has none)");
		return -EOPNOTSUPP;
	}
	if (!path_exists("%s/kprobe_events", root)) {
		log_error("%s has no kprobe_events: the kernel was built without "
			  "CONFIG_KPROBE_EVENTS",
			  root);
		return -EOPNOTSUPP;
	}
	if (!path_exists("%s/instances", root)) {
		log_error("%s has no instances: this kernel's tracing is too old", root);
		return -EOPNOTSUPP;
	}
	if (path_read(enabled, sizeof(enabled), "/sys/kernel/debug/kprobes/enabled") > 0 &&
	    !strcmp(enabled, "0")) {
		log_error("kprobes are turned off: echo 1 > /sys/kernel/debug/kprobes/enabled");
		return -EOPNOTSUPP;
	}
	if (check_namespace())
		return -EOPNOTSUPP;
	return check_symbol();
}
