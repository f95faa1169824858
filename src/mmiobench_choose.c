// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>
#include "base/log.h"
#include "base/parse.h"
#include "base/text.h"
#include "mmiobench_choose.h"
#include "report/text/list.h"

#define NAMED_MOST 4 /* functions in one message */
#define WINDOW_DEFAULT_BYTES (1u << 20)
#define WINDOW_ALIGN_BYTES   4096u

/* One BAR that selectors and policy allow. */
struct candidate {
	const struct pci_device *dev;
	const struct bar *bar;
	struct policy_answer answer;
};

/* What may be tested of some functions. */
struct testable {
	size_t functions, bars;
	struct candidate first;
	char text[NAMED_MOST * 64 + 64]; /* "BAR 0 and 2 of 0000:01:00.0, BAR 4 of 0000:02:00.0" */
};

static void add_function(struct testable *t, const struct pci_device *dev, const unsigned int *bars,
			 size_t n)
{
	t->bars += n;
	if (t->functions++ >= NAMED_MOST)
		return;
	text_append(t->text, sizeof(t->text), t->functions > 1 ? ", BAR " : "BAR ");
	for (size_t i = 0; i < n; i++)
		text_append(t->text, sizeof(t->text), "%s%u", !i ? "" : i + 1 < n ? ", " : " and ", bars[i]);
	text_append(t->text, sizeof(t->text), " of %s", dev->bdf);
}

/* bar: -1: any. */
static void look_at(struct testable *t, const struct pci_device *dev, const struct policy_ask *ask, int bar)
{
	unsigned int bars[PCI_BARS];
	size_t n = 0;

	for (unsigned int b = 0; b < PCI_BARS; b++) {
		struct policy_answer answer = policy_check(dev, &dev->bars[b], ask);

		if ((bar >= 0 && b != (unsigned int)bar) || !answer.may_load)
			continue;
		if (!t->bars && !n)
			t->first = (struct candidate){ dev, &dev->bars[b], answer };
		bars[n++] = b;
	}
	if (n)
		add_function(t, dev, bars, n);
}

static struct testable look(const struct pci_list *list, const struct pci_select *select,
			    const struct policy_ask *ask, int bar)
{
	struct testable t = { 0 };

	for (size_t i = 0; i < list->n; i++)
		if (pci_select_match(select, &list->v[i]))
			look_at(&t, &list->v[i], ask, bar);
	if (t.functions > NAMED_MOST)
		text_append(t.text, sizeof(t.text), " and of %zu more functions (mmiobench --list)",
			    t.functions - NAMED_MOST);
	return t;
}

static bool is_selected(const struct bench_options *o)
{
	return o->select.slot || o->select.id;
}

static struct policy_ask as_named(const struct bench_options *o)
{
	struct policy_ask ask = o->policy;

	ask.bar_named = true;
	return ask;
}

/* What overrides a refusal is consent to touch a function that was named, and no other. */
static struct policy_ask as_free(const struct bench_options *o)
{
	struct policy_ask ask = o->policy;

	ask.bar_named = ask.allow_bound_driver = ask.allow_side_effects = ask.allow_bridge = false;
	return ask;
}

/* Nothing was chosen, and --bar, if any, is none that may be tested unasked. */
static int refuse(const struct bench_options *o, const struct pci_list *list, const struct testable *unasked)
{
	const struct policy_ask ask = as_named(o);
	const struct testable named = look(list, &o->select, &ask, o->bar), any = look(list, &o->select, &ask, -1);

	if (o->bar >= 0 && (unasked->functions || !named.functions) && any.functions) {
		log_error("no BAR %d may be tested%s, see --list for why; %s may: choose with -s BDF --bar N", o->bar,
			  named.functions ? " unless its function is named" : "",
			  unasked->functions ? unasked->text : any.text);
		return EXIT_USAGE;
	}
	if (any.functions && is_selected(o)) {
		log_error("functions of that class often have registers in prefetchable BARs, so none is read "
			  "unasked: add --bar N, if the device's manual says that it is memory: %s", named.text);
		return EXIT_USAGE;
	}
	if (any.functions) {
		log_error("no free display, memory or accelerator function may be tested here, and no other is "
			  "taken unasked: name one with -s BDF --bar N, if its manual says that it is memory: %s",
			  named.text);
		return EXIT_USAGE;
	}
	list_text_print(stderr, list, &o->select, &o->policy);
	if (!list->n) {
		log_error("nothing to test here: no PCI function is there");
		return EXIT_NOTHING;
	}
	log_error("no BAR may be tested here%s: the list above says why for each",
		  is_selected(o) ? " of what was selected" : "");
	return EXIT_NOTHING;
}

