// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "base/log.h"
#include "base/path.h"
#include "base/text.h"
#include "pci/lock.h"

/*
 * The process that has locked the file; 0: not to be known, as from another pid namespace. fs/locks.c,
 * lock_get_status(): "1: FLOCK  ADVISORY  WRITE 812 00:15:4711 0 EOF"; who waits has "->" before FLOCK.
 */
static unsigned int lock_holder(int fd)
{
	unsigned int pid, first, second, holder = 0;
	unsigned long inode;
	char line[256];
	struct stat st;
	FILE *f = fstat(fd, &st) ? NULL : path_fopen("/proc/locks");

	while (f && !holder && fgets(line, sizeof(line), f))
		if (sscanf(line, "%*u: FLOCK %*s %*s %u %x:%x:%lu", &pid, &first, &second, &inode) == 4 &&
		    first == major(st.st_dev) && second == minor(st.st_dev) && inode == st.st_ino)
			holder = pid;
	if (f)
		fclose(f);
	return holder;
}

/* /proc alone does not tell: it may hide other users' processes (hidepid). */
static bool has_ended(unsigned int pid)
{
	return !path_exists("/proc/%u", pid) && kill((pid_t)pid, 0) && errno == ESRCH;
}

/* Whoever may read the file can lock it. Only another mmiobench is worth waiting for. */
static void log_busy(const char *bdf, int fd)
{
	unsigned int pid = lock_holder(fd);
	char name[32] = "";
	bool known = pid && path_read(name, sizeof(name), "/proc/%u/comm", pid) > 0;

	if (!pid)
		log_error("another mmiobench works on %s: wait for it", bdf);
	else if (!known && has_ended(pid))
		log_error("the configuration space of %s is locked: process %u, which has ended, has left it "
			  "so to one that lives: find that with fuser -v "
			  "/sys/bus/pci/devices/%s/config, and end it", bdf, pid, bdf);
	else if (!known)
		log_error("process %u has locked the configuration space of %s: if it is an mmiobench, wait "
			  "for it, else end it", pid, bdf);
	else if (strncmp(name, "mmiobench", strlen("mmiobench")))
		log_error("process %u (%s), which is no mmiobench, has locked the configuration space of %s: "
			  "end it", pid, text_clean(name), bdf);
	else
		log_error("another mmiobench (process %u) works on %s: wait for it", pid, bdf);
}

int pci_lock(const struct pci_device *dev)
{
	int fd = path_open(O_RDONLY, "/sys/bus/pci/devices/%s/config", dev->bdf), ret = fd;

	if (fd >= 0 && !flock(fd, LOCK_EX | LOCK_NB))
		return fd;
	if (fd >= 0)
		ret = -errno;
	if (ret == -EWOULDBLOCK) {
		log_busy(dev->bdf, fd);
		ret = -EBUSY;
	} else {
		log_error("%s: its configuration space cannot be %s (%s): is the device still there?",
			  dev->bdf, fd < 0 ? "opened" : "locked", strerror(-ret));
	}
	if (fd >= 0)
		close(fd);
	return ret;
}

/* LOCK_UN would unlock it for a child, too, that still works on the function; closing does not. */
void pci_unlock(int fd)
{
	if (fd >= 0)
		close(fd);
}
