// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/clean.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/path.h"
#include "base/planted.h"
#include "pci/lock.h"
#include "run/rescue.h"

#define MAGIC "mmiobench rescue 1"
#define BOOT_ID "/proc/sys/kernel/random/boot_id"

/* Of this machine and this program only: no byte order, no versions. The windows' words follow. */
struct header {
	char magic[32];
	char boot_id[40];
	char bdf[20];
	char started[32];
	uint16_t vendor, device;
	uint32_t bar;
	uint64_t bar_phys, bar_bytes;
	struct pci_power power;  /* its dev means nothing here */
	struct {
		uint64_t offset_bytes, length_bytes;
	} parts[RESCUE_WINDOWS];
	uint64_t check;          /* of the header with 0 here, and the words */
};

struct file {
	struct header header;
	uint32_t *words;         /* owned */
};

static uint64_t words_bytes(const struct header *h)
{
	uint64_t sum = 0;

	for (int i = 0; i < RESCUE_WINDOWS; i++)
		sum += h->parts[i].length_bytes;
	return sum;
}

/* In place: a copy need not keep the padding. */
static uint64_t header_hash(struct header *h)
{
	h->check = 0;
	return hash_bytes(HASH_START, h, sizeof(*h));
}

static int file_path(char *buf, size_t n, const char *bdf, const char *suffix)
{
	int ret = path_make(buf, n, RESCUE_DIRECTORY "/%s%s", bdf, suffix);

	if (ret)
		log_error("the name of %s's rescue file is too long: choose a shorter --sysroot", bdf);
	return ret;
}

/* "" where there is none, as in a recorded tree or behind a masked /proc. 0 or -errno after logging. */
static int read_boot_id(char *buf, size_t n)
{
	int ret = path_read(buf, n, BOOT_ID);

	if (ret < 0)
		buf[0] = 0;
	if (ret >= 0 || ret == -ENOENT)
		return 0;
	log_error("cannot read %s%s: %s: which boot a rescue file is of is not known, so nothing is "
		  "changed", path_sysroot(), BOOT_ID, strerror(-ret));
	return ret;
}

/* Padding would be hashed: everything is zero before. */
static int header_fill(struct header *h, const struct rescue *r, const struct window *windows,
			size_t n)
{
	memset(h, 0, sizeof(*h));
	strcpy(h->magic, MAGIC);
	snprintf(h->bdf, sizeof(h->bdf), "%s", r->dev->bdf);
	snprintf(h->started, sizeof(h->started), "%s", r->started);
	h->vendor = r->dev->vendor;
	h->device = r->dev->device;
	h->bar = r->bar->index;
	h->bar_phys = r->bar->phys_bytes;
	h->bar_bytes = r->bar->size_bytes;
	h->power = r->power;
	h->power.dev = NULL;
	for (size_t i = 0; i < n && i < RESCUE_WINDOWS; i++) {
		if (!windows[i].words)
			continue;
		h->parts[i].offset_bytes = windows[i].range.offset_bytes;
		h->parts[i].length_bytes = 4 * windows[i].n;
	}
	return read_boot_id(h->boot_id, sizeof(h->boot_id));
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

static int write_file(const char *path, struct header *h, const struct window *windows, size_t n)
{
	int fd, ret;

	unlink(path); /* of a run that was killed while it wrote */
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	h->check = header_hash(h);
	for (size_t i = 0; i < n; i++)
		if (windows[i].words)
			h->check = hash_bytes(h->check, windows[i].words, 4 * windows[i].n);
	ret = put(fd, h, sizeof(*h));
	for (size_t i = 0; i < n && !ret; i++)
		if (windows[i].words)
			ret = put(fd, windows[i].words, 4 * windows[i].n);
	if (close(fd) && !ret)
		ret = -errno;
	return ret;
}

/* What lies there is stored to devices: nobody else may have put it there. -ENOENT: there is none. */
static int check_directory(void)
{
	char path[PATH_MAX];
	int ret = path_make(path, sizeof(path), "%s", RESCUE_DIRECTORY), fd;

	if (ret)
		return ret;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = planted_check_directory(fd);
	close(fd);
	if (ret)
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
	return check_directory();
}

/* One that is not there is no error. */
static int remove_file(const char *path)
{
	int ret;

	if (!unlink(path) || errno == ENOENT || errno == ENOTDIR)
		return 0;
	ret = -errno;
	log_error("cannot remove %s: %s: remove it by hand", path, strerror(-ret));
	return ret;
}

int rescue_keep(const struct rescue *r, const struct window *windows, size_t n)
{
	char path[PATH_MAX], fresh[PATH_MAX];
	struct header h;
	int ret = file_path(path, sizeof(path), r->dev->bdf, "");

	if (!ret)
		ret = file_path(fresh, sizeof(fresh), r->dev->bdf, ".new");
	if (!ret)
		ret = header_fill(&h, r, windows, n);
	if (ret)
		return ret;
	if (!h.power.changed && !words_bytes(&h)) {
		unlink(fresh); /* of one that was killed while it wrote it */
		return remove_file(path);
	}
	ret = make_directory();
	if (!ret)
		ret = write_file(fresh, &h, windows, n);
	if (!ret && rename(fresh, path))
		ret = -errno;
	if (!ret)
		return 0;
	unlink(fresh);
	log_error("cannot note in %s what is to be put back (%s), so nothing is changed: make room or "
		  "make it writable, choose a smaller --length, or use --read-only", path,
		  strerror(-ret));
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

static bool header_holds(const struct header *h)
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

static int read_open(struct file *f, int fd, const struct pci_device *dev)
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
	n = words_bytes(&f->header);
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

/* -ENOENT: there is none. */
static int read_file(struct file *f, const char *path, const struct pci_device *dev)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC), ret;

	*f = (struct file){ 0 };
	if (fd < 0)
		return -errno;
	ret = read_open(f, fd, dev);
	close(fd);
	if (ret)
		free(f->words);
	return ret;
}

