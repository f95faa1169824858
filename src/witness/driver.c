// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/path.h"
#include "witness/live.h"

/* Line of /proc/vmallocinfo: an area with a physical address is one of ioremap() and its kin. */
struct area {
	uint64_t phys, bytes;
	char caller[64];
};

struct driver_look {
	struct live *l;
	struct area *areas;
	size_t n_areas;
	uint64_t above;          /* the upper bits of the kernel's addresses */
	struct page_leaf run;    /* neighbours of one type; no bytes: none */
	uint64_t least, most;    /* of its entries */
};

/*
 * "0x...-0x...   20480 pci_iomap_range+0x5c/0x90 phys=0x0000000010000000 ioremap", mm/vmalloc.c. The size has a
 * page behind it that is not mapped.
 */
static bool parse_area(struct area *a, const char *line, uint64_t page_bytes)
{
	const char *phys = strstr(line, " phys=");

	if (!phys || sscanf(phys, " phys=%" SCNx64, &a->phys) != 1 ||
	    sscanf(line, "%*s %" SCNu64 " %63[^+ ]", &a->bytes, a->caller) != 2 || a->bytes <= page_bytes)
		return false;
	a->bytes -= page_bytes;
	return true;
}

static int load_areas(struct driver_look *d)
{
	FILE *f = path_fopen("/proc/vmallocinfo");
	char line[512];
	int ret = 0;

	if (!f)
		witness_lack(d->l->w, WITNESS_DRIVER, "who called ioremap(): cannot read /proc/vmallocinfo (%s)",
			     strerror(errno));
	while (f && !ret && fgets(line, sizeof(line), f)) {
		struct area a, *more;

		if (!parse_area(&a, line, d->l->page_bytes))
			continue;
		more = realloc(d->areas, (d->n_areas + 1) * sizeof(*more));
		if (!more) {
			ret = -ENOMEM;
			continue;
		}
		d->areas = more;
		more[d->n_areas++] = a;
	}
	if (f)
		fclose(f);
	return ret;
}

/* Its addresses may be hidden, and one BAR may be mapped twice: the area of the same place and size, else one around. */
static void name_caller(const struct driver_look *d, struct witness_range *r, uint64_t phys, uint64_t bytes)
{
	bool found = false;

	for (size_t i = 0; i < d->n_areas && !found; i++) {
		const struct area *a = &d->areas[i];

		found = a->phys == phys && a->bytes == bytes;
		if (found || phys - a->phys < a->bytes)
			snprintf(r->path, sizeof(r->path), "%s", a->caller);
	}
}

static int end_run(struct driver_look *d)
{
	struct witness_range r = { .who = WITNESS_DRIVER, .through = WITNESS_THROUGH_KERNEL, .state = WITNESS_MAPPED };
	struct page_leaf run = d->run;

	d->run.bytes = 0;
	if (!run.bytes)
		return 0;
	r.address = d->above | run.address;
	r.type = run.memory.type;
	r.leaf_least_bytes = d->least;
	r.leaf_most_bytes = d->most;
	name_caller(d, &r, run.phys, run.bytes);
	return live_add(d->l, &r, run.phys, run.bytes);
}

/* Between two areas is a page that is not mapped, so each run is one of them. */
static int visit(void *data, const struct page_leaf *leaf)
{
	struct driver_look *d = data;
	struct page_leaf *run = &d->run;
	int ret;

	if (leaf->state != PAGE_MAPPED)
		return 0;
	if (run->bytes && run->address + run->bytes == leaf->address && run->phys + run->bytes == leaf->phys &&
	    run->memory.type == leaf->memory.type) {
		run->bytes += leaf->bytes;
		d->least = leaf->entry_bytes < d->least ? leaf->entry_bytes : d->least;
		d->most = leaf->entry_bytes > d->most ? leaf->entry_bytes : d->most;
		return 0;
	}
	ret = end_run(d);
	*run = *leaf;
	d->least = d->most = leaf->entry_bytes;
	return ret;
}

/* The kernel's own table. 0; -ENOENT: it does not say where it is. */
static int find_root(const struct live *l, struct page_table *t)
{
	*t = l->process;
	/* x86: the upper half of every process's table is the kernel's; arm64: it is another one */
	return t->format == PAGE_ARM_STAGE1 ? kernel_symbol(l->k, "swapper_pg_dir", &t->root) : 0;
}

/* All but the linear map of RAM, which is large and has no BAR. */
static int walk(struct driver_look *d, const struct page_table *t)
{
	uint64_t size = 1ull << t->input_bits, mask = size - 1, first, last;
	uint64_t begin = t->format == PAGE_ARM_STAGE1 ? 0 : size / 2;
	int ret = 0;

	kernel_linear_range(d->l->k, &first, &last);
	first &= mask;
	last &= mask;
	if (first > begin)
		ret = page_table_walk(t, begin, first - 1, visit, d);
	if (!ret && last < mask)
		ret = page_table_walk(t, last + 1, mask, visit, d);
	if (!ret)
		ret = end_run(d);
	return ret == -EINVAL ? 0 : ret;
}

/* What it says of itself where its table cannot be read. */
static int add_areas(struct driver_look *d)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < d->n_areas; i++) {
		struct witness_range r = { .who = WITNESS_DRIVER, .through = WITNESS_THROUGH_KERNEL,
					   .state = WITNESS_MAPPED };

		snprintf(r.path, sizeof(r.path), "%s", d->areas[i].caller);
		ret = live_add(d->l, &r, d->areas[i].phys, d->areas[i].bytes);
	}
	return ret;
}

int live_look_at_drivers(struct live *l)
{
	struct driver_look d = { .l = l };
	struct page_table t;
	int ret;

	if (l->ask->pid)
		return 0;
	d.above = ~((1ull << l->process.input_bits) - 1);
	ret = load_areas(&d);
	if (!ret && !find_root(l, &t)) {
		ret = walk(&d, &t);
	} else if (!ret) {
		witness_lack(l->w, WITNESS_DRIVER, "the type of drivers' mappings: this kernel does not say where its "
			     "own table is (swapper_pg_dir in /proc/kallsyms: it needs CONFIG_KALLSYMS_ALL, and "
			     "kernel.kptr_restrict below 2)");
		ret = add_areas(&d);
	}
	free(d.areas);
	return ret;
}
