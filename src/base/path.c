// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/path.h"

static const char *sysroot = "";

void path_set_sysroot(const char *dir)
{
	sysroot = dir;
}

const char *path_sysroot(void)
{
	return sysroot;
}

static int path_vmake(char *buf, size_t n, const char *fmt, va_list ap)
{
	int root = snprintf(buf, n, "%s", sysroot), rest;

	if (root < 0 || (size_t)root >= n)
		return -ENAMETOOLONG;
	rest = vsnprintf(buf + root, n - root, fmt, ap);
	return rest < 0 || (size_t)rest >= n - root ? -ENAMETOOLONG : 0;
}

int path_make(char *buf, size_t n, const char *fmt, ...)
{
	va_list ap;
	int ret;

	va_start(ap, fmt);
	ret = path_vmake(buf, n, fmt, ap);
	va_end(ap);
	return ret;
}

/* The path that a function's arguments make, and in ret whether they do. */
#define PATH_FROM_ARGS(path, fmt)                                                                  \
	char path[PATH_MAX];                                                                       \
	va_list ap;                                                                                \
	int ret;                                                                                   \
	va_start(ap, fmt);                                                                         \
	ret = path_vmake(path, sizeof(path), fmt, ap);                                             \
	va_end(ap)

bool path_exists(const char *fmt, ...)
{
	PATH_FROM_ARGS(path, fmt);
	return !ret && !access(path, F_OK);
}

int path_open(int flags, const char *fmt, ...)
{
	int fd;

	PATH_FROM_ARGS(path, fmt);
	if (ret)
		return ret;
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

FILE *path_fopen(const char *fmt, ...)
{
	PATH_FROM_ARGS(path, fmt);
	errno = -ret;
	return ret ? NULL : fopen(path, "re");
}

/* As many bytes as there are and fit, or -errno. */
static ssize_t read_all(const char *path, void *buf, size_t n)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = 0, got = 1;

	if (fd < 0)
		return -errno;
	while (got && (size_t)len < n) {
		got = TEMP_FAILURE_RETRY(read(fd, (char *)buf + len, n - len));
		if (got < 0) {
			len = -errno;
			break;
		}
		len += got;
	}
	close(fd);
	return len;
}

ssize_t path_read_bytes(void *buf, size_t n, const char *fmt, ...)
{
	PATH_FROM_ARGS(path, fmt);
	return ret ? ret : read_all(path, buf, n);
}

int path_read(char *buf, size_t n, const char *fmt, ...)
{
	ssize_t len;

	PATH_FROM_ARGS(path, fmt);
	len = ret ? ret : read_all(path, buf, n - 1);
	if (len < 0)
		return (int)len;
	for (ssize_t i = 0; i < len; i++)
		if (!buf[i])
			buf[i] = ' ';
	while (len && isspace((unsigned char)buf[len - 1]))
		len--;
	buf[len] = 0;
	return (int)len;
}

int path_write(const char *text, const char *fmt, ...)
{
	size_t n = strlen(text);
	ssize_t put;
	int fd;

	PATH_FROM_ARGS(path, fmt);
	if (ret)
		return ret;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	put = write(fd, text, n);
	ret = put < 0 ? -errno : (size_t)put == n ? 0 : -EIO;
	close(fd);
	return ret;
}

int path_link_name(char *buf, size_t n, const char *fmt, ...)
{
	char target[PATH_MAX];
	const char *name;
	ssize_t len;

	PATH_FROM_ARGS(path, fmt);
	if (ret)
		return ret;
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0)
		return -errno;
	target[len] = 0;
	name = strrchr(target, '/');
	name = name ? name + 1 : target;
	if (strlen(name) >= n)
		return -ENAMETOOLONG;
	strcpy(buf, name);
	return 0;
}
