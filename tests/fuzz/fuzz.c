// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "base/log.h"
#include "fuzz.h"

static char error[2048];

void fuzz_broken(const char *file, int line, const char *what, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s:%d: does not hold: %s: ", file, line, what);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	abort();
}

static void *some(void *p)
{
	fuzz_require(p, "out of memory");
	return p;
}

char *fuzz_text(const uint8_t *data, size_t size)
{
	char *s = some(malloc(size + 1));

	if (size)
		memcpy(s, data, size);
	s[size] = 0;
	return s;
}

void fuzz_begin(void)
{
	log_mute(false);
	log_keep(error, sizeof(error));
}

const char *fuzz_error(void)
{
	fuzz_require(fuzz_is_clean(error, strlen(error)) && !strchr(error, '\n'), "'%s'", error);
	return error;
}

/* Written otherwise than base/text.c: marks of direction and of no width, line separators. */
static bool is_wild(const unsigned char *p, size_t n)
{
	static const char *const wild[] = {
		"\xc2\xad", "\xd8\x9c", "\xe1\xa0\x8e", "\xe2\x80\x8b", "\xe2\x80\x8e", "\xe2\x80\x8f",
		"\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaa", "\xe2\x80\xad", "\xe2\x80\xae",
		"\xe2\x81\xa6", "\xe2\x81\xa9", "\xef\xbb\xbf", "\xf3\xa0\x81\xa1",
	};

	for (size_t i = 0; i < sizeof(wild) / sizeof(*wild); i++)
		if (strlen(wild[i]) <= n && !memcmp(p, wild[i], strlen(wild[i])))
			return true;
	return false;
}

/* No UTF-8 at all, or of more bytes than the character needs, which hides what it is. */
static bool is_overlong(const unsigned char *p, size_t n)
{
	return *p == 0xc0 || *p == 0xc1 || *p > 0xf4 || (n > 1 && *p == 0xe0 && p[1] < 0xa0) ||
	       (n > 1 && *p == 0xf0 && p[1] < 0x90);
}

/* ECMA-48: C0 and C1 controls, these in UTF-8, or as a terminal of 8 bits takes them. */
bool fuzz_is_clean(const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s;

	for (size_t i = 0; i < n; i++) {
		bool continues = i && p[i - 1] >= 0x80;

		if ((p[i] < ' ' && p[i] != '\n') || p[i] == 0x7f || is_wild(p + i, n - i) ||
		    is_overlong(p + i, n - i) ||
		    (p[i] >= 0x80 && p[i] < 0xa0 && (!continues || p[i - 1] == 0xc2)))
			return false;
	}
	return true;
}

bool fuzz_is_ascii(const char *s)
{
	for (; *s; s++)
		if (*s < ' ' || *s > '~')
			return false;
	return true;
}

/* LeakSanitizer's, where it is linked. */
void __lsan_disable(void) __attribute__((weak));
void __lsan_enable(void) __attribute__((weak));

static int lowest_fd = -1;

void fuzz_forgive_begin(void)
{
	if (__lsan_disable && __lsan_enable)
		__lsan_disable();
	lowest_fd = dup(STDERR_FILENO);
	fuzz_require(lowest_fd >= 0, "no descriptor");
	close(lowest_fd);
}

void fuzz_forgive_end(void)
{
	for (int fd = lowest_fd; fd < lowest_fd + 64; fd++)
		close(fd);
	if (__lsan_disable && __lsan_enable)
		__lsan_enable();
}

const char *fuzz_file(const void *data, size_t size)
{
	static char name[32];
	static int fd = -1;

	if (fd < 0)
		fd = memfd_create("fuzz", MFD_CLOEXEC);
	fuzz_require(fd >= 0 && !ftruncate(fd, 0) && pwrite(fd, data, size, 0) == (ssize_t)size,
		     "no memory file");
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	return name;
}

static FILE *out;
static char *out_text;
static size_t out_n;

FILE *fuzz_out(void)
{
	free(out_text);
	out_text = NULL;
	out = some(open_memstream(&out_text, &out_n));
	return out;
}

const char *fuzz_out_close(size_t *n)
{
	fuzz_require(!fclose(out), "out of memory");
	if (n)
		*n = out_n;
	return out_text;
}
