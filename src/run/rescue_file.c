// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/hash.h"
#include "base/log.h"
#include "base/path.h"
#include "base/planted.h"
#include "run/rescue_file.h"

#define MAGIC "mmiobench rescue 2"
#define BOOT_ID "/proc/sys/kernel/random/boot_id"

uint64_t rescue_file_words_bytes(const struct rescue_header *h)
{
	uint64_t sum = 0;

	for (int i = 0; i < RESCUE_WINDOWS; i++)
		sum += h->parts[i].length_bytes;
	return sum;
}

/* In place: a copy need not keep the padding. */
static uint64_t header_hash(struct rescue_header *h)
{
	h->check = 0;
	return hash_bytes(HASH_START, h, sizeof(*h));
}

int rescue_file_path(char *buf, size_t n, const char *bdf, const char *suffix)
{
	int ret = path_make(buf, n, RESCUE_DIRECTORY "/%s%s", bdf, suffix);

	if (ret)
		log_error("the name of %s's rescue file is too long: choose a shorter --sysroot", bdf);
	return ret;
}

static int log_boot_unknown(int err)
{
	log_error("cannot read %s%s: %s: which boot a rescue file is of is not known, so nothing is "
		  "changed", path_sysroot(), BOOT_ID, strerror(-err));
	return err;
}

/* "" where there is none, as in a recorded tree or behind a masked /proc. 0 or -errno after logging. */
static int read_boot_id(char *buf, size_t n)
{
	int ret = path_read(buf, n, BOOT_ID);

	if (ret < 0)
		buf[0] = 0;
	return ret >= 0 || ret == -ENOENT ? 0 : log_boot_unknown(ret);
}

/* Where it was not known then it is this one: a boot empties /run. */
int rescue_file_this_boot(const struct rescue_header *h)
{
	char boot_id[sizeof(h->boot_id)] = "";
	int ret = read_boot_id(boot_id, sizeof(boot_id));

	if (!ret && h->boot_id[0] && !boot_id[0])
		ret = log_boot_unknown(-ENOENT);
	return ret ? ret : !h->boot_id[0] || !strcmp(boot_id, h->boot_id);
}

/* Padding would be hashed: everything is zero before. */
int rescue_file_begin(struct rescue_header *h, const struct pci_device *dev, const struct bar *bar)
{
	memset(h, 0, sizeof(*h));
	strcpy(h->magic, MAGIC);
	snprintf(h->bdf, sizeof(h->bdf), "%s", dev->bdf);
	h->vendor = dev->vendor;
	h->device = dev->device;
	h->subsystem_vendor = dev->subsystem_vendor;
	h->subsystem_device = dev->subsystem_device;
	h->has_serial = dev->has_serial;
	h->serial = dev->serial;
	h->bar = bar->index;
	h->bar_phys = bar->phys_bytes;
	h->bar_bytes = bar->size_bytes;
	return read_boot_id(h->boot_id, sizeof(h->boot_id));
}

int rescue_file_check_directory(void)
{
	char path[PATH_MAX];
	int ret = path_make(path, sizeof(path), "%s", RESCUE_DIRECTORY), fd;

	if (ret)
		return ret;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == EPERM ? -EACCES : -errno;
	ret = planted_check_directory(fd);
	close(fd);
	if (ret == -EPERM)
		log_error("%s is another user's, or others may write to it: look at what is in it, and "
			  "remove it", path);
	return ret;
}

static int make_directory(void)
{
	char path[PATH_MAX];
	int ret = path_make(path, sizeof(path), "%s", RESCUE_DIRECTORY);
	char *slash;

	if (ret)
		return ret;
	slash = strrchr(path, '/');
	*slash = 0; /* /run itself is missing in recorded trees and early in boot */
	if (mkdir(path, 0755) && errno != EEXIST)
		return -errno;
	*slash = '/';
	if (mkdir(path, 0700) && errno != EEXIST)
		return -errno;
	return rescue_file_check_directory();
}

