// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "witness/live.h"

#define VTCR_DS (1ull << 32)     /* Arm ARM D24.2.199: FEAT_LPA2 is in use */
#define NO_ROOT UINT64_MAX       /* x86: INVALID_PAGE */
#define IPA_RANGES_MOST 4096

struct vm_look {
	struct live *l;
	const struct kernel_vm *vm;
	struct page_table table;
	struct witness_range like;  /* what all of its ranges have in common */
	uint64_t next;              /* what was not visited from here on is a hole */
};

static struct page_table table_of(const struct live *l, const struct kernel_vm *vm)
{
	struct page_table t = l->stage2;

	t.root = vm->root_phys;
	t.start_level = vm->start_level;
	if (t.format == PAGE_ARM_STAGE2) {
		t.input_bits = vm->input_bits;
		t.lpa2 = t.page_shift == 16 || vm->control & VTCR_DS;
	} else {
		t.input_bits = vm->start_level < 0 ? 57 : 48;
	}
	return t;
}

static int visit_nothing(void *data, const struct page_leaf *leaf)
{
	(void)data;
	(void)leaf;
	return 0;
}

/* What was copied while it changed may say that it has any number of bits and levels. */
static bool is_table(const struct page_table *t)
{
	return page_table_walk(t, 0, 0, visit_nothing, NULL) != -EINVAL;
}

static enum witness_tables state_of(const struct live *l, const struct kernel_vm *vm, const struct page_table *t)
{
	if (vm->is_protected)
		return WITNESS_TABLES_PROTECTED;
	if (vm->is_unknown)
		return WITNESS_TABLES_BROKEN;
	if (vm->is_shadow)
		return WITNESS_TABLES_SHADOW;
	if (vm->root_phys == NO_ROOT || (!vm->root && !vm->root_phys))
		return WITNESS_TABLES_EMPTY;
	if ((vm->root && vm->root - vm->root_phys != kernel_linear(l->k)) || !is_table(t))
		return WITNESS_TABLES_BROKEN;
	return WITNESS_TABLES_READ;
}

/* KVM maps RAM as 0b0110 where the CPU has S2FWB, else as 0b1111 (arch/arm64/kvm/hyp/pgtable.c). */
static int see_fwb(void *data, const struct page_leaf *leaf)
{
	enum witness_fwb *fwb = data;
	unsigned int attr = leaf->entry >> 2 & 15;

	if (leaf->state == PAGE_MAPPED && (attr == 6 || attr == 15))
		*fwb = attr == 6 ? WITNESS_FWB_YES : WITNESS_FWB_NO;
	return *fwb != WITNESS_FWB_NOT_KNOWN;
}

static enum witness_state state_in_record(enum page_state state)
{
	return state == PAGE_MAPPED  ? WITNESS_MAPPED :
	       state == PAGE_TRAPPED ? WITNESS_TRAPPED :
				       WITNESS_UNREADABLE;
}

static int add_leaf(void *data, const struct page_leaf *leaf)
{
	struct vm_look *v = data;
	struct witness_range r = v->like;

	if (leaf->state != PAGE_MAPPED)
		return 0;
	r.address = leaf->address;
	r.state = WITNESS_MAPPED;
	r.type = leaf->memory.type;
	r.forced = leaf->memory.forced;
	r.leaf_least_bytes = r.leaf_most_bytes = leaf->entry_bytes;
	return live_add(v->l, &r, leaf->phys, leaf->bytes);
}

/* The slot of the VM that holds a guest address; NULL: it is trapped. */
static const struct kernel_slot *find_slot(const struct vm_look *v, uint64_t address)
{
	for (size_t i = 0; i < v->l->n_slots; i++) {
		const struct kernel_slot *s = &v->l->slots[i];

		if (s->pid == v->vm->pid && address / v->l->page_bytes - s->guest_page < s->pages)
			return s;
	}
	return NULL;
}

/* Of the VMM, that holds an address of it; NULL: ordinary memory, or this kernel does not say. */
static const struct kernel_mapping *find_mapping(const struct vm_look *v, uint64_t address)
{
	for (size_t i = 0; i < v->l->n_mappings; i++) {
		const struct kernel_mapping *m = &v->l->mappings[i];

		if (m->pid == v->vm->pid && address >= m->start && address < m->end)
			return m;
	}
	return NULL;
}

/*
 * What KVM makes of a device's page at the first touch, or of memory (m: NULL). arm64: user_mem_abort() of Linux
 * 6.9 and later, Device before. x86: EPT has UC without IPAT for what is no RAM (vmx_get_mt_mask), NPT leaves
 * all of it to the guest.
 */
