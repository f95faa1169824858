// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/memory.h"

static bool out;

void memory_note_out(void)
{
	out = true;
}

bool memory_is_out(void)
{
	return out;
}

void *memory_alloc(size_t n)
{
	void *p = malloc(n);

	if (!p)
		memory_note_out();
	return p;
}

struct stream {
	char **text;
	size_t *n;
	char *v;
	size_t used, room;
};

static ssize_t stream_write(void *cookie, const char *buf, size_t n)
{
	struct stream *s = cookie;

	/* one more byte than was written always has room, for the NUL */
	if (s->room - s->used <= n) {
		size_t room = 2 * (s->used + n + 1);
		char *v = realloc(s->v, room);

		if (!v) {
			memory_note_out();
			return 0;
		}
		s->v = v;
		s->room = room;
	}
	memcpy(s->v + s->used, buf, n);
	s->used += n;
	return (ssize_t)n;
}

static int stream_close(void *cookie)
{
	struct stream *s = cookie;

	if (s->v)
		s->v[s->used] = 0;
	*s->text = s->v;
	*s->n = s->used;
	free(s);
	return 0;
}

FILE *memory_open(char **text, size_t *n)
{
	struct stream *s = memory_alloc(sizeof(*s));
	const cookie_io_functions_t io = { .write = stream_write, .close = stream_close };
	FILE *f;

	if (!s)
		return NULL;
	*s = (struct stream){ .text = text, .n = n, .v = memory_alloc(1), .room = 1 };
	*text = NULL;
	*n = 0;
	f = s->v ? fopencookie(s, "w", io) : NULL;
	if (f)
		return f;
	memory_note_out();
	free(s->v);
	free(s);
	return NULL;
}

int memory_close(FILE *stream)
{
	/* what is still in its buffer may not fit either */
	bool failed = fflush(stream) || ferror(stream);

	failed |= fclose(stream) != 0;
	if (!failed)
		return 0;
	memory_note_out();
	return -ENOMEM;
}
