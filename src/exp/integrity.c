// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/hash.h"
#include "exp/integrity.h"

#define LINE_BYTES 64u
#define LOW_BITS   0x7f7f7f7f7f7f7f7full
#define HIGH_BITS  0x8080808080808080ull

/* A store that was made. */
struct made {
	uint64_t offset, value;
};

struct check {
	const struct integrity_port *port;
	const struct kernel *kernel;
	uint64_t region_bytes, seed;
	unsigned char *model;  /* what every byte should be */
	struct made *made;
	size_t n_made, room;
	struct outcome *out;
};

static uint32_t tag_of(const struct check *k, uint64_t offset)
{
	return (uint32_t)(hash_mix(k->seed ^ offset) & LOW_BITS);
}

/* Another one for each store, and no byte of all ones: that is how nobody answers. */
static uint64_t value_of(const struct check *k, size_t i)
{
	return (hash_mix(~k->seed + i) & (LOW_BITS & ~0x0101010101010101ull)) | HIGH_BITS;
}

static unsigned char byte_of(uint64_t value, uint64_t i)
{
	return (unsigned char)(value >> 8 * (i % 8));
}

static void fill(struct check *k)
{
	for (uint64_t at = 0; at < k->region_bytes; at += 4) {
		uint32_t tag = tag_of(k, at);

		k->port->put(k->port->arg, at, tag);
		for (int i = 0; i < 4; i++)
			k->model[at + i] = byte_of(tag, i);
	}
	k->port->flush(k->port->arg);
}

static int store(struct check *k, uint64_t offset)
{
	struct made *v = k->made;
	uint64_t value = value_of(k, k->n_made), stored = arch_stored_value(k->kernel, value);

	/* a store at the end must not leave the region */
	if (offset + k->kernel->width_bytes > k->region_bytes)
		return 0;
	if (k->n_made == k->room) {
		k->room = k->room ? 2 * k->room : 256;
		v = realloc(k->made, k->room * sizeof(*v));
		if (!v)
			return -ENOMEM;
		k->made = v;
	}
	v[k->n_made++] = (struct made){ offset, stored };
	k->port->store(k->port->arg, offset, value);
	for (uint64_t i = 0; i < k->kernel->width_bytes; i++)
		k->model[offset + i] = byte_of(stored, i);
	return 0;
}

/* Every other line. In every other round each leaves before the next one begins. */
static int store_all(struct check *k, const struct integrity_set *set)
{
	unsigned int offsets[INTEGRITY_STORES], n;
	uint64_t random = k->seed;
	int ret = 0;

	for (uint64_t line = 0; line < k->region_bytes / LINE_BYTES && !ret; line += 2) {
		n = set->make(offsets, (unsigned int)(line / 2), k->kernel->width_bytes, &random);
		for (unsigned int i = 0; i < n && !ret; i++)
			ret = store(k, line * LINE_BYTES + offsets[i]);
		if (k->seed & 1)
			k->port->flush(k->port->arg);
	}
	k->port->flush(k->port->arg);
	return ret;
}

static bool made_at(const struct made *m, uint64_t at, unsigned int width)
{
	return at >= m->offset && at < m->offset + width;
}

static const struct made *find_made(const struct check *k, uint64_t at)
{
	for (size_t i = k->n_made; i; i--)
		if (made_at(&k->made[i - 1], at, k->kernel->width_bytes))
			return &k->made[i - 1];
	return NULL;
}

/*
 * The store that these bytes, which mask says, were meant for: they are in the model, so many whole
 * lines away. NULL: nobody's.
 */
static const struct made *find_origin(const struct check *k, uint64_t at, uint32_t got,
				      unsigned int mask)
{
	unsigned int first = (unsigned int)__builtin_ctz(mask);

	for (uint64_t from = at % LINE_BYTES; from < k->region_bytes; from += LINE_BYTES) {
		bool fits = true;

		for (unsigned int b = 0; b < 4; b++)
			if (mask >> b & 1 && k->model[from + b] != byte_of(got, b))
				fits = false;
		if (fits)
			return find_made(k, from + first);
	}
	return NULL;
}