static struct memory_attr will_be(const struct live *l, const struct kernel_mapping *m)
{
	if (l->rules == MEMORY_RULES_AMD)
		return (struct memory_attr){ MEMORY_BY_GUEST, false };
	if (!m)
		return (struct memory_attr){ MEMORY_UNKNOWN, false };
	if (l->rules == MEMORY_RULES_INTEL)
		return (struct memory_attr){ MEMORY_UC, false };
	return (struct memory_attr){ m->flags & KERNEL_VM_ALLOW_ANY_UNCACHED ? MEMORY_NORMAL_NC : MEMORY_DEVICE_NGNRE,
				     false };
}

/* A hole at a guest address whose slot is a mapping of a BAR. */
static int add_untouched(struct vm_look *v, uint64_t address, uint64_t bytes, const struct kernel_mapping *m,
			 uint64_t in_vmm)
{
	struct memory_attr memory = will_be(v->l, m);
	struct witness_range r = v->like;
	uint64_t phys;
	int ret = live_mapping_phys(v->l, m, &phys);

	if (ret != 1)
		return ret;
	r.address = address;
	r.state = WITNESS_UNTOUCHED;
	r.type = memory.type;
	r.forced = memory.forced;
	return live_add(v->l, &r, phys + (in_vmm - m->start), bytes);
}

/* The slots that hold parts of BARs, for their holes. */
struct hole_look {
	struct vm_look *v;
	const struct kernel_slot *slot;
	const struct kernel_mapping *mapping;
	uint64_t next;
};

static int add_hole(struct hole_look *h, uint64_t to)
{
	uint64_t in_vmm = h->slot->start + (h->next - h->slot->guest_page * h->v->l->page_bytes);

	return to > h->next ? add_untouched(h->v, h->next, to - h->next, h->mapping, in_vmm) : 0;
}

static int visit_hole(void *data, const struct page_leaf *leaf)
{
	struct hole_look *h = data;
	int ret = add_hole(h, leaf->address);

	h->next = leaf->address + leaf->bytes;
	return ret;
}

/* The part of the slot that the mapping is. */
static int look_for_holes(struct vm_look *v, const struct kernel_slot *s, const struct kernel_mapping *m)
{
	uint64_t page = v->l->page_bytes, end = s->start + s->pages * page;
	uint64_t from = m->start > s->start ? m->start : s->start, to = m->end < end ? m->end : end;
	struct hole_look h = { v, s, m, s->guest_page * page + (from - s->start) };
	uint64_t last = h.next + (to - from);
	int ret;

	if (from >= to)
		return 0;
	ret = page_table_walk(&v->table, h.next, last - 1, visit_hole, &h);
	/* beyond the last address: it changed while it was copied */
	return ret == -EINVAL ? 0 : ret ? ret : add_hole(&h, last);
}

static int look_at_slots(struct vm_look *v)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < v->l->n_slots; i++) {
		const struct kernel_slot *s = &v->l->slots[i];

		for (size_t j = 0; !ret && s->pid == v->vm->pid && j < v->l->n_mappings; j++)
			if (v->l->mappings[j].pid == s->pid)
				ret = look_for_holes(v, s, &v->l->mappings[j]);
	}
	return ret;
}

/* One range of what was asked for by its address, up to the end of the slot; returns where the next begins. */
static int add_asked(struct vm_look *v, uint64_t address, uint64_t bytes, const struct page_range *range)
{
	const struct kernel_slot *slot = find_slot(v, address);
	struct witness_range r = v->like;
	const struct kernel_mapping *m;

	/* slots are of the VM's own addresses: of a hole in a table for a VM in it they say nothing */
	if (v->vm->nested && range->state == PAGE_HOLE)
		return 0;
	r.function = -1;
	r.address = address;
	r.size_bytes = bytes;
	r.state = state_in_record(range->state);
	r.type = range->memory.type;
	r.forced = range->memory.forced;
	r.leaf_least_bytes = range->smallest_bytes;
	r.leaf_most_bytes = range->largest_bytes;
	if (range->state == PAGE_MAPPED)
		r.phys = range->phys + (address - range->address);
	if (range->state == PAGE_HOLE && !slot)
		r.state = WITNESS_TRAPPED;
	if (range->state == PAGE_HOLE && slot) {
		struct memory_attr memory;

		r.state = WITNESS_UNTOUCHED;
		m = find_mapping(v, slot->start + (address - slot->guest_page * v->l->page_bytes));
		memory = will_be(v->l, m);
		r.type = memory.type;
		r.forced = memory.forced;
	}
	return witness_add(v->l->w, &r);
}

/* Holes are cut where slots begin and end. */
static uint64_t next_edge(const struct vm_look *v, uint64_t address, uint64_t last)
{
	for (size_t i = 0; i < v->l->n_slots; i++) {
		const struct kernel_slot *s = &v->l->slots[i];
		uint64_t first = s->guest_page * v->l->page_bytes, end = first + s->pages * v->l->page_bytes;

		if (s->pid != v->vm->pid)
			continue;
		if (first > address && first <= last)
			last = first - 1;
		if (end > address && end - 1 < last)
			last = end - 1;
	}
	return last;
}

