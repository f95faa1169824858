/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PAIR_SERIAL_H
#define PAIR_SERIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a disposable guest tells the host, over the one thing that every distribution's kernel has built in: a
 * serial line. The kernel writes to it, too, so that each of our lines carries a checksum, and what is none of
 * ours is text. Each byte of it is an exit of the VM: a file stays in the guest's memory, compressed, and only
 * where it lies is told; it comes over the line where the host cannot read it there.
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
	SERIAL_MEMORY, /* instead of those: payload: "RAM PAGE BYTES": where memory begins, a page's size, the file's
			  compressed; in hexadecimal */
	SERIAL_PAGES,  /* number: from 0; payload: addresses of the pages it lies in, in order, hexadecimal */
	SERIAL_END,    /* number: of data or pages lines; payload: "BYTES CRC-32", of the file */
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

/* Where a file lies that is in the guest's memory. */
#define SERIAL_PACKED_MAX (64u << 20)
struct serial_memory {
	uint64_t ram_bytes;      /* guest-physical address of the first byte */
	uint64_t page_bytes;     /* 0: the file is not in memory */
	uint64_t packed_bytes;
	uint64_t *pages;         /* owned */
	size_t n;
};

/* A file that comes in pieces. */
struct serial_file {
	char name[64];           /* no '/' is in it; "": none began */
	unsigned char *v;        /* what is whole: owned */
	size_t n;
	struct serial_inflate *inflate; /* owned */
	uint32_t next;           /* number of the piece that comes next */
	struct serial_memory memory;
	char check[32];          /* "BYTES CRC-32", once it has ended */
	bool whole;              /* nothing is missing, and the checksum holds */
};

#define SERIAL_FILE_MAX (256u << 20)

/* 0; -EBADMSG: a piece is missing or not what was sent, and the file is to be sent again; -ENOMEM, -EFBIG. */
int serial_file_take(struct serial_file *f, const struct serial_line *line);
void serial_file_free(struct serial_file *f);

/* The bytes that lie in f->memory, which has ended. 0: f is whole; -EBADMSG: they are others; -ENOMEM, -EFBIG. */
int serial_file_unpack(struct serial_file *f, const unsigned char *packed);

/* In the guest: fd is the serial line. 0 or -errno. */
int serial_send(int fd, enum serial_kind kind, uint32_t number, const char *text);
/* in_memory: else over the line. What is in memory stays there. */
int serial_send_file(int fd, const char *name, const char *path, bool in_memory);

#endif
