// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include "arch/arch.h"
#include "base/path.h"
#include "witness/live.h"

/*
 * How this kernel makes its tables (levels, width of addresses, LPA2) is in no file, and where its linear map
 * begins is in several segments of /proc/kcore. Each combination is tried on a page of our own that holds a
 * random number: the one that leads to that number is right.
 */

static const struct shape {
	const char *arch;
	enum page_format format;
	unsigned int page_shift, input_bits;
	int start_level;
	bool lpa2;
} shapes[] = {
	/* Linux: arch/arm64/Kconfig, ARM64_VA_BITS_* and PGTABLE_LEVELS */
	{ "aarch64", PAGE_ARM_STAGE1, 12, 48, 0, false },
	{ "aarch64", PAGE_ARM_STAGE1, 12, 39, 1, false },
	{ "aarch64", PAGE_ARM_STAGE1, 12, 52, -1, true },
	/* before that of 48 bits, as which a low address is found, too: without LPA2 bits 9:8 of an entry are not 0 */
	{ "aarch64", PAGE_ARM_STAGE1, 14, 52, 0, true },
	{ "aarch64", PAGE_ARM_STAGE1, 14, 48, 0, false },
	{ "aarch64", PAGE_ARM_STAGE1, 14, 47, 1, false },
	{ "aarch64", PAGE_ARM_STAGE1, 14, 36, 2, false },
	{ "aarch64", PAGE_ARM_STAGE1, 16, 52, 1, true },
	{ "aarch64", PAGE_ARM_STAGE1, 16, 48, 1, true },
	{ "aarch64", PAGE_ARM_STAGE1, 16, 42, 2, true },
	/* Documentation/arch/x86/x86_64/mm.rst */
	{ "x86_64", PAGE_X86, 12, 48, 0, false },
	{ "x86_64", PAGE_X86, 12, 57, -1, false },
};

/* The bit that AMD's SME and SEV set in addresses of encrypted memory: CPUID 0x8000001f has one of these. */
static const uint64_t encryptions[] = { 0, 1ull << 47, 1ull << 51 };

struct own_page {
	struct kernel *k;
	uint64_t number;
	struct memory_attr memory;
	uint64_t entry;
	int error;
};

/* Whether the leaf leads to the number. */
static int is_own(void *data, const struct page_leaf *leaf)
{
	struct own_page *own = data;
	uint64_t found;

	if (leaf->state != PAGE_MAPPED || kernel_read(own->k, leaf->phys, &found, sizeof(found)) ||
	    found != own->number)
		return 0;
	own->memory = leaf->memory;
	own->entry = leaf->entry;
	return 1;
}

/* x86: "address sizes	: 48 bits physical, 48 bits virtual"; 0: it does not say. */
static unsigned int phys_bits(void)
{
	FILE *f = path_fopen("/proc/cpuinfo");
	unsigned int bits = 0;
	char line[4096];

	while (f && !bits && fgets(line, sizeof(line), f))
		if (sscanf(line, "address sizes : %3u bits physical", &bits) == 1 && (bits < 32 || bits > 52))
			bits = 0;
	if (f)
		fclose(f);
	return bits;
}

static bool try_shape(struct live *l, const struct shape *s, const void *page, struct own_page *own, uint64_t pgd,
		      unsigned int bits)
{
	uint64_t at = (uintptr_t)page;

	l->process = (struct page_table){
		.format = s->format, .page_shift = s->page_shift, .input_bits = s->input_bits,
		.start_level = s->start_level, .lpa2 = s->lpa2, .root = pgd - kernel_linear(l->k),
		.pat = X86_PAT_LINUX, .phys_bits = bits, .read = kernel_read, .data = l->k,
	};
	for (size_t i = 0; i < (s->format == PAGE_X86 ? sizeof(encryptions) / sizeof(encryptions[0]) : 1); i++) {
		l->process.encryption = encryptions[i];
		int ret = page_table_walk(&l->process, at, at + 7, is_own, own);

		if (ret == 1)
			return true;
		if (ret == -ENOMEM)
			own->error = ret;
	}
	return false;
}

static bool find(struct live *l, const void *page, struct own_page *own, uint64_t pgd)
{
	unsigned int bits = phys_bits();

	for (size_t linear = 0; !kernel_try_linear(l->k, linear); linear++)
		for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
			if (!strcmp(shapes[i].arch, arch_name) && 1ull << shapes[i].page_shift == l->page_bytes &&
			    try_shape(l, &shapes[i], page, own, pgd, bits))
				return true;
	return false;
}

/* Ordinary memory is Normal Write-Back: by which index tells how this kernel numbers them. */
static int find_layout(struct live *l, const struct own_page *own, char *why, size_t n)
{
	if (l->process.format != PAGE_ARM_STAGE1)
		return 0;
	for (int layout = ARM_MAIR_5_11; layout <= ARM_MAIR_OLD; layout++) {
		l->process.mair = (enum arm_mair_layout)layout;
		if (memory_type_arm_stage1(l->process.mair, own->entry >> 2 & 7) == MEMORY_NORMAL_WB)
			return 0;
	}
	snprintf(why, n, "this kernel numbers memory types in a way that is not known: please report its version");
	return -EOPNOTSUPP;
}

int live_find_shape(struct live *l, char *why, size_t n)
{
	void *page = mmap(NULL, l->page_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct own_page own = { .k = l->k };
	struct kernel_process *self = NULL;
	size_t n_self = 0;
	int ret;

	if (page == MAP_FAILED || getrandom(&own.number, sizeof(own.number), 0) != sizeof(own.number)) {
		snprintf(why, n, "no page of random numbers to try the kernel's tables with: %s", strerror(errno));
		return -EOPNOTSUPP;
	}
	if (kernel_lacks(l->k, KERNEL_SELF)) {
		snprintf(why, n, "%s", kernel_lacks(l->k, KERNEL_SELF));
		return -EOPNOTSUPP;
	}
	memcpy(page, &own.number, sizeof(own.number));
	ret = kernel_ask(l->k, KERNEL_SELF, (void **)&self, &n_self);
	if (!ret && (n_self != 1 || !find(l, page, &own, self->pgd))) {
		snprintf(why, n, "this kernel's page tables are not as mmiowitness knows them: a page of its own is "
			 "not found through them. Please report the kernel and the machine");
		ret = own.error ? own.error : -EOPNOTSUPP;
	}
	if (!ret)
		ret = find_layout(l, &own, why, n);
	free(self);
	munmap(page, l->page_bytes);
	return ret;
}
