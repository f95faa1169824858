// SPDX-License-Identifier: GPL-2.0-or-later
/* witness/kernel.h without a kernel: a recording answers. */
#include "config.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "recorded.h"

struct kernel {
	uint64_t linear;
};

struct recording recorded;

int kernel_open(struct kernel **k, char *why, size_t n)
{
	(void)why;
	(void)n;
	*k = calloc(1, sizeof(**k));
	return *k ? 0 : -ENOMEM;
}

void kernel_close(struct kernel *k)
{
	free(k);
}

const char *kernel_lacks(const struct kernel *k, enum kernel_part part)
{
	(void)k;
	return recorded.lacks[part][0] ? recorded.lacks[part] : NULL;
}

int kernel_read(void *k, uint64_t phys, void *buf, size_t size)
{
	const uint64_t *words = recording_find(&recorded, phys, size);

	(void)k;
	if (!words || !memory_map_is_ram(&recorded.map, phys, size))
		return -EFAULT;
	memcpy(buf, words, size);
	return 0;
}

int kernel_ask(struct kernel *k, enum kernel_part part, void **answers, size_t *n)
{
	size_t bytes = recorded.n[part] * recording_answer_bytes(part);

	(void)k;
	*n = recorded.n[part];
	*answers = malloc(bytes + 1);
	if (!*answers)
		return -ENOMEM;
	if (bytes)
		memcpy(*answers, recorded.answers[part], bytes);
	return 0;
}

uint64_t kernel_linear(const struct kernel *k)
{
	return k->linear;
}

void kernel_linear_range(const struct kernel *k, uint64_t *first, uint64_t *last)
{
	*first = k->linear + recorded.map.ram[0].first;
	*last = k->linear + recorded.map.ram[recorded.map.n_ram - 1].last;
}

int kernel_try_linear(struct kernel *k, size_t i)
{
	if (i >= recorded.map.n_segments)
		return -ENOENT;
	k->linear = recorded.map.segments[i].offset;
	return 0;
}

int kernel_symbol(const struct kernel *k, const char *name, uint64_t *phys)
{
	(void)k;
	for (size_t i = 0; i < recorded.n_symbols; i++)
		if (!strcmp(recorded.symbols[i].name, name) && recorded.symbols[i].phys) {
			*phys = recorded.symbols[i].phys;
			return 0;
		}
	return -ENOENT;
}
