// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes of mmiowitness a program that looks at a recorded machine: MMIOWITNESS_RECORDING is its directory, with
 * "recording", and "tree" made of its description. What asks for this machine is led here:
 * its architecture, page size, user, and the page and the number that the tables are tried with.
 */
#include "config.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>
#include "base/path.h"
#include "recorded.h"

char replayed_arch[16];
static bool has_page;

long __real_sysconf(int name);
long __wrap_sysconf(int name);
uid_t __wrap_geteuid(void);
double __wrap_monotonic_s(void);
time_t __wrap_time(time_t *t);
ssize_t __real_getrandom(void *buf, size_t n, unsigned int flags);
ssize_t __wrap_getrandom(void *buf, size_t n, unsigned int flags);
void *__real_mmap(void *at, size_t n, int prot, int flags, int fd, off_t offset);
void *__wrap_mmap(void *at, size_t n, int prot, int flags, int fd, off_t offset);

long __wrap_sysconf(int name)
{
	return name == _SC_PAGESIZE ? (long)recorded.page_bytes : __real_sysconf(name);
}

uid_t __wrap_geteuid(void)
{
	return 0;
}

/* A look takes no time: pages and records of one recording are the same. */
double __wrap_monotonic_s(void)
{
	return 0;
}

time_t __wrap_time(time_t *t)
{
	if (t)
		*t = 1800000000;
	return 1800000000;
}

/* The page has the recorded one's address: its tables are walked as they were. */
void *__wrap_mmap(void *at, size_t n, int prot, int flags, int fd, off_t offset)
{
	if (at || n != recorded.page_bytes || !(flags & MAP_ANONYMOUS) || has_page)
		return __real_mmap(at, n, prot, flags, fd, offset);
	has_page = true;
	return __real_mmap((void *)(uintptr_t)RECORDING_OWN_PAGE, n, prot, flags | MAP_FIXED_NOREPLACE, fd, offset);
}

/* And the number that the recorded one had, as it is in the recorded memory. */
ssize_t __wrap_getrandom(void *buf, size_t n, unsigned int flags)
{
	static bool has_number;

	if (!has_page || has_number || n != sizeof(recorded.number))
		return __real_getrandom(buf, n, flags);
	has_number = true;
	memcpy(buf, &recorded.number, n);
	return (ssize_t)n;
}

static void fail(const char *what)
{
	fprintf(stderr, "mmiowitness-recorded: %s: %s\n", what, strerror(errno));
	_exit(99);
}

static void __attribute__((constructor)) load(void)
{
	static char tree[512], name[512];
	const char *dir = getenv("MMIOWITNESS_RECORDING");
	char what[64];
	unsigned int line;
	FILE *f;
	int ret;

	snprintf(tree, sizeof(tree), "%s/tree", dir ? dir : "");
	snprintf(name, sizeof(name), "%s/recording", dir ? dir : "");
	f = fopen(name, "re");
	if (!f)
		fail(name);
	ret = recording_read(&recorded, f, &line);
	fclose(f);
	snprintf(what, sizeof(what), "in front of line %u of the recording", line);
	errno = -ret;
	if (ret)
		fail(what);
	memcpy(replayed_arch, recorded.arch, sizeof(recorded.arch));
	path_set_sysroot(tree);
}
