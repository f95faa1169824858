// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "base/clean.h"
#include "base/parse.h"
#include "base/path.h"
#include "report/list.h"
#include "report/text.h"

#define COLUMNS      TEXT_COLUMNS
#define FILES_FROM   COLUMNS /* narrower pages have no names of files */
#define REASON_FROM  76      /* and still narrower ones the reason on a line of its own */
#define REASON_BEHIND 6

/* One line of the page: whatever names a device may have, it stays one, printable and bounded. */
struct line {
	char text[4 * COLUMNS];
};

static void line_add(struct line *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void line_add(struct line *l, const char *fmt, ...)
{
	size_t len = strlen(l->text);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(l->text + len, sizeof(l->text) - len, fmt, ap);
	va_end(ap);
}

static void line_print(FILE *out, struct line *l)
{
	size_t len = strlen(text_clean(l->text)), columns = text_columns(out);

	if (len > columns)
		strcpy(l->text + columns - 3, "...");
	while (len && len <= columns && l->text[len - 1] == ' ')
		l->text[--len] = 0;
	fprintf(out, "%s\n", l->text);
}

/* Where a line must be broken so that the rest fits: after a blank, or in the middle of a word. */
static size_t wrap_at(const char *s, size_t width)
{
	if (strlen(s) <= width)
		return strlen(s);
	for (size_t i = width; i > 0; i--)
		if (s[i] == ' ')
			return i;
	return width;
}

static void wrap_print(FILE *out, const char *text, int indent)
{
	while (*text) {
		size_t n = wrap_at(text, text_columns(out) - (unsigned int)indent);
		struct line l = { "" };

		line_add(&l, "%*s%.*s", indent, "", (int)n, text);
		line_print(out, &l);
		text += n;
		text += strspn(text, " ");
	}
}

/* "16.0 GT/s PCIe" is long, and "PCIe" goes without saying. */
static void link_add(struct line *l, const char *speed, unsigned int width)
{
	const char *unit = strstr(speed, " PCIe");

	line_add(l, "%.*s x%u", (int)(unit ? (size_t)(unit - speed) : strlen(speed)), speed, width);
}

static void device_print(FILE *out, const struct pci_device *d)
{
	const struct pci_link *k = &d->link;
	struct line l = { "" };

	line_add(&l, "%s [%04x:%04x] %s %s", d->bdf, d->vendor, d->device, d->vendor_name,
		 d->device_name);
	line_print(out, &l);
	l.text[0] = 0;
	line_add(&l, "  %.40s [%04x], ", d->class_name, d->class_code);
	if (d->driver[0])
		line_add(&l, "driver %.24s", d->driver);
	else
		line_add(&l, "no driver");
	if (d->numa_node >= 0)
		line_add(&l, ", NUMA node %d", d->numa_node);
	line_print(out, &l);
	if (!k->speed[0] && !k->max_speed[0])
		return;
	l.text[0] = 0;
	line_add(&l, "  link ");
	if (k->speed[0] && k->width)
		link_add(&l, k->speed, k->width);
	else
		line_add(&l, "not known");
	if (k->max_speed[0] && k->max_width) {
		line_add(&l, ", at most ");
		link_add(&l, k->max_speed, k->max_width);
	}
	line_print(out, &l);
}

static void bar_print(FILE *out, const struct pci_device *d, const struct bar *b,
		      const struct policy_ask *ask, enum policy_reason reason)
{
	unsigned int columns = text_columns(out);
	struct line l = { "" };
	char size[24], file[16] = "-", files[32];
	int n;

	if (b->has_file)
		snprintf(file, sizeof(file), "resource%u", b->index % 10);
	if (b->has_wc_file)
		snprintf(files, sizeof(files), "%s resource%u_wc", file, b->index % 10);
	else
		snprintf(files, sizeof(files), "%s", file);
	format_size(size, sizeof(size), b->size_bytes);
	if (b->kind == BAR_IO)
		line_add(&l, "  BAR %u  I/O    %6s %24s", b->index, size, "");
	else
		line_add(&l, "  BAR %u  memory %6s  %s-bit  %-15s", b->index, size,
			 b->is_64bit ? "64" : "32", b->prefetchable ? "prefetchable" : "");
	if (columns >= FILES_FROM)
		line_add(&l, " %-22s", files);
	if (columns < REASON_FROM) {
		line_print(out, &l);
		l.text[0] = 0;
		line_add(&l, "%*s", REASON_BEHIND, "");
	}
	n = (int)strlen(l.text);
	line_add(&l, " %s%s", reason == POLICY_OK ? "" : "no: ", policy_reason_short(reason));
	line_print(out, &l);
	/* a driver is not unbound for nothing */
	while ((reason = policy_next(d, b, ask, reason))) {
		l.text[0] = 0;
		line_add(&l, "%*s and %s", n, "", policy_reason_short(reason));
		line_print(out, &l);
	}
}

/* What the page has shown so far, for its end. */
struct tally {
	size_t functions;
	size_t testable;
	const struct pci_device *example;
	const struct bar *example_bar;
	bool example_unasked;
	size_t with_wc;
	size_t refused[POLICY_REASONS];
	const char *refused_bdf[POLICY_REASONS]; /* of the first */
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
}

static void function_print(FILE *out, const struct pci_device *d, const struct policy_ask *ask,
			   struct tally *t)
{
	if (t->functions++)
		fputc('\n', out);
	device_print(out, d);
	for (unsigned int i = 0; i < PCI_BARS; i++) {
		enum policy_reason reason = policy_check(d, &d->bars[i], ask).reason;

		if (reason == POLICY_NO_BAR)
			continue;
		bar_print(out, d, &d->bars[i], ask, reason);
		if (reason == POLICY_OK)
			tally_testable(t, d, &d->bars[i], ask);
		for (; reason; reason = policy_next(d, &d->bars[i], ask, reason))
			if (!t->refused[reason]++)
				t->refused_bdf[reason] = d->bdf;
	}
}

/* A reason of one BAR names its function, so that a command can be copied; of more: "BDF". */
static void way_out_print(FILE *out, enum policy_reason r, const struct tally *t)
{
	char text[3 * COLUMNS];
	const char *bdf = t->refused[r] > 1 ? "BDF" : t->refused_bdf[r];
	struct line l = { "" };

	if (!t->refused[r] || !*policy_reason_way_out(r))
		return;
	line_add(&l, "  %s:", policy_reason_short(r));
	line_print(out, &l);
	snprintf(text, sizeof(text), policy_reason_way_out(r), bdf);
	wrap_print(out, text, 4);
}

static void end_print(FILE *out, const struct tally *t, const struct policy_ask *ask)
{
	bool any = false, many = false;
	char text[2 * COLUMNS];

	for (int r = POLICY_OK + 1; r < POLICY_REASONS; r++) {
		any |= t->refused[r] && *policy_reason_way_out(r);
		many |= t->refused[r] > 1;
	}
	if (any) {
		fputc('\n', out);
		wrap_print(out, many ? "What to do about those that may not be tested (BDF: the function's "
			   "address):" : "What to do about those that may not be tested:", 0);
	}
	for (int r = POLICY_OK + 1; r < POLICY_REASONS; r++)
		way_out_print(out, r, t);
	fputc('\n', out);
	if (t->testable) {
		snprintf(text, sizeof(text), "%zu BAR%s may be tested%s mmiobench -s %s --bar %u",
			 t->testable, t->testable == 1 ? "" : "s",
			 t->testable == 1 ? ":" : ", for example:", t->example->bdf,
			 t->example_bar->index);
		wrap_print(out, text, 0);
		if (!ask->read_only)
			wrap_print(out, "--bar is consent to store to a window of the BAR, its first MiB, which is "
				   "saved and put back. If the device's manual does not say that this is "
				   "memory: another --offset, or --read-only.", 0);
		if (!t->with_wc)
			wrap_print(out, "There is no resourceN_wc: this kernel maps no BAR write-combining "
				   "(riscv never does, x86 only with PAT), so only the plain mapping can be "
				   "measured.", 0);
	} else {
		fputs("No BAR may be tested as it is.\n", out);
	}
}

static void none_print(FILE *out, const struct pci_select *sel)
{
	struct line l = { "" };

	line_add(&l, "No PCI function");
	if (sel->slot)
		line_add(&l, " at -s %.30s", sel->slot);
	if (sel->id)
		line_add(&l, "%s -d %.30s", sel->slot ? " and" : " with", sel->id);
	line_print(out, &l);
}

void list_text_print(FILE *out, const struct pci_list *list, const struct pci_select *sel,
		     const struct policy_ask *ask)
{
	struct policy_ask named = *ask; /* as the page's commands name them */
	struct tally t = { 0 };
	struct line l = { "" };

	if (!list->n) {
		line_add(&l, "This machine has no PCI: nothing in %s/sys/bus/pci/devices",
			 path_sysroot());
		wrap_print(out, l.text, 0);
		return;
	}
	named.bar_named = true;
	for (size_t i = 0; i < list->n; i++)
		if (pci_select_match(sel, &list->v[i]))
			function_print(out, &list->v[i], &named, &t);
	if (t.functions)
		end_print(out, &t, ask);
	else
		none_print(out, sel);
}
