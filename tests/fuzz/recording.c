// SPDX-License-Identifier: GPL-2.0-or-later
// covers: witness/live.c witness/vm.c witness/process.c witness/driver.c witness/witness.c witness/memory_map.c
/*
 * What a kernel's memory and its answers say of a machine, and its /proc beside them: a tree of files with
 * "recording" (tests/witness/recording.h), whose number chooses how the tables are made and what is asked for.
 */
#include "config.h"
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "base/path.h"
#include "record/json_file.h"
#include "report/report.h"
#include "witness/live.h"
#include "witness/witness_file.h"
#include "../witness/recorded.h"
#include "fuzz.h"

#define TABLES_MAX 2000 /* for each walk: mmiowitness gives itself more, and these are many */

static struct pci_device functions[] = {
	{ .bdf = "0000:00:03.0", .dev = 3, .vendor = 0x1af4, .device = 0x1110, .class_code = 0x500, .bars = {
		[0] = { .kind = BAR_MEMORY, .phys_bytes = 0x10003000, .size_bytes = 0x100 },
		[2] = { .index = 2, .kind = BAR_MEMORY, .phys_bytes = 0x8000000000, .size_bytes = 16 << 20,
			.prefetchable = true },
	} },
	{ .bdf = "0000:00:04.0", .dev = 4, .vendor = 0x10de, .device = 0x2342, .class_code = 0x302, .bars = {
		[0] = { .kind = BAR_MEMORY, .phys_bytes = 0x10000000, .size_bytes = 4096 },
		[4] = { .index = 4, .kind = BAR_MEMORY, .phys_bytes = 0xfffff00000000000, .size_bytes = 1ull << 44 },
	} },
};

/* Bits of the number, from the lowest: the shape, x86's vendor, the page of the address asked for, who is. */
static const struct page_table shapes[] = {
	{ .format = PAGE_ARM_STAGE1, .page_shift = 12, .input_bits = 48, .start_level = 0 },
	{ .format = PAGE_ARM_STAGE1, .page_shift = 12, .input_bits = 52, .start_level = -1, .lpa2 = true },
	{ .format = PAGE_ARM_STAGE1, .page_shift = 14, .input_bits = 47, .start_level = 1 },
	{ .format = PAGE_ARM_STAGE1, .page_shift = 16, .input_bits = 52, .start_level = 1, .lpa2 = true },
	{ .format = PAGE_X86, .page_shift = 12, .input_bits = 48, .start_level = 0, .pat = X86_PAT_LINUX },
	{ .format = PAGE_X86, .page_shift = 12, .input_bits = 57, .start_level = -1, .pat = X86_PAT_LINUX },
};

static int read_memory(void *k, uint64_t phys, void *buf, size_t n)
{
	fuzz_require(n && n <= KERNEL_COPY_MOST && n % 8 == 0 && phys % 8 == 0, "%zu bytes at %" PRIx64, n, phys);
	return kernel_read(k, phys, buf, n);
}

static void open_live(struct live *l, struct live_ask *ask)
{
	uint64_t number = recorded.number;
	bool amd = number >> 3 & 1, arm;

	*l = (struct live){ .process = shapes[number % 8 % (sizeof(shapes) / sizeof(shapes[0]))] };
	fuzz_require(!kernel_open(&l->k, NULL, 0) && !kernel_try_linear(l->k, 0), "it does not open");
	arm = l->process.format == PAGE_ARM_STAGE1;
	l->page_bytes = 1ull << l->process.page_shift;
	l->process.read = read_memory;
	l->process.data = l->k;
	l->process.tables_max = TABLES_MAX;
	l->stage2 = l->process;
	l->stage2.format = arm ? PAGE_ARM_STAGE2 : amd ? PAGE_X86_NPT : PAGE_X86_EPT;
	l->rules = arm ? MEMORY_RULES_ARM : amd ? MEMORY_RULES_AMD : MEMORY_RULES_INTEL;
	*ask = (struct live_ask){ .pid = number >> 4 & 3, .vm = number >> 6 & 3, .ipa = number & ~0xfffull,
				  .ipa_bytes = (number >> 8 & 15) << 24 | 4096 };
	if (ask->ipa + (ask->ipa_bytes - 1) < ask->ipa)
		ask->ipa = 0;
}

static void check_range(const struct witness *w, const struct witness_range *r)
{
	const struct bar *bar;

	fuzz_require(r->size_bytes && r->address + (r->size_bytes - 1) >= r->address, "%" PRIx64 " bytes", r->size_bytes);
	if (r->function < 0)
		return;
	fuzz_require((size_t)r->function < w->n_functions && r->bar < PCI_BARS, "function %d", r->function);
	bar = &w->functions[r->function].bars[r->bar];
	fuzz_require(r->offset_bytes < bar->size_bytes && r->size_bytes <= bar->size_bytes - r->offset_bytes,
		     "%" PRIx64 " bytes from %" PRIx64 " on", r->size_bytes, r->offset_bytes);
	fuzz_require(r->phys == bar->phys_bytes + r->offset_bytes, "%" PRIx64, r->phys);
}

/* It is written, and accepted again; its page is clean. */
static void check(const struct witness *w)
{
	const char *page;
	struct witness again;
	char *text;
	json_t *root;
	size_t n;

	for (size_t i = 0; i < w->n_ranges; i++)
		check_range(w, &w->ranges[i]);
	witness_text(fuzz_out(), w, NULL);
	page = fuzz_out_close(&n);
	fuzz_require(fuzz_is_clean(page, n), "%s", page);
	root = witness_json(w);
	text = json_dumps(root, JSON_REAL_PRECISION(17));
	fuzz_require(text, "it cannot be written");
	fuzz_require(!witness_read(&again, fuzz_file(text, strlen(text))), "%s\n%s", fuzz_error(), text);
	witness_free(&again);
	free(text);
	json_decref(root);
}

static void look(void)
{
	const struct pci_list list = { functions, sizeof(functions) / sizeof(functions[0]) };
	struct witness w = { .version = "1", .arch = "aarch64", .started = "2026-12-01T00:00:00Z" };
	struct live_ask ask;
	struct live l;

	w.command = strdup("mmiowitness");
	open_live(&l, &ask);
	if (l.process.format == PAGE_X86)
		snprintf(w.arch, sizeof(w.arch), "x86_64");
	fuzz_require(!live_look(&l, &w, &list, &ask), "%s", fuzz_error());
	check(&w);
	live_close(&l);
	witness_free(&w);
}

FUZZ_TARGET(recording)
{
	unsigned int line;
	FILE *f;
	int ret;

	fuzz_begin();
	fuzz_tree(data, size);
	f = path_fopen("/recording");
	if (!f)
		return 0;
	ret = recording_read(&recorded, f, &line);
	fclose(f);
	if (!ret)
		look();
	recording_free(&recorded);
	return 0;
}