/* Says what is wrong with the word at an offset: lost, misplaced or foreign data. */
static void explain(const struct check *k, uint64_t at, uint32_t got, char *note, size_t n)
{
	unsigned int lost = 0, extra = 0, first = 4;
	const struct made *m;

	for (unsigned int b = 0; b < 4; b++) {
		unsigned char is = byte_of(got, b), want = k->model[at + b];

		if (is == want)
			continue;
		first = first < b ? first : b;
		lost |= (unsigned int)(want >= 0x80) << b;
		extra |= (unsigned int)(want < 0x80) << b;
	}
	if (lost) {
		m = find_made(k, at + (unsigned int)__builtin_ctz(lost));
		snprintf(note, n, "%s to 0x%" PRIx64 ": missing, word 0x%" PRIx64 " has 0x%08" PRIx32
			 " (bytes 0x%x are wrong)", k->kernel->name, m ? m->offset : at, at, got,
			 lost | extra);
		return;
	}
	m = find_origin(k, at, got, extra);
	if (m)
		snprintf(note, n, "%s to 0x%" PRIx64 ": its data are at 0x%" PRIx64 " (bytes 0x%x), "
			 "where nothing was stored", k->kernel->name, m->offset, at + first, extra);
	else
		snprintf(note, n, "%s: foreign data 0x%08" PRIx32 " at 0x%" PRIx64 " (bytes 0x%x), "
			 "where nothing was stored", k->kernel->name, got, at, extra);
}

static uint32_t want_of(const struct check *k, uint64_t at)
{
	uint32_t want = 0;

	for (unsigned int b = 0; b < 4; b++)
		want |= (uint32_t)k->model[at + b] << 8 * b;
	return want;
}

static void scan(struct check *k)
{
	struct outcome *out = k->out;

	for (uint64_t at = 0; at < k->region_bytes; at += 4) {
		uint32_t got = k->port->get(k->port->arg, at), want = want_of(k, at);

		out->tries++;
		if (got == want)
			continue;
		if (!out->events++)
			explain(k, at, got, out->note, sizeof(out->note));
	}
}

/*
 * Something is wrong: does the region keep tags at all? Registers, MSI-X tables and holes do not,
 * through no mapping. -ENXIO: it does not.
 */
static int control(struct check *k)
{
	k->seed = ~k->seed; /* tags that are not there yet */
	fill(k);
	for (uint64_t at = 0; at < k->region_bytes; at += 4) {
		uint32_t got = k->port->get(k->port->arg, at), want = want_of(k, at);

		if (got == want)
			continue;
		*k->out = (struct outcome){ 0 };
		snprintf(k->out->why, sizeof(k->out->why), "the BAR is no memory at offset 0x%" PRIx64
			 ": stored 0x%08" PRIx32 " through the control, read 0x%08" PRIx32,
			 k->port->offset_bytes + at, want, got);
		return -ENXIO;
	}
	return 0;
}

int integrity_run(const struct integrity_port *port, const struct integrity_set *set,
		  const struct kernel *kernel, uint64_t region_bytes, uint64_t seed,
		  struct outcome *out)
{
	struct check k = { .port = port, .kernel = kernel, .region_bytes = region_bytes,
			   .seed = seed, .out = out };
	int ret = -ENOMEM;

	k.model = malloc(region_bytes);
	if (k.model)
		ret = port->show(port->arg, false);
	if (!ret) {
		fill(&k);
		ret = port->show(port->arg, true);
	}
	if (!ret)
		ret = store_all(&k, set);
	if (!ret)
		ret = port->show(port->arg, false);
	if (!ret) {
		scan(&k);
		ret = out->events ? control(&k) : 0;
	}
	free(k.made);
	free(k.model);
	return ret;
}
