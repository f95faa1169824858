// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>
#include "shared.h"

/*
 * LD_PRELOAD: counts the calls of what may fail, by call site, for a program, its children and what
 * they execute; and has one of them fail. INJECT_STATE names the file of counts, see shared.h;
 * INJECT_FAIL is FUNCTION:SITE:NTH:ERRNO, SITE in hexadecimal, and an ERRNO of "short" for a write or
 * read of half; a "+" behind it has all from then on fail. What glibc's streams read and write inside
 * glibc goes through cookies of ours. stderr is left alone: what went wrong is told there.
 */

#define MODULES_MAX 64
#define STREAMS_MAX 256
#define SHORT       -1

struct module {
	uintptr_t start, end;
	uint64_t name_hash;
	char name[26];
	bool program;
};

static const char *const names[] = { INJECT_FUNCTIONS };

#define NAMES (sizeof(names) / sizeof(names[0]))

static struct inject_state *state;
static struct module modules[MODULES_MAX];
static size_t n_modules;
static struct {
	int function;
	uint64_t site;
	uint64_t nth;
	int err;
	bool on;
} fault = { .function = -1 };
static __thread bool inside; /* our own calls are not counted */
static FILE *streams[STREAMS_MAX];

#define REAL(type, name) ((type)(uintptr_t)dlsym(RTLD_NEXT, name))

static uint64_t hash(uint64_t h, uint64_t v)
{
	for (int i = 0; i < 8; i++)
		h = (h ^ ((v >> 8 * i) & 0xff)) * 0x100000001b3u;
	return h;
}

static int add_module(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct module *m = &modules[n_modules];
	const char *name = strrchr(info->dlpi_name, '/');

	(void)size;
	(void)arg;
	if (n_modules == MODULES_MAX)
		return 1;
	*m = (struct module){ .start = UINTPTR_MAX, .program = !info->dlpi_name[0], .name_hash = 1 };
	for (const char *p = name ? name : info->dlpi_name; *p; p++)
		m->name_hash = hash(m->name_hash, (unsigned char)*p);
	snprintf(m->name, sizeof(m->name), "%s", name ? name + 1 : info->dlpi_name);
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *ph = &info->dlpi_phdr[i];
		uintptr_t at = info->dlpi_addr + ph->p_vaddr;

		if (ph->p_type != PT_LOAD)
			continue;
		m->start = at < m->start ? at : m->start;
		m->end = at + ph->p_memsz > m->end ? at + ph->p_memsz : m->end;
	}
	n_modules++;
	return 0;
}

static const struct module *module_of(const void *addr)
{
	uintptr_t at = (uintptr_t)addr;

	for (size_t i = 0; i < n_modules; i++)
		if (at >= modules[i].start && at < modules[i].end)
			return &modules[i];
	return NULL;
}

static bool is_ours(const void *addr)
{
	static const struct module *us;

	if (!us)
		us = module_of((const void *)(uintptr_t)is_ours);
	return us && module_of(addr) == us;
}

/* Where we were called from, the same in each run: addresses count from their module's start. */
static uint64_t site_here(int function, struct inject_site *site)
{
	void *frames[INJECT_FRAMES + 4];
	int n = backtrace(frames, INJECT_FRAMES + 4), used = 0;
	uint64_t h = hash(0xcbf29ce484222325u, (uint64_t)function);

	for (int i = 0; i < n && used < INJECT_FRAMES; i++) {
		const struct module *m = module_of(frames[i]);

		if (!m || is_ours(frames[i]))
			continue;
		if (!used) {
			site->library = !m->program;
			memcpy(site->caller, m->name, sizeof(site->caller));
		}
		h = hash(hash(h, m->name_hash), (uintptr_t)frames[i] - m->start);
		site->frames[used++] = m->program ? (uintptr_t)frames[i] - m->start : 0;
		if (m->program)
			site->own = true;
	}
	return h ? h : 1;
}

/* Of that site, this time counted. NULL: the table is full. */
static struct inject_site *site_count(int function, uint64_t *count)
{
	struct inject_site new = { 0 };
	uint64_t id = site_here(function, &new);

	for (size_t i = 0; i < INJECT_SITES; i++) {
		struct inject_site *s = &state->sites[(id + i) % INJECT_SITES];
		uint64_t none = 0;

		if (atomic_compare_exchange_strong(&s->id, &none, id)) {
			s->function = (uint32_t)function;
			s->library = new.library;
			s->own = new.own;
			memcpy(s->caller, new.caller, sizeof(s->caller));
			memcpy(s->frames, new.frames, sizeof(s->frames));
		} else if (none != id) {
			continue;
		}
		*count = atomic_fetch_add(&s->count, 1) + 1;
		return s;
	}
	state->full = 1;
	return NULL;
}

/* True when this call is to fail: errno is set. "short" is told by errno SHORT. */
static bool fails(enum inject_function function)
{
	struct inject_site *site;
	uint64_t count;
	bool hit;

	if (inside || !state)
		return false;
	/* the failing run need not know the others' sites, and the unwinder is slow */
	if (fault.function >= 0 && fault.function != (int)function)
		return false;
	inside = true;
	site = site_count((int)function, &count);
	inside = false;
	hit = site && fault.function >= 0 && site->id == fault.site &&
	      (count == fault.nth || (fault.on && count > fault.nth));
	if (!hit)
		return false;
	atomic_fetch_add(&state->hits, 1);
	errno = fault.err;
	return true;
}

static int find_name(const char *name, size_t n)
{
	for (size_t i = 0; i < NAMES; i++)
		if (strlen(names[i]) == n && !strncmp(names[i], name, n))
			return (int)i;
	return -1;
}

