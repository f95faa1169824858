// SPDX-License-Identifier: GPL-2.0-or-later
/* The rescue file's format: how it is written, and what is taken for one when it is read. */
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
#include "base/path.h"
#include "restore/rescue.h"

/* In place: a copy need not keep the padding. */
static uint64_t header_hash(struct rescue_header *h)
{
	h->check = 0;
	return hash_bytes(HASH_START, h, sizeof(*h));
}

int rescue_make_directory(void)
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
	return rescue_check_directory();
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

static int write_open(int fd, const struct rescue *r)
{
	int ret = put(fd, &r->header, sizeof(r->header));

	for (size_t i = 0; i < RESCUE_WINDOWS && !ret; i++)
		ret = put(fd, r->windows[i].words, r->header.parts[i].length_bytes);
	return ret;
}

/* What the header says of the windows. */
static void set_parts(struct rescue *r)
{
	struct rescue_header *h = &r->header;
	uint64_t check;

	for (size_t i = 0; i < RESCUE_WINDOWS; i++) {
		const struct window *w = &r->windows[i];

		h->parts[i].offset_bytes = w->words ? w->range.offset_bytes : 0;
		h->parts[i].length_bytes = w->words ? 4 * w->n : 0;
	}
	check = header_hash(h);
	for (size_t i = 0; i < RESCUE_WINDOWS; i++)
		check = hash_bytes(check, r->windows[i].words, h->parts[i].length_bytes);
	h->check = check;
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

/* No LOCK_UN: a child that still touches the function keeps it locked. */
void rescue_unlock(struct rescue *r)
{
	if (r->lock >= 0)
		close(r->lock);
	r->lock = -1;
}

int rescue_write(struct rescue *r)
{
	char fresh[RESCUE_FRESH_MAX];
	int fd, ret = rescue_make_directory();

	if (ret)
		return ret;
	rescue_fresh_path(fresh, r->path);
	unlink(fresh); /* of a run that was killed while it wrote */
	fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	set_parts(r);
	ret = write_open(fd, r);
	if (!ret && flock(fd, LOCK_EX | LOCK_NB))
		ret = -errno;
	if (!ret)
		ret = settle_fresh(fresh, r->path, r->lock < 0);
	if (ret) {
		unlink(fresh);
		close(fd);
		return ret;
	}
	rescue_unlock(r);
	r->lock = fd;
	return 0;
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
	if (strncmp(h->magic, RESCUE_MAGIC, sizeof(h->magic)) || strnlen(h->bdf, sizeof(h->bdf)) ==
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

/* *check: of all before, then of this, too. */
static int read_window(struct rescue *r, int fd, int part, uint64_t *check)
{
	uint64_t n = r->header.parts[part].length_bytes;
	struct window *w = &r->windows[part];
	int ret;

	if (!n)
		return 0;
	w->range = (struct map_range){ .offset_bytes = r->header.parts[part].offset_bytes,
				       .length_bytes = n, .writable = true };
	w->n = n / 4;
	w->words = malloc(n);
	if (!w->words)
		return -ENOMEM;
	ret = take(fd, w->words, n);
	if (!ret)
		*check = hash_bytes(*check, w->words, n);
	return ret;
}

static int read_open(struct rescue *r, int fd, const struct pci_device *dev)
{
	struct rescue_header *h = &r->header;
	uint64_t wanted, check, bytes = sizeof(*h);
	struct stat st;
	int ret;

	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		return -EBADMSG;
	ret = take(fd, h, sizeof(*h));
	if (ret)
		return ret;
	if (!header_holds(h))
		return -EBADMSG;
	if (h->bar_bytes > most_bytes(dev))
		return -EFBIG;
	for (int i = 0; i < RESCUE_WINDOWS; i++)
		bytes += h->parts[i].length_bytes;
	if ((uint64_t)st.st_size != bytes)
		return -EBADMSG;
	wanted = h->check;
	check = header_hash(h);
	for (int i = 0; i < RESCUE_WINDOWS && !ret; i++)
		ret = read_window(r, fd, i, &check);
	return ret || check == wanted ? ret : -EBADMSG;
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

int rescue_read(struct rescue *r, const char *path, const struct pci_device *dev, bool lock)
{
	int fd = lock ? open_locked(path) : open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int ret;

	*r = (struct rescue){ .lock = -1 };
	snprintf(r->path, sizeof(r->path), "%s", path);
	if (fd < 0)
		return lock ? fd : -errno;
	ret = read_open(r, fd, dev);
	if (lock && !ret)
		r->lock = fd;
	else
		close(fd);
	if (ret)
		rescue_free(r);
	return ret;
}

void rescue_free(struct rescue *r)
{
	for (int i = 0; i < RESCUE_WINDOWS; i++)
		window_drop(&r->windows[i]);
	rescue_unlock(r);
}