static int refuse_several(const struct testable *t)
{
	log_error("which BAR is meant is not clear: %s may be tested: choose one with -s BDF --bar N",
		  t->text);
	return EXIT_USAGE;
}

static bool has_bars(const struct pci_device *dev)
{
	for (unsigned int b = 0; b < PCI_BARS; b++)
		if (dev->bars[b].kind != BAR_NONE)
			return true;
	return false;
}

/*
 * Says all reasons at once, each with the option that overrides it: nobody should unbind a driver only to
 * be told the next reason.
 */
static int refuse_bar(const struct pci_device *dev, unsigned int bar, const struct policy_ask *ask)
{
	enum policy_reason reason = policy_check(dev, &dev->bars[bar], ask).reason;
	char why[2048] = "", remedy[512];
	struct testable others = { 0 };

	if (!has_bars(dev)) {
		log_error("%s has no BAR at all: choose another function, see mmiobench --list", dev->bdf);
		return EXIT_USAGE;
	}
	do {
		policy_remedy(remedy, sizeof(remedy), reason, dev->bdf, &dev->bars[bar]);
		text_append(why, sizeof(why), "%s%s%s%s", *why ? "; and " : "", policy_reason_short(reason),
			    *remedy ? ": " : "", remedy);
		reason = policy_next(dev, &dev->bars[bar], ask, reason);
	} while (reason != POLICY_OK);
	look_at(&others, dev, ask, -1);
	log_error("%s BAR %u may not be tested: %s%s%s%s", dev->bdf, bar, why, others.bars ? "; " : "",
		  others.text, others.bars ? " may" : "");
	return EXIT_USAGE;
}

static void selectors(char *buf, size_t n, const struct pci_select *select)
{
	snprintf(buf, n, "%s%s%s%s%s", select->slot ? "-s " : "", select->slot ? select->slot : "",
		 select->slot && select->id ? " " : "", select->id ? "-d " : "",
		 select->id ? select->id : "");
}

static int refuse_matches(const struct bench_options *o, const struct pci_list *list, size_t matches)
{
	char what[160], names[NAMED_MOST * 24 + 32] = "";
	size_t named = 0;

	selectors(what, sizeof(what), &o->select);
	if (!matches) {
		log_error("no PCI function matches %s: see mmiobench --list", what);
		return EXIT_USAGE;
	}
	for (size_t i = 0; i < list->n && named < NAMED_MOST; i++)
		if (pci_select_match(&o->select, &list->v[i]))
			text_append(names, sizeof(names), "%s%s", named++ ? ", " : "", list->v[i].bdf);
	if (matches > named)
		text_append(names, sizeof(names), " and %zu more", matches - named);
	log_error("%s matches %zu functions, %s: name one with -s DOMAIN:BUS:DEVICE.FUNCTION", what, matches,
		  names);
	return EXIT_USAGE;
}

static int choose_selected(struct candidate *chosen, const struct bench_options *o, const struct pci_list *list)
{
	const struct pci_device *dev = NULL;
	struct testable t = { 0 };
	size_t matches = 0;

	for (size_t i = 0; i < list->n; i++) {
		if (!pci_select_match(&o->select, &list->v[i]))
			continue;
		dev = &list->v[i];
		matches++;
	}
	if (matches != 1)
		return refuse_matches(o, list, matches);
	look_at(&t, dev, &o->policy, o->bar);
	*chosen = t.first;
	if (t.bars == 1)
		return 0;
	if (o->bar >= 0)
		return refuse_bar(dev, (unsigned int)o->bar, &o->policy);
	return t.bars ? refuse_several(&t) : refuse(o, list, &t);
}

