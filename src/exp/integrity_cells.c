// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "exp/integrity.h"

/*
 * Integrity on a BAR. Tags are stored and read through the plain mapping, 4 bytes at a time, while
 * the mapping under test is gone: Device and Normal-NC aliases never live together.
 */

static int show(void *arg, bool under_test)
{
	struct stage *s = arg;
	struct map_range range = s->range;
	enum map_type type = under_test ? s->cell->spec.mapping : MAP_PLAIN;

	/* ordinary memory would be gone with its mapping */
	if (s->cell->spec.mapping == MAP_RAM || type == s->data.type)
		return 0;
	map_close(&s->data);
	range.writable = true;
	return map_open(&s->data, type, &range);
}

static void put(void *arg, uint64_t offset, uint32_t word)
{
	struct stage *s = arg;

	arch_store32(s->data.addr + offset, word);
}

static uint32_t get(void *arg, uint64_t offset)
{
	struct stage *s = arg;

	return arch_load32(s->data.addr + offset);
}

static void store(void *arg, uint64_t offset, uint64_t value)
{
	struct stage *s = arg;
	struct loop_args args = { .base = s->data.addr + offset, .laps = 1, .value = value,
				  .flush = s->data.addr };

	s->cell->loop->fn(&args);
}

static void flush(void *arg)
{
	struct stage *s = arg;

	arch_read_flush(s->data.addr);
}

static int visit(struct stage *stage, struct outcome *out)
{
	const struct integrity_port port = { stage, stage->range.offset_bytes, show, put, get, store,
					      flush };
	const struct cell *c = stage->cell;
	int ret = integrity_run(&port, integrity_find(c->spec.shape), c->kernel,
				c->spec.region_bytes, stage->seed, out);

	if (!ret || ret == -EFAULT || out->why[0])
		return ret;
	snprintf(out->why, sizeof(out->why), "%s", strerror(-ret));
	/* a mapping that fails so says nothing of the BAR: only integrity_run does, with its reason */
	return ret == -ENXIO ? -EIO : ret;
}

/* Device faults on what is not aligned (Arm ARM B2.9), and so do vector stores of x86's. */
static bool may_be_unaligned(const struct kernel *k, enum map_type type)
{
	if (k->width_bytes < 2 || k->feature)
		return false;
	return arch_here()->alignment_tells_type ? type == MAP_WC || type == MAP_RAM : k->trap_safe;
}

static bool belongs(const struct integrity_set *set, const struct kernel *k, enum map_type type)
{
	if (k->direction != KERNEL_STORE || k->width_bytes > 64)
		return false;
	if (set->unaligned)
		return may_be_unaligned(k, type);
	/* parts of a line are made of single registers */
	return !strcmp(set->name, "aligned") || (k->trap_safe && k->width_bytes <= 8 && !k->feature);
}

static uint64_t region_of(const struct expansion *x)
{
	static const uint64_t most[EXP_PROFILES] = { 4096, 16384, 1 << 20 };
	uint64_t region = most[x->request->profile];

	while (region > x->region_bytes)
		region /= 2;
	return region;
}

static void add(const struct expansion *x, const struct integrity_set *set, const struct kernel *k)
{
	struct loop_key key = { .kernel = k->name, .barrier = "none", .pattern = "single" };
	uint64_t words = region_of(x) / 4;
	struct cell cell = { .kernel = k,
			     .loop = arch_find_loop(&key),
			     .barrier = arch_barrier_of(arch_here(), "none"),
			     .spec.threads = 1,
			     .spec.region_bytes = region_of(x),
			     .least_stores = 2 * words, /* tags; at most as many again */
			     /* every other round has a flush for each line that is stored to */
			     .least_loads = words + words / 32 + 8 };

	if (cell.loop)
		cell_add_counted(x, cell, set->name, "");
}

static void expand(const struct expansion *x)
{
	if (!x->may_store || x->region_bytes < 4096 || !exp_wants_barrier(x, "none"))
		return;
	for (const struct integrity_set *s = integrity_sets; s->name; s++)
		for (const struct kernel *k = arch_kernels; k->name; k++)
			if (belongs(s, k, x->mapping) && exp_wants_kernel(x, k->name))
				add(x, s, k);
}

const struct experiment exp_integrity = {
	.id = EXP_INTEGRITY,
	.question = "does what was stored arrive, where it was stored, and only there?",
	.needs = "consent to store",
	.from = EXP_DEFAULT,
	.expand = expand,
	.visit = visit,
};
