// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/parse.h"
#include "pair/serial.h"
#include <zlib.h>

#define MARK "@mmio "

static const char kinds[SERIAL_KINDS + 1] = "?HSBDMPEXF";
static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static size_t base64_encode(char *out, const unsigned char *in, size_t n)
{
	size_t at = 0;

	for (size_t i = 0; i < n; i += 3) {
		uint32_t v = (uint32_t)in[i] << 16;

		if (i + 1 < n)
			v |= (uint32_t)in[i + 1] << 8;
		if (i + 2 < n)
			v |= in[i + 2];
		for (unsigned int k = 0; k < 4; k++)
			out[at++] = i + k > n ? '=' : digits[v >> (18 - 6 * k) & 63];
	}
	out[at] = 0;
	return at;
}

/* What is behind the first '=' does not matter: the check covers it. -1: not base64. */
static int base64_decode(unsigned char *out, const char *in, size_t n)
{
	uint32_t v = 0;
	unsigned int bits = 0;
	int at = 0;

	for (size_t i = 0; i < n && in[i] != '='; i++) {
		const char *digit = in[i] ? strchr(digits, in[i]) : NULL;

		if (!digit)
			return -1;
		v = v << 6 | (uint32_t)(digit - digits);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			out[at++] = (unsigned char)(v >> bits);
		}
	}
	return at;
}

static uint32_t check_of(const char *text, size_t n)
{
	return (uint32_t)crc32(0, (const Bytef *)text, (uInt)n);
}

size_t serial_format(char *buf, size_t size, enum serial_kind kind, uint32_t number, const void *payload, size_t n)
{
	char coded[SERIAL_PAYLOAD_MAX / 3 * 4 + 8], body[sizeof(coded) + 32];
	int length;

	if (n > SERIAL_PAYLOAD_MAX)
		return 0;
	if (!base64_encode(coded, payload, n))
		strcpy(coded, "-");
	length = snprintf(body, sizeof(body), "%c %" PRIu32 " %s", kinds[kind], number, coded);
	/* the newline in front ends whatever the kernel has begun to say */
	length = snprintf(buf, size, "\n" MARK "%s %08" PRIx32 "\n", body, check_of(body, (size_t)length));
	return length > 0 && (size_t)length < size ? (size_t)length : 0;
}

static bool parse_ours(struct serial_line *line, const char *text)
{
	const char *check = strrchr(text, ' '), *kind, *payload;
	char want[12], *end;
	unsigned long number;
	int n;

	if (!check)
		return false;
	snprintf(want, sizeof(want), "%08" PRIx32, check_of(text, (size_t)(check - text)));
	kind = memchr(kinds + 1, text[0], SERIAL_KINDS - 1);
	if (strcmp(check + 1, want) || !kind || text[1] != ' ')
		return false;
	errno = 0;
	number = strtoul(text + 2, &end, 10);
	if (errno || end == text + 2 || *end != ' ' || number > UINT32_MAX)
		return false;
	payload = end + 1;
	if (payload > check)
		return false;
	n = *payload == '-' ? 0 : base64_decode(line->payload, payload, (size_t)(check - payload));
	if (n < 0)
		return false;
	line->kind = (enum serial_kind)(kind - kinds);
	line->number = (uint32_t)number;
	line->n = (size_t)n;
	line->payload[n] = 0;
	return true;
}

void serial_parse(struct serial_line *line, const char *text, bool *damaged)
{
	const char *mark = strstr(text, MARK);

	*damaged = false;
	if (mark && strlen(mark) < SERIAL_LINE_MAX && parse_ours(line, mark + strlen(MARK)))
		return;
	*damaged = mark;
	line->kind = SERIAL_TEXT;
	line->number = 0;
	line->n = strnlen(text, SERIAL_LINE_MAX - 1);
	memcpy(line->payload, text, line->n);
	line->payload[line->n] = 0;
}

int serial_read(struct serial_reader *r, const char *bytes, size_t n,
		int (*take)(void *arg, const struct serial_line *line), void *arg)
{
	for (size_t i = 0; i < n; i++) {
		struct serial_line line;
		bool damaged;
		int ret;

		if (bytes[i] != '\n' && bytes[i] != '\r' && bytes[i])
			r->line[r->n++] = bytes[i];
		if (bytes[i] != '\n' && r->n < sizeof(r->line) - 1)
			continue;
		r->line[r->n] = 0;
		if (r->n) {
			serial_parse(&line, r->line, &damaged);
			r->damaged += damaged;
			r->n = 0;
			ret = take(arg, &line);
			if (ret)
				return ret;
		}
	}
	return 0;
}

struct serial_inflate {
	z_stream stream;
	size_t room;
};

static int file_begin(struct serial_file *f, const struct serial_line *line)
{
	serial_file_free(f);
	if (!line->n || line->n >= sizeof(f->name) || memchr(line->payload, '/', line->n) || line->payload[0] == '.')
		return -EBADMSG;
	memcpy(f->name, line->payload, line->n + 1);
	f->inflate = calloc(1, sizeof(*f->inflate));
	if (!f->inflate)
		return -ENOMEM;
	if (inflateInit(&f->inflate->stream) != Z_OK) {
		free(f->inflate);
		f->inflate = NULL;
		return -ENOMEM;
	}
	return 0;
}

