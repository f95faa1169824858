// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "base/array.h"
#include "base/log.h"
#include "base/path.h"
#include "base/privilege.h"
#include "map/map.h"

struct cause {
	int err;
	const char *cause;
	const char *remedy;
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
	  "the window does not fit the BAR any more, x86's PAT has another type for it, or somebody has claimed "
	  "it just now",
	  "compare with sudo mmiobench --list; on x86 see /sys/kernel/debug/x86/pat_memtype_list" },
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

	log_error("cannot map %s: %s: %s: %s", path, strerror(EPERM), c->cause, c->remedy);
}

/* With IO_STRICT_DEVMEM, what iomem_is_exclusive() says. */
static void log_claimed(const char *path, const struct bar *bar)
{
	log_error("cannot map %s: %s has claimed the BAR, and the kernel maps that for nobody else: boot with "
		  "iomem=relaxed", path, bar->claimed);
}

static void log_cause(const char *what, const char *path, int err, const struct cause *causes,
		      size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (causes[i].err != err)
			continue;
		log_error("cannot %s %s: %s: %s: %s", what, path, strerror(err), causes[i].cause,
			  causes[i].remedy);
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
			  ARRAY_SIZE(open_causes));
		return -err;
	}
	/* MAP_SHARED: the writes of a private mapping would never reach the device */
	p = mmap(NULL, m->pages_bytes, prot, MAP_SHARED, fd, (off_t)pages_offset);
	err = errno;
	close(fd);
	if (p == MAP_FAILED) {
		if (err == EPERM)
			log_forbidden(path);
		else if (err == EINVAL && range->bar->claimed[0])
			log_claimed(path, range->bar);
		else
			log_cause("map", path, err, mmap_causes,
				  ARRAY_SIZE(mmap_causes));
		return -err;
	}
	m->pages = p;
	return 0;
}
