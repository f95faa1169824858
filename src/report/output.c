// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/log.h"
#include "base/memory.h"
#include "base/planted.h"
#include "report/output.h"

struct job {
	int (*put)(FILE *out, const void *what);
	const void *what;
};

static int write_stream(const struct job *job, FILE *f)
{
	int ret;

	errno = 0;
	ret = job->put(f, job->what);
	if (!ret && (fflush(f) || ferror(f)))
		ret = errno ? -errno : -EIO;
	return !ret && memory_is_out() ? -ENOMEM : ret;
}

static int remove_temporary(const char *temporary)
{
	int ret = unlink(temporary) ? -errno : 0;

	if (ret)
		log_error("cannot remove %s: %s: remove it by hand", temporary, strerror(-ret));
	return ret;
}

static int write_temporary(const struct job *job, int fd)
{
	mode_t mask;
	FILE *f;
	int ret;

	f = fdopen(fd, "w");
	if (!f) {
		ret = -errno;
		close(fd);
		return ret;
	}
	ret = write_stream(job, f);
	/* run with sudo, read without: as readable as any new file, which mkstemp's is not */
	mask = umask(0);
	umask(mask);
	if (!ret && (fchmod(fd, 0666 & ~mask) || fsync(fd)))
		ret = -errno;
	if (fclose(f) && !ret)
		ret = -errno;
	return ret;
}

/* A temporary file must not stay behind because somebody was impatient; SIGKILL alone leaves it. */
static void signals_hold(sigset_t *before)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, before);
}

static void signals_release(const sigset_t *before)
{
	sigprocmask(SIG_SETMASK, before, NULL);
}

static int write_beside(const struct job *job, const char *path, char *temporary)
{
	int fd = mkstemp(temporary), ret;

	if (fd < 0)
		return -errno;
	ret = write_temporary(job, fd);
	if (!ret && rename(temporary, path))
		ret = -errno;
	if (ret)
		remove_temporary(temporary);
	return ret;
}

/*
 * Looks at what is there already: *there, st. It may be another user's trap. A regular file is
 * replaced, not written to, where its directory lets us; a disk is never meant.
 */
static int check_entry(const char *path, struct stat *st, bool *there)
{
	struct stat entry;

	if (planted_stays(path))
		return -EPERM;
	*there = !stat(path, st);
	if (!*there)
		return *path ? 0 : -ENOENT;
	if (S_ISREG(st->st_mode))
		return 0;
	if (S_ISDIR(st->st_mode))
		return -EISDIR;
	if (S_ISBLK(st->st_mode) || lstat(path, &entry) || planted_entry(path, &entry))
		return -EPERM;
	return 0;
}

/* A device or a pipe: nothing is replaced, least of all /dev/null by root. */
static int write_through(const struct job *job, const char *path)
{
	int fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC), ret = 0;
	struct stat st;
	FILE *f;

	if (fd < 0)
		return -errno;
	/* it may be another than the one that was looked at */
	if (fstat(fd, &st) || S_ISREG(st.st_mode) || S_ISBLK(st.st_mode))
		ret = -EPERM;
	f = ret ? NULL : fdopen(fd, "w");
	if (!f) {
		ret = ret ? ret : -errno;
		close(fd);
		return ret;
	}
	ret = write_stream(job, f);
	if (fclose(f) && !ret)
		ret = -errno;
	return ret;
}

static int write_named(const struct job *job, const char *path)
{
	char temporary[PATH_MAX];
	bool there;
	struct stat st;
	sigset_t before;
	int ret = check_entry(path, &st, &there);

	if (ret)
		return ret;
	if (there && !S_ISREG(st.st_mode))
		return write_through(job, path);
	if ((size_t)snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path) >= sizeof(temporary))
		return -ENAMETOOLONG;
	signals_hold(&before);
	ret = write_beside(job, path, temporary);
	signals_release(&before);
	return ret;
}

int output_write(const char *path, const char *option, int (*put)(FILE *out, const void *what),
		 const void *what)
{
	const struct job job = { put, what };
	int ret = !strcmp(path, "-") ? write_stream(&job, stdout) : write_named(&job, path);

	/* stdout_finish() tells of stdout what failed first */
	if (ret && (strcmp(path, "-") || !ferror(stdout)))
		log_error("cannot write %s: %s: choose another place with %s", path, strerror(-ret),
			  option);
	return ret;
}

