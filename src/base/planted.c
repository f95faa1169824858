// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>
#include "base/planted.h"

#define OTHERS_WRITE (S_IWGRP | S_IWOTH)

static int stat_parent(const char *path, struct stat *st)
{
	char copy[PATH_MAX];

	if ((size_t)snprintf(copy, sizeof(copy), "%s", path) >= sizeof(copy))
		return -ENAMETOOLONG;
	return stat(dirname(copy), st) ? -errno : 0;
}

/* Root need not trick anybody. */
static bool is_foreign(const struct stat *st)
{
	return st->st_uid && st->st_uid != geteuid();
}

bool planted_entry(const char *path, const struct stat *st)
{
	struct stat dir;

	if (stat_parent(path, &dir) || !(dir.st_mode & OTHERS_WRITE))
		return false;
	if (is_foreign(st) && st->st_uid != dir.st_uid)
		return true;
	return S_ISREG(st->st_mode) && st->st_nlink > 1;
}

bool planted_stays(const char *path)
{
	struct stat dir, st;

	return !lstat(path, &st) && !stat_parent(path, &dir) && dir.st_mode & S_ISVTX &&
	       st.st_uid != geteuid() && dir.st_uid != geteuid();
}

int planted_check_directory(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	return is_foreign(&st) || st.st_mode & OTHERS_WRITE ? -EPERM : 0;
}
