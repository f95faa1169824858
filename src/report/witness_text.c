// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <inttypes.h>
#include <string.h>
#include "base/parse.h"
#include "report/report.h"
#include "report/table.h"
#include "report/text.h"

#define ROWS_MOST 24
#define LABEL     11

/* "16 MiB", "64 bytes" */
static const char *size_words(char *buf, size_t n, uint64_t bytes)
{
	char size[24];
	size_t len;

	format_size(size, sizeof(size), bytes);
	len = strspn(size, "0123456789");
	if (size[len])
		snprintf(buf, n, "%.*s %ciB", (int)len, size, size[len]);
	else
		snprintf(buf, n, "%s bytes", size);
	return buf;
}

static void print_head(FILE *out, const struct witness *w)
{
	const char *kernel = fact_get(&w->env.facts, "kernel_release");
	char line[512];

	text_style_begin(out, TEXT_HEAD);
	fprintf(out, "mmiowitness %s\n", w->version);
	text_style_end(out);
	text_device(out, &w->device);
	text_machine(out, &w->env);
	snprintf(line, sizeof(line), "Linux %s, KVM %s Normal-NC for devices",
		 kernel ? kernel : "?", witness_knows_nc(w) ? "knows" : "does not know");
	text_wrapped(out, "", LABEL, line);
	if (w->env.emulated) {
		text_style_begin(out, TEXT_UNSURE);
		snprintf(line, sizeof(line), "this CPU is emulated (%s): what its KVM maps is real "
			 "all the same", w->env.emulated_why);
		text_wrapped(out, "EMULATED", LABEL, line);
		text_style_end(out);
	}
	if (w->replayed)
		text_wrapped(out, "REPLAYED", LABEL, "from a recorded tree (--sysroot): no real "
			     "device");
	fputc('\n', out);
}

static void add_row(struct table *t, const struct witness_range *r)
{
	struct table_row row;
	char text[TABLE_CELL];

	table_row_begin(&row, "%u", r->bar);
	snprintf(text, sizeof(text), "0x%" PRIx64, r->offset_bytes);
	table_row_text(&row, text);
	table_row_text(&row, format_size(text, sizeof(text), r->size_bytes));
	table_row_text(&row, witness_type_name(r->type));
	snprintf(text, sizeof(text), "0x%" PRIx64, r->prot);
	table_row_text(&row, text);
	snprintf(text, sizeof(text), "%" PRIu64, r->count);
	table_row_text(&row, text);
	snprintf(text, sizeof(text), "%.3f s", r->first_s);
	table_row_text(&row, text);
	snprintf(text, sizeof(text), "%s[%u]", r->comm, r->pid);
	table_row_text(&row, text);
	table_add(t, &row);
}

static void print_rows(FILE *out, const struct witness *w)
{
	static const struct {
		const char *title;
		unsigned int width;
	} columns[] = { { "offset", 14 },  { "size", 8 },      { "stage 2", 11 }, { "prot", 12 },
			{ "mappings", 10 }, { "first at", 12 }, { "by", 25 } };
	struct table t;

	if (!w->n_ranges)
		return;
	table_begin(&t, 6, "BAR");
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		table_column(&t, columns[i].width, columns[i].title);
	for (size_t i = 0; i < w->n_ranges && i < ROWS_MOST; i++)
		add_row(&t, &w->ranges[i]);
	table_end(&t, out);
	if (w->n_ranges > ROWS_MOST)
		fprintf(out, "  and %zu more: --json\n", w->n_ranges - ROWS_MOST);
	fputc('\n', out);
}

static const struct {
	const char *means;
	enum text_style style;
} types[WITNESS_TYPES] = {
	[WITNESS_DEVICE] = {
		"whatever the guest maps it as, it is Device: no combining, no reordering, and an "
		"unaligned access or DC ZVA through a write-combining mapping stops the VM",
		TEXT_BAD },
	[WITNESS_NORMAL_NC] = {
		"the guest decides: what it maps write-combining is Normal-NC, what it maps as "
		"Device stays Device", TEXT_GOOD },
	[WITNESS_NORMAL_WB] = {
		"KVM takes the BAR for memory: what the guest maps write-back is cached, and with "
		"S2FWB all of it may be. Right for coherent device memory, never for registers",
		TEXT_UNSURE },
	[WITNESS_UNKNOWN] = {
		"prot has a bit that is not known here: read arch/arm64/include/asm/kvm_pgtable.h "
		"of this kernel", TEXT_UNSURE },
};

