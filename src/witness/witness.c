// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "witness/witness.h"

#define RANGES_SPARE 1024 /* for what is first of its kind after WITNESS_RANGES_MAX */

static const char *const type_names[WITNESS_TYPES] = {
	[WITNESS_UNKNOWN] = "unknown",
	[WITNESS_DEVICE] = "Device",
	[WITNESS_NORMAL_NC] = "Normal-NC",
	[WITNESS_NORMAL_WB] = "Normal-WB",
};

static const char *const end_names[WITNESS_ENDS] = {
	[WITNESS_END_TIMEOUT] = "timeout",
	[WITNESS_END_VMM] = "vmm ended",
	[WITNESS_END_SIGNAL] = "signal",
	[WITNESS_END_RECORD] = "end of record",
};

static const char *const flag_names[WITNESS_FLAGS] = {
	[WITNESS_FLAG_NOT_KNOWN] = "not known", [WITNESS_FLAG_NO_MAPPING] = "no mapping",
	[WITNESS_FLAG_CLEAR] = "clear",		[WITNESS_FLAG_SET] = "set",
	[WITNESS_FLAG_MIXED] = "mixed",
};

const char *witness_type_name(enum witness_type t)
{
	return type_names[t];
}

const char *witness_end_name(enum witness_end e)
{
	return end_names[e];
}

const char *witness_flag_name(enum witness_flag f)
{
	return flag_names[f];
}

void witness_free(struct witness *w)
{
	facts_free(&w->env.facts);
	free(w->command);
	free(w->ranges);
	free(w->vmms);
	memset(w, 0, sizeof(*w));
}

/*
 * What the enumerators of arch/arm64/include/asm/kvm_pgtable.h mean, in 5.10 up to 7.3. A bit of
 * another name may be a memory type that is not known here: then nothing is said.
 */
enum prot_meaning { PROT_DEVICE, PROT_NORMAL_NC, PROT_OTHER };

static const struct {
	const char *name;
	enum prot_meaning meaning;
} meanings[] = {
	{ "DEVICE", PROT_DEVICE },
	{ "NORMAL_NC", PROT_NORMAL_NC }, /* 6.9 */
	{ "X", PROT_OTHER },   { "W", PROT_OTHER },   { "R", PROT_OTHER },
	{ "PX", PROT_OTHER },  { "UX", PROT_OTHER },  /* 7.0 */
	{ "SW0", PROT_OTHER }, { "SW1", PROT_OTHER }, { "SW2", PROT_OTHER }, { "SW3", PROT_OTHER },
};

/* All bits of that meaning. */
static uint64_t prot_bits(const struct witness *w, enum prot_meaning meaning)
{
	static const char prefix[] = "KVM_PGTABLE_PROT_";
	uint64_t bits = 0;

	for (unsigned int i = 0; i < w->n_prots; i++) {
		const char *name = w->prots[i].name;

		if (strncmp(name, prefix, sizeof(prefix) - 1))
			continue;
		for (size_t k = 0; k < sizeof(meanings) / sizeof(*meanings); k++)
			if (meanings[k].meaning == meaning &&
			    !strcmp(name + sizeof(prefix) - 1, meanings[k].name))
				bits |= w->prots[i].value;
	}
	return bits;
}

bool witness_knows_nc(const struct witness *w)
{
	return prot_bits(w, PROT_NORMAL_NC);
}

static bool one_bit(uint64_t bits)
{
	return bits && !(bits & (bits - 1));
}

bool witness_prots_usable(const struct witness *w, char *why, size_t n)
{
	uint64_t device = prot_bits(w, PROT_DEVICE), nc = prot_bits(w, PROT_NORMAL_NC);

	if (!one_bit(device)) {
		snprintf(why, n, "it has no bit KVM_PGTABLE_PROT_DEVICE");
		return false;
	}
	/* kernels before 6.9 have no Normal-NC, and need none */
	if ((nc && !one_bit(nc)) || device & nc || (device | nc) & prot_bits(w, PROT_OTHER)) {
		snprintf(why, n, "its bits overlap");
		return false;
	}
	return true;
}

enum witness_type witness_prot_type(const struct witness *w, uint64_t prot)
{
	uint64_t device = prot_bits(w, PROT_DEVICE), nc = prot_bits(w, PROT_NORMAL_NC);

