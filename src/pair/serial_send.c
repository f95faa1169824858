// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

int serial_send_file(int fd, const char *name, const char *path)
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