/* FUNCTION:SITE:NTH:ERRNO[+] */
static void read_fault(const char *text)
{
	char *at = strchr(text, ':');
	unsigned long long site, nth;

	if (!at)
		return;
	fault.function = find_name(text, (size_t)(at - text));
	site = strtoull(at + 1, &at, 16);
	nth = strtoull(at + 1, &at, 10);
	fault.site = site;
	fault.nth = nth;
	if (!strncmp(at, ":short", 6)) {
		fault.err = SHORT;
		at += 6;
	} else {
		fault.err = (int)strtol(at + 1, &at, 10);
	}
	fault.on = *at == '+';
	if (fault.function < 0 || !fault.err) {
		fputs("inject: INJECT_FAIL is FUNCTION:SITE:NTH:ERRNO\n", stderr);
		_exit(125);
	}
}

static FILE *stream_make(int fd, const char *mode);

__attribute__((constructor)) static void begin(void)
{
	const char *name = getenv("INJECT_STATE"), *what = getenv("INJECT_FAIL");
	void *prime[4];
	int fd;

	/* what they execute is not ours to test: gnuplot */
	if (!name || strncmp(program_invocation_short_name, "mmio", 4))
		return;
	inside = true;
	dl_iterate_phdr(add_module, NULL);
	backtrace(prime, 4); /* loads the unwinder, which allocates */
	fd = REAL(int (*)(const char *, int, ...), "open")(name, O_RDWR | O_CLOEXEC);
	if (fd >= 0)
		state = REAL(void *(*)(void *, size_t, int, int, int, off_t), "mmap")(
			NULL, sizeof(*state), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (fd < 0 || state == MAP_FAILED) {
		fprintf(stderr, "inject: %s: %s\n", name, strerror(errno));
		_exit(125);
	}
	REAL(int (*)(int), "close")(fd);
	if (what)
		read_fault(what);
	stdout = stream_make(STDOUT_FILENO, "w");
	inside = false;
}

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
		if (fails(INJECT_##id) && errno != SHORT)                                          \
			return bad;                                                                \
		return real args;                                                                  \
	}

/* Those that return an error number. */
#define WRAP_NUMBER(name, id, params, args)                                                        \
	int name params;                                                                           \
	int name params                                                                            \
	{                                                                                          \
		static int(*real) params;                                                          \
		if (!real)                                                                         \
			real = REAL(int(*) params, #name);                                         \
		return fails(INJECT_##id) ? errno : real args;                                     \
	}

/* Those that may do half: of n bytes, or of one none. */
#define WRAP_SOME(name, id, params, n, args)                                                       \
	ssize_t name params;                                                                       \
	ssize_t name params                                                                        \
	{                                                                                          \
		static ssize_t(*real) params;                                                      \
		if (!real)                                                                         \
			real = REAL(ssize_t(*) params, #name);                                     \
		if (fails(INJECT_##id)) {                                                          \
			if (errno != SHORT)                                                        \
				return -1;                                                         \
			n /= 2;                                                                    \
		}                                                                                  \
		return real args;                                                                  \
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
WRAP(int, unlink, UNLINK, -1, (const char *path), (path))
WRAP(int, mkdir, MKDIR, -1, (const char *path, mode_t mode), (path, mode))
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
WRAP(int, statfs, STATFS, -1, (const char *path, struct statfs *fs), (path, fs))
WRAP(int, access, ACCESS, -1, (const char *path, int how), (path, how))
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

	if (fails(INJECT_MALLOC))
		return -1;
	va_start(ap, fmt);
	inside = true;
	ret = vasprintf(out, fmt, ap);
	inside = false;
	va_end(ap);
	return ret;
}

/* glibc's own names, which dlsym does not have to be asked for: it allocates. */
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);

void *malloc(size_t n)
{
	return fails(INJECT_MALLOC) ? NULL : __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
	return fails(INJECT_MALLOC) ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
	return fails(INJECT_MALLOC) ? NULL : __libc_realloc(p, n);
}

/* As the kernel does: the descriptor is gone, whatever close says. */
int close(int fd)
{
	static int (*real)(int fd);
	int ret;

	if (!real)
		real = REAL(int (*)(int), "close");
	if (!fails(INJECT_CLOSE))
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
		if (flags & (O_CREAT | __O_TMPFILE)) {                                             \
			va_start(ap, flags);                                                       \
			mode = va_arg(ap, mode_t);                                                 \
			va_end(ap);                                                                \
		}                                                                                  \
		return fails(INJECT_OPEN) ? -1 : real(__VA_ARGS__, mode);                          \
	}

WRAP_OPEN(open, (const char *path, int flags, ...), (const char *path, int flags, ...), path, flags)
WRAP_OPEN(open64, (const char *path, int flags, ...), (const char *path, int flags, ...), path, flags)
WRAP_OPEN(openat, (int dir, const char *path, int flags, ...),
	  (int dir, const char *path, int flags, ...), dir, path, flags)
WRAP_OPEN(openat64, (int dir, const char *path, int flags, ...),
	  (int dir, const char *path, int flags, ...), dir, path, flags)

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

static FILE *stream_make(int fd, const char *mode)
{
	const cookie_io_functions_t io = { cookie_read, cookie_write, cookie_seek, cookie_close };
	bool was = inside;
	FILE *f;

	inside = true;
	f = fopencookie((void *)(intptr_t)fd, mode, io);
	inside = was;
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

	return fd < 0 ? NULL : stream_make(fd, mode);
}

FILE *fopen64(const char *path, const char *mode);
FILE *fopen64(const char *path, const char *mode)
{
	return fopen(path, mode);
}

FILE *fdopen(int fd, const char *mode)
{
	return fails(INJECT_MALLOC) ? NULL : stream_make(fd, mode);
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
