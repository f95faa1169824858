// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <inttypes.h>
#include <string.h>
#include "base/parse.h"
#include "report/html_page.h"
#include "report/html_write.h"

/* What a run says of its machine, its device and itself: one row each, beside another run's. */

static void show_machine(char *buf, size_t n, const struct result *r)
{
	snprintf(buf, n, "%s (%s: %s)", env_guest_name(r->env.virt.guest),
		 confidence_name(r->env.virt.confidence), r->env.virt.why);
}

static void show_emulated(char *buf, size_t n, const struct result *r)
{
	snprintf(buf, n, "%s%s", r->env.emulated ? "yes: " : "not known to be",
		 r->env.emulated ? r->env.emulated_why : "");
}

static void show_device(char *buf, size_t n, const struct result *r)
{
	const struct pci_device *d = &r->device;

	if (r->is_ram)
		snprintf(buf, n, "none: ordinary memory");
	else
		snprintf(buf, n, "%s [%04x:%04x] %s %s", d->bdf, d->vendor, d->device, d->vendor_name,
			 d->device_name);
}

static void show_class(char *buf, size_t n, const struct result *r)
{
	if (!r->is_ram)
		snprintf(buf, n, "%s (%04x), revision %02x", r->device.class_name, r->device.class_code,
			 r->device.revision);
}

static void show_driver(char *buf, size_t n, const struct result *r)
{
	if (!r->is_ram)
		snprintf(buf, n, "%s", *r->device.driver ? r->device.driver : "none");
}

static void show_link(char *buf, size_t n, const struct result *r)
{
	const struct pci_link *l = &r->device.link;

	if (!r->is_ram && l->width)
		snprintf(buf, n, "%s x%u of at most %s x%u", l->speed, l->width, l->max_speed,
			 l->max_width);
	else if (!r->is_ram)
		snprintf(buf, n, "not known");
}

static void show_bar(char *buf, size_t n, const struct result *r)
{
	char size[24], offset[24], length[24];

	if (!r->is_ram)
		snprintf(buf, n, "%u: %s, %s-bit, %sprefetchable; window of %s at %s", r->bar.index,
			 format_size(size, sizeof(size), r->bar.size_bytes),
			 r->bar.is_64bit ? "64" : "32", r->bar.prefetchable ? "" : "not ",
			 format_size(length, sizeof(length), r->length_bytes),
			 format_size(offset, sizeof(offset), r->offset_bytes));
}

static void show_window(char *buf, size_t n, const struct result *r)
{
	if (!r->is_ram)
		snprintf(buf, n, "%s", window_state_name(r->window));
}

static void show_cpu(char *buf, size_t n, const struct result *r)
{
	snprintf(buf, n, "CPU %u, %s", r->cpu, r->cpu_why);
}

static void show_clock(char *buf, size_t n, const struct result *r)
{
	snprintf(buf, n, "%s at %.3f MHz, steps of %" PRIu64 ", costs %" PRIu64 " ticks",
		 r->clock_name, r->clock_hz / 1e6, r->clock_resolution_ticks,
		 r->clock_overhead_ticks);
}

static void show_run(char *buf, size_t n, const struct result *r)
{
	snprintf(buf, n, "%s, %.1f s: profile %s, %u of %u rounds, %u batches a visit, seed 0x%" PRIx64,
		 r->started, r->duration_s, r->profile, r->rounds_done, r->rounds_planned, r->batches,
		 r->seed);
}

static void show_tool(char *buf, size_t n, const struct result *r)
{
	snprintf(buf, n, "mmiobench %s, %s%s", r->version, r->arch,
		 r->replayed ? ", REPLAYED from a recorded tree" : "");
}

static const struct row {
	const char *label;
	void (*show)(char *buf, size_t n, const struct result *r);
} rows[] = {
	{ "machine", show_machine }, { "emulated CPU", show_emulated }, { "device", show_device },
	{ "class", show_class },     { "driver", show_driver },		{ "link", show_link },
	{ "BAR", show_bar },	     { "window", show_window },		{ "measured on", show_cpu },
	{ "clock", show_clock },     { "run", show_run },		{ "tool", show_tool },
};

/* Columns for one run or two, and for where a fact comes from. */
static void begin_table(FILE *out, const char *const *names, bool facts)
{
	const struct html_column columns[] = { { "what", false },
					       { names ? names[0] : "value", false },
					       { names ? names[1] : facts ? "source" : NULL, false },
					       { names && facts ? "source" : NULL, false },
					       { NULL, false } };

	html_table(out, "", columns);
}

/* beside, source: NULL where there is no such column. */
static void put_row(FILE *out, const char *label, const char *value, const char *beside,
		    const char *source)
{
	html_put(out, "<tr><td class=\"name\">%s</td><td class=\"long\">%s</td>", label, value);
	if (beside)
		html_put(out, "<td class=\"long\">%s</td>", beside);
	if (source)
		html_put(out, "<td>%s</td>", source);
	fputs("</tr>\n", out);
}

static void put_run(FILE *out, const struct row *row, const struct result *r,
		    const struct result *beside)
{
	char a[512] = "", b[512] = "";

	row->show(a, sizeof(a), r);
	if (beside)
		row->show(b, sizeof(b), beside);
	if (*a || *b)
		put_row(out, row->label, a, beside ? b : NULL, NULL);
}

static const char *fact_or(const struct result *r, const char *name)
{
	const char *value = fact_get(&r->env.facts, name);

	return value ? value : "not known";
}

static void put_facts(FILE *out, const struct result *r, const struct result *beside)
{
	for (size_t i = 0; i < r->env.facts.n; i++) {
		const struct fact *f = &r->env.facts.v[i];

		put_row(out, f->name, f->value, beside ? fact_or(beside, f->name) : NULL, f->source);
	}
	for (size_t i = 0; beside && i < beside->env.facts.n; i++) {
		const struct fact *f = &beside->env.facts.v[i];

		if (!fact_get(&r->env.facts, f->name))
			put_row(out, f->name, "not known", f->value, f->source);
	}
}

void html_machines(FILE *out, const struct result *r, const struct result *beside,
		   const char *const *names)
{
	size_t n_facts = r->env.facts.n;

	html_section(out, "environment", "Environment");
	begin_table(out, names, false);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		put_run(out, &rows[i], r, beside);
	put_row(out, "command", r->command ? r->command : "",
		!beside		? NULL :
		beside->command ? beside->command :
				  "", NULL);
	html_table_end(out);
	html_fold(out, false, "All facts about the machine, with their sources", n_facts);
	begin_table(out, names, true);
	put_facts(out, r, beside);
	html_table_end(out);
	html_fold_end(out);
	html_section_end(out);
}
