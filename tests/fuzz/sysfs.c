// SPDX-License-Identifier: GPL-2.0-or-later
// covers: pci/list.c pci/config_space.c pci/iomem.c restore/power.c pci/policy.c report/text/list_text.c base/path.c
/*
 * A machine's functions: what --list says of a tree, and each function woken and put back as found.
 */
#include "config.h"
#include <ctype.h>
#include <string.h>
#include <time.h>
#include "base/path.h"
#include "pci/list.h"
#include "report/text/list.h"
#include "restore/power.h"
#include "fuzz.h"

/* A function has 10 ms to wake up; the tree's need none. In replay, too, where nobody else sleeps. */
int nanosleep(const struct timespec *wanted, struct timespec *left)
{
	(void)wanted, (void)left;
	return 0;
}

/* None of these bytes is in what is clear, of the window that is asked for or of the first. */
static void check_clear(const struct bar *b, const struct bar_area *a)
{
	uint64_t end = a->offset_bytes + a->size_bytes, from, clear;
	struct bar_area first;

	fuzz_require(a->size_bytes && a->size_bytes <= 32768 && end <= (1ull << 32) + 32768, "0x%llx",
		     (unsigned long long)end);
	for (int shift = 12; shift < 33; shift += 4) {
		from = a->offset_bytes >> shift << shift;
		clear = policy_clear_bytes(b, from, 1 << 20);
		fuzz_require(clear <= 1 << 20 && (from >= end || from + clear <= a->offset_bytes),
			     "0x%llx of 0x%llx", (unsigned long long)clear, (unsigned long long)from);
	}
	if (!policy_clear_area(b, &first))
		return;
	fuzz_require(first.size_bytes && first.offset_bytes < b->size_bytes &&
		     first.size_bytes <= b->size_bytes - first.offset_bytes &&
		     (first.offset_bytes >= end || first.offset_bytes + first.size_bytes <= a->offset_bytes),
		     "0x%llx", (unsigned long long)first.offset_bytes);
}

static void check_bar(const struct pci_device *d, const struct bar *b)
{
	fuzz_require(b->index < PCI_BARS && &d->bars[b->index] == b, "BAR %u", b->index);
	fuzz_require(b->kind != BAR_NONE || !b->size_bytes, "BAR %u of %s", b->index, d->bdf);
	fuzz_require(b->kind == BAR_NONE || b->size_bytes || b->unset, "BAR %u of %s", b->index, d->bdf);
	fuzz_require(b->kind == BAR_MEMORY || (!b->prefetchable && !b->is_64bit), "BAR %u", b->index);
	fuzz_require(fuzz_is_ascii(b->claimed) && (!b->claimed[0] || b->kind == BAR_MEMORY), "%s", b->claimed);
	fuzz_require(b->n_msix <= 2, "BAR %u of %s: %u parts", b->index, d->bdf, b->n_msix);
	for (unsigned int i = 0; i < b->n_msix; i++)
		check_clear(b, &b->msix[i]);
}

static void check_device(const struct pci_device *d)
{
	fuzz_require(fuzz_is_ascii(d->bdf) && fuzz_is_ascii(d->vendor_name) &&
		     fuzz_is_ascii(d->device_name) && fuzz_is_ascii(d->class_name) &&
		     fuzz_is_ascii(d->driver) && fuzz_is_ascii(d->link.speed) &&
		     fuzz_is_ascii(d->link.max_speed), "text of %s", d->bdf);
	fuzz_require(d->link.width <= 32 && d->link.max_width <= 32 && d->numa_node >= -1, "%s",
		     d->bdf);
	for (int i = 0; i < PCI_BARS; i++)
		check_bar(d, &d->bars[i]);
}

static int count(const struct pci_power *found, void *arg)
{
	fuzz_require(found->changed && fuzz_is_ascii(found->runtime_pm), "%s", found->runtime_pm);
	++*(int *)arg;
	return 0;
}

/* A file of the function's, at most n bytes. */
static size_t file_of(const struct pci_device *d, const char *name, uint8_t *bytes, size_t n)
{
	char path[64];
	size_t got;
	FILE *f;

	snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/%s", d->bdf, name);
	f = fopen(fuzz_tree_path(path), "re");
	got = f ? fread(bytes, 1, n, f) : 0;
	if (f)
		fclose(f);
	return got;
}