static int put(int fd, const void *bytes, size_t n)
{
	const char *p = bytes;

	while (n) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return done ? -errno : -ENOSPC;
		p += done;
		n -= (size_t)done;
	}
	return 0;
}

static int write_open(int fd, struct rescue_header *h, const struct window *windows, size_t n)
{
	int ret;

	h->check = header_hash(h);
	for (size_t i = 0; i < n; i++)
		if (windows[i].words)
			h->check = hash_bytes(h->check, windows[i].words, 4 * windows[i].n);
	ret = put(fd, h, sizeof(*h));
	for (size_t i = 0; i < n && !ret; i++)
		if (windows[i].words)
			ret = put(fd, windows[i].words, 4 * windows[i].n);
	return ret;
}

static void set_parts(struct rescue_header *h, const struct window *windows, size_t n)
{
	memset(h->parts, 0, sizeof(h->parts));
	for (size_t i = 0; i < n && i < RESCUE_WINDOWS; i++) {
		if (!windows[i].words)
			continue;
		h->parts[i].offset_bytes = windows[i].range.offset_bytes;
		h->parts[i].length_bytes = 4 * windows[i].n;
	}
}

/* The first one of a run must not take the place of another run's. */
static int settle_fresh(const char *fresh, const char *path, bool first)
{
	int ret;

	if (!first)
		return rename(fresh, path) ? -errno : 0;
	if (link(fresh, path))
		return -errno;
	ret = unlink(fresh) ? -errno : 0;
	if (ret)
		unlink(path); /* or it would tell of what was not done */
	return ret;
}

int rescue_file_write(struct rescue_header *h, const struct window *windows, size_t n, int *lock)
{
	char path[PATH_MAX], fresh[PATH_MAX];
	int fd, ret = rescue_file_path(path, sizeof(path), h->bdf, "");

	if (!ret)
		ret = rescue_file_path(fresh, sizeof(fresh), h->bdf, RESCUE_FRESH);
	if (!ret)
		ret = make_directory();
	if (ret)
		return ret;
	unlink(fresh); /* of a run that was killed while it wrote */
	fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	set_parts(h, windows, n);
	ret = write_open(fd, h, windows, n);
	if (!ret && flock(fd, LOCK_EX | LOCK_NB))
		ret = -errno;
	if (!ret)
		ret = settle_fresh(fresh, path, *lock < 0);
	if (ret) {
		unlink(fresh);
		close(fd);
		return ret;
	}
	rescue_file_unlock(lock);
	*lock = fd;
	return 0;
}

/* No LOCK_UN: a child that still touches the function keeps it locked. */
void rescue_file_unlock(int *lock)
{
	if (*lock >= 0)
		close(*lock);
	*lock = -1;
}

int rescue_file_remove(const char *path)
{
	int ret;

	if (!unlink(path) || errno == ENOENT || errno == ENOTDIR)
		return 0;
	ret = -errno;
	log_error("cannot remove %s: %s: remove it by hand", path, strerror(-ret));
	return ret;
}

/* A byte that is neither is no bool at all, and what it does is undefined. */
static bool is_bool(const bool *b)
{
	return *(const unsigned char *)b <= 1;
}

/* PCI PM spec 3.2.4: 4 bytes into a capability, which begins behind the header, at a word of 4 bytes. */
static bool may_be_pmcsr(unsigned int offset)
{
	return !offset || (offset >= 0x44 && offset <= 0x100 && offset % 4 == 0);
}

static bool power_holds(const struct pci_power *p)
{
	return is_bool(&p->enabled) && is_bool(&p->changed) && may_be_pmcsr(p->pm_offset) &&
	       strnlen(p->runtime_pm, sizeof(p->runtime_pm)) < sizeof(p->runtime_pm);
}

