// SPDX-License-Identifier: GPL-2.0-or-later
/* The files of several runs: who may begin, and what those have left behind that live no more. */
#include "config.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/parse.h"
#include "base/path.h"
#include "base/text.h"
#include "pair/binding.h"
#include "pair/store.h"
#include "pci/lock.h"
#include "restore/restore.h"

#define PREFIX	     "pair-"
#define DRAFT_PREFIX "." PREFIX /* base/file.h: a file that is not whole */
#define WAIT_SECONDS 3.0 /* a child of a killed run that is at its last store */

/* flock() that waits a little. 0; -EBUSY; other -errno. */
static int lock_soon(int fd)
{
	const struct timespec tick = { .tv_nsec = 20 * 1000 * 1000 };
	double end = monotonic_s() + WAIT_SECONDS;

	while (flock(fd, LOCK_EX | LOCK_NB)) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return -errno;
		if (monotonic_s() >= end)
			return -EBUSY;
		nanosleep(&tick, NULL);
	}
	return 0;
}

/* Held while files are looked for and made: a file is never seen before its lock. */
static int directory_lock(char path[PATH_MAX])
{
	int ret = path_make(path, PATH_MAX, "%s", RESCUE_DIRECTORY), fd;

	if (ret)
		return ret;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = lock_soon(fd);
	if (!ret)
		return fd;
	close(fd);
	return ret;
}

/* Only with the directory's lock, as nobody is writing then. */
static void remove_draft(const char *dir, const char *name)
{
	char path[PATH_MAX + NAME_MAX + 2];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	unlink(path);
}

/* Calls each for every file of a run, until it returns another than 0. */
static int each_file(const char *dir, int (*each)(const char *path, const char *bdf, void *arg), void *arg)
{
	char path[PATH_MAX + NAME_MAX + 2];
	DIR *d = opendir(dir);
	struct dirent *e;
	int ret = d ? 0 : -errno;

	while (d && !ret && (e = readdir(d))) {
		if (!strncmp(e->d_name, DRAFT_PREFIX, strlen(DRAFT_PREFIX)))
			remove_draft(dir, e->d_name);
		if (strncmp(e->d_name, PREFIX, strlen(PREFIX)))
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		ret = each(path, e->d_name + strlen(PREFIX), arg);
	}
	if (d)
		closedir(d);
	return ret;
}

static int is_this_boot(const struct bindings *b)
{
	static struct rescue_header h;

	snprintf(h.boot_id, sizeof(h.boot_id), "%s", b->boot_id);
	return rescue_this_boot(&h);
}

static bool concerns(const struct bindings *b, const char *bdf)
{
	bool does = !strcmp(b->bdf, bdf) || !strcmp(b->vf.pf, bdf);

	for (size_t i = 0; i < b->n && !does; i++)
		does = !strcmp(b->v[i].bdf, bdf);
	return does;
}

static bool overlap(const struct bindings *a, const struct bindings *b)
{
	bool do_they = concerns(b, a->bdf) || (a->vf.pf[0] && concerns(b, a->vf.pf));

	for (size_t i = 0; i < a->n && !do_they; i++)
		do_they = concerns(b, a->v[i].bdf);
	return do_they;
}

static bool lives(int pid)
{
	return !kill(pid, 0) || errno == EPERM;
}