/* PMCSR's offset by a walk that sees each capability once; -1: it leaves the file. PCI spec 3.0, 6.7. */
static int find_pmcsr(const uint8_t *config, size_t n)
{
	bool seen[256] = { false };
	unsigned int at;

	if (n < 8 || !(config[6] & 0x10))
		return n < 8 ? -1 : 0;
	if (n < 0x36)
		return -1;
	for (at = config[0x34] & 0xfc; at >= 0x40 && !seen[at]; at = config[at + 1] & 0xfc) {
		if (at + 2 > n)
			return -1;
		if (config[at] == 1)
			return (int)at + 4;
		seen[at] = true;
	}
	return 0;
}

/* All of a function that power can change. */
struct found {
	uint8_t config[512], enable[64], control[64];
	size_t n_config, n_enable, n_control;
};

static void found_read(struct found *f, const struct pci_device *d)
{
	memset(f, 0, sizeof(*f));
	f->n_config = file_of(d, "config", f->config, sizeof(f->config));
	f->n_enable = file_of(d, "enable", f->enable, sizeof(f->enable));
	f->n_control = file_of(d, "power/control", f->control, sizeof(f->control));
}

/* PME_STATUS is cleared by a one, and so is written as zero: here that is the only difference. */
static void check_restored(const struct pci_device *d, const struct found *before, unsigned int pmcsr)
{
	struct found after;
	size_t n = before->n_control;
	bool clean = true;

	while (n && isspace(before->control[n - 1]))
		n--;
	for (size_t i = 0; i < n; i++)
		clean &= isprint(before->control[i]) != 0;
	found_read(&after, d);
	fuzz_require(after.n_config == before->n_config, "%s: %zu bytes", d->bdf, after.n_config);
	for (size_t i = 0; i < after.n_config; i++)
		fuzz_require((after.config[i] | (pmcsr && i == pmcsr + 1 ? 0x80 : 0)) ==
			     (before->config[i] | (pmcsr && i == pmcsr + 1 ? 0x80 : 0)),
			     "%s: byte %zu was %02x, is %02x", d->bdf, i, before->config[i],
			     after.config[i]);
	/* what is no text is written back as one, and what is too long in part */
	if (n < sizeof(((struct pci_power *)0)->runtime_pm) - 1 && clean)
		fuzz_require(!memcmp(after.control, before->control, n), "%s: '%s' was '%s'", d->bdf,
			     after.control, before->control);
}

/* What was told before a change is all that is changed, and all of that is put back. */
static void check_power(const struct pci_device *d)
{
	struct pci_power p = { 0 };
	struct found before;
	int told = 0, ret;
	unsigned int pmcsr;

	found_read(&before, d);
	ret = pci_power_on(&p, d, count, &told);
	fuzz_require(ret || p.changed == (told > 0), "%s: %d changes", d->bdf, told);
	fuzz_require(!d->driver[0] || !told, "%s: its driver's state is changed", d->bdf);
	fuzz_require(ret || (int)p.pm_offset == find_pmcsr(before.config, before.n_config),
		     "%s: PMCSR at 0x%x", d->bdf, p.pm_offset);
	if (ret)
		return;
	pmcsr = p.pm_offset;
	if (!pci_power_restore(&p))
		check_restored(d, &before, pmcsr);
	fuzz_require(!p.changed, "%s", d->bdf);
}

FUZZ_TARGET(sysfs)
{
	static const char names[] = "1af4  Red Hat, Inc.\n\t1110  Inter-VM shared memory\n"
				    "C 05  Memory controller\n\t00  RAM memory\n";
	const struct policy_ask ask = { 0 };
	const struct pci_select all = { 0 };
	struct pci_list list;
	const char *page;
	size_t n;
	int ret;

	fuzz_begin();
	fuzz_tree(data, size);
	/* the machine's own names would be read each time, and they are many */
	if (!path_exists("/usr/share/misc/pci.ids"))
		fuzz_tree_put("usr/share/misc/pci.ids", names, strlen(names));
	/* see list.c: where libpci gives up, it loses what it had open */
	fuzz_forgive_begin();
	ret = pci_list_load(&list);
	fuzz_forgive_end();
	if (ret) {
		fuzz_require(fuzz_error()[0], "refused without a word");
		return 0;
	}
	for (size_t i = 0; i < list.n; i++)
		check_device(&list.v[i]);
	list_text_print(fuzz_out(), &list, &all, &ask);
	page = fuzz_out_close(&n);
	fuzz_require(fuzz_is_clean(page, n), "%s", page);
	for (size_t i = 0; i < list.n; i++)
		check_power(&list.v[i]);
	pci_list_free(&list);
	return 0;
}