	if (!device || prot & ~(device | nc | prot_bits(w, PROT_OTHER)))
		return WITNESS_UNKNOWN;
	switch ((prot & device ? 1 : 0) + (prot & nc ? 2 : 0)) {
	case 0:
		return WITNESS_NORMAL_WB;
	case 1:
		return WITNESS_DEVICE;
	case 2:
		return WITNESS_NORMAL_NC;
	default:
		return WITNESS_UNKNOWN; /* both: KVM refuses to map it */
	}
}

bool witness_watches(const struct bar *bar)
{
	return bar->kind == BAR_MEMORY && bar->size_bytes && bar->phys_bytes && !bar->unset;
}

struct witness_vmm *witness_vmm(struct witness *w, unsigned int pid, const char *comm)
{
	struct witness_vmm *v;

	for (size_t i = 0; i < w->n_vmms; i++)
		if (w->vmms[i].pid == pid)
			return &w->vmms[i];
	if (w->n_vmms == WITNESS_VMMS_MAX)
		return NULL;
	v = realloc(w->vmms, (w->n_vmms + 1) * sizeof(*v));
	if (!v)
		return NULL;
	w->vmms = v;
	v += w->n_vmms++;
	*v = (struct witness_vmm){ .pid = pid };
	snprintf(v->comm, sizeof(v->comm), "%s", comm);
	return v;
}

/* Order of ranges: those that can be one are neighbours. */
static int range_compare_kind(const struct witness_range *a, const struct witness_range *b)
{
	uint64_t shift_a = a->ipa - a->offset_bytes, shift_b = b->ipa - b->offset_bytes;

	if (a->bar != b->bar)
		return a->bar < b->bar ? -1 : 1;
	if (a->pid != b->pid)
		return a->pid < b->pid ? -1 : 1;
	if (a->prot != b->prot)
		return a->prot < b->prot ? -1 : 1;
	return (shift_a > shift_b) - (shift_a < shift_b);
}

static int range_compare(const struct witness_range *a, const struct witness_range *b)
{
	int kind = range_compare_kind(a, b);

	return kind ? kind :
		      (a->offset_bytes > b->offset_bytes) - (a->offset_bytes < b->offset_bytes);
}

