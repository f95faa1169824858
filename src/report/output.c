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

/* An open directory, and what it is called in messages, with a slash; "" where only the caller knows. */
struct place {
	int fd;
	char called[PATH_MAX];
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

/* All of it, down to the disk; f stays open. */
static int write_synced(const struct job *job, FILE *f)
{
	int ret = write_stream(job, f);
	mode_t mask = umask(0);

	umask(mask);
	/* not every kernel has umask hold for a file without a name */
	if (!ret && (fchmod(fileno(f), 0666 & ~mask) || fsync(fileno(f))))
		ret = -errno;
	return ret;
}

/* NULL: fd is closed, errno set. */
static FILE *stream_of(int fd)
{
	FILE *f = fdopen(fd, "w");
	int err = errno;

	if (!f)
		close(fd);
	errno = err;
	return f;
}

/* A hidden file must not stay behind because somebody was impatient. */
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

/* A name that nobody has, as good as certain. */
static int hidden_name(char *hidden, const char *name)
{
	unsigned int random;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return -EIO;
	return snprintf(hidden, NAME_MAX + 1, ".%s.%08x", name, random) > NAME_MAX ? -ENAMETOOLONG : 0;
}

static int remove_hidden(const struct place *at, const char *hidden)
{
	int ret = unlinkat(at->fd, hidden, 0) ? -errno : 0;
	char path[PATH_MAX + NAME_MAX + 1];

	snprintf(path, sizeof(path), "%s%s", at->called, hidden);
	if (ret)
		log_error("cannot remove %s: %s: remove it by hand", path, strerror(-ret));
	return ret;
}

static int replace_by(const struct place *at, const char *hidden, const char *name)
{
	int ret = renameat(at->fd, hidden, at->fd, name) ? -errno : 0;

	if (ret)
		remove_hidden(at, hidden);
	return ret;
}

/* A new file that goes with us, whatever ends us: it has no name. */
static int open_nameless(const struct place *at)
{
	int fd = openat(at->fd, ".", O_WRONLY | O_TMPFILE | O_CLOEXEC, 0666);

	return fd < 0 ? -errno : fd;
}

static int name_it(int fd, const struct place *at, const char *name)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, path, at->fd, name, AT_SYMLINK_FOLLOW) ? -errno : 0;
}

/* -EOPNOTSUPP: it has no name yet, and does not get one. */
static int settle_nameless(int fd, const struct place *at, const char *name, bool replace)
{
	char hidden[NAME_MAX + 1];
	int ret = name_it(fd, at, name);

	if (!ret || (ret == -EEXIST && !replace))
		return ret;
	if (ret != -EEXIST)
		return -EOPNOTSUPP;
	ret = hidden_name(hidden, name);
	if (ret)
		return ret;
	/* SIGKILL between the two calls, and only there, leaves what is whole and hidden */
	return name_it(fd, at, hidden) ? -EOPNOTSUPP : replace_by(at, hidden, name);
}

/* -EOPNOTSUPP: it cannot be done like this, and nothing is there. */
static int write_nameless(const struct job *job, const struct place *at, const char *name,
			  bool replace)
{
	int fd = open_nameless(at), ret;
	FILE *f;

	if (fd < 0)
		return -EOPNOTSUPP;
	f = stream_of(fd);
	if (!f)
		return -errno;
	ret = write_synced(job, f);
	if (!ret)
		ret = settle_nameless(fileno(f), at, name, replace);
	if (fclose(f) && !ret)
		ret = -errno;
	return ret;
}

