// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/path.h"
#include "fuzz.h"

#define ITEMS_MOST 200 /* of a tree: more only cost time */

static char root[PATH_MAX / 2];

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type;
	if (ftw->level)
		remove(path);
	return 0;
}

static void empty_root(void)
{
	nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void remove_root(void)
{
	empty_root();
	rmdir(root);
}

static void make_root(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(root, sizeof(root), "%s/mmiobench-fuzz-XXXXXX", tmp ? tmp : "/tmp");
	fuzz_require(mkdtemp(root), "%s: %s", root, strerror(errno));
	atexit(remove_root);
	path_set_sysroot(root);
}

const char *fuzz_tree_path(const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", root, name);
	return path;
}

/* Nothing may be made outside of the root: no "..", and no link is followed to make something. */
static bool place(char path[PATH_MAX], const char *name, size_t n)
{
	struct stat st;
	char *p;

	if (!n || n > 200 || memchr(name, 0, n) || name[0] == '/' || name[n - 1] == '/' ||
	    memchr(name, ' ', n))
		return false;
	snprintf(path, PATH_MAX, "%s/%.*s", root, (int)n, name);
	if (strstr(path, "/../") || strstr(path, "//") || strstr(path, "/./") ||
	    !strcmp(path + strlen(path) - 3, "/.."))
		return false;
	for (p = path + strlen(root) + 1; (p = strchr(p, '/')); *p++ = '/') {
		*p = 0;
		if (mkdir(path, 0700) && (lstat(path, &st) || !S_ISDIR(st.st_mode)))
			return false;
	}
	return true;
}

static bool put_file(const char *path, const void *bytes, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return false; /* a directory or a link has that name */
	fuzz_require(write(fd, bytes, n) == (ssize_t)n, "%s: %s", path, strerror(errno));
	close(fd);
	return true;
}

bool fuzz_tree_put(const char *path, const void *bytes, size_t n)
{
	char real[PATH_MAX];

	return place(real, path, strlen(path)) && put_file(real, bytes, n);
}

/*
 * As a link in a directory so deep: "../" first, no more than that, then names. So nothing that is
 * read or written through links, or links to links, is out of the tree.
 */
static bool stays_inside(const char *target, size_t depth)
{
	size_t up = 0;

	for (; !strncmp(target, "../", 3); target += 3)
		up++;
	if (up > depth || target[0] == '/' || !strcmp(target, ".."))
		return false;
	return strncmp(target, "../", 3) && !strstr(target, "/../") &&
	       (strlen(target) < 3 || strcmp(target + strlen(target) - 3, "/.."));
}

static void put_link(const char *path, const char *target, size_t n)
{
	char to[256];
	size_t depth = 0;

	if (!n || n >= sizeof(to) || memchr(target, 0, n))
		return;
	snprintf(to, sizeof(to), "%.*s", (int)n, target);
	for (const char *p = path + strlen(root) + 1; (p = strchr(p, '/')); p++)
		depth++;
	if (stays_inside(to, depth) && symlink(to, path))
		return; /* there is something of that name */
}

/* The next line that begins an item, from the start of a line on; or the end. */
static const char *find_item(const char *p, const char *end)
{
	while (p && end - p >= 4) {
		if (!memcmp(p, "--- ", 4) || !memcmp(p, "--> ", 4))
			return p;
		p = memchr(p, '\n', (size_t)(end - p));
		p = p ? p + 1 : NULL;
	}
	return end;
}

static void put_item(const char *item, const char *next, bool last)
{
	const char *name = item + 4, *line = memchr(item, '\n', (size_t)(next - item));
	const char *stop = line ? line : next, *blank = memchr(name, ' ', (size_t)(stop - name));
	char path[PATH_MAX];

	if (item[2] == '>') {
		if (blank && place(path, name, (size_t)(blank - name)))
			put_link(path, blank + 1, (size_t)(stop - blank - 1));
		return;
	}
	if (!place(path, name, (size_t)(stop - name)))
		return;
	if (!line || line + 1 >= next)
		put_file(path, "", 0);
	else
		put_file(path, line + 1, (size_t)(next - line - 1) - !last);
}

void fuzz_tree(const uint8_t *data, size_t size)
{
	const char *end, *item, *next;

	if (!root[0])
		make_root();
	empty_root();
	if (!size)
		return;
	end = (const char *)data + size;
	item = find_item((const char *)data, end);
	for (int i = 0; item < end && i < ITEMS_MOST; i++) {
		const char *line = memchr(item, '\n', (size_t)(end - item));

		next = find_item(line ? line + 1 : NULL, end);
		put_item(item, next, next == end);
		item = next;
	}
}
