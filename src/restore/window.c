// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "arch/arch.h"
#include "base/log.h"
#include "map/guard.h"
#include "restore/window.h"

struct window_walk {
	struct window *w;
	const struct mapping *m;
	size_t differing;
	size_t ones;
};

static void walk_save(void *arg)
{
	struct window_walk *walk = arg;

	for (size_t i = 0; i < walk->w->n; i++)
		walk->w->words[i] = arch_load32(walk->m->addr + 4 * i);
}

static void walk_restore(void *arg)
{
	struct window_walk *walk = arg;

	for (size_t i = 0; i < walk->w->n; i++)
		arch_store32(walk->m->addr + 4 * i, walk->w->words[i]);
	arch_read_flush(walk->m->addr);
	for (size_t i = 0; i < walk->w->n; i++) {
		uint32_t word = arch_load32(walk->m->addr + 4 * i);

		walk->differing += word != walk->w->words[i];
		walk->ones += word == UINT32_MAX;
	}
}

static int window_walk(struct window *w, void (*fn)(void *arg), size_t *differing)
{
	struct window_walk walk = { .w = w };
	struct mapping m;
	struct fault fault;
	char name[32];
	int ret = map_open(&m, MAP_PLAIN, &w->range);

	if (ret)
		return ret;
	walk.m = &m;
	ret = guard_call(fn, &walk, &fault);
	map_close(&m);
	if (ret)
		log_error("%s of %s faulted: %s at offset 0x%llx: the device does not answer",
			  fn == walk_save ? "saving the window" : "restoring the window",
			  w->range.dev->bdf, fault_name(name, sizeof(name), &fault),
			  (unsigned long long)fault.offset_bytes);
	*differing = walk.differing;
	if (!ret && walk.differing && walk.ones == w->n) {
		log_error("restoring the window of %s: all of it reads as ones: nobody answers",
			  w->range.dev->bdf);
		ret = -EIO;
	}
	return ret;
}

int window_save(struct window *w, const struct map_range *range)
{
	struct window new = { .range = *range, .n = range->length_bytes / 4 };
	size_t differing;
	int ret;

	new.words = malloc(new.n * sizeof(*new.words));
	if (!new.words) {
		log_error("no memory to save %llu bytes of the window: choose a smaller --length",
			  (unsigned long long)range->length_bytes);
		return -ENOMEM;
	}
	ret = window_walk(&new, walk_save, &differing);
	if (ret) {
		free(new.words);
		return ret;
	}
	*w = new;
	return 0;
}

int window_restore(struct window *w, size_t *differing)
{
	int ret;

	*differing = 0;
	if (!w->words)
		return 0;
	ret = window_walk(w, walk_restore, differing);
	if (ret)
		window_give_up(w);
	window_drop(w);
	return ret;
}

void window_give_up(struct window *w)
{
	log_error("%s BAR %u: the %zu bytes at offset 0x%llx could NOT be put back; the device "
		  "keeps what was stored last", w->range.dev->bdf, w->range.bar->index,
		  4 * w->n, (unsigned long long)w->range.offset_bytes);
	window_drop(w);
}

void window_drop(struct window *w)
{
	free(w->words);
	w->words = NULL;
}
