// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "pair/serial.h"
#include <zlib.h>

/* The guest's half. */

static int write_all(int fd, const char *bytes, size_t n)
{
	while (n) {
		ssize_t put = write(fd, bytes, n);

		if (put < 0 && errno != EINTR)
			return -errno;
		if (put > 0) {
			bytes += put;
			n -= (size_t)put;
		}
	}
	return 0;
}

static int send_line(int fd, enum serial_kind kind, uint32_t number, const void *payload, size_t n)
{
	char line[SERIAL_LINE_MAX];
	size_t length = serial_format(line, sizeof(line), kind, number, payload, n);

	return length ? write_all(fd, line, length) : -EMSGSIZE;
}

int serial_send(int fd, enum serial_kind kind, uint32_t number, const char *text)
{
	size_t n = strlen(text);

	return send_line(fd, kind, number, text, n < SERIAL_PAYLOAD_MAX ? n : SERIAL_PAYLOAD_MAX);
}

/* A file on its way. */
struct sending {
	int fd;
	z_stream z;
	uint32_t pieces;
	unsigned char piece[SERIAL_PAYLOAD_MAX];
};

static int send_piece(struct sending *s)
{
	size_t n = sizeof(s->piece) - s->z.avail_out;
	int ret = n ? send_line(s->fd, SERIAL_DATA, s->pieces++, s->piece, n) : 0;

	s->z.next_out = s->piece;
	s->z.avail_out = sizeof(s->piece);
	return ret;
}

static int send_bytes(struct sending *s, unsigned char *bytes, size_t n, int flush)
{
	int status, ret = 0;

	s->z.next_in = bytes;
	s->z.avail_in = (uInt)n;
	do {
		status = deflate(&s->z, flush);
		if (!s->z.avail_out || status == Z_STREAM_END)
			ret = send_piece(s);
	} while (!ret && (flush == Z_FINISH ? status == Z_OK : s->z.avail_in > 0));
	return ret;
}

/* Where RAM begins, by the kernel's list; x86's first page is reserved, and belongs to it. */
static int ram_begins(uint64_t *address)
{
	FILE *f = fopen("/proc/iomem", "re");
	unsigned long long first;
	char line[160];
	int ret = -ENOENT;

	while (f && ret && fgets(line, sizeof(line), f))
		if (strstr(line, ": System RAM") && sscanf(line, "%llx-", &first) == 1) {
			*address = first & ~0xfffffull;
			ret = 0;
		}
	if (f)
		fclose(f);
	return ret;
}

/* The page's guest-physical address, as pagemap (admin-guide/mm/pagemap.rst) has it; 0: it does not say. */
static uint64_t address_of(int pagemap, const unsigned char *page, uint64_t page_bytes)
{
	uint64_t entry;

	if (pread(pagemap, &entry, sizeof(entry), (off_t)((uintptr_t)page / page_bytes * sizeof(entry))) !=
		    sizeof(entry) || !(entry >> 63))
		return 0;
	return (entry & ((1ull << 55) - 1)) * page_bytes;
}

static int send_pages(int fd, const unsigned char *packed, size_t n, uint32_t *lines)
{
	const uint64_t page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
	int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC), ret = pagemap < 0 ? -errno : 0;
	char text[SERIAL_PAYLOAD_MAX] = "";
	size_t used = 0;

	for (size_t at = 0; at < n && !ret; at += page_bytes) {
		uint64_t address = address_of(pagemap, packed + at, page_bytes);

		ret = address ? 0 : -ENODATA;
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%" PRIx64, used ? " " : "", address);
		if (!ret && (used > sizeof(text) - 20 || at + page_bytes >= n)) {
			ret = serial_send(fd, SERIAL_PAGES, (*lines)++, text);
			used = 0;
		}
	}
	if (pagemap >= 0)
		close(pagemap);
	return ret;
}

/* All of the file, in memory that does not move; the caller has no use for it, and it stays. */
static int pack(const char *path, unsigned char **packed, uLongf *n, char end[32])
{
	struct stat st = { 0 };
	unsigned char *bytes = NULL;
	FILE *f = fopen(path, "re");
	int ret = !f || fstat(fileno(f), &st) ? -errno : 0;
	const size_t size = (size_t)st.st_size;

	if (!ret && !(bytes = malloc(size + 1)))
		ret = -ENOMEM;
	if (!ret && fread(bytes, 1, size, f) != size)
		ret = -EIO;
	if (!ret) {
		*n = compressBound(size);
		*packed = mmap(NULL, *n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED | MAP_POPULATE,
			       -1, 0);
		ret = *packed == MAP_FAILED || compress2(*packed, n, bytes, size, Z_BEST_COMPRESSION) ? -ENOMEM : 0;
		snprintf(end, 32, "%zu %08" PRIx32, size, (uint32_t)crc32(0, bytes, (uInt)size));
	}
	free(bytes);
	if (f)
		fclose(f);
	return ret;
}

static int send_in_memory(int fd, const char *name, const char *path)
{
	unsigned char *packed = NULL;
	uint64_t ram = 0;
	uint32_t lines = 0;
	char where[64], end[32];
	uLongf n = 0;
	int ret = ram_begins(&ram);

	ret = ret ? ret : pack(path, &packed, &n, end);
	ret = ret ? ret : serial_send(fd, SERIAL_BEGIN, 0, name);
	snprintf(where, sizeof(where), "%" PRIx64 " %lx %lx", ram, sysconf(_SC_PAGESIZE), n);
	ret = ret ? ret : serial_send(fd, SERIAL_MEMORY, 0, where);
	ret = ret ? ret : send_pages(fd, packed, n, &lines);
	return ret ? ret : serial_send(fd, SERIAL_END, lines, end);
}

static int send_over_line(int fd, const char *name, const char *path)
{
	struct sending s = { .fd = fd };
	unsigned char bytes[16384];
	uint32_t check = 0;
	size_t all = 0, n;
	char end[32];
	int ret;
	FILE *f = fopen(path, "re");

	if (!f)
		return -errno;
	if (deflateInit(&s.z, Z_BEST_COMPRESSION) != Z_OK) {
		fclose(f);
		return -ENOMEM;
	}
	s.z.next_out = s.piece;
	s.z.avail_out = sizeof(s.piece);
	ret = serial_send(fd, SERIAL_BEGIN, 0, name);
	while (!ret && (n = fread(bytes, 1, sizeof(bytes), f)) > 0) {
		check = (uint32_t)crc32(check, bytes, (uInt)n);
		all += n;
		ret = send_bytes(&s, bytes, n, Z_NO_FLUSH);
	}
	if (!ret)
		ret = ferror(f) ? -EIO : send_bytes(&s, bytes, 0, Z_FINISH);
	snprintf(end, sizeof(end), "%zu %08" PRIx32, all, check);
	if (!ret)
		ret = serial_send(fd, SERIAL_END, s.pieces, end);
	deflateEnd(&s.z);
	fclose(f);
	return ret;
}

int serial_send_file(int fd, const char *name, const char *path, bool in_memory)
{
	/* what was begun and is not ended is begun anew */
	return in_memory && !send_in_memory(fd, name, path) ? 0 : send_over_line(fd, name, path);
}
