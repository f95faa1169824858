// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>
#include "inject.h"

#define STREAMS_MAX 256

static FILE *streams[STREAMS_MAX];

/* What a call returned, unless the process is to die between it and the next. */
#define AFTER(call)                                                                                \
	({                                                                                         \
		__typeof__(call) after_ret = (call);                                               \
		inject_after();                                                                    \
		after_ret;                                                                         \
	})

/*
 * A wrapper: parameters with their types, and as arguments. A call that fails returns BAD, and does
 * nothing; one that is to fail "short" does not know how, and succeeds.
 */
#define WRAP(ret, name, id, bad, params, args)                                                     \
	ret name params;                                                                           \
	ret name params                                                                            \
	{                                                                                          \
		static ret(*real) params;                                                          \
		if (!real)                                                                         \
			real = REAL(ret(*) params, #name);                                         \
		if (inject_fails(INJECT_##id) && errno != INJECT_SHORT)                            \
			return bad;                                                                \
		return AFTER(real args);                                                           \
	}

/* Those that return an error number. */
#define WRAP_NUMBER(name, id, params, args)                                                        \
	int name params;                                                                           \
	int name params                                                                            \
	{                                                                                          \
		static int(*real) params;                                                          \
		if (!real)                                                                         \
			real = REAL(int(*) params, #name);                                         \
		return inject_fails(INJECT_##id) ? errno : real args;                              \
	}

/* Those that may do half: of n bytes, or of one none. */
#define WRAP_SOME(name, id, params, n, args)                                                       \
	ssize_t name params;                                                                       \
	ssize_t name params                                                                        \
	{                                                                                          \
		static ssize_t(*real) params;                                                      \
		if (!real)                                                                         \
			real = REAL(ssize_t(*) params, #name);                                     \
		if (inject_fails(INJECT_##id)) {                                                   \
			if (errno != INJECT_SHORT)                                                 \
				return -1;                                                         \
			n /= 2;                                                                    \
		}                                                                                  \
		return AFTER(real args);                                                           \
	}

WRAP_SOME(read, READ, (int fd, void *buf, size_t n), n, (fd, buf, n))
WRAP_SOME(pread, READ, (int fd, void *buf, size_t n, off_t at), n, (fd, buf, n, at))
WRAP_SOME(pread64, READ, (int fd, void *buf, size_t n, off64_t at), n, (fd, buf, n, at))
WRAP_SOME(write, WRITE, (int fd, const void *buf, size_t n), n, (fd, buf, n))
WRAP_SOME(pwrite, WRITE, (int fd, const void *buf, size_t n, off_t at), n, (fd, buf, n, at))
WRAP_SOME(pwrite64, WRITE, (int fd, const void *buf, size_t n, off64_t at), n, (fd, buf, n, at))
WRAP_SOME(readlink, READLINK, (const char *path, char *buf, size_t n), n, (path, buf, n))
WRAP(void *, mmap, MMAP, MAP_FAILED, (void *at, size_t n, int prot, int flags, int fd, off_t off),
     (at, n, prot, flags, fd, off))
WRAP(void *, mmap64, MMAP, MAP_FAILED,
     (void *at, size_t n, int prot, int flags, int fd, off64_t off), (at, n, prot, flags, fd, off))
WRAP(pid_t, fork, FORK, -1, (void), ())
WRAP(int, execv, EXEC, -1, (const char *path, char *const *argv), (path, argv))
WRAP(int, execvp, EXEC, -1, (const char *path, char *const *argv), (path, argv))
WRAP(int, fsync, FSYNC, -1, (int fd), (fd))
WRAP(int, rename, RENAME, -1, (const char *from, const char *to), (from, to))
WRAP(int, renameat, RENAME, -1, (int a, const char *from, int b, const char *to), (a, from, b, to))
WRAP(int, link, RENAME, -1, (const char *from, const char *to), (from, to))
WRAP(int, linkat, RENAME, -1, (int a, const char *from, int b, const char *to, int flags),
     (a, from, b, to, flags))
WRAP(int, unlink, UNLINK, -1, (const char *path), (path))
WRAP(int, unlinkat, UNLINK, -1, (int dir, const char *path, int flags), (dir, path, flags))
WRAP(int, mkdir, MKDIR, -1, (const char *path, mode_t mode), (path, mode))
WRAP(int, mkdirat, MKDIR, -1, (int dir, const char *path, mode_t mode), (dir, path, mode))
WRAP(int, mkstemp, MKSTEMP, -1, (char *path), (path))
WRAP(int, mkstemp64, MKSTEMP, -1, (char *path), (path))
WRAP(int, mkostemp, MKSTEMP, -1, (char *path, int flags), (path, flags))
WRAP(int, mkostemp64, MKSTEMP, -1, (char *path, int flags), (path, flags))
WRAP(int, memfd_create, MEMFD, -1, (const char *name, unsigned int flags), (name, flags))
WRAP(int, fchmod, FCHMOD, -1, (int fd, mode_t mode), (fd, mode))
WRAP(int, ftruncate, FTRUNCATE, -1, (int fd, off_t n), (fd, n))
WRAP(int, flock, FLOCK, -1, (int fd, int how), (fd, how))
WRAP(int, sched_setaffinity, AFFINITY, -1, (pid_t pid, size_t n, const cpu_set_t *set),
     (pid, n, set))
WRAP(int, stat, STAT, -1, (const char *path, struct stat *st), (path, st))
WRAP(int, fstat, STAT, -1, (int fd, struct stat *st), (fd, st))
WRAP(int, lstat, STAT, -1, (const char *path, struct stat *st), (path, st))
WRAP(int, statfs, STATFS, -1, (const char *path, struct statfs *fs), (path, fs))
WRAP(int, access, ACCESS, -1, (const char *path, int how), (path, how))
WRAP(int, faccessat, ACCESS, -1, (int dir, const char *path, int how, int flags),
     (dir, path, how, flags))
WRAP(int, dup, DUP, -1, (int fd), (fd))
WRAP(int, dup2, DUP, -1, (int from, int to), (from, to))
WRAP(int, pipe2, PIPE, -1, (int fds[2], int flags), (fds, flags))
WRAP(DIR *, opendir, OPENDIR, NULL, (const char *path), (path))
WRAP(DIR *, fdopendir, OPENDIR, NULL, (int fd), (fd))
WRAP(struct dirent *, readdir, READDIR, NULL, (DIR *dir), (dir))
WRAP(struct dirent64 *, readdir64, READDIR, NULL, (DIR *dir), (dir))
WRAP(char *, strdup, MALLOC, NULL, (const char *s), (s))
WRAP(int, vasprintf, MALLOC, -1, (char **out, const char *fmt, va_list ap), (out, fmt, ap))

WRAP_NUMBER(pthread_create, THREAD,
	    (pthread_t *t, const pthread_attr_t *a, void *(*fn)(void *), void *arg), (t, a, fn, arg))

int asprintf(char **out, const char *fmt, ...)
{
	va_list ap;
	int ret;

	if (inject_fails(INJECT_MALLOC))
		return -1;
	va_start(ap, fmt);
	inject_inside = true;
	ret = vasprintf(out, fmt, ap);
	inject_inside = false;
	va_end(ap);
	return ret;
}

/* glibc's own names, which dlsym does not have to be asked for: it allocates. */
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);

void *malloc(size_t n)
{
	return inject_fails(INJECT_MALLOC) ? NULL : __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
	return inject_fails(INJECT_MALLOC) ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
	return inject_fails(INJECT_MALLOC) ? NULL : __libc_realloc(p, n);
}

/* As the kernel does: the descriptor is gone, whatever close says. */
int close(int fd)
{
	static int (*real)(int fd);
	int ret;

	if (!real)
		real = REAL(int (*)(int), "close");
	if (!inject_fails(INJECT_CLOSE))
		return real(fd);
	ret = errno;
	real(fd);
	errno = ret;
	return -1;
}

#define WRAP_OPEN(name, params, real_params, ...)                                                  \
	int name params;                                                                           \
	int name params                                                                            \
	{                                                                                          \
		static int(*real) real_params;                                                     \
		mode_t mode = 0;                                                                   \
		va_list ap;                                                                        \
		if (!real)                                                                         \
			real = REAL(int(*) real_params, #name);                                    \
		if (flags & O_CREAT) {                                                             \
			va_start(ap, flags);                                                       \
			mode = va_arg(ap, mode_t);                                                 \
			va_end(ap);                                                                \
		}                                                                                  \
		if (inject_fails(flags & O_CREAT ? INJECT_CREATE : INJECT_OPEN))                   \
			return -1;                                                                 \
		path = inject_path(path);                                                          \
		return AFTER(real(__VA_ARGS__, mode));                                             \
	}

WRAP_OPEN(open, (const char *path, int flags, ...), (const char *path, int flags, ...), path, flags)
WRAP_OPEN(open64, (const char *path, int flags, ...), (const char *path, int flags, ...), path, flags)
WRAP_OPEN(openat, (int dir, const char *path, int flags, ...),
	  (int dir, const char *path, int flags, ...), dir, path, flags)
WRAP_OPEN(openat64, (int dir, const char *path, int flags, ...),
	  (int dir, const char *path, int flags, ...), dir, path, flags)

/* What fortified headers make of one whose flags no constant tells. */
int __open_2(const char *path, int flags);
int __openat_2(int dir, const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat64_2(int dir, const char *path, int flags);

int __open_2(const char *path, int flags)
{
	return open(path, flags);
}

int __openat_2(int dir, const char *path, int flags)
{
	return openat(dir, path, flags);
}

int __open64_2(const char *path, int flags)
{
	return open64(path, flags);
}

int __openat64_2(int dir, const char *path, int flags)
{
	return openat64(dir, path, flags);
}

/* Streams: their reads and writes are those above, with the caller of the stream in the site. */
static ssize_t cookie_read(void *cookie, char *buf, size_t n)
{
	return read((int)(intptr_t)cookie, buf, n);
}

/* A cookie that wrote less than asked has failed, so what a short write leaves is written here. */
static ssize_t cookie_write(void *cookie, const char *buf, size_t n)
{
	size_t done = 0;

	while (done < n) {
		ssize_t put = write((int)(intptr_t)cookie, buf + done, n - done);

		if (put < 0)
			return 0;
		done += (size_t)put;
	}
	return (ssize_t)n;
}

static int cookie_seek(void *cookie, off64_t *at, int whence)
{
	off64_t ret = lseek64((int)(intptr_t)cookie, *at, whence);

	if (ret < 0)
		return -1;
	*at = ret;
	return 0;
}

static int cookie_close(void *cookie)
{
	int fd = (int)(intptr_t)cookie;

	if (fd >= 0 && fd < STREAMS_MAX)
		streams[fd] = NULL;
	return close(fd);
}

FILE *inject_stream(int fd, const char *mode)
{
	const cookie_io_functions_t io = { cookie_read, cookie_write, cookie_seek, cookie_close };
	bool was = inject_inside;
	FILE *f;

	inject_inside = true;
	f = fopencookie((void *)(intptr_t)fd, mode, io);
	inject_inside = was;
	if (f && fd < STREAMS_MAX)
		streams[fd] = f;
	return f;
}

static int mode_flags(const char *mode)
{
	int flags = strchr(mode, 'e') ? O_CLOEXEC : 0;
	bool both = strchr(mode, '+');

	if (*mode == 'r')
		return flags | (both ? O_RDWR : O_RDONLY);
	return flags | O_CREAT | (*mode == 'w' ? O_TRUNC : O_APPEND) | (both ? O_RDWR : O_WRONLY);
}

FILE *fopen(const char *path, const char *mode)
{
	int fd = open(path, mode_flags(mode), 0666);

	return fd < 0 ? NULL : inject_stream(fd, mode);
}

FILE *fopen64(const char *path, const char *mode);
FILE *fopen64(const char *path, const char *mode)
{
	return fopen(path, mode);
}

FILE *fdopen(int fd, const char *mode)
{
	/* of no descriptor, as after a dup() that failed, it makes none */
	return inject_fails(INJECT_MALLOC) || fcntl(fd, F_GETFD) < 0 ? NULL : inject_stream(fd, mode);
}

int fileno(FILE *f)
{
	static int (*real)(FILE *f);

	if (!real)
		real = REAL(int (*)(FILE *), "fileno");
	for (int i = 0; i < STREAMS_MAX; i++)
		if (streams[i] == f)
			return i;
	return real(f);
}