static void print_seen(FILE *out, const struct witness *w, const struct bar *bar,
		       const struct witness_seen *s)
{
	char label[16], seen[32], size[32], by[64], line[400];
	const struct witness_change *change = &w->changes[bar->index];
	enum text_style style = s->mixed ? TEXT_BAD : types[s->type].style;

	snprintf(label, sizeof(label), "BAR %u", bar->index);
	size_words(size, sizeof(size), bar->size_bytes);
	if (!s->count) {
		snprintf(line, sizeof(line), "no mapping was seen (%s)", size);
		text_wrapped(out, label, LABEL, line);
		return;
	}
	snprintf(by, sizeof(by), "%s[%u]", s->comm, s->pid);
	if (s->n_vmms > 1)
		snprintf(by, sizeof(by), "%u VMMs", s->n_vmms);
	snprintf(line, sizeof(line), "%s at stage 2 (%s%s of %s seen, %" PRIu64 " mapping%s by %s)",
		 s->mixed ? "SEVERAL TYPES" : witness_type_name(s->type),
		 w->unplaced ? "at least " : "", size_words(seen, sizeof(seen), s->bytes), size,
		 s->count, s->count == 1 ? "" : "s", by);
	text_style_begin(out, style);
	text_wrapped(out, label, LABEL, line);
	text_style_end(out);
	if (change->seen) {
		snprintf(line, sizeof(line), "a place was mapped with another type than before, "
			 "first after %.3f s", change->time_s);
		text_wrapped(out, "", LABEL, line);
	}
	if (s->again) {
		snprintf(line, sizeof(line), "%" PRIu64 " of them mapped again what was mapped "
			 "before",
			 s->again);
		text_wrapped(out, "", LABEL, line);
	}
	text_wrapped(out, "", LABEL, s->mixed ? "different parts, VMs or times have different "
		     "types: see the table" : types[s->type].means);
}

/* "0, 2"; false: none. */
static bool bars_with_flag(char *buf, size_t n, const struct witness *w,
			   const struct witness_vmm *v, enum witness_flag flag)
{
	size_t used = 0;

	for (int b = 0; b < PCI_BARS; b++)
		if (witness_watches(&w->device.bars[b]) && v->flags[b] == flag)
			used += (size_t)snprintf(buf + used, n - used, "%s%d", used ? ", " : "", b);
	return used;
}

static void print_vmms(FILE *out, const struct witness *w)
{
	static const char *const words[WITNESS_FLAGS] = {
		[WITNESS_FLAG_NOT_KNOWN] = "its mappings could not be read",
		[WITNESS_FLAG_NO_MAPPING] = "it has no vfio mapping of the BAR",
		[WITNESS_FLAG_CLEAR] = "its vfio mapping has no flag VM_ALLOW_ANY_UNCACHED: expect "
				       "Device",
		[WITNESS_FLAG_SET] = "its vfio mapping has a flag without a name (\"?\?\" in "
				     "VmFlags), which is VM_ALLOW_ANY_UNCACHED as far as is known: "
				     "expect Normal-NC",
		[WITNESS_FLAG_MIXED] = "several of its vfio mappings may be this BAR, and they "
				       "differ in VM_ALLOW_ANY_UNCACHED",
	};
	char bars[32], line[400];

	for (size_t i = 0; i < w->n_vmms; i++)
		for (int f = 0; f < WITNESS_FLAGS; f++) {
			const struct witness_vmm *v = &w->vmms[i];

			if (!bars_with_flag(bars, sizeof(bars), w, v, (enum witness_flag)f))
				continue;
			snprintf(line, sizeof(line), "%s[%u], BAR %s: %s", v->comm, v->pid, bars,
				 words[f]);
			text_wrapped(out, "VMM", LABEL, line);
		}
}

/* What was seen of the device, as bits. */
enum {
	SEEN_NOTHING = 1,
	SEEN_NOTHING_PROTECTED = 2,
	SEEN_DEVICE_OLD = 4, /* this KVM has nothing else */
	SEEN_DEVICE = 8,
	SEEN_NC = 16,
};

static unsigned int seen_bits(const struct witness *w)
{
	const char *cmdline = fact_get(&w->env.facts, "cmdline");
	unsigned int bits = 0;

	for (size_t i = 0; i < w->n_ranges; i++)
		if (w->ranges[i].type == WITNESS_DEVICE)
			bits |= witness_knows_nc(w) ? SEEN_DEVICE : SEEN_DEVICE_OLD;
		else if (w->ranges[i].type == WITNESS_NORMAL_NC)
			bits |= SEEN_NC;
	if (w->n_ranges)
		return bits;
	return SEEN_NOTHING |
	       (cmdline && strstr(cmdline, "kvm-arm.mode=protected") ? SEEN_NOTHING_PROTECTED : 0);
}

