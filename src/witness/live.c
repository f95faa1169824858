// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/log.h"
#include "witness/live.h"

/* A BAR's place. */
struct place {
	uint64_t first, last;
	int function;
	unsigned int bar;
};

int live_open(struct live *l, const char *cpu_vendor, char *why, size_t n)
{
	bool amd = !strcmp(cpu_vendor, "AuthenticAMD") || !strcmp(cpu_vendor, "HygonGenuine");
	int ret;

	*l = (struct live){ .page_bytes = (uint64_t)sysconf(_SC_PAGESIZE) };
	ret = kernel_open(&l->k, why, n);
	if (ret)
		return ret;
	ret = live_find_shape(l, why, n);
	if (ret) {
		live_close(l);
		return ret;
	}
	l->stage2 = l->process;
	l->stage2.format = l->process.format == PAGE_ARM_STAGE1 ? PAGE_ARM_STAGE2 : amd ? PAGE_X86_NPT : PAGE_X86_EPT;
	l->rules = l->process.format == PAGE_ARM_STAGE1 ? MEMORY_RULES_ARM : amd ? MEMORY_RULES_AMD : MEMORY_RULES_INTEL;
	return 0;
}

static void forget(struct live *l)
{
	free(l->places);
	free(l->vms);
	free(l->slots);
	free(l->mappings);
	l->places = NULL;
	l->vms = NULL;
	l->slots = NULL;
	l->mappings = NULL;
	l->n_places = l->n_vms = l->n_slots = l->n_mappings = 0;
}

void live_close(struct live *l)
{
	forget(l);
	kernel_close(l->k);
	l->k = NULL;
}

static int compare_places(const void *a, const void *b)
{
	const struct place *p = a, *q = b;

	return p->first < q->first ? -1 : p->first > q->first;
}

/* The functions that were asked for, and where their BARs are. */
static int choose(struct live *l, const struct pci_list *list)
{
	struct witness *w = l->w;

	w->functions = calloc(list->n + 1, sizeof(*w->functions));
	l->places = calloc(list->n * PCI_BARS + 1, sizeof(*l->places));
	if (!w->functions || !l->places)
		return -ENOMEM;
	for (size_t i = 0; i < list->n && w->n_functions < WITNESS_FUNCTIONS_MAX; i++) {
		const struct pci_device *dev = &list->v[i];

		if (dev->bridge_header || !pci_select_match(&l->ask->select, dev))
			continue;
		for (unsigned int bar = 0; bar < PCI_BARS; bar++)
			if (witness_watches(&dev->bars[bar]))
				l->places[l->n_places++] = (struct place){
					dev->bars[bar].phys_bytes,
					dev->bars[bar].phys_bytes + (dev->bars[bar].size_bytes - 1),
					(int)w->n_functions, bar };
		w->functions[w->n_functions++] = *dev;
	}
	qsort(l->places, l->n_places, sizeof(*l->places), compare_places);
	return 0;
}

/* The first place that does not end before phys. */
static size_t find_place(const struct live *l, uint64_t phys)
{
	size_t low = 0, high = l->n_places;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (l->places[middle].last < phys)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int live_add(struct live *l, const struct witness_range *range, uint64_t phys, uint64_t bytes)
{
	uint64_t last = phys + (bytes - 1);
	int ret = 0;

	for (size_t i = find_place(l, phys); !ret && i < l->n_places && l->places[i].first <= last; i++) {
		const struct place *p = &l->places[i];
		uint64_t from = phys > p->first ? phys : p->first, to = last < p->last ? last : p->last;
		struct witness_range r = *range;

		r.function = p->function;
		r.bar = p->bar;
		r.offset_bytes = from - p->first;
		r.size_bytes = to - from + 1;
		r.address += from - phys;
		r.phys = from;
		ret = witness_add(l->w, &r);
	}
	return ret;
}

/* Without those that nobody has mapped, unless they were asked for. */
static void drop_unused(struct witness *w)
{
	int *new = calloc(w->n_functions + 1, sizeof(*new));
	size_t n = 0;

	if (!new)
		return; /* it shows them all, then */
	for (size_t i = 0; i < w->n_ranges; i++)
		if (w->ranges[i].function >= 0)
			new[w->ranges[i].function] = 1;
	for (size_t i = 0; i < w->n_functions; i++) {
		if (!new[i])
			continue;
		w->functions[n] = w->functions[i];
		new[i] = (int)n++;
	}
	for (size_t i = 0; i < w->n_ranges; i++)
		if (w->ranges[i].function >= 0)
			w->ranges[i].function = new[w->ranges[i].function];
	w->n_functions = n;
	free(new);
}

/* A part's answers, or why there are none. */
static int ask_for(struct live *l, enum kernel_part part, enum witness_who what, void *answers, size_t *n)
{
	const char *lacks = kernel_lacks(l->k, part);

	if (!lacks)
		return kernel_ask(l->k, part, answers, n);
	witness_lack(l->w, what, "%s", lacks);
	return 0;
}

int live_look(struct live *l, struct witness *w, const struct pci_list *list, const struct live_ask *ask)
{
	int ret;

	l->w = w;
	l->ask = ask;
	ret = choose(l, list);
	if (!ret)
		ret = ask_for(l, KERNEL_VMS, WITNESS_VM, &l->vms, &l->n_vms);
	if (!ret && !kernel_lacks(l->k, KERNEL_VMS))
		ret = ask_for(l, KERNEL_SLOTS, WITNESS_VM, &l->slots, &l->n_slots);
	if (!ret)
		ret = ask_for(l, KERNEL_MAPPINGS, WITNESS_PROCESS, &l->mappings, &l->n_mappings);
	if (!ret)
		ret = live_look_at_vms(l);
	if (!ret)
		ret = live_look_at_processes(l);
	if (!ret)
		ret = live_look_at_drivers(l);
	forget(l);
	if (ret == -ENOMEM)
		log_error("out of memory");
	if (ret)
		return ret;
	if (!ask->select.slot && !ask->select.id)
		drop_unused(w);
	witness_sort(w);
	return 0;
}
