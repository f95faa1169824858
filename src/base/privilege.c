// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include "base/log.h"
#include "base/privilege.h"

#define KEPT_MOST 5

/* What the kernel asks for, in Linux 6.12; doc/method.md tells it to users. 0, CAP_CHOWN, ends a row. */
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
	[PRIVILEGE_WITNESS] = { CAP_DAC_OVERRIDE, CAP_SYS_ADMIN, CAP_SYS_PTRACE, CAP_SYSLOG },
	/* tracefs asks for none; SYS_PTRACE: smaps of another user's process (fs/proc/task_mmu.c) */
	[PRIVILEGE_WATCH] = { CAP_DAC_OVERRIDE, CAP_SYS_PTRACE },
};

/* Of what is to be kept only what there is: a container's root may have little. */
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