/* "BAR 2: 983040 bytes at 0x0, 8 bytes at 0xf8000; power" */
static const char *describe(char *buf, size_t n, const struct header *h)
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

/* 1, 0, -errno after logging. */
static int this_boot(const struct header *h)
{
	char boot_id[sizeof(h->boot_id)] = "";
	int ret = read_boot_id(boot_id, sizeof(boot_id));

	return ret ? ret : !strcmp(boot_id, h->boot_id);
}

int rescue_check(const struct pci_device *dev)
{
	char path[PATH_MAX], what[160], started[32];
	struct file f;
	int ret = file_path(path, sizeof(path), dev->bdf, "");

	if (!ret)
		ret = check_directory();
	if (ret == -EPERM)
		return ret;
	if (!ret)
		ret = read_file(&f, path, dev);
	if (ret == -ENOENT || ret == -ENOTDIR)
		return 0;
	if (ret) {
		log_error("%s is in the way, and is no rescue file of this mmiobench (%s): look at it, "
			  "and remove it", path, strerror(-ret));
		return -EBUSY;
	}
	free(f.words);
	ret = this_boot(&f.header);
	if (ret <= 0)
		return ret; /* 0: the device was reset since; the file is replaced */
	snprintf(started, sizeof(started), "%s", f.header.started);
	log_error("the run of %s on %s was killed before it put back %s: do it with mmiobench --recover "
		  "-s %s, or remove %s to give that up", text_clean(started), dev->bdf,
		  describe(what, sizeof(what), &f.header), dev->bdf, path);
	return -EBUSY;
}

static int check_same(const struct header *h, const struct pci_device *dev, const char *path)
{
	const struct bar *bar = h->bar < PCI_BARS ? &dev->bars[h->bar] : NULL;
	int same_boot;

	if (strcmp(h->bdf, dev->bdf) || h->vendor != dev->vendor || h->device != dev->device ||
	    !bar || bar->phys_bytes != h->bar_phys || bar->size_bytes != h->bar_bytes) {
		log_error("%s is of another device or BAR than %s has now: nothing was put back; remove "
			  "it", path, dev->bdf);
		return -ENODEV;
	}
	same_boot = this_boot(h);
	if (same_boot < 0)
		return same_boot;
	if (!same_boot) {
		log_error("%s is of an earlier boot, and %s was reset since: nothing was put back; "
			  "remove it", path, dev->bdf);
		return -ESTALE;
	}
	if (dev->driver[0]) {
		log_error("%s: driver %s has taken it since: nothing was put back; unbind the driver, or "
			  "remove %s", dev->bdf, dev->driver, path);
		return -EBUSY;
	}
	return 0;
}

static int put_back_windows(const struct file *f, const struct pci_device *dev)
{
	const uint32_t *words = f->words;
	int ret = 0;

	for (int i = 0; i < RESCUE_WINDOWS && !ret; i++) {
		uint64_t n = f->header.parts[i].length_bytes;
		struct window w = { .range = { dev, &dev->bars[f->header.bar],
					       f->header.parts[i].offset_bytes, n, true },
				    .n = n / 4 };
		size_t differing;

		if (!n)
			continue;
		w.words = malloc(n);
		if (!w.words) {
			log_error("out of memory");
			return -ENOMEM;
		}
		for (size_t k = 0; k < w.n; k++)
			w.words[k] = *words++;
		ret = window_restore(&w, &differing);
		if (!ret && differing)
			log_warn("%zu words of the window did not keep the value put back: not plain "
				 "memory", differing);
	}
	return ret;
}