static int look_at_address(struct vm_look *v)
{
	const struct live_ask *ask = v->l->ask;
	static struct page_range room[IPA_RANGES_MOST];
	struct page_ranges ranges = { .v = room, .max = IPA_RANGES_MOST };
	int ret = page_table_ranges(&v->table, ask->ipa, ask->ipa + (ask->ipa_bytes - 1), &ranges);

	for (size_t i = 0; !ret && i < ranges.n; i++) {
		const struct page_range *r = &ranges.v[i];
		uint64_t at = r->address, last = at + (r->bytes - 1), to;

		do {
			to = next_edge(v, at, last);
			ret = add_asked(v, at, to - at + 1, r);
			at = to + 1;
		} while (!ret && to < last);
	}
	v->l->w->left_out += ranges.left_out;
	return ret;
}

static int look_at_vm(struct live *l, const struct kernel_vm *vm)
{
	struct vm_look v = { .l = l, .vm = vm, .table = table_of(l, vm) };
	struct witness_vm row = { .pid = vm->pid, .nested = vm->nested, .tables = state_of(l, vm, &v.table) };
	uint64_t last = row.tables == WITNESS_TABLES_READ ? (1ull << v.table.input_bits) - 1 : 0;
	int ret = 0;

	memcpy(row.comm, vm->comm, sizeof(row.comm));
	if (row.tables == WITNESS_TABLES_READ && v.table.format == PAGE_ARM_STAGE2)
		ret = page_table_walk(&v.table, 0, last, see_fwb, &row.fwb);
	if (ret < 0)
		return ret;
	if (l->w->n_vms < WITNESS_VMS_MAX)
		l->w->vms[l->w->n_vms++] = row;
	if (row.tables != WITNESS_TABLES_READ)
		return 0;
	v.table.fwb = row.fwb == WITNESS_FWB_YES;
	v.like = (struct witness_range){ .who = WITNESS_VM, .pid = vm->pid, .nested = vm->nested,
					 .through = WITNESS_THROUGH_KVM };
	memcpy(v.like.comm, vm->comm, sizeof(v.like.comm));
	ret = page_table_walk(&v.table, 0, last, add_leaf, &v);
	if (!ret && !vm->nested)
		ret = look_at_slots(&v);
	if (!ret && vm->pid == l->ask->vm)
		ret = look_at_address(&v);
	return ret;
}

static int is_leaf(void *data, const struct page_leaf *leaf)
{
	(void)data;
	return leaf->state == PAGE_MAPPED;
}

/*
 * x86: each vCPU says which table it uses. Most share one, but that of a vCPU that sleeps since memory slots changed
 * is an emptied one, and in system management mode there is another. How much this one says.
 */
static int rank(const struct live *l, const struct kernel_vm *vm)
{
	struct page_table t = table_of(l, vm);

	switch (state_of(l, vm, &t)) {
	case WITNESS_TABLES_READ: break;
	case WITNESS_TABLES_EMPTY: return 0;
	default: return 1;
	}
	return vm->is_smm ? 2 : page_table_walk(&t, 0, UINT64_MAX, is_leaf, NULL) == 1 ? 4 : 3;
}

/* Another file of the same VM, or another vCPU of it that says as much. */
static bool is_again(const struct live *l, size_t i)
{
	const struct kernel_vm *vm = &l->vms[i];

	for (size_t j = 0; j < l->n_vms; j++) {
		const struct kernel_vm *other = &l->vms[j];

		if (j == i || other->kvm != vm->kvm || other->nested != vm->nested)
			continue;
		if (other->root_phys == vm->root_phys) {
			if (j < i)
				return true;
		} else if (!vm->root && !vm->nested) {
			int own = rank(l, vm), others = rank(l, other);

			if (others > own || (others == own && j < i))
				return true;
		}
	}
	return false;
}

int live_look_at_vms(struct live *l)
{
	bool unknown = false;
	int ret = 0;

	for (size_t i = 0; i < l->n_vms; i++)
		unknown |= l->vms[i].is_unknown;
	if (unknown)
		witness_lack(l->w, WITNESS_VM, "this kernel does not describe KVM's structures, which is a module here: it "
			     "does from Linux 5.11 on, with CONFIG_DEBUG_INFO_BTF_MODULES");
	l->w->vms = calloc(l->n_vms + 1, sizeof(*l->w->vms));
	if (!l->w->vms)
		return -ENOMEM;
	for (size_t i = 0; !ret && i < l->n_vms; i++)
		/* the answers' numbers are the kernel's: a record has none beyond INT32_MAX */
		if (l->vms[i].nested <= INT32_MAX && !is_again(l, i) &&
		    (!l->ask->pid || l->vms[i].pid == l->ask->pid))
			ret = look_at_vm(l, &l->vms[i]);
	return ret;
}
