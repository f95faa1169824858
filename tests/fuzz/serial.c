// SPDX-License-Identifier: GPL-2.0-or-later
// covers: pair/serial.c
/*
 * What a guest sends over its serial line: any bytes. Checksums of lines that are otherwise ours are made right,
 * unless the input begins with '!'. The same lines come however the bytes are cut; a file that is said to be whole is
 * what its last line says, and has a name without a way out of its directory.
 */
#include "config.h"
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include "pair/serial.h"
#include "fuzz.h"

/* What was heard: a hash of all lines, and files. */
struct heard {
	struct serial_file file;
	uLong hash;
	unsigned int lines;
};

static void check_line(const struct serial_line *line)
{
	fuzz_require(line->kind < SERIAL_KINDS && line->n < sizeof(line->payload) && !line->payload[line->n],
		     "kind %d, %zu bytes", (int)line->kind, line->n);
}

static void check_whole(const struct serial_file *f)
{
	char want[32];

	snprintf(want, sizeof(want), "%zu %08" PRIx32, f->n, (uint32_t)crc32(0, f->v, (uInt)f->n));
	fuzz_require(*f->name && f->name[0] != '.' && !strchr(f->name, '/'), "'%s'", f->name);
	fuzz_require(!strcmp(want, f->check), "'%s', not '%s'", f->check, want);
	fuzz_require(f->n <= SERIAL_FILE_MAX, "%zu bytes", f->n);
}

/* Addresses that the host is to read: of whole pages, and as many as the file has. */
static void check_memory(const struct serial_memory *m)
{
	if (!m->page_bytes)
		return;
	fuzz_require(m->packed_bytes && m->packed_bytes <= SERIAL_PACKED_MAX && m->pages, "%" PRIu64, m->packed_bytes);
	fuzz_require((m->n - 1) * m->page_bytes < m->packed_bytes || !m->n, "%zu pages", m->n);
	for (size_t i = 0; i < m->n; i++)
		fuzz_require(m->pages[i] >= m->ram_bytes && !(m->pages[i] % m->page_bytes), "%" PRIx64, m->pages[i]);
}

static int hear(void *arg, const struct serial_line *line)
{
	struct heard *h = arg;
	const unsigned char head[] = { (unsigned char)line->kind, (unsigned char)line->number,
				       (unsigned char)(line->number >> 8) };
	int ret;

	check_line(line);
	h->lines++;
	h->hash = crc32(crc32(h->hash, head, sizeof(head)), line->payload, (uInt)line->n);
	ret = serial_file_take(&h->file, line);
	fuzz_require(!ret || ret == -EBADMSG || ret == -EFBIG || ret == -ENOMEM, "%d", ret);
	fuzz_require(!ret || !h->file.whole || line->kind != SERIAL_END, "it is whole, and refused");
	if (h->file.whole)
		check_whole(&h->file);
	check_memory(&h->file.memory);
	return 0;
}

static void hear_all(struct heard *h, const char *bytes, size_t n, size_t piece)
{
	struct serial_reader r = { .n = 0 };

	*h = (struct heard){ .hash = 0 };
	for (size_t at = 0; at < n; at += piece)
		fuzz_require(!serial_read(&r, bytes + at, n - at < piece ? n - at : piece, hear, h), "it stops");
	serial_read(&r, "\n", 1, hear, h);
	serial_file_free(&h->file);
}

/* A line "@mmio KIND NUMBER PAYLOAD CHECK" with its own check; others as they are. */
static void add_line(FILE *f, const char *line, size_t n)
{
	static const char mark[] = "@mmio ";
	const char *check = memrchr(line, ' ', n);
	size_t skip = strlen(mark), body = check ? (size_t)(check - line) : 0;

	if (body <= skip || memcmp(line, mark, skip)) {
		fwrite(line, 1, n, f);
		return;
	}
	fwrite(line, 1, body, f);
	fprintf(f, " %08lx", crc32(0, (const Bytef *)line + skip, (uInt)(body - skip)));
}

/* The caller frees. */
static char *with_checks(const char *bytes, size_t n, size_t *out)
{
	char *text = NULL;
	FILE *f = open_memstream(&text, out);
	const char *end = bytes + n;

	fuzz_require(f, "out of memory");
	while (bytes < end) {
		const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
		size_t length = (size_t)((newline ? newline : end) - bytes);

		add_line(f, bytes, length);
		if (newline)
			putc('\n', f);
		bytes += length + (newline != NULL);
	}
	fclose(f);
	return text;
}

FUZZ_TARGET(serial)
{
	bool as_it_is = size && data[0] == '!';
	struct heard whole, byte;
	size_t n;
	char *text;

	fuzz_begin();
	if (as_it_is) {
		n = size - 1;
		text = malloc(n + 1);
		fuzz_require(text, "out of memory");
		memcpy(text, data + 1, n);
	} else {
		text = with_checks((const char *)data, size, &n);
	}
	hear_all(&whole, text, n, n ? n : 1);
	hear_all(&byte, text, n, 7);
	fuzz_require(whole.hash == byte.hash && whole.lines == byte.lines, "%u lines, in pieces %u", whole.lines,
		     byte.lines);
	free(text);
	return 0;
}