/*
 * A BAR answers only with the power up. What has to be turned on for that was off again already, and
 * is no more the killed run's to undo.
 */
static int put_back(struct file *f, const struct pci_device *dev, const char *path)
{
	struct pci_power now = { 0 }, found = f->header.power;
	char what[160];
	int ret = pci_power_on(&now, dev, NULL, NULL), restored;

	if (ret)
		return ret;
	found.dev = dev;
	if (now.enabled)
		found.enabled = false;
	if (now.runtime_pm[0])
		found.runtime_pm[0] = 0;
	ret = put_back_windows(f, dev);
	restored = pci_power_restore(&now);
	ret = ret ? ret : restored;
	if (!ret)
		ret = pci_power_restore(&found);
	if (!ret)
		ret = remove_file(path);
	if (!ret)
		printf("%s: put back %s\n", dev->bdf, describe(what, sizeof(what), &f->header));
	return ret;
}

static int recover_one(const struct pci_device *dev, size_t *n)
{
	char path[PATH_MAX], fresh[PATH_MAX];
	struct file f;
	int lock, ret = file_path(path, sizeof(path), dev->bdf, "");

	if (!ret)
		ret = file_path(fresh, sizeof(fresh), dev->bdf, ".new");
	if (ret || (access(path, F_OK) && access(fresh, F_OK)))
		return ret;
	ret = check_directory();
	if (ret)
		return ret;
	lock = pci_lock(dev);
	if (lock < 0)
		return lock;
	unlink(fresh); /* killed while it was written, when nothing was changed yet */
	ret = read_file(&f, path, dev);
	if (ret && ret != -ENOENT)
		log_error("%s is no rescue file of this mmiobench (%s): nothing was put back; look at "
			  "it, and remove it", path, strerror(-ret));
	if (!ret) {
		ret = check_same(&f.header, dev, path);
		if (!ret)
			ret = put_back(&f, dev, path);
		free(f.words);
		*n += !ret;
	}
	pci_unlock(lock);
	return ret == -ENOENT ? 0 : ret; /* it has ended by itself meanwhile */
}

static bool is_listed(const struct pci_list *list, const char *bdf)
{
	for (size_t i = 0; i < list->n; i++)
		if (!strcmp(list->v[i].bdf, bdf))
			return true;
	return false;
}

/* Of a function that is not there: nothing can be put back, and silence would pass for "all is well". */
static int refuse_absent(const struct pci_list *list, const struct pci_select *select,
			 const char *path)
{
	struct pci_device dev = { 0 };
	struct file f;
	char what[160];
	bool left;

	if (read_file(&f, path, NULL))
		return 0; /* no name of a function, so none of ours */
	free(f.words);
	dev.vendor = f.header.vendor;
	dev.device = f.header.device;
	snprintf(dev.bdf, sizeof(dev.bdf), "%s", text_clean(f.header.bdf));
	left = sscanf(dev.bdf, "%x:%x:%x.%x", &dev.domain, &dev.bus, &dev.dev, &dev.func) == 4 &&
	       !is_listed(list, dev.bdf) && pci_select_match(select, &dev) && this_boot(&f.header);
	if (left)
		log_error("%s is not there, and a run has left to put back on it %s: rescan the bus or "
			  "plug it in again, then --recover; or remove %s to give that up", dev.bdf,
			  describe(what, sizeof(what), &f.header), path);
	return left ? -ENODEV : 0;
}

static int recover_absent(const struct pci_list *list, const struct pci_select *select)
{
	char dir[PATH_MAX], path[PATH_MAX + NAME_MAX + 2];
	const struct dirent *e;
	int ret = path_make(dir, sizeof(dir), "%s", RESCUE_DIRECTORY), err;
	DIR *d = ret ? NULL : opendir(dir);

	if (!d && !ret && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	err = ret ? -ret : d ? 0 : errno;
	while (d && (errno = 0, e = readdir(d))) {
		int one;

		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		one = refuse_absent(list, select, path);
		ret = ret ? ret : one;
	}
	err = d ? errno : err;
	if (err)
		log_error("cannot read %s: %s", dir, strerror(err));
	if (d)
		closedir(d);
	return err ? -err : ret;
}

int rescue_recover(const struct pci_list *list, const struct pci_select *select, size_t *n)
{
	int ret = recover_absent(list, select);

	*n = 0;
	for (size_t i = 0; i < list->n; i++) {
		int one = pci_select_match(select, &list->v[i]) ? recover_one(&list->v[i], n) : 0;

		ret = ret ? ret : one;
	}
	return ret;
}
