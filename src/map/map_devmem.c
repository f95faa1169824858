// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "base/log.h"
#include "base/path.h"
#include "map/map.h"

/* Linux drivers/char/mem.c; arm64 gives a BAR Device-nGnRnE, O_SYNC or not. */
int map_devmem(struct mapping *m, const struct map_range *range, uint64_t pages_offset)
{
	int prot = PROT_READ | (range->writable ? PROT_WRITE : 0), fd, err;
	void *p;

	(void)pages_offset;
	if (*path_sysroot()) {
		log_error("/dev/mem of a recorded machine (--sysroot) cannot be mapped");
		return -ENODEV;
	}
	fd = open("/dev/mem", (range->writable ? O_RDWR : O_RDONLY) | O_SYNC | O_CLOEXEC);
	err = errno;
	if (fd < 0) {
		log_error("cannot open /dev/mem: %s: %s", strerror(err), err == ENOENT ?
			  "this kernel has none (CONFIG_DEVMEM)" :
			  "it needs root, CAP_SYS_RAWIO and a kernel that is not locked down");
		return -err;
	}
	p = mmap(NULL, m->pages_bytes, prot, MAP_SHARED, fd, (off_t)m->pages_phys);
	err = errno;
	close(fd);
	if (p == MAP_FAILED) {
		log_error("cannot map %s BAR %u through /dev/mem: %s: %s", range->dev->bdf,
			  range->bar->index, strerror(err), err == EPERM ?
			  "STRICT_DEVMEM, IO_STRICT_DEVMEM (iomem=relaxed) or lockdown forbids it" :
			  "see the kernel log");
		return -err;
	}
	m->pages = p;
	return 0;
}