static int choose_free(struct candidate *chosen, const struct bench_options *o, const struct pci_list *list)
{
	const struct policy_ask ask = as_free(o);
	const struct testable all = look(list, &o->select, &ask, -1), t = look(list, &o->select, &ask, o->bar);

	if (all.functions == 1 && t.bars == 1) {
		*chosen = t.first;
		chosen->answer = policy_check(chosen->dev, chosen->bar, &o->policy);
		return 0;
	}
	return t.bars ? refuse_several(&all) : refuse(o, list, &all);
}

/* All of it up to a default length, or what is said. */
static int read_window(struct target *target, const struct bench_options *o, uint64_t bytes)
{
	uint64_t offset = 0, length;
	char size[24];

	if (o->offset && parse_size(o->offset, &offset)) {
		log_error("--offset %s is no size: use bytes, or 4K, 2M, 1GiB", o->offset);
		return EXIT_USAGE;
	}
	if (offset >= bytes) {
		log_error("--offset %s lies beyond the end: there are %s bytes", o->offset,
			  format_size(size, sizeof(size), bytes));
		return EXIT_USAGE;
	}
	length = bytes - offset;
	if (length > WINDOW_DEFAULT_BYTES)
		length = WINDOW_DEFAULT_BYTES;
	if (o->length && parse_size(o->length, &length)) {
		log_error("--length %s is no size: use bytes, or 4K, 2M, 1GiB", o->length);
		return EXIT_USAGE;
	}
	if (length > bytes - offset) {
		log_error("--length %s reaches beyond the end: %s bytes are left after the offset",
			  o->length, format_size(size, sizeof(size), bytes - offset));
		return EXIT_USAGE;
	}
	target->offset_bytes = offset;
	target->length_bytes = length;
	return 0;
}

int choose_window(struct target *target, const struct bench_options *o, uint64_t bytes)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	/* whole pages: data and the page that is read to flush are mapped with different types */
	uint64_t align = page > WINDOW_ALIGN_BYTES ? page : WINDOW_ALIGN_BYTES;
	int ret = read_window(target, o, bytes);

	if (ret)
		return ret;
	if (target->length_bytes && !(target->offset_bytes % align) && !(target->length_bytes % align))
		return 0;
	log_error("--offset and --length must be multiples of %" PRIu64 ", the page size, and not 0", align);
	return EXIT_USAGE;
}

/* Refuses a window in pages with MSI-X vectors, and says what else to ask. */
static int check_clear(const struct target *target)
{
	uint64_t length_bytes = target->length_bytes;
	uint64_t clear = policy_clear_bytes(target->bar, target->offset_bytes, length_bytes);
	char remedy[64] = "take another BAR", offset[24], length[24];
	struct bar_area area;

	if (clear == length_bytes)
		return 0;
	if (clear) {
		snprintf(remedy, sizeof(remedy), "--length %s", format_size(length, sizeof(length), clear));
	} else if (policy_clear_area(target->bar, &area)) { /* where not, the policy has refused the BAR */
		if (area.size_bytes > length_bytes)
			area.size_bytes = length_bytes;
		snprintf(remedy, sizeof(remedy), "--offset %s --length %s",
			 format_size(offset, sizeof(offset), area.offset_bytes),
			 format_size(length, sizeof(length), area.size_bytes));
	}
	log_error("the window reaches the pages of the BAR's MSI-X vectors, which are not stored to, and "
		  "which hypervisors trap: %s", remedy);
	return EXIT_USAGE;
}

int choose_bar(struct target *target, const struct bench_options *o, const struct pci_list *list)
{
	struct candidate chosen = { 0 };
	int ret = is_selected(o) ? choose_selected(&chosen, o, list) : choose_free(&chosen, o, list);

	if (ret || !chosen.bar)
		return ret;
	*target = (struct target){ .dev = chosen.dev, .bar = chosen.bar,
				   .may_store = chosen.answer.may_store };
	ret = choose_window(target, o, chosen.bar->size_bytes);
	return ret ? ret : check_clear(target);
}