static int make_room(struct serial_file *f)
{
	size_t room = f->inflate->room ? 2 * f->inflate->room : 65536;
	unsigned char *v;

	if (f->n < f->inflate->room)
		return 0;
	if (room > SERIAL_FILE_MAX)
		return -EFBIG;
	v = realloc(f->v, room);
	if (!v)
		return -ENOMEM;
	f->v = v;
	f->inflate->room = room;
	return 0;
}

static int inflate_bytes(struct serial_file *f, const unsigned char *bytes, size_t n)
{
	z_stream *z = &f->inflate->stream;
	int ret, status = Z_OK;

	z->next_in = (Bytef *)(uintptr_t)bytes;
	z->avail_in = (uInt)n;
	while (z->avail_in && status != Z_STREAM_END) {
		size_t before;

		ret = make_room(f);
		if (ret)
			return ret;
		before = f->inflate->room - f->n;
		z->next_out = f->v + f->n;
		z->avail_out = (uInt)before;
		status = inflate(z, Z_NO_FLUSH);
		f->n += before - z->avail_out;
		if (status != Z_OK && status != Z_STREAM_END)
			return status == Z_MEM_ERROR ? -ENOMEM : -EBADMSG;
	}
	return 0;
}

static int file_data(struct serial_file *f, const struct serial_line *line)
{
	if (!f->inflate || f->memory.page_bytes || line->number != f->next)
		return -EBADMSG;
	f->next++;
	return inflate_bytes(f, line->payload, line->n);
}

static int file_memory(struct serial_file *f, const struct serial_line *line)
{
	unsigned long long ram, page, packed;
	struct serial_memory *m = &f->memory;

	if (!f->inflate || m->page_bytes ||
	    sscanf((const char *)line->payload, "%llx %llx %llx", &ram, &page, &packed) != 3 || page < 512 ||
	    page > 1 << 20 || page & (page - 1) || packed < 2 || packed > SERIAL_PACKED_MAX)
		return -EBADMSG;
	m->pages = calloc(packed / page + 1, sizeof(*m->pages));
	if (!m->pages)
		return -ENOMEM;
	m->ram_bytes = ram;
	m->page_bytes = page;
	m->packed_bytes = packed;
	return 0;
}

static size_t pages_of(const struct serial_memory *m)
{
	return (m->packed_bytes + m->page_bytes - 1) / m->page_bytes;
}

static int file_pages(struct serial_file *f, const struct serial_line *line)
{
	struct serial_memory *m = &f->memory;
	const char *at = (const char *)line->payload;
	char *end;

	if (!m->page_bytes || line->number != f->next++)
		return -EBADMSG;
	for (; *at; at = end) {
		unsigned long long address = strtoull(at, &end, 16);

		if (end == at || m->n == pages_of(m) || address % m->page_bytes || address < m->ram_bytes)
			return -EBADMSG;
		m->pages[m->n++] = address;
	}
	return 0;
}

static int check_whole(struct serial_file *f)
{
	char is[32];

	snprintf(is, sizeof(is), "%zu %08" PRIx32, f->n, (uint32_t)crc32(0, f->v, (uInt)f->n));
	f->whole = !strcmp(is, f->check);
	return f->whole ? 0 : -EBADMSG;
}

static int file_end(struct serial_file *f, const struct serial_line *line)
{
	if (!f->inflate || line->number != f->next || line->n >= sizeof(f->check))
		return -EBADMSG;
	strcpy(f->check, (const char *)line->payload);
	if (!f->memory.page_bytes)
		return check_whole(f);
	return f->memory.n == pages_of(&f->memory) ? 0 : -EBADMSG;
}

int serial_file_unpack(struct serial_file *f, const unsigned char *packed)
{
	int ret = f->inflate ? 0 : -EBADMSG;

	/* others may have been tried before */
	f->n = 0;
	if (!ret && inflateReset(&f->inflate->stream) == Z_OK)
		ret = inflate_bytes(f, packed, f->memory.packed_bytes);
	return ret ? ret : check_whole(f);
}

int serial_file_take(struct serial_file *f, const struct serial_line *line)
{
	/* what follows its end is not of what was checked */
	if (line->kind >= SERIAL_BEGIN && line->kind <= SERIAL_END)
		f->whole = false;
	switch (line->kind) {
	case SERIAL_BEGIN: return file_begin(f, line);
	case SERIAL_DATA: return file_data(f, line);
	case SERIAL_MEMORY: return file_memory(f, line);
	case SERIAL_PAGES: return file_pages(f, line);
	case SERIAL_END: return file_end(f, line);
	default: return 0;
	}
}

void serial_file_free(struct serial_file *f)
{
	if (f->inflate)
		inflateEnd(&f->inflate->stream);
	free(f->inflate);
	free(f->memory.pages);
	free(f->v);
	*f = (struct serial_file){ .name = "" };
}
