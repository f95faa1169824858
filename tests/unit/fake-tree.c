// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/path.h"
#include "fake-tree.h"

static char root[PATH_MAX / 2];
static char log_file[PATH_MAX];
static int real_stderr = -1;

void tree_begin(void)
{
	const char *tmp = getenv("TMPDIR");
	int fd;

	snprintf(root, sizeof(root), "%s/mmiobench-test-XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(root));
	path_set_sysroot(root);
	snprintf(log_file, sizeof(log_file), "%s/log", root);
	fflush(stderr);
	real_stderr = dup(STDERR_FILENO);
	fd = open(log_file, O_CREAT | O_RDWR | O_APPEND, 0600);
	assert_true(fd >= 0);
	dup2(fd, STDERR_FILENO);
	close(fd);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

void tree_end(void)
{
	const char *text = tree_log();

	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	fputs(text, stderr); /* what no test asked for, and why a test failed */
	path_set_sysroot("");
	nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* The real name of path, with its parents made. */
static const char *place(const char *path)
{
	static char real[PATH_MAX];

	snprintf(real, sizeof(real), "%s%s", root, path);
	for (char *p = real + strlen(root) + 1; (p = strchr(p, '/')); p++) {
		*p = 0;
		mkdir(real, 0700);
		*p = '/';
	}
	return real;
}

void tree_put_bytes(const char *path, const void *bytes, size_t n)
{
	FILE *f = fopen(place(path), "w");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

void tree_put(const char *path, const char *text)
{
	tree_put_bytes(path, text, strlen(text));
}

void tree_link(const char *path, const char *target)
{
	assert_int_equal(symlink(target, place(path)), 0);
}

void tree_get(const char *path, void *bytes, size_t n)
{
	FILE *f = fopen(place(path), "r");

	assert_non_null(f);
	assert_int_equal(fread(bytes, 1, n, f), n);
	fclose(f);
}

void tree_remove(const char *path)
{
	assert_int_equal(remove(place(path)), 0);
}

const char *tree_log(void)
{
	static char text[8192];
	FILE *f;
	size_t n;

	fflush(stderr);
	f = fopen(log_file, "r");
	assert_non_null(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = 0;
	fclose(f);
	assert_int_equal(truncate(log_file, 0), 0);
	return text;
}