/* A new file in dir, by a name that nobody has; umask decides who may read it. */
static int open_hidden(int dir, const char *name, char *hidden, size_t n)
{
	unsigned int random = 0;
	int fd = -1;

	for (int i = 0; i < 100 && fd < 0; i++) {
		if (getrandom(&random, sizeof(random), 0) != sizeof(random))
			return -EIO;
		if ((size_t)snprintf(hidden, n, ".%s.%08x", name, random) >= n)
			return -ENAMETOOLONG;
		fd = openat(dir, hidden, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (fd < 0 && errno != EEXIST)
			return -errno;
	}
	return fd < 0 ? -EEXIST : fd;
}

static void remove_hidden(int dir, const char *hidden)
{
	if (unlinkat(dir, hidden, 0))
		log_error("cannot remove %s: %s: remove it by hand", hidden, strerror(errno));
}

/* Some file systems know only one of the two ways to name a file that must not be there yet. */
static int settle(int dir, const char *hidden, const char *name, bool replace)
{
	if (replace)
		return renameat(dir, hidden, dir, name) ? -errno : 0;
	if (!renameat2(dir, hidden, dir, name, RENAME_NOREPLACE))
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -errno;
	if (linkat(dir, hidden, dir, name, 0))
		return -errno;
	remove_hidden(dir, hidden);
	return 0;
}

int output_sync_directory(int dir)
{
	return fsync(dir) && errno != EINVAL ? -errno : 0;
}

static int write_hidden(const struct job *job, int dir, const char *name, bool replace)
{
	char hidden[NAME_MAX + 1];
	int fd = open_hidden(dir, name, hidden, sizeof(hidden)), ret;

	if (fd < 0)
		return fd;
	ret = write_temporary(job, fd);
	if (!ret)
		ret = settle(dir, hidden, name, replace);
	if (ret)
		remove_hidden(dir, hidden);
	else
		ret = output_sync_directory(dir);
	return ret;
}

int output_write_at(int dir, const char *name, bool replace,
		    int (*put)(FILE *out, const void *what), const void *what)
{
	const struct job job = { put, what };
	sigset_t before;
	int ret;

	signals_hold(&before);
	ret = write_hidden(&job, dir, name, replace);
	signals_release(&before);
	return ret;
}

static int try_beside(const char *path)
{
	char temporary[PATH_MAX];
	sigset_t before;
	int fd, ret = 0;

	if ((size_t)snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path) >= sizeof(temporary))
		return -ENAMETOOLONG;
	signals_hold(&before);
	fd = mkstemp(temporary);
	if (fd < 0) {
		ret = -errno;
	} else {
		close(fd);
		ret = remove_temporary(temporary);
	}
	signals_release(&before);
	return ret;
}

int output_writable(const char *path, const char *option)
{
	struct stat st;
	bool there;
	int ret;

	if (!strcmp(path, "-"))
		return 0;
	ret = check_entry(path, &st, &there);
	if (!ret && (!there || S_ISREG(st.st_mode)))
		ret = try_beside(path);
	else if (!ret && access(path, W_OK))
		ret = -errno;
	if (ret)
		log_error("cannot write \"%s\": %s: choose another place with %s", path,
			  strerror(-ret), option);
	return ret;
}

static bool is_same_inode(const char *a, const char *b)
{
	struct stat x, y;

	return !stat(a, &x) && !stat(b, &y) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* Where the name begins; its directory is in dir, "." where the path has none. */
static const char *split_path(char *dir, size_t n, const char *path)
{
	const char *slash = strrchr(path, '/');

	snprintf(dir, n, "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
	return slash ? slash + 1 : path;
}

bool output_is_same(const char *a, const char *b)
{
	char in_a[PATH_MAX], in_b[PATH_MAX];

	if (!access(a, F_OK) || !access(b, F_OK))
		return is_same_inode(a, b);
	return !strcmp(split_path(in_a, sizeof(in_a), a), split_path(in_b, sizeof(in_b), b)) &&
	       is_same_inode(in_a, in_b);
}
