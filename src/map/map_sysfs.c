// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "base/lockdown.h"
#include "base/log.h"
#include "base/path.h"
#include "map/map.h"

struct cause {
	int err;
	const char *cause;
	const char *way_out;
};

static const struct cause open_causes[] = {
	{ EACCES, "only root may open it", "run mmiobench as root" },
	{ EPERM, "the kernel or a container forbids it", "run on the host, outside the container" },
	{ ENOENT, "there is no such file",
	  "the device was removed, or it is resourceN_wc, which exists only for prefetchable BARs, and on "
	  "x86 only with PAT" },
	{ EROFS, "/sys is mounted read-only", "remount it, or run outside the container" },
};

/* Linux drivers/pci/pci-sysfs.c pci_mmap_resource, drivers/pci/mmap.c */
static const struct cause mmap_causes[] = {
	{ EINVAL,
	  "a driver claims the BAR and IO_STRICT_DEVMEM is on, or the window does not fit the BAR any "
	  "more, or x86 PAT has another type for it",
	  "unbind the driver, or boot with iomem=relaxed; compare with --list; on x86 see "
	  "/sys/kernel/debug/x86/pat_memtype_list" },
	{ EACCES, "the file was opened read-only", "this is a bug of mmiobench, please report it" },
	{ ENODEV, "the device is gone, or this is an I/O BAR", "see mmiobench --list" },
	{ ENOMEM, "the kernel has no room for the mapping", "choose a smaller --length" },
};

/* What forbids it with EPERM: lockdown, which the kernel asks first, or a filter of system calls. */
static const struct cause mmap_forbidden[] = {
	{ 0, "the kernel is locked down, and lets nobody map BARs",
	  "boot with Secure Boot off, or without lockdown= on the kernel's command line" },
	{ 0, "a container's or service's filter of system calls forbids mapping BARs",
	  "run outside of it (the kernel is not locked down)" },
	{ 0, "kernel lockdown, or a container's filter of system calls, forbids mapping BARs",
	  "see which: mount -t securityfs securityfs /sys/kernel/security, then " LOCKDOWN_FILE
	  " says [none], or the kernel must be booted with Secure Boot off and without lockdown=" },
};

static void log_forbidden(const char *path)
{
	char level[32];
	bool known = !lockdown_read(level, sizeof(level));
	const struct cause *c = &mmap_forbidden[!known ? 2 : lockdown_holds() ? 0 : 1];

	log_error("cannot map %s: %s: %s: %s", path, strerror(EPERM), c->cause, c->way_out);
}

static void log_cause(const char *what, const char *path, int err, const struct cause *causes,
		      size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (causes[i].err != err)
			continue;
		log_error("cannot %s %s: %s: %s: %s", what, path, strerror(err), causes[i].cause,
			  causes[i].way_out);
		return;
	}
	log_error("cannot %s %s: %s", what, path, strerror(err));
}

int map_sysfs(struct mapping *m, const struct map_range *range, uint64_t pages_offset)
{
	int prot = PROT_READ | (range->writable ? PROT_WRITE : 0);
	char path[PATH_MAX];
	void *p;
	int fd, err;

	if (path_make(path, sizeof(path), "/sys/bus/pci/devices/%s/resource%u%s", range->dev->bdf,
		      range->bar->index, map_way(m->type)->file_suffix))
		return -ENAMETOOLONG;
	fd = open(path, (range->writable ? O_RDWR : O_RDONLY) | O_CLOEXEC);
	if (fd < 0) {
		err = errno;
		log_cause("open", path, err, open_causes,
			  sizeof(open_causes) / sizeof(open_causes[0]));
		return -err;
	}
	/* MAP_SHARED: the writes of a private mapping would never reach the device */
	p = mmap(NULL, m->pages_bytes, prot, MAP_SHARED, fd, (off_t)pages_offset);
	err = errno;
	close(fd);
	if (p == MAP_FAILED) {
		if (err == EPERM)
			log_forbidden(path);
		else
			log_cause("map", path, err, mmap_causes,
				  sizeof(mmap_causes) / sizeof(mmap_causes[0]));
		return -err;
	}
	m->pages = p;
	return 0;
}
