/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PAIR_SERIAL_H
#define PAIR_SERIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a disposable guest tells the host, over the one thing that every distribution's kernel has built in: a
 * serial line. Each byte of it is an exit of the VM, so that files go compressed; the kernel writes to it, too,
 * so that each of our lines carries a checksum, and what is none of ours is text.
 *
 * A line: "@mmio KIND NUMBER PAYLOAD CHECK", where the payload is base64 ("-": nothing) and the check is the
 * CRC-32 of what stands between @mmio and it.
 */
enum serial_kind {
	SERIAL_TEXT,   /* no line of ours: the kernel's, or a crash journal's */
	SERIAL_HELLO,  /* the guest is up; payload: its kernel's release */
	SERIAL_STEP,   /* payload: what is done now */
	SERIAL_BEGIN,  /* of a file; payload: its name */
	SERIAL_DATA,   /* number: from 0; payload: a piece of the file, compressed with zlib */
	SERIAL_END,    /* number: of pieces; payload: "BYTES CRC-32", of the file */
	SERIAL_EXIT,   /* all was sent; number: the exit status of what ran */
	SERIAL_FAIL,   /* payload: why nothing ran */
	SERIAL_KINDS
};

#define SERIAL_LINE_MAX    2048
#define SERIAL_PAYLOAD_MAX 720

struct serial_line {
	enum serial_kind kind;
	uint32_t number;
	unsigned char payload[SERIAL_LINE_MAX]; /* a NUL behind it */
	size_t n;
};

/* The line in buf, with its newlines. Returns its length; 0: it does not fit. */
size_t serial_format(char *buf, size_t size, enum serial_kind kind, uint32_t number, const void *payload, size_t n);

/* text: without its newline. What is torn or not ours is SERIAL_TEXT; *damaged: it began as ours do. */
void serial_parse(struct serial_line *line, const char *text, bool *damaged);

/* Bytes as they come, to lines. */
struct serial_reader {
	char line[SERIAL_LINE_MAX];
	size_t n;
	unsigned int damaged;    /* lines of ours that were not whole */
};

/*
 * Calls take for each line that ends in these bytes; one that is too long is given in parts. Stops where take
 * does not return 0, and returns that.
 */
int serial_read(struct serial_reader *r, const char *bytes, size_t n,
		int (*take)(void *arg, const struct serial_line *line), void *arg);

/* A file that comes in pieces. */
struct serial_file {
	char name[64];           /* no '/' is in it; "": none began */
	unsigned char *v;        /* what is whole: owned */
	size_t n;
	struct serial_inflate *inflate; /* owned */
	uint32_t next;           /* number of the piece that comes next */
	bool whole;              /* nothing is missing, and the checksum holds */
};

#define SERIAL_FILE_MAX (256u << 20)

/* 0; -EBADMSG: a piece is missing or not what was sent, and the file is to be sent again; -ENOMEM, -EFBIG. */
int serial_file_take(struct serial_file *f, const struct serial_line *line);
void serial_file_free(struct serial_file *f);

/* In the guest: fd is the serial line. 0 or -errno. */
int serial_send(int fd, enum serial_kind kind, uint32_t number, const char *text);
int serial_send_file(int fd, const char *name, const char *path);

#endif
