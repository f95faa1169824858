// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "base/log.h"
#include "base/memory.h"
#include "record/json_file.h"

/* Beyond this, too, a file is not one of ours; the longest takes 60 MB. */
#define MEMORY_BYTES_MAX (256 << 20)

#define NAP_NS	  50000000
#define PIPE_NAPS 60

/*
 * It is only counted, never refused: jansson 2.14 does not notice when a string that it is reading
 * cannot grow, and reads on behind its end.
 */
/* What jansson has taken and not given back, since the file was opened. */
static size_t taken;

/* glibc's own part of each */
static size_t cost(void *p)
{
	return malloc_usable_size(p) + sizeof(size_t);
}

static void *take(size_t n)
{
	void *p = memory_alloc(n);

	if (p)
		taken += cost(p);
	return p;
}

/* What was taken before the watch began may be given back, too. */
static void give_back(void *p)
{
	size_t n = p ? cost(p) : 0;

	taken -= n < taken ? n : taken;
	free(p);
}

struct source {
	const char *path;
	FILE *f;
	size_t bytes;
	char start[8];           /* of the file */
	bool too_long, too_big;
	int err;                 /* of reading */
};

/* How files begin that are easily taken for one of ours. */
static const struct beginning {
	const char *bytes;
	size_t n;
	const char *what;
} beginnings[] = {
	{ "\x1f\x8b", 2, "compressed (gzip): unpack it first" },
	{ "\x28\xb5\x2f\xfd", 4, "compressed (zstd): unpack it first" },
	{ "\xfd" "7zXZ", 5, "compressed (xz): unpack it first" },
	{ "BZh", 3, "compressed (bzip2): unpack it first" },
	{ "PK\x03\x04", 4, "a zip archive: unpack it first" },
	{ "\xff\xfe", 2, "UTF-16: make it UTF-8 with iconv" },
	{ "\xfe\xff", 2, "UTF-16: make it UTF-8 with iconv" },
	{ "{\0", 2, "UTF-16: make it UTF-8 with iconv" },
	{ "\0{", 2, "UTF-16: make it UTF-8 with iconv" },
	{ "\xef\xbb\xbf", 3, "text with a byte order mark: take its first 3 bytes away" },
	{ "\0", 1, "nothing but zero bytes at its start: it never reached the disk, make it again" },
};

static const char *source_beginning(const struct source *s)
{
	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++)
		if (s->bytes >= beginnings[i].n &&
		    !memcmp(s->start, beginnings[i].bytes, beginnings[i].n))
			return beginnings[i].what;
	return NULL;
}

/* jansson asks for a kilobyte at a time: what that becomes is the most beyond the bound. */
static size_t source_took(struct source *s, size_t got)
{
	/* jansson asks again, and errno may be another by then */
	if (ferror(s->f) && !s->err)
		s->err = errno ? errno : EIO;
	s->bytes += got;
	s->too_long = s->bytes > JSON_FILE_BYTES_MAX;
	s->too_big = taken > MEMORY_BYTES_MAX;
	return s->too_long || s->too_big || s->err ? (size_t)-1 : got;
}

static size_t source_read(void *buf, size_t n, void *arg)
{
	struct source *s = arg;
	size_t got;

	errno = 0;
	got = fread(buf, 1, n, s->f);
	if (!s->bytes)
		memcpy(s->start, buf, got < sizeof(s->start) ? got : sizeof(s->start));
	return source_took(s, got);
}

/*
 * The shell's <(command) is a pipe, and its command may take minutes. So one that has a writer is
 * waited for, and a writer only for a moment. Leaves the pipe's first byte to be read first.
 */
static int pipe_await(int fd, int *first)
{
	struct timespec nap = { .tv_nsec = NAP_NS };
	unsigned char c;
	ssize_t n = 0;

	for (unsigned int naps = 0; !n && naps < PIPE_NAPS; naps++) {
		n = read(fd, &c, 1); /* 0: nobody has it open to write */
		if (!n)
			nanosleep(&nap, NULL);
	}
	if (n < 0 && errno != EAGAIN)
		return -errno;
	*first = n > 0 ? c : EOF;
	return fcntl(fd, F_SETFL, 0) ? -errno : 0;
}

static int source_check(struct source *s, int fd, int *first)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	if (S_ISFIFO(st.st_mode))
		return pipe_await(fd, first);
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (!S_ISREG(st.st_mode))
		return -ENOTSUP;
	s->too_long = st.st_size > JSON_FILE_BYTES_MAX;
	return s->too_long ? -EFBIG : 0;
}

static int source_open(struct source *s)
{
	int fd, ret, first = EOF;

	if (!strcmp(s->path, "-")) {
		s->f = stdin;
		s->path = "stdin";
		return 0;
	}
	fd = open(s->path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = source_check(s, fd, &first);
	if (!ret) {
		s->f = fdopen(fd, "r");
		ret = s->f ? 0 : -errno;
	}
	if (ret)
		close(fd);
	else if (first != EOF)
		ungetc(first, s->f);
	return ret;
}

static bool source_is_large(const struct source *s)
{
	if (s->too_long)
		log_error("%s has more than %d MiB: no result of mmiobench is that long", s->path,
			  JSON_FILE_BYTES_MAX >> 20);
	else if (s->too_big)
		log_error("%s would take more than %d MiB of memory: no result of mmiobench does",
			  s->path, MEMORY_BYTES_MAX >> 20);
	return s->too_long || s->too_big;
}

static void source_explain(const struct source *s, int ret, const json_error_t *error)
{
	const char *beginning = source_beginning(s);

	if (source_is_large(s))
		return;
	if (ret)
		log_error("cannot read %s: %s: name a file that mmiobench or mmiowitness wrote with --json", s->path,
			  ret == -ENOTSUP ? "a device" : strerror(-ret));
	else if (memory_is_out())
		log_error("out of memory for %s", s->path);
	else if (!s->bytes)
		log_error("%s is empty: make it again with --json", s->path);
	else if (beginning)
		log_error("%s is %s", s->path, beginning);
	else
		log_error("%s, line %d: %s: not JSON, or cut off: make it again with --json",
			  s->path, error->line, error->text);
}

json_t *json_file_read(const char *path)
{
	struct source s = { .path = path };
	json_error_t error = { .line = 0 };
	json_t *root = NULL;
	int ret = source_open(&s);

	if (!ret) {
		json_set_alloc_funcs(take, give_back);
		taken = 0;
		root = json_load_callback(source_read, &s, JSON_REJECT_DUPLICATES, &error);
		ret = -s.err;
	}
	if (!root)
		source_explain(&s, ret, &error);
	if (s.f && s.f != stdin)
		fclose(s.f);
	return root;
}