static bool header_holds(const struct rescue_header *h)
{
	if (strncmp(h->magic, MAGIC, sizeof(h->magic)) || strnlen(h->bdf, sizeof(h->bdf)) ==
	    sizeof(h->bdf) || strnlen(h->started, sizeof(h->started)) == sizeof(h->started) ||
	    strnlen(h->boot_id, sizeof(h->boot_id)) == sizeof(h->boot_id) || !power_holds(&h->power))
		return false;
	for (int i = 0; i < RESCUE_WINDOWS; i++)
		if (h->parts[i].length_bytes % 4 || h->parts[i].length_bytes > h->bar_bytes ||
		    h->parts[i].offset_bytes > h->bar_bytes - h->parts[i].length_bytes)
			return false;
	return true;
}

static int take(int fd, void *bytes, size_t n)
{
	char *p = bytes;

	while (n) {
		ssize_t done = read(fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return done ? -errno : -EBADMSG;
		p += done;
		n -= (size_t)done;
	}
	return 0;
}

/*
 * What a run may have saved of a device: a file that says more does not get the memory. NULL: it is
 * gone, and the file's own size is what there is to go by.
 */
static uint64_t most_bytes(const struct pci_device *dev)
{
	uint64_t most = dev ? 0 : UINT64_MAX;

	for (unsigned int i = 0; dev && i < PCI_BARS; i++)
		most = dev->bars[i].size_bytes > most ? dev->bars[i].size_bytes : most;
	return most;
}

static int read_open(struct rescue_file *f, int fd, const struct pci_device *dev)
{
	struct stat st;
	uint64_t n, check;
	int ret;

	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		return -EBADMSG;
	ret = take(fd, &f->header, sizeof(f->header));
	if (ret)
		return ret;
	if (!header_holds(&f->header))
		return -EBADMSG;
	n = rescue_file_words_bytes(&f->header);
	if (f->header.bar_bytes > most_bytes(dev))
		return -EFBIG;
	if ((uint64_t)st.st_size != sizeof(f->header) + n)
		return -EBADMSG;
	f->words = malloc(n ? n : 1);
	if (!f->words)
		return -ENOMEM;
	ret = take(fd, f->words, n);
	check = f->header.check;
	if (!ret && check != hash_bytes(header_hash(&f->header), f->words, n))
		ret = -EBADMSG;
	return ret;
}

const char *rescue_file_wrong(int err)
{
	return err == -EBADMSG ? "damaged, cut short, or another version's" : strerror(-err);
}

void rescue_file_log_busy(const char *bdf)
{
	log_error("another mmiobench works on %s, in a network namespace with a /sys of its own or since before "
		  "the device was found anew: wait for it", bdf);
}

/* Its run may put another one in its place before the lock is ours. */
static int open_locked(const char *path)
{
	for (;;) {
		int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC), ret;
		struct stat st = { 0 };

		if (fd < 0)
			return -errno;
		ret = flock(fd, LOCK_EX | LOCK_NB) || fstat(fd, &st) ? -errno : 0;
		if (!ret && st.st_nlink)
			return fd;
		close(fd);
		if (ret)
			return ret == -EWOULDBLOCK ? -EBUSY : ret;
	}
}

int rescue_file_read(struct rescue_file *f, const char *path, const struct pci_device *dev, int *lock)
{
	int fd = lock ? open_locked(path) : open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int ret;

	*f = (struct rescue_file){ 0 };
	if (fd < 0)
		return lock ? fd : -errno;
	ret = read_open(f, fd, dev);
	if (ret)
		free(f->words);
	if (lock && !ret)
		*lock = fd;
	else
		close(fd);
	return ret;
}

const char *rescue_file_describe(char *buf, size_t n, const struct rescue_header *h)
{
	size_t at = 0;

	buf[0] = 0;
	for (int i = 0; i < RESCUE_WINDOWS && at < n; i++)
		if (h->parts[i].length_bytes)
			at += (size_t)snprintf(buf + at, n - at, "%s%llu bytes at 0x%llx of BAR %u",
					       at ? ", " : "",
					       (unsigned long long)h->parts[i].length_bytes,
					       (unsigned long long)h->parts[i].offset_bytes, h->bar);
	if (h->power.changed && at < n)
		snprintf(buf + at, n - at, "%sits power state", at ? ", " : "");
	return buf;
}
