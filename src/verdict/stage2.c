// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "arch/info.h"
#include "base/clock.h"
#include "verdict/stage2.h"

#define SKEW_S 600.0 /* between the clocks of host and guest */

static bool is_kind(const struct pci_device *f, const struct pci_device *guest, const struct bar *bar)
{
	const struct bar *own = &f->bars[bar->index];

	return f->vendor == guest->vendor && f->device == guest->device && witness_watches(own) &&
	       own->size_bytes == bar->size_bytes;
}

static bool overlaps(const struct witness_range *r, const struct bar *bar)
{
	return r->address <= bar->phys_bytes + (bar->size_bytes - 1) &&
	       bar->phys_bytes <= r->address + (r->size_bytes - 1);
}

bool stage2_is_of(const struct witness *w, const struct witness_range *r, const struct pci_device *guest,
		  const struct bar *bar)
{
	/* a nested table is filled as its VM touches memory, and has no slots of its own: its holes say nothing */
	if (r->who != WITNESS_VM || (r->nested && r->state != WITNESS_MAPPED))
		return false;
	if (r->function < 0)
		return overlaps(r, bar);
	return r->bar == bar->index && is_kind(&w->functions[r->function], guest, bar) &&
	       r->address == bar->phys_bytes + r->offset_bytes;
}

/* A VM has it, or may have: a VMM can emulate a twin of a device that the host keeps. */
static bool is_given(const struct witness *w, size_t function)
{
	for (size_t i = 0; i < w->n_ranges; i++)
		if (w->ranges[i].who == WITNESS_VM && w->ranges[i].function == (int)function)
			return true;
	return strstr(w->functions[function].driver, "vfio");
}

bool stage2_looked(const struct witness *w, const struct pci_device *guest, const struct bar *bar)
{
	for (size_t i = 0; i < w->n_functions; i++)
		if (is_kind(&w->functions[i], guest, bar) && is_given(w, i))
			return true;
	for (size_t i = 0; i < w->n_ranges && w->ranges[i].function < 0; i++)
		if (stage2_is_of(w, &w->ranges[i], guest, bar))
			return true;
	return false;
}

static bool is_x86(const struct witness *w)
{
	return arch_info_of(w->arch) == &arch_x86_64;
}

static enum memory_rules rules_of(const struct witness *w)
{
	const char *vendor = fact_or(&w->env.facts, "cpu_vendor", "");

	if (!is_x86(w))
		return MEMORY_RULES_ARM;
	return strstr(vendor, "AMD") || strstr(vendor, "Hygon") ? MEMORY_RULES_AMD : MEMORY_RULES_INTEL;
}

enum memory_type stage2_combine(const struct witness *w, const struct witness_range *r,
				enum memory_type stage1)
{
	return memory_type_combine(rules_of(w), stage1, (struct memory_attr){ r->type, r->forced });
}

/* Normal Write-Back is forced by S2FWB and else is not: of which kind a VM is may not be known. */
static bool may_be_forced(const struct witness *w, const struct witness_range *r)
{
	const struct witness_vm *vm = witness_find_vm(w, r->pid, r->nested);

	return r->type == MEMORY_NORMAL_WB && !r->forced && (!vm || vm->fwb == WITNESS_FWB_NOT_KNOWN);
}

unsigned int stage2_says(const struct witness *w, const struct witness_range *r)
{
	enum memory_type asked = is_x86(w) ? MEMORY_WC : MEMORY_NORMAL_NC;

	switch (memory_type_class(stage2_combine(w, r, asked))) {
	case MEMORY_CLASS_DEVICE:
		return SAYS(EFFECTIVE_DEVICE);
	case MEMORY_CLASS_COMBINING:
		return SAYS(EFFECTIVE_NORMAL_NC) | (may_be_forced(w, r) ? SAYS(EFFECTIVE_WRITE_BACK) : 0);
	case MEMORY_CLASS_CACHED:
		return SAYS(EFFECTIVE_WRITE_BACK);
	default:
		return 0;
	}
}

const char *stage2_words(char *buf, size_t n, const struct witness_range *r)
{
	snprintf(buf, n, "%s%s", r->type == MEMORY_BY_GUEST ? "left to the guest" : memory_type_name(r->type),
		 r->forced ? " (forced)" : "");
	return buf;
}

const char *stage2_bytes(char *buf, size_t n, const struct witness_range *r)
{
	bool large = r->size_bytes >= 1024;

	snprintf(buf, n, "%" PRIu64 " %s", large ? r->size_bytes >> 10 : r->size_bytes, large ? "KiB" : "bytes");
	return buf;
}

static bool has_lack(const struct witness *w, enum witness_who what)
{
	for (unsigned int i = 0; i < w->n_lacks; i++)
		if (w->lacks[i].what == what)
			return true;
	return false;
}

bool stage2_knows_slots(const struct witness *w)
{
	return !has_lack(w, WITNESS_VM);
}

bool stage2_knows_holes(const struct witness *w)
{
	return stage2_knows_slots(w) && !has_lack(w, WITNESS_PROCESS) && !w->left_out;
}

const char *stage2_absent(const struct witness *w)
{
	unsigned int outer = 0;

	for (size_t i = 0; i < w->n_vms; i++) {
		const struct witness_vm *vm = &w->vms[i];

		outer += !vm->nested;
		if (vm->nested ? vm->tables != WITNESS_TABLES_EMPTY : vm->tables != WITNESS_TABLES_READ)
			return NULL;
	}
	return outer != 1 || w->pid || !stage2_knows_holes(w) ? NULL :
	       "the only VM's tables have neither an entry nor a memory slot there: each access leaves the VM";
}

const char *stage2_is_earlier(const struct witness *w, const char *booted)
{
	time_t boot, start;

	return booted && date_known(booted, &boot) && date_known(w->started, &start) &&
	       difftime(boot, start) > w->duration_s + SKEW_S ?
	       "it is of before this guest was booted" : NULL;
}
