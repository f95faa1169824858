// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"

const char *path_split(char *dir, size_t n, const char *path)
{
	const char *slash = strrchr(path, '/');

	snprintf(dir, n, "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
	return slash ? slash + 1 : path;
}

/* A file that is being written, under a name of its own. */
struct draft {
	char where[PATH_MAX];      /* the directory, as the user wrote it */
	const char *name;          /* the name at the end */
	char hidden[NAME_MAX + 1]; /* the name until then */
	int dir, fd;               /* -1: not open */
	sigset_t signals;          /* those that were blocked before */
};

static int draft_create(struct draft *d, const char *path)
{
	unsigned int random;

	if (strlen(path) >= sizeof(d->where))
		return -ENAMETOOLONG;
	d->name = path_split(d->where, sizeof(d->where), path);
	/* a random name: that somebody has it already is next to impossible, and then an error */
	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return -EIO;
	if (snprintf(d->hidden, sizeof(d->hidden), ".%s.%08x", d->name, random) > NAME_MAX)
		return -ENAMETOOLONG;
	d->dir = open(d->where, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (d->dir < 0)
		return -errno;
	d->fd = openat(d->dir, d->hidden, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	return d->fd < 0 ? -errno : 0;
}

/* Blocks signals until draft_end(), which must follow: Ctrl-C would leave the draft behind. */
static int draft_begin(struct draft *d, const char *path)
{
	sigset_t all;

	d->dir = d->fd = -1;
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &d->signals);
	return draft_create(d, path);
}

static void draft_end(struct draft *d)
{
	if (d->dir >= 0)
		close(d->dir);
	sigprocmask(SIG_SETMASK, &d->signals, NULL);
}

static int draft_remove(const struct draft *d)
{
	int ret = unlinkat(d->dir, d->hidden, 0) ? -errno : 0;

	if (ret)
		log_error("cannot remove %s%s: %s: remove it by hand", strchr(d->where, '/') ? d->where : "",
			  d->hidden, strerror(-ret));
	return ret;
}

int file_put_checked(FILE *f, file_put put, const void *what)
{
	int ret;

	errno = 0;
	ret = put(f, what);
	if (!ret && (fflush(f) || ferror(f)))
		ret = errno ? -errno : -EIO;
	return !ret && memory_is_out() ? -ENOMEM : ret;
}

/* Writes it to the disk and closes the descriptor. */
static int draft_write(const struct draft *d, file_put put, const void *what)
{
	FILE *f = fdopen(d->fd, "w");
	int ret = f ? file_put_checked(f, put, what) : -errno;

	if (!ret && fsync(d->fd))
		ret = -errno;
	if ((f ? fclose(f) : close(d->fd)) && !ret)
		ret = -errno;
	return ret;
}

/* The new name, too, must be on the disk if the machine crashes next. */
static int sync_directory(int dir)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), ret;

	/* a directory that may be written to and not read cannot be opened for this */
	if (fd < 0)
		return errno == EACCES ? 0 : -errno;
	/* EINVAL: the file system has no fsync of a directory */
	ret = fsync(fd) && errno != EINVAL ? -errno : 0;
	close(fd);
	return ret;
}

/* What a program that put ends (base/xalloc.h) would leave behind. */
static const struct draft *in_work;

static void remove_in_work(void)
{
	if (in_work)
		draft_remove(in_work);
}

int atomic_file_write(const char *path, file_put put, const void *what)
{
	static bool registered;
	struct draft d;
	int ret = draft_begin(&d, path);

	if (!ret) {
		registered = registered || !atexit(remove_in_work);
		in_work = &d;
		ret = draft_write(&d, put, what);
		in_work = NULL;
		if (!ret && renameat(d.dir, d.hidden, d.dir, d.name))
			ret = -errno;
		if (ret)
			draft_remove(&d);
		else
			ret = sync_directory(d.dir);
	}
	draft_end(&d);
	return ret;
}

int atomic_file_try(const char *path)
{
	struct draft d;
	int ret = draft_begin(&d, path);

	if (!ret) {
		close(d.fd);
		ret = draft_remove(&d);
	}
	draft_end(&d);
	return ret;
}

#define OTHERS_WRITE (S_IWGRP | S_IWOTH)

static int stat_parent(const char *path, struct stat *st)
{
	char copy[PATH_MAX];

	if ((size_t)snprintf(copy, sizeof(copy), "%s", path) >= sizeof(copy))
		return -ENAMETOOLONG;
	return stat(dirname(copy), st) ? -errno : 0;
}

/* Root needs no trick, so root's files count as ours. */
static bool is_foreign(const struct stat *st)
{
	return st->st_uid && st->st_uid != geteuid();
}

bool untrusted_path_entry(const char *path, const struct stat *st)
{
	struct stat dir;

	if (stat_parent(path, &dir) || !(dir.st_mode & OTHERS_WRITE))
		return false;
	if (is_foreign(st) && st->st_uid != dir.st_uid)
		return true;
	return S_ISREG(st->st_mode) && st->st_nlink > 1;
}

bool untrusted_path_stays(const char *path)
{
	struct stat dir, st;

	return !lstat(path, &st) && !stat_parent(path, &dir) && dir.st_mode & S_ISVTX &&
	       st.st_uid != geteuid() && dir.st_uid != geteuid();
}

int untrusted_path_check_directory(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	return is_foreign(&st) || st.st_mode & OTHERS_WRITE ? -EPERM : 0;
}
