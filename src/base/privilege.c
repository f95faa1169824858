// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include "base/log.h"
#include "base/path.h"
#include "base/privilege.h"

#define KEPT_MOST 8

/* What Linux 6.12 asks for; doc/method.md has it for users. 0, which is CAP_CHOWN, ends a row. */
static const cap_value_t kept[][KEPT_MOST + 1] = {
	[PRIVILEGE_NONE] = { 0 },
	/* under sudo, files in the home of whoever called it */
	[PRIVILEGE_FILES] = { CAP_DAC_OVERRIDE },
	/*
	 * SYS_ADMIN: configuration space behind byte 64, and a write to "enable" (pci-sysfs.c).
	 * SYS_RAWIO: /dev/mem, opened by a child (drivers/char/mem.c). SYSLOG: /dev/kmsg where
	 * dmesg_restrict is on.
	 */
	[PRIVILEGE_MEASURE] = { CAP_DAC_OVERRIDE, CAP_SYS_ADMIN, CAP_SYS_RAWIO, CAP_SYSLOG },
	/*
	 * BPF, PERFMON: programs that read kernel memory (kernel/bpf/syscall.c); SYS_ADMIN: the types of kvm.ko
	 * (BPF_BTF_GET_NEXT_ID), addresses in /proc/iomem; SYS_RAWIO: /proc/kcore; SYS_RESOURCE: BPF's memory up
	 * to Linux 5.10; SYSLOG: /proc/kallsyms.
	 */
	[PRIVILEGE_WITNESS] = { CAP_DAC_OVERRIDE, CAP_SYS_ADMIN, CAP_SYS_PTRACE, CAP_SYSLOG, CAP_SYS_RAWIO,
				CAP_SYS_RESOURCE, CAP_BPF, CAP_PERFMON },
	/*
	 * BPF: what is loaded may be used by others from Linux 5.16 on; SYS_PTRACE: maps of another user's process
	 * (fs/proc/task_mmu.c); SYSLOG: as above.
	 */
	[PRIVILEGE_WATCH] = { CAP_DAC_OVERRIDE, CAP_SYS_PTRACE, CAP_SYSLOG, CAP_BPF },
};

/* Keeps a capability if we have it: root in a container may have few. */
static int copy_permitted(cap_t to, cap_t from, cap_value_t cap)
{
	cap_flag_value_t has = CAP_CLEAR;

	if (cap_get_flag(from, cap, CAP_PERMITTED, &has))
		return errno == EINVAL ? 0 : -errno; /* a kernel that does not know it */
	if (has == CAP_SET && (cap_set_flag(to, CAP_PERMITTED, 1, &cap, CAP_SET) ||
			       cap_set_flag(to, CAP_EFFECTIVE, 1, &cap, CAP_SET)))
		return -errno;
	return 0;
}

static int keep(const cap_value_t *caps)
{
	cap_t before = cap_get_proc(), after = cap_init();
	int ret = before && after ? 0 : -errno;

	for (; !ret && *caps; caps++)
		ret = copy_permitted(after, before, *caps);
	if (!ret && cap_set_proc(after))
		ret = -errno;
	cap_free(before);
	cap_free(after);
	return ret;
}

int privilege_keep(enum privilege privilege)
{
	int ret = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? -errno : keep(kept[privilege]);

	if (ret)
		log_error("cannot give up privileges that are not needed (%s): see whether a seccomp "
			  "filter forbids capset(2) or prctl(2)", strerror(-ret));
	return ret;
}

/* "[none] integrity confidentiality": the level in brackets is the one in force. */
int lockdown_read(char *buf, size_t n)
{
	char text[128], *open, *close;
	int ret = path_read(text, sizeof(text), LOCKDOWN_FILE);

	if (ret < 0)
		return ret;
	open = strchr(text, '[');
	close = open ? strchr(open, ']') : NULL;
	if (!close)
		return -EINVAL;
	*close = 0;
	snprintf(buf, n, "%s", open + 1);
	return 0;
}

bool lockdown_holds(void)
{
	char level[32];

	return !lockdown_read(level, sizeof(level)) && strcmp(level, "none");
}