/* Where r belongs: the first that is not before it. */
static size_t range_find(const struct witness *w, const struct witness_range *r)
{
	size_t low = 0, high = w->n_ranges;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (range_compare(&w->ranges[middle], r) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static uint64_t range_end(const struct witness_range *r)
{
	return r->offset_bytes + r->size_bytes;
}

/* True when both are of a kind and touch or overlap; a begins first. */
static bool ranges_join(const struct witness_range *a, const struct witness_range *b)
{
	return !range_compare_kind(a, b) && b->offset_bytes <= range_end(a);
}

bool witness_range_follows(const struct witness_range *a, const struct witness_range *b)
{
	return range_compare(a, b) < 0 && !ranges_join(a, b);
}

/* b into a. */
static void range_merge(struct witness_range *a, const struct witness_range *b)
{
	uint64_t end = range_end(b) > range_end(a) ? range_end(b) : range_end(a);

	a->size_bytes = end - a->offset_bytes;
	a->first_s = b->first_s < a->first_s ? b->first_s : a->first_s;
	a->last_s = b->last_s > a->last_s ? b->last_s : a->last_s;
	a->count += b->count;
	a->again += b->again;
}

/* True when some of r is in a range of its kind; at: where r belongs. */
static bool range_overlaps(const struct witness *w, size_t at, const struct witness_range *r)
{
	if (at > 0 && !range_compare_kind(&w->ranges[at - 1], r) &&
	    range_end(&w->ranges[at - 1]) > r->offset_bytes)
		return true;
	return at < w->n_ranges && !range_compare_kind(&w->ranges[at], r) &&
	       w->ranges[at].offset_bytes < range_end(r);
}

static void range_remove(struct witness *w, size_t at)
{
	memmove(&w->ranges[at], &w->ranges[at + 1],
		(w->n_ranges - at - 1) * sizeof(*w->ranges));
	w->n_ranges--;
}

/* Whatever at now reaches becomes part of it. */
static void range_absorb_next(struct witness *w, size_t at)
{
	while (at + 1 < w->n_ranges && ranges_join(&w->ranges[at], &w->ranges[at + 1])) {
		range_merge(&w->ranges[at], &w->ranges[at + 1]);
		range_remove(w, at + 1);
	}
}

static int range_insert(struct witness *w, size_t at, const struct witness_range *r)
{
	struct witness_range *v = w->ranges;

	/* doubles at powers of two */
	if (!(w->n_ranges & (w->n_ranges - 1))) {
		v = realloc(v, (w->n_ranges ? 2 * w->n_ranges : 1) * sizeof(*v));
		if (!v)
			return -ENOMEM;
		w->ranges = v;
	}
	memmove(&v[at + 1], &v[at], (w->n_ranges - at) * sizeof(*v));
	v[at] = *r;
	w->n_ranges++;
	return 0;
}

/* A neighbour of r's kind that a mapping too many is counted in, or NULL. */
static struct witness_range *range_of_kind(struct witness *w, size_t at,
					   const struct witness_range *r)
{
	if (at > 0 && !range_compare_kind(&w->ranges[at - 1], r))
		return &w->ranges[at - 1];
	if (at < w->n_ranges && !range_compare_kind(&w->ranges[at], r))
		return &w->ranges[at];
	return NULL;
}

static int range_add(struct witness *w, struct witness_range *r)
{
	size_t at = range_find(w, r);
	struct witness_range *kind;

	r->again = range_overlaps(w, at, r) ? 1 : 0;
	if (at > 0 && ranges_join(&w->ranges[at - 1], r)) {
		range_merge(&w->ranges[at - 1], r);
		range_absorb_next(w, at - 1);
		return 0;
	}
	if (at < w->n_ranges && ranges_join(r, &w->ranges[at])) {
		range_merge(r, &w->ranges[at]);
		w->ranges[at] = *r;
		range_absorb_next(w, at);
		return 0;
	}
	if (w->n_ranges < WITNESS_RANGES_MAX)
		return range_insert(w, at, r);
	kind = range_of_kind(w, at, r);
	if (!kind && w->n_ranges < WITNESS_RANGES_MAX + RANGES_SPARE)
		return range_insert(w, at, r);
	if (!kind) {
		w->lost++;
		return 0;
	}
	kind->count++;
	kind->last_s = r->last_s;
	w->unplaced++;
	return 0;
}

/* r as a range of k's kind would be, at that place. */
static struct witness_range range_like(const struct witness_range *k, const struct witness_range *r,
				       uint64_t offset_bytes)
{
	struct witness_range like = *k;

	like.ipa = k->ipa - k->offset_bytes + offset_bytes;
	like.offset_bytes = offset_bytes;
	like.size_bytes = r->size_bytes;
	return like;
}

/* The first mapping of a place with another type than it had; later ones are not looked for. */
static void note_change(struct witness *w, const struct witness_range *r)
{
	struct witness_change *change = &w->changes[r->bar];
	struct witness_range like;

	/* one step for each kind, however many ranges it has */
	for (size_t at = 0; at < w->n_ranges && !change->seen; at = range_find(w, &like)) {
		const struct witness_range *k = &w->ranges[at];

		like = range_like(k, r, r->offset_bytes);
		if (k->bar == r->bar && k->type != r->type &&
		    range_overlaps(w, range_find(w, &like), &like))
			*change = (struct witness_change){ true, r->first_s };
		like = range_like(k, r, UINT64_MAX);
	}
}

int witness_add(struct witness *w, const struct witness_event *e)
{
	uint64_t last = e->pa + (e->size_bytes - 1);
	int touched = 0;

	if (!e->size_bytes || last < e->pa)
		return 0;
	for (unsigned int i = 0; i < PCI_BARS; i++) {
		const struct bar *bar = &w->device.bars[i];
		uint64_t bar_last = bar->phys_bytes + (bar->size_bytes - 1);
		uint64_t from = e->pa > bar->phys_bytes ? e->pa : bar->phys_bytes;
		uint64_t to = last < bar_last ? last : bar_last;
		struct witness_range r = {
			.bar = i, .offset_bytes = from - bar->phys_bytes,
			.size_bytes = to - from + 1, .ipa = e->ipa + (from - e->pa),
			.prot = e->prot, .type = witness_prot_type(w, e->prot),
			.first_s = e->time_s, .last_s = e->time_s, .pid = e->pid, .count = 1,
		};

		if (!witness_watches(bar) || from > to)
			continue;
		snprintf(r.comm, sizeof(r.comm), "%s", e->comm);
		note_change(w, &r);
		if (range_add(w, &r))
			return -ENOMEM;
		touched++;
	}
	return touched;
}