/* Of a run that lives the lock is not waited for. The descriptor, or -1: somebody has it. */
static int open_locked(const struct bindings *b)
{
	int fd = open(b->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0 && (lives(b->pid) ? flock(fd, LOCK_EX | LOCK_NB) : lock_soon(fd))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* Its last store does not end, and then nobody can do anything about the function. */
static int log_hanging(const struct bindings *b)
{
	log_error("%s: the last change of a killed run has not come to its end: a driver hangs in the kernel, see dmesg; a "
		  "reboot ends it", b->bdf);
	return -EBUSY;
}

static int refuse_unreadable(const char *path, int err)
{
	log_error("%s is in the way, and is no file of this mmiopair (%s): look at it, and remove it", path,
		  err == -EBADMSG ? "damaged, cut short, or another version's" : strerror(-err));
	return -EEXIST;
}

static int refuse_overlap(const struct bindings *other)
{
	char what[BINDINGS_DESCRIPTION];
	int fd, boot = is_this_boot(other);

	if (boot < 0)
		return boot;
	fd = open_locked(other);
	if (fd < 0 && !lives(other->pid))
		return log_hanging(other);
	if (fd < 0) {
		log_error("another mmiopair (process %d) works on %s or its IOMMU group: wait for it", other->pid,
			  other->bdf);
		return -EBUSY;
	}
	close(fd);
	if (!boot)
		return unlink(other->path) ? -errno : 0; /* the machine was reset since */
	log_error("the run of %s on %s was killed, or could not put back %s: do it with mmiopair --recover -s %s",
		  other->started, other->bdf, bindings_describe(what, sizeof(what), other), other->bdf);
	return -EEXIST;
}

static int check_other(const char *path, const char *bdf, void *arg)
{
	const struct bindings *own = arg;
	struct bindings *other = malloc(sizeof(*other));
	int ret = other ? binding_file_read(other, path) : -ENOMEM;

	if (ret == -ENOENT)
		ret = 0;
	else if (ret && other)
		ret = strcmp(bdf, own->bdf) ? 0 : refuse_unreadable(path, ret);
	else if (!ret)
		ret = overlap(own, other) ? refuse_overlap(other) : 0;
	free(other);
	return ret;
}

static int log_not_kept(const struct bindings *b, int err)
{
	log_error("cannot note in %s what is to be put back (%s), so nothing is changed: make room or make it writable",
		  b->path, strerror(-err));
	return err;
}

/* As -EEXIST and -EBUSY of check_other are logged already. */
static int keep_locked(struct bindings *b, const char *dir)
{
	int ret = b->lock < 0 ? each_file(dir, check_other, b) : 0;

	if (ret)
		return ret;
	for (size_t i = 0; i < b->n; i++)
		b->v[i].is_taken = true;
	ret = binding_file_write(b);
	return ret ? log_not_kept(b, ret) : 0;
}

int bindings_keep(struct bindings *b)
{
	char dir[PATH_MAX];
	int ret = rescue_make_directory(), fd;

	if (ret)
		return ret == -EPERM ? ret : log_not_kept(b, ret);
	fd = directory_lock(dir);
	if (fd < 0)
		return log_not_kept(b, fd);
	ret = keep_locked(b, dir);
	close(fd);
	return ret;
}

/* What a selector looks at. */
static bool is_selected(const struct pci_select *select, const char *bdf)
{
	struct pci_device dev = { 0 };
	unsigned int vendor, device, class_code;
	char text[16];

	snprintf(dev.bdf, sizeof(dev.bdf), "%s", bdf);
	if (sscanf(bdf, "%x:%x:%x.%x", &dev.domain, &dev.bus, &dev.dev, &dev.func) != 4)
		return false;
	if (path_read(text, sizeof(text), "/sys/bus/pci/devices/%s/vendor", bdf) > 0 && !parse_uint(text, 0xffff, &vendor))
		dev.vendor = (uint16_t)vendor;
	if (path_read(text, sizeof(text), "/sys/bus/pci/devices/%s/device", bdf) > 0 && !parse_uint(text, 0xffff, &device))
		dev.device = (uint16_t)device;
	if (path_read(text, sizeof(text), "/sys/bus/pci/devices/%s/class", bdf) > 0 &&
	    !parse_uint(text, 0xffffff, &class_code))
		dev.class_code = (uint16_t)(class_code >> 8);
	return pci_select_match(select, &dev);
}

/* A run's mmiobench may have outlived it: drivers are not changed under it. */
static int lock_functions(const struct bindings *b, int locks[GROUP_MAX])
{
	struct pci_device dev = { 0 };
	int ret = 0;

	for (size_t i = 0; i < b->n; i++) {
		locks[i] = -1;
		if (ret || !path_exists("/sys/bus/pci/devices/%s/config", b->v[i].bdf))
			continue;
		strcpy(dev.bdf, b->v[i].bdf);
		locks[i] = pci_lock(&dev);
		ret = locks[i] < 0 ? locks[i] : 0;
	}
	return ret;
}

struct recovery {
	bool dry_run;
	const struct pci_select *select;
	bindings_free *when_free;
	void *arg;
	size_t *done;
	char (*names)[24];       /* of functions with a file */
	size_t n, room;
};

static int recover_read(struct bindings *b, const struct recovery *r)
{
	char what[BINDINGS_DESCRIPTION];
	const size_t n = b->n;
	int locks[GROUP_MAX] = { 0 }, ret;

	bindings_describe(what, sizeof(what), b);
	if (r->dry_run) {
		printf("%s: would put back %s\n", b->bdf, what);
		return 0;
	}
	ret = bindings_let_go(b);
	for (size_t i = 0; i < n && !ret; i++)
		if (b->v[i].is_taken && !path_exists("/sys/bus/pci/devices/%s/driver", b->v[i].bdf))
			ret = r->when_free(b->v[i].bdf, r->arg);
	if (ret)
		return ret;
	ret = lock_functions(b, locks);
	if (!ret)
		ret = bindings_put_back(b);
	for (size_t i = 0; i < n; i++)
		pci_unlock(locks[i]);
	if (!ret)
		printf("%s: put back %s\n", b->bdf, what);
	return ret;
}

/* Locks the file that b was read from, as long as it is that. */
static int take_over(struct bindings *b, const char *path)
{
	int ret, fd = open_locked(b);

	if (fd < 0 && !lives(b->pid))
		return log_hanging(b);
	if (fd < 0) {
		log_note("another mmiopair (process %d) works on %s: left to it", b->pid, b->bdf);
		return -EAGAIN;
	}
	ret = binding_file_read(b, path); /* it may have ended by itself meanwhile */
	b->lock = ret ? -1 : fd;
	b->patience_s = STORE_SECONDS;
	if (ret)
		close(fd);
	return ret == -ENOENT ? -EAGAIN : ret;
}

/* With the directory's lock. 0: b is ours; -EAGAIN: nothing to do; other -errno after logging. */
static int find_left(struct bindings *b, const char *path, bool dry_run)
{
	int ret = binding_file_read(b, path), boot;

	if (ret == -ENOENT)
		return -EAGAIN;
	if (ret) {
		log_error("%s is no file of this mmiopair (%s): nothing was put back; look at it, and remove it", path,
			  ret == -EBADMSG ? "damaged, cut short, or another version's" : strerror(-ret));
		return ret;
	}
	boot = is_this_boot(b);
	if (boot < 0)
		return boot;
	if (!boot) {
		if (!dry_run)
			unlink(path); /* the machine was reset since */
		return -EAGAIN;
	}
	return take_over(b, path);
}

static int note_name(const char *path, const char *bdf, void *arg)
{
	struct recovery *r = arg;
	char (*more)[24];

	if (!group_is_bdf(bdf)) {
		log_warn("%s is no file of mmiopair: look at it, and remove it", path);
		return 0;
	}
	if (!is_selected(r->select, bdf))
		return 0;
	if (r->n == r->room) {
		more = realloc(r->names, (r->room + 16) * sizeof(*more));
		if (!more)
			return -ENOMEM;
		r->names = more;
		r->room += 16;
	}
	snprintf(r->names[r->n++], sizeof(r->names[0]), "%s", bdf);
	return 0;
}

/* The directory is free again while drivers take their time. */
static int recover_one(const struct recovery *r, const char *bdf)
{
	struct bindings *b = malloc(sizeof(*b));
	char dir[PATH_MAX];
	int fd = b ? directory_lock(dir) : -ENOMEM, ret = fd;

	if (fd >= 0) {
		char path[PATH_MAX + 32];

		snprintf(path, sizeof(path), "%s/" PREFIX "%s", dir, bdf);
		ret = find_left(b, path, r->dry_run);
		close(fd);
	}
	if (!ret) {
		ret = recover_read(b, r);
		*r->done += !ret;
		if (b->lock >= 0)
			close(b->lock);
	}
	free(b);
	return ret == -EAGAIN ? 0 : ret;
}

int bindings_recover(bool dry_run, const struct pci_select *select, bindings_free *when_free, void *arg, size_t *done)
{
	struct recovery r = { .dry_run = dry_run, .select = select, .when_free = when_free, .arg = arg, .done = done };
	char dir[PATH_MAX];
	int ret = rescue_check_directory(), fd;

	*done = 0;
	if (ret)
		return ret == -ENOENT || ret == -ENOTDIR ? 0 : ret;
	fd = directory_lock(dir);
	if (fd >= 0) {
		ret = each_file(dir, note_name, &r);
		close(fd);
	} else {
		ret = fd;
	}
	if (ret)
		log_error("cannot read %s: %s", dir, strerror(-ret));
	for (size_t i = 0; i < r.n; i++) {
		int one = recover_one(&r, r.names[i]);

		ret = ret ? ret : one;
	}
	free(r.names);
	return ret;
}

bool bindings_are_left(const char *bdf)
{
	struct bindings *b = malloc(sizeof(*b));
	char path[PATH_MAX];
	int fd = -1;

	if (b && !path_make(path, sizeof(path), RESCUE_DIRECTORY "/" PREFIX "%s", bdf) && !binding_file_read(b, path) &&
	    is_this_boot(b) > 0)
		fd = open_locked(b);
	free(b);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}
