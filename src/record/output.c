// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"
#include "base/log.h"
#include "record/output.h"

/*
 * What is there already may be another user's trap. A regular file is replaced, not written to, where its
 * directory lets us; a disk is never meant. *special: a device or a pipe, which is written to.
 */
static int check_entry(const char *path, bool *special)
{
	struct stat st, entry;

	*special = false;
	if (untrusted_path_stays(path))
		return -EPERM;
	if (stat(path, &st))
		return *path ? 0 : -ENOENT;
	if (S_ISREG(st.st_mode))
		return 0;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (S_ISBLK(st.st_mode) || lstat(path, &entry) || untrusted_path_entry(path, &entry))
		return -EPERM;
	*special = true;
	return 0;
}

/* Nothing is replaced, least of all /dev/null by root. */
static int write_special(const char *path, file_put put, const void *what)
{
	int fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC), ret = 0;
	FILE *f = NULL;
	struct stat st;

	if (fd < 0)
		return -errno;
	/* it may be another than the one that was looked at */
	if (fstat(fd, &st) || S_ISREG(st.st_mode) || S_ISBLK(st.st_mode))
		ret = -EPERM;
	else if (!(f = fdopen(fd, "w")))
		ret = -errno;
	if (f)
		ret = file_put_checked(f, put, what);
	if ((f ? fclose(f) : close(fd)) && !ret)
		ret = -errno;
	return ret;
}

static int write_named(const char *path, file_put put, const void *what)
{
	bool special;
	int ret = check_entry(path, &special);

	if (ret)
		return ret;
	return special ? write_special(path, put, what) : atomic_file_write(path, put, what);
}

int output_write(const char *path, const char *option, file_put put, const void *what)
{
	bool to_stdout = !strcmp(path, "-");
	int ret = to_stdout ? file_put_checked(stdout, put, what) : write_named(path, put, what);

	/* stdout_finish() tells of stdout what failed first */
	if (ret && !(to_stdout && ferror(stdout)))
		log_error("cannot write %s: %s: choose another place with %s", path, strerror(-ret),
			  option);
	return ret;
}

int output_writable(const char *path, const char *option)
{
	bool special;
	int ret;

	if (!strcmp(path, "-"))
		return 0;
	ret = check_entry(path, &special);
	if (!ret && !special)
		ret = atomic_file_try(path);
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
	return !strcmp(path_split(in_a, sizeof(in_a), a), path_split(in_b, sizeof(in_b), b)) &&
	       is_same_inode(in_a, in_b);
}