static int open_hidden(const struct place *at, const char *name, char *hidden)
{
	int ret = hidden_name(hidden, name), fd;

	if (ret)
		return ret;
	fd = openat(at->fd, hidden, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	return fd < 0 ? -errno : fd;
}

/* Some file systems know only one of the two ways to name a file that must not be there yet. */
static int settle_hidden(const struct place *at, const char *hidden, const char *name, bool replace)
{
	int ret = 0;

	if (replace)
		return replace_by(at, hidden, name);
	if (!renameat2(at->fd, hidden, at->fd, name, RENAME_NOREPLACE))
		return 0;
	if ((errno != EINVAL && errno != ENOSYS) || linkat(at->fd, hidden, at->fd, name, 0))
		ret = -errno;
	remove_hidden(at, hidden);
	return ret;
}

/* By a name of its own at first, where a file must have one: NFS and others. SIGKILL leaves it. */
static int write_hidden(const struct job *job, const struct place *at, const char *name, bool replace)
{
	char hidden[NAME_MAX + 1];
	int fd = open_hidden(at, name, hidden), ret;
	FILE *f;

	if (fd < 0)
		return fd;
	f = stream_of(fd);
	ret = f ? write_synced(job, f) : -errno;
	if (f && fclose(f) && !ret)
		ret = -errno;
	if (!ret)
		return settle_hidden(at, hidden, name, replace);
	remove_hidden(at, hidden);
	return ret;
}

static int write_file(const struct job *job, const struct place *at, const char *name, bool replace)
{
	int ret = write_nameless(job, at, name, replace);

	return ret == -EOPNOTSUPP ? write_hidden(job, at, name, replace) : ret;
}

/* Where the name begins; its directory is in dir, "." where the path has none. */
static const char *split_path(char *dir, size_t n, const char *path)
{
	const char *slash = strrchr(path, '/');

	snprintf(dir, n, "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
	return slash ? slash + 1 : path;
}

/* Opens the directory of path: *name is the rest of it. */
static int place_open(struct place *at, const char **name, const char *path)
{
	if (strlen(path) >= sizeof(at->called))
		return -ENAMETOOLONG;
	*name = split_path(at->called, sizeof(at->called), path);
	at->fd = open(at->called, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (*name == path)
		at->called[0] = 0;
	return at->fd < 0 ? -errno : 0;
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

/* A directory that may be written to but not read cannot be opened for this. */
static int sync_place(const struct place *at)
{
	int fd = openat(at->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), ret;

	if (fd < 0)
		return errno == EACCES ? 0 : -errno;
	ret = output_sync_directory(fd);
	close(fd);
	return ret;
}

static int write_named(const struct job *job, const char *path)
{
	const char *name;
	bool there;
	struct place at;
	struct stat st;
	sigset_t before;
	int ret = check_entry(path, &st, &there);

	if (ret)
		return ret;
	if (there && !S_ISREG(st.st_mode))
		return write_through(job, path);
	ret = place_open(&at, &name, path);
	if (ret)
		return ret;
	signals_hold(&before);
	ret = write_file(job, &at, name, true);
	/* what kills the machine next must not take the name */
	if (!ret)
		ret = sync_place(&at);
	signals_release(&before);
	close(at.fd);
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

int output_sync_directory(int dir)
{
	return fsync(dir) && errno != EINVAL ? -errno : 0;
}

int output_write_at(int dir, const char *name, bool replace,
		    int (*put)(FILE *out, const void *what), const void *what)
{
	const struct job job = { put, what };
	const struct place at = { dir, "" };
	sigset_t before;
	int ret;

	signals_hold(&before);
	ret = write_file(&job, &at, name, replace);
	signals_release(&before);
	return ret ? ret : output_sync_directory(dir);
}

static int try_place(const struct place *at, const char *name)
{
	char hidden[NAME_MAX + 1];
	int fd = open_nameless(at), ret = fd < 0 ? 0 : hidden_name(hidden, name);

	if (fd >= 0) {
		close(fd);
		return ret;
	}
	fd = open_hidden(at, name, hidden);
	if (fd < 0)
		return fd;
	close(fd);
	return remove_hidden(at, hidden);
}

static int try_beside(const char *path)
{
	const char *name;
	struct place at;
	sigset_t before;
	int ret = place_open(&at, &name, path);

	if (ret)
		return ret;
	signals_hold(&before);
	ret = try_place(&at, name);
	signals_release(&before);
	close(at.fd);
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

bool output_is_same(const char *a, const char *b)
{
	char in_a[PATH_MAX], in_b[PATH_MAX];

	if (!access(a, F_OK) || !access(b, F_OK))
		return is_same_inode(a, b);
	return !strcmp(split_path(in_a, sizeof(in_a), a), split_path(in_b, sizeof(in_b), b)) &&
	       is_same_inode(in_a, in_b);
}
