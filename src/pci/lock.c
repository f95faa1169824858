// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include "base/log.h"
#include "base/path.h"
#include "pci/lock.h"

int pci_lock(const struct pci_device *dev)
{
	char path[PATH_MAX];
	int ret = path_make(path, sizeof(path), "/sys/bus/pci/devices/%s/config", dev->bdf);
	int fd = -1;

	if (!ret) {
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd >= 0 && !flock(fd, LOCK_EX | LOCK_NB))
			return fd;
		ret = -errno;
	}
	if (fd >= 0)
		close(fd);
	if (ret == -EWOULDBLOCK) {
		log_error("another mmiobench works on %s: wait for it", dev->bdf);
		return -EBUSY;
	}
	log_error("%s: its configuration space cannot be %s (%s): is the device still there?",
		  dev->bdf, fd < 0 ? "opened" : "locked", strerror(-ret));
	return ret;
}

/* No LOCK_UN: a child that still touches the function keeps it locked. */
void pci_unlock(int fd)
{
	if (fd >= 0)
		close(fd);
}
