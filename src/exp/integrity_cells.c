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
	enum map_type type = under_test ? s->cell->type : MAP_PLAIN;

	/* ordinary memory would be gone with its mapping */
	if (s->cell->type == MAP_RAM || type == s->data.type)
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

int exp_integrity_visit(struct stage *stage, struct outcome *out)
{
	const struct integrity_port port = { stage, stage->range.offset_bytes, show, put, get, store,
					      flush };
	const struct cell *c = stage->cell;
	int ret = integrity_run(&port, integrity_find(c->shape), c->kernel, c->region_bytes,
				stage->seed, out);

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
	return arch_alignment_tells_type ? type == MAP_WC || type == MAP_RAM : k->trap_safe;
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

static uint64_t region_of(const struct exp_limits *l)
{
	static const uint64_t most[EXP_PROFILES] = { 4096, 16384, 1 << 20 };
	uint64_t region = most[l->profile];

	while (region > l->region_bytes)
		region /= 2;
	return region;
}

static int add(const struct experiment *e, const struct exp_limits *l, struct cell_list *out,
	       enum map_type type, const struct integrity_set *set, const struct kernel *k)
{
	struct loop_key key = { .kernel = k->name, .barrier = "none", .pattern = "single" };
	uint64_t words = region_of(l) / 4;
	struct cell cell = { .experiment = e,
			     .type = type,
			     .kernel = k,
			     .loop = arch_find_loop(&key),
			     .shape = set->name,
			     .place = "",
			     .barrier = arch_find_barrier("none"),
			     .threads = 1,
			     .region_bytes = region_of(l),
			     .stores = true,
			     .least_stores = 2 * words, /* tags; at most as many again */
			     .least_loads = words };
	char access[48];

	snprintf(access, sizeof(access), "%s:%s", k->name, set->name);
	return cell.loop ? cell_add_counted(out, &cell, access) : 0;
}

int exp_integrity_expand(const struct experiment *e, const struct exp_limits *l,
			 struct cell_list *out)
{
	int ret = 0;

	if (!l->may_store || l->region_bytes < 4096 || !limits_want_barrier(l, "none"))
		return 0;
	for (size_t i = 0; i < l->n_types; i++)
		for (const struct integrity_set *s = integrity_sets; s->name; s++)
			for (const struct kernel *k = arch_kernels; k->name && !ret; k++)
				if (belongs(s, k, l->types[i]) && limits_want_kernel(l, k->name))
					ret = add(e, l, out, l->types[i], s, k);
	return ret;
}
