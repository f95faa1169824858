// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include "base/parse.h"
#include "report/html/html_page.h"
#include "report/html/html_write.h"

/* What a run says of its machine, its device and itself: one row each, beside another run's. */
enum row {
	MACHINE, EMULATED_CPU, DEVICE, CLASS, DRIVER, LINK, BAR_ROW, WINDOW, MEASURED_ON, CLOCK, RUN, TOOL,
	ROWS
};

static const char *const labels[ROWS] = {
	[MACHINE] = "machine", [EMULATED_CPU] = "emulated CPU", [DEVICE] = "device",
	[CLASS] = "class", [DRIVER] = "driver", [LINK] = "link", [BAR_ROW] = "BAR",
	[WINDOW] = "window", [MEASURED_ON] = "measured on", [CLOCK] = "clock", [RUN] = "run",
	[TOOL] = "tool",
};

/* What a row has of a run; "": nothing. */
struct rows {
	char text[ROWS][512];
};

static void say(struct rows *rows, enum row row, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void say(struct rows *rows, enum row row, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(rows->text[row], sizeof(rows->text[row]), fmt, ap);
	va_end(ap);
}

static void say_device(struct rows *rows, const struct result *r)
{
	const struct pci_device *d = &r->device;
	char size[24], offset[24], length[24];

	say(rows, DEVICE, "%s [%04x:%04x] %s %s", d->bdf, d->vendor, d->device, d->vendor_name,
	    d->device_name);
	say(rows, CLASS, "%s (%04x), revision %02x", d->class_name, d->class_code, d->revision);
	say(rows, DRIVER, "%s", *d->driver ? d->driver : "none");
	say(rows, LINK, "not known");
	if (d->link.width)
		say(rows, LINK, "%s x%u of at most %s x%u", d->link.speed, d->link.width,
		    d->link.max_speed, d->link.max_width);
	say(rows, BAR_ROW, "%u: %s, %s-bit, %sprefetchable; window of %s at %s", r->bar.index,
	    format_size(size, sizeof(size), r->bar.size_bytes), r->bar.is_64bit ? "64" : "32",
	    r->bar.prefetchable ? "" : "not ", format_size(length, sizeof(length), r->length_bytes),
	    format_size(offset, sizeof(offset), r->offset_bytes));
	say(rows, WINDOW, "%s", window_state_name(r->window));
}

static void say_run(struct rows *rows, const struct result *r)
{
	const struct virt *virt = &r->env.virt;

	say(rows, MACHINE, "%s (%s: %s)", env_guest_name(virt->guest), confidence_name(virt->confidence),
	    virt->why);
	say(rows, EMULATED_CPU, "%s%s", r->env.emulated ? "yes: " : "not known to be",
	    r->env.emulated ? r->env.emulated_why : "");
	if (r->is_ram)
		say(rows, DEVICE, "none: ordinary memory");
	else
		say_device(rows, r);
	say(rows, MEASURED_ON, "CPU %u, %s", r->cpu, r->cpu_why);
	say(rows, CLOCK, "%s at %.3f MHz, steps of %" PRIu64 ", costs %" PRIu64 " ticks", r->clock_name,
	    r->clock_hz / 1e6, r->clock_resolution_ticks, r->clock_overhead_ticks);
	say(rows, RUN, "%s, %.1f s: profile %s, %u of %u rounds, %u batches a visit, seed 0x%" PRIx64,
	    r->started, r->duration_s, r->profile, r->rounds_done, r->rounds_planned, r->batches,
	    r->seed);
	say(rows, TOOL, "mmiobench %s, %s%s", r->version, r->arch,
	    r->replayed ? ", REPLAYED from a recorded tree" : "");
}

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

static void put_rows(FILE *out, const struct result *r, const struct result *beside)
{
	struct rows a = { 0 }, b = { 0 };

	say_run(&a, r);
	if (beside)
		say_run(&b, beside);
	for (int i = 0; i < ROWS; i++)
		if (*a.text[i] || *b.text[i])
			put_row(out, labels[i], a.text[i], beside ? b.text[i] : NULL, NULL);
	put_row(out, "command", r->command ? r->command : "",
		beside ? beside->command ? beside->command : "" : NULL, NULL);
}

static void put_facts(FILE *out, const struct result *r, const struct result *beside)
{
	for (size_t i = 0; i < r->env.facts.n; i++) {
		const struct fact *f = &r->env.facts.v[i];

		put_row(out, f->name, f->value, beside ? fact_or(&beside->env.facts, f->name, "not known") : NULL,
			f->source);
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
	put_rows(out, r, beside);
	html_table_end(out);
	html_fold(out, false, "All facts about the machine, with their sources", n_facts);
	begin_table(out, names, true);
	put_facts(out, r, beside);
	html_table_end(out);
	html_fold_end(out);
	html_section_end(out);
}
