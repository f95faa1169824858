// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "base/parse.h"
#include "base/path.h"
#include "base/text.h"
#include "report/text/list.h"
#include "report/text/text.h"

#define COLUMNS      TEXT_COLUMNS
#define FILES_FROM   COLUMNS /* narrower pages have no names of files */
#define REASON_FROM  76      /* and still narrower ones the reason on a line of its own */
#define REASON_BEHIND 6

/* One line of the page: whatever names a device may have, it stays one, printable and bounded. */
static void put_line(FILE *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void put_line(FILE *out, const char *fmt, ...)
{
	size_t columns = text_columns(out), len;
	char text[4 * COLUMNS];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	len = strlen(text_printable(text));
	if (len > columns)
		strcpy(text + columns - 3, "...");
	while (len && len <= columns && text[len - 1] == ' ')
		text[--len] = 0;
	fprintf(out, "%s\n", text);
}

/* "16.0 GT/s PCIe" is long, and "PCIe" goes without saying. */
static const char *link_text(char *buf, size_t n, const char *speed, unsigned int width)
{
	const char *unit = strstr(speed, " PCIe");

	if (speed[0] && width)
		snprintf(buf, n, "%.*s x%u", (int)(unit ? (size_t)(unit - speed) : strlen(speed)), speed,
			 width);
	else
		buf[0] = 0;
	return buf;
}

static void device_print(FILE *out, const struct pci_device *d)
{
	const struct pci_link *k = &d->link;
	char now[64], most[64], node[32] = "";

	put_line(out, "%s [%04x:%04x] %s %s", d->bdf, d->vendor, d->device, d->vendor_name,
		 d->device_name);
	if (d->numa_node >= 0)
		snprintf(node, sizeof(node), ", NUMA node %d", d->numa_node);
	put_line(out, "  %.40s [%04x], %s%.24s%s", d->class_name, d->class_code,
		 d->driver[0] ? "driver " : "no driver", d->driver, node);
	if (!k->speed[0] && !k->max_speed[0])
		return;
	link_text(now, sizeof(now), k->speed, k->width);
	link_text(most, sizeof(most), k->max_speed, k->max_width);
	put_line(out, "  link %s%s%s", *now ? now : "not known", *most ? ", at most " : "", most);
}

static void bar_print(FILE *out, const struct pci_device *d, const struct bar *b,
		      const struct policy_ask *ask, enum policy_reason reason)
{
	unsigned int columns = text_columns(out);
	char size[24] = "size ?", file[16] = "-", files[32], line[2 * COLUMNS];
	int n;

	if (b->has_file)
		snprintf(file, sizeof(file), "resource%u", b->index % 10);
	snprintf(files, sizeof(files), b->has_wc_file ? "%s resource%u_wc" : "%s", file, b->index % 10);
	if (b->size_bytes)
		format_size(size, sizeof(size), b->size_bytes);
	if (b->kind == BAR_IO)
		n = snprintf(line, sizeof(line), "  BAR %u  I/O    %6s %24s", b->index, size, "");
	else
		n = snprintf(line, sizeof(line), "  BAR %u  memory %6s  %s-bit  %-15s", b->index, size,
			     b->is_64bit ? "64" : "32", b->prefetchable ? "prefetchable" : "");
	if (columns >= FILES_FROM)
		n += snprintf(line + n, sizeof(line) - (size_t)n, " %-22s", files);
	if (columns < REASON_FROM) {
		put_line(out, "%s", line);
		n = snprintf(line, sizeof(line), "%*s", REASON_BEHIND, "");
	}
	put_line(out, "%s %s%s", line, reason == POLICY_OK ? "" : "no: ", policy_reason_short(reason));
	/* all reasons at once: nobody should unbind a driver only to meet the next refusal */
	while ((reason = policy_next(d, b, ask, reason)))
		put_line(out, "%*s and %s", n, "", policy_reason_short(reason));
}

/* What the page has shown so far, for its end. */
struct tally {
	size_t functions;
	size_t testable;
	const struct pci_device *example;
	const struct bar *example_bar;
	bool example_unasked;
	size_t with_wc, prefetchable;
	const struct pci_device *unlikely; /* the first whose BARs a VMM may not show as they are */
	size_t refused[POLICY_REASONS];
	const struct pci_device *refused_dev[POLICY_REASONS]; /* the first */
	const struct bar *refused_bar[POLICY_REASONS];
	bool hidden;
};

/*
 * Whoever copies the example consents to stores: it is what is memory for the likeliest, the largest BAR
 * of a function whose class has memory.
 */
static void tally_testable(struct tally *t, const struct pci_device *d, const struct bar *b,
			   const struct policy_ask *ask)
{
	const struct bar *best = t->example_bar;
	struct policy_ask unnamed = *ask;
	bool unasked;

	unnamed.bar_named = false;
	unasked = policy_check(d, b, &unnamed).may_load;
	if (!best || (b->has_wc_file != best->has_wc_file ? b->has_wc_file :
		      unasked != t->example_unasked ? unasked : b->size_bytes > best->size_bytes)) {
		t->example = d;
		t->example_bar = b;
		t->example_unasked = unasked;
	}
	t->testable++;
	t->with_wc += b->has_wc_file;
	t->prefetchable += b->prefetchable;
}

/*
 * Displays and accelerators have their memory behind prefetchable BARs of 64 bits. Where there is none, in
 * a VM, but others of 64 bits, the VMM may have dropped that bit.
 */
static bool is_unlikely(const struct pci_device *d, const struct policy_ask *ask)
{
	unsigned int base = d->class_code >> 8;
	bool any_64bit = false;

	for (unsigned int i = 0; i < PCI_BARS; i++) {
		any_64bit |= d->bars[i].is_64bit;
		if (d->bars[i].prefetchable)
			return false;
	}
	return ask->kernel.guest && any_64bit && (base == 0x03 || base == 0x12);
}

static void function_print(FILE *out, const struct pci_device *d, const struct policy_ask *ask,
			   struct tally *t)
{
	if (t->functions++)
		fputc('\n', out);
	device_print(out, d);
	if (!t->unlikely && is_unlikely(d, ask))
		t->unlikely = d;
	t->hidden |= d->hidden;
	for (unsigned int i = 0; i < PCI_BARS; i++) {
		enum policy_reason reason = policy_check(d, &d->bars[i], ask).reason;

		if (reason == POLICY_NO_BAR)
			continue;
		bar_print(out, d, &d->bars[i], ask, reason);
		if (reason == POLICY_OK)
			tally_testable(t, d, &d->bars[i], ask);
		for (; reason; reason = policy_next(d, &d->bars[i], ask, reason))
			if (!t->refused[reason]++) {
				t->refused_dev[reason] = d;
				t->refused_bar[reason] = &d->bars[i];
			}
	}
}

/* A reason of one BAR names its function, so that a command can be copied; of more: "BDF". */
static void remedy_print(FILE *out, enum policy_reason r, const struct tally *t)
{
	bool one = t->refused[r] == 1;
	char text[512];

	if (!t->refused[r])
		return;
	put_line(out, "  %s:", policy_reason_short(r));
	policy_remedy(text, sizeof(text), r, one ? t->refused_dev[r]->bdf : "BDF", one ? t->refused_bar[r] : NULL);
	text_wrapped(out, "", 4, text);
}

/* The example names no BAR that may well be registers: whoever copies it consents to stores. */
static void example_print(FILE *out, const struct tally *t)
{
	const char *s = t->testable == 1 ? "" : "s";
	char text[3 * COLUMNS];

	if (t->example_unasked)
		snprintf(text, sizeof(text), "%zu BAR%s may be tested%s mmiobench -s %s --bar %u", t->testable, s,
			 *s ? ", for example:" : ":", t->example->bdf, t->example_bar->index);
	else
		snprintf(text, sizeof(text), "%zu BAR%s may be tested when named, but no function here is of a class "
			 "whose BARs are memory: mmiobench -s BDF --bar N, if the device's manual says that it is.",
			 t->testable, s);
	text_wrapped(out, "", 0, text);
}

static void end_print(FILE *out, const struct tally *t, const struct policy_ask *ask)
{
	bool any = false, many = false;
	char text[3 * COLUMNS];

	for (int r = POLICY_OK + 1; r < POLICY_REASONS; r++) {
		any |= t->refused[r];
		many |= t->refused[r] > 1;
	}
	if (any) {
		fputc('\n', out);
		text_wrapped(out, "", 0, many ? "What to do about those that may not be tested (BDF: the function's "
			   "address):" : "What to do about those that may not be tested:");
	}
	for (int r = POLICY_OK + 1; r < POLICY_REASONS; r++)
		remedy_print(out, r, t);
	fputc('\n', out);
	if (t->testable) {
		example_print(out, t);
		if (!ask->read_only)
			text_wrapped(out, "", 0, "--bar is consent to store to a window of the BAR, its first MiB, which is "
				   "saved and put back. If the device's manual does not say that this is "
				   "memory: another --offset, or --read-only.");
		if (!t->with_wc && !t->prefetchable)
			text_wrapped(out, "", 0, "There is no resourceN_wc: the kernel makes it for prefetchable BARs, and none "
				   "of these is, so only the plain mapping can be measured.");
		else if (!t->with_wc)
			text_wrapped(out, "", 0, "There is no resourceN_wc: this kernel maps no BAR write-combining "
				   "(riscv never does, x86 only with PAT), so only the plain mapping can be "
				   "measured.");
	} else {
		fputs("No BAR may be tested as it is.\n", out);
	}
	if (t->unlikely) {
		snprintf(text, sizeof(text), "No BAR of %s is prefetchable, which is rare with displays and "
			 "accelerators: if lspci -v on the host shows one that is, this VM's VMM hides it (kvmtool "
			 "does, Cloud Hypervisor did before its PR 4454), and there is no write combining through "
			 "sysfs here.", t->unlikely->bdf);
		text_wrapped(out, "", 0, text);
	}
}

/* What only root can see may still refuse a BAR, so the page says that it did not look. */
static void hidden_print(FILE *out)
{
	text_wrapped(out, "", 0, "Not root: claims and MSI-X are not known, so that sudo mmiobench --list may refuse "
		   "some of these.");
}

static void none_print(FILE *out, const struct pci_select *sel)
{
	put_line(out, "No PCI function%s%.30s%s%.30s", sel->slot ? " at -s " : "", sel->slot ? sel->slot : "",
		 !sel->id ? "" : sel->slot ? " and -d " : " with -d ", sel->id ? sel->id : "");
}

void list_text_print(FILE *out, const struct pci_list *list, const struct pci_select *sel,
		     const struct policy_ask *ask)
{
	struct policy_ask named = *ask; /* as the page's commands name them */
	struct tally t = { 0 };

	if (!list->n) {
		text_say(out, "", 0, "This machine has no PCI: nothing in %s/sys/bus/pci/devices",
			 path_sysroot());
		return;
	}
	named.bar_named = true;
	for (size_t i = 0; i < list->n; i++)
		if (pci_select_match(sel, &list->v[i]))
			function_print(out, &list->v[i], &named, &t);
	if (!t.functions)
		none_print(out, sel);
	else
		end_print(out, &t, ask);
	if (t.hidden)
		hidden_print(out);
}