/* Each way to have a BAR mapped again was tried in the lab, see tests/lab/witness.job. */
static const struct {
	unsigned int when;
	const char *text;
} advice[] = {
	{ SEEN_DEVICE_OLD,
	  "This KVM maps every device page Device. Bring the host to Linux 6.9 or newer, and let "
	  "the VMM map the BAR through vfio-pci (QEMU -device vfio-pci, libvirt hostdev). Until "
	  "then use no memcpy, memset, unaligned or DC ZVA accesses on write-combining mappings in "
	  "the guest." },
	{ SEEN_DEVICE,
	  "This KVM can map devices Normal-NC, but only where the VMM maps the BAR through "
	  "vfio-pci (QEMU -device vfio-pci, libvirt hostdev). A VMM that maps it through sysfs or "
	  "/dev/mem keeps Device." },
	{ SEEN_NC,
	  "Run mmiobench on the BAR in the guest: it shows what the guest makes of it. Its drivers "
	  "must not rely on Device ordering: NC stores need dmb oshst (or dsb st) before a "
	  "doorbell." },
	{ SEEN_NOTHING_PROTECTED,
	  "This host runs KVM in protected mode, in which newer kernels map at EL2: no probe sees "
	  "that." },
	{ SEEN_NOTHING,
	  "KVM maps a BAR when the guest first touches it; older kernels do (5.10, for one) when "
	  "the guest turns its memory decode on. What happened before this watch is not seen. Make "
	  "it happen again while mmiowitness runs, in the guest, with no driver bound to the "
	  "device, and then touch the BAR, by mmiobench for example:" },
	{ SEEN_NOTHING,
	  "- setpci -s BDF COMMAND=0:2; setpci -s BDF COMMAND=2:2 (BDF as the guest has it), or" },
	{ SEEN_NOTHING,
	  "- echo 1 > /sys/bus/pci/devices/BDF/remove; echo 1 > /sys/bus/pci/rescan, or" },
	{ SEEN_NOTHING, "- reboot the guest." },
	{ SEEN_NOTHING, "Writing to the device's enable or reset file does not do it. A BAR that the "
	  "VMM traps (mmiobench in the guest says so) is never mapped." },
};

static void print_advice(FILE *out, const struct witness *w)
{
	const char *label = "what to do";
	unsigned int bits = seen_bits(w);

	for (size_t i = 0; i < sizeof(advice) / sizeof(*advice); i++) {
		if (!(advice[i].when & bits))
			continue;
		text_wrapped(out, label, LABEL, advice[i].text);
		label = "";
	}
}

static void print_run(FILE *out, const struct witness *w)
{
	static const char *const ends[WITNESS_ENDS] = {
		[WITNESS_END_TIMEOUT] = "the time was over (--timeout)",
		[WITNESS_END_VMM] = "the VMM ended",
		[WITNESS_END_SIGNAL] = "a signal asked for the end",
		[WITNESS_END_RECORD] = "the record ended",
	};
	char line[400], hits[96] = "";

	if (w->lost) {
		snprintf(line, sizeof(line), "%" PRIu64 " events were lost or could not be read: "
			 "there may have been other mappings", w->lost);
		text_style_begin(out, TEXT_BAD);
		text_wrapped(out, "LOST", LABEL, line);
		text_style_end(out);
	}
	if (w->unplaced) {
		snprintf(line, sizeof(line), "%" PRIu64 " mappings are counted, but not in the "
			 "bytes that were seen: there were too many", w->unplaced);
		text_wrapped(out, "not placed", LABEL, line);
	}
	if (w->has_hits)
		snprintf(hits, sizeof(hits), "; KVM mapped %" PRIu64 " times in all, of any VM",
			 w->hits);
	snprintf(line, sizeof(line), "watched for %.1f s from %s on, until %s%s", w->duration_s,
		 w->started, ends[w->end], hits);
	text_wrapped(out, "watch", LABEL, line);
}

void witness_text(FILE *out, const struct witness *w, const char *saved)
{
	print_head(out, w);
	print_rows(out, w);
	for (unsigned int i = 0; i < PCI_BARS; i++) {
		struct witness_seen seen;

		if (!witness_watches(&w->device.bars[i]))
			continue;
		if (witness_bar_seen(&seen, w, i)) {
			fputs("out of memory\n", out);
			return;
		}
		print_seen(out, w, &w->device.bars[i], &seen);
	}
	print_vmms(out, w);
	print_advice(out, w);
	print_run(out, w);
	if (saved)
		text_wrapped(out, "saved", LABEL, saved);
}
