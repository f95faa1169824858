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

#define PATH_FROM_ARGS(path, fmt)                                                                  \
	char path[PATH_MAX];                                                                       \
	va_list ap;                                                                                \
	int ret;                                                                                   \
	va_start(ap, fmt);                                                                         \
	ret = path_vmake(path, sizeof(path), fmt, ap);                                             \
	va_end(ap)

int path_make(char *buf, size_t n, const char *fmt, ...)
{
	va_list ap;
	int ret;

	va_start(ap, fmt);
	ret = path_vmake(buf, n, fmt, ap);
	va_end(ap);
	return ret;
}

bool path_exists(const char *fmt, ...)
{
	PATH_FROM_ARGS(path, fmt);
	return !ret && !access(path, F_OK);
}

int path_read(char *buf, size_t n, const char *fmt, ...)
{
	ssize_t got = 0, len = 0;
	int fd;

	PATH_FROM_ARGS(path, fmt);
	if (ret)
		return ret;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	while ((size_t)len < n - 1) {
		got = read(fd, buf + len, n - 1 - len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		len += got;
	}
	ret = got < 0 ? -errno : 0;
	close(fd);
	if (ret)
		return ret;
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
