// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <inttypes.h>
#include <string.h>
#include "env/env.h"
#include "report/report.h"
#include "report/text/text.h"
#include "verdict/stage2.h"
#include "witness/ranges.h"

#define KINDS_MOST 16 /* of one user's ranges */
#define USERS_MOST 24 /* of one BAR */
#define INDENT     2

static bool is_arm(const struct witness *w)
{
	return !strcmp(w->arch, "aarch64");
}

static void print_head(FILE *out, const struct witness *w)
{
	bool is_vm = virt_below(&w->env) == VIRT_BELOW_HYPERVISOR;

	text_head(out, "mmiowitness %s", w->version);
	text_machine(out, &w->env);
	text_line(out, "", "Linux %s", fact_or(&w->env.facts, "kernel_release", "?"));
	if (w->env.emulated)
		text_styled(out, TEXT_UNSURE, "EMULATED", "this CPU is emulated (%s): its page tables are real all "
			    "the same", w->env.emulated_why);
	if (w->n_vms && is_vm)
		text_styled(out, TEXT_UNSURE, "IN A VM", "this host is a VM itself: what its VMs really get is "
			    "decided by the host below. Run mmiowitness on the outermost host: this proves nothing");
	else if (w->n_vms && virt_below(&w->env) == VIRT_BELOW_UNKNOWN)
		text_styled(out, TEXT_UNSURE, "IN A VM", "perhaps this host is a VM itself: then what its VMs really "
			    "get is decided by the host below, and this is no proof");
	else if (is_vm)
		text_line(out, "IN A VM", "the host's tables decide, too: mmiowitness --json there and here, then "
			  "mmiocompare HOST-WITNESS.json GUEST-WITNESS.json");
	fputc('\n', out);
}

/* Ranges first to last - 1 of one kind: all of one user that differ in nothing but their place. */
struct kind {
	const struct witness_range *range; /* the first of them */
	uint64_t bytes, least, most;
	size_t n;
};

/* One user's kinds; *more: it has others. */
static size_t find_kinds(struct kind *kinds, const struct witness_range *v, size_t n, bool *more)
{
	size_t n_kinds = 0;

	*more = false;
	for (size_t i = 0; i < n; i++) {
		size_t k = 0;

		while (k < n_kinds && !witness_alike(kinds[k].range, &v[i]))
			k++;
		if (k == KINDS_MOST) {
			*more = true;
			continue;
		}
		if (k == n_kinds)
			kinds[n_kinds++] = (struct kind){ &v[i], 0, v[i].leaf_least_bytes, 0, 0 };
		kinds[k].bytes += v[i].size_bytes;
		kinds[k].n++;
		if (v[i].leaf_least_bytes < kinds[k].least)
			kinds[k].least = v[i].leaf_least_bytes;
		if (v[i].leaf_most_bytes > kinds[k].most)
			kinds[k].most = v[i].leaf_most_bytes;
	}
	return n_kinds;
}

/* "all 16 MiB", "2 MiB of 16 MiB"; bar NULL: "2 MiB". */
static const char *bytes_words(char *buf, size_t n, uint64_t bytes, const struct bar *bar)
{
	char of[32], some[32];

	text_size(some, sizeof(some), bytes);
	if (!bar)
		snprintf(buf, n, "%s", some);
	else if (bytes >= bar->size_bytes)
		snprintf(buf, n, "all %s", text_size(of, sizeof(of), bar->size_bytes));
	else
		snprintf(buf, n, "%s of %s", some, text_size(of, sizeof(of), bar->size_bytes));
	return buf;
}

/* ", as 2 MiB blocks" */
static const char *leaf_words(char *buf, size_t n, const struct kind *k)
{
	char least[32], most[32];

	text_size(least, sizeof(least), k->least);
	text_size(most, sizeof(most), k->most);
	if (!k->most)
		snprintf(buf, n, "%s", "");
	else if (k->least == k->most)
		snprintf(buf, n, ", as %s %s", most, k->most > 65536 ? "blocks" : "pages");
	else
		snprintf(buf, n, ", as %s pages to %s blocks", least, most);
	return buf;
}

static const struct meaning {
	unsigned int says;
	const char *text;
	enum text_style style;
} meanings[] = {
	{ SAYS(EFFECTIVE_NORMAL_NC), "a guest's write combining is preserved", TEXT_GOOD },
	{ SAYS(EFFECTIVE_DEVICE), "no write combining, whatever the guest asks for", TEXT_BAD },
	{ SAYS(EFFECTIVE_WRITE_BACK), "cached, whatever the guest asks for: right for memory, wrong for registers",
	  TEXT_UNSURE },
	{ SAYS(EFFECTIVE_WRITE_BACK) | SAYS(EFFECTIVE_NORMAL_NC), "cached where the CPU forces it (FEAT_S2FWB), which "
	  "is not known of this VM; else a guest's write combining is preserved", TEXT_UNSURE },
	{ 0, "what a guest gets of it is not known", TEXT_UNSURE },
};

static const struct meaning *meaning_of(unsigned int says)
{
	const struct meaning *m = meanings;

	while (m->says && m->says != says)
		m++;
	return m;
}

static void print_vm(FILE *out, const struct witness *w, const struct kind *k, const struct bar *bar)
{
	const struct witness_range *r = k->range;
	const struct meaning *m = meaning_of(stage2_says(w, r));
	char who[64], type[32], bytes[80], leaves[96];

	snprintf(who, sizeof(who), "%s%.15s[%u]", r->nested ? "a VM in " : "", r->comm, r->pid);
	stage2_words(type, sizeof(type), r);
	bytes_words(bytes, sizeof(bytes), k->bytes, bar);
	leaf_words(leaves, sizeof(leaves), k);
	switch (r->state) {
	case WITNESS_MAPPED:
		text_style_begin(out, m->style);
		text_say(out, "", INDENT, "%s at stage 2 for %s: %s, at 0x%" PRIx64 "%s: %s", type, who, bytes,
			 r->address, leaves, m->text);
		text_style_end(out);
		break;
	case WITNESS_UNTOUCHED:
		text_say(out, "", INDENT, "%s for %s, from 0x%" PRIx64 " on: not touched yet%s%s%s", bytes, who,
			 r->address, r->type ? ": will be " : "", r->type ? type : "",
			 is_arm(w) && r->any_uncached == WITNESS_FLAG_SET ? " (VM_ALLOW_ANY_UNCACHED)" : "");
		break;
	case WITNESS_TRAPPED:
		text_style_begin(out, TEXT_BAD);
		text_say(out, "", INDENT, "TRAPPED for %s: %s, at 0x%" PRIx64 ": no memory slot is there, so each "
			 "access leaves the VM", who, bytes, r->address);
		text_style_end(out);
		break;
	default:
		text_say(out, "", INDENT, "%s for %s, from 0x%" PRIx64 " on: the table could not be read, or changed "
			 "all the time", bytes, who, r->address);
	}
}

/* x86 does not ask for the flag. */
static const char *flag_words(const struct witness *w, enum witness_flag flag)
{
	static const char *const words[WITNESS_FLAGS] = {
		[WITNESS_FLAG_NOT_KNOWN] = "",
		[WITNESS_FLAG_CLEAR] = ", VM_ALLOW_ANY_UNCACHED not set",
		[WITNESS_FLAG_SET] = ", VM_ALLOW_ANY_UNCACHED set",
	};

	return is_arm(w) ? words[flag] : "";
}

const char *witness_through_text(char *buf, size_t n, const struct witness_range *r)
{
	switch (r->through) {
	case WITNESS_THROUGH_RESOURCE:
	case WITNESS_THROUGH_RESOURCE_WC:
		snprintf(buf, n, "resource%u%s", r->bar, r->through == WITNESS_THROUGH_RESOURCE ? "" : "_wc");
		break;
	case WITNESS_THROUGH_VFIO:
		snprintf(buf, n, "vfio");
		break;
	case WITNESS_THROUGH_DEV_MEM:
		snprintf(buf, n, "/dev/mem");
		break;
	default:
		snprintf(buf, n, "%s", r->path[0] ? r->path : witness_through_name(r->through));
	}
	return buf;
}

/* What a process gets, and why. */
static void asked_words(char *buf, size_t n, const struct witness *w, const struct witness_range *r,
			const struct bar *bar)
{
	switch (memory_type_class(r->type)) {
	case MEMORY_CLASS_COMBINING:
		snprintf(buf, n, ": write combining%s", w->env.virt.guest == ENV_BARE_METAL ? "" :
			 ", unless the host's stage 2 forbids it");
		break;
	case MEMORY_CLASS_CACHED:
		snprintf(buf, n, ": cached");
		break;
	case MEMORY_CLASS_DEVICE:
		if (r->through == WITNESS_THROUGH_VFIO || r->through == WITNESS_THROUGH_DEV_MEM)
			snprintf(buf, n, ": %s gives no write combining",
				 r->through == WITNESS_THROUGH_VFIO ? "vfio" : "/dev/mem");
		else if (r->through == WITNESS_THROUGH_RESOURCE && bar && bar->prefetchable)
			snprintf(buf, n, ": no write combining, which resource%u_wc has", r->bar);
		else
			snprintf(buf, n, ": no write combining");
		break;
	default:
		snprintf(buf, n, "%s", "");
	}
}

static void print_process(FILE *out, const struct witness *w, const struct kind *k, const struct bar *bar)
{
	const struct witness_range *r = k->range;
	char through[160], bytes[80], asked[96];

	asked_words(asked, sizeof(asked), w, r, bar);
	text_say(out, "", INDENT, "%.15s[%u] asks for %s through %s (%s)%s", r->comm, r->pid,
		 memory_type_name(r->type), witness_through_text(through, sizeof(through), r),
		 bytes_words(bytes, sizeof(bytes), k->bytes, bar), asked);
}

static void print_driver(FILE *out, const struct pci_device *d, const struct kind *k)
{
	const struct witness_range *r = k->range;
	char bytes[80];

	text_say(out, "", INDENT, "%.63s driver: %s, %s, %s", d && d->driver[0] ? d->driver : "no",
		 r->path[0] ? r->path : "caller not known", r->type ? memory_type_name(r->type) : "type not known",
		 bytes_words(bytes, sizeof(bytes), k->bytes, NULL));
}

/* v[0] to v[n - 1] are of one BAR. */
struct bar_ranges {
	const struct witness *w;
	const struct pci_device *function; /* NULL: asked for by guest address */
	const struct bar *bar;
	const struct witness_range *v;
	size_t n;
};

static size_t user_end(const struct bar_ranges *b, size_t from)
{
	size_t end = from + 1;

	while (end < b->n && witness_same_user(&b->v[from], &b->v[end]))
		end++;
	return end;
}

/* The VMM's own mapping is how the VM has the BAR, and no use of it. */
static bool is_vmms(const struct bar_ranges *b, const struct witness_range *r)
{
	for (size_t i = 0; r->who == WITNESS_PROCESS && i < b->w->n_vms; i++)
		if (b->w->vms[i].pid == r->pid)
			return true;
	return false;
}

static void print_vmms(FILE *out, const struct bar_ranges *b, const struct kind *k)
{
	const struct witness_range *r = k->range;
	char through[160];
	bool has_vm = false;

	for (size_t i = 0; i < b->n && b->v[i].who == WITNESS_VM; i++)
		has_vm |= b->v[i].pid == r->pid;
	text_say(out, "", INDENT, "%.15s[%u]'s own mapping, as VMM: %s through %s%s%s", r->comm, r->pid,
		 memory_type_name(r->type), witness_through_text(through, sizeof(through), r),
		 flag_words(b->w, r->any_uncached), has_vm ? "" : "; its VM has none, perhaps not yet");
}

static void print_user(FILE *out, const struct bar_ranges *b, size_t from, size_t to)
{
	struct kind kinds[KINDS_MOST];
	bool more;
	size_t n = find_kinds(kinds, &b->v[from], to - from, &more);

	for (size_t k = 0; k < n; k++) {
		const struct witness_range *r = kinds[k].range;

		if (r->who == WITNESS_VM)
			print_vm(out, b->w, &kinds[k], b->bar);
		else if (is_vmms(b, r))
			print_vmms(out, b, &kinds[k]);
		else if (r->who == WITNESS_PROCESS)
			print_process(out, b->w, &kinds[k], b->bar);
		else
			print_driver(out, b->function, &kinds[k]);
	}
	if (more)
		text_say(out, "", INDENT, "and more of %.15s[%u]: --json", b->v[from].comm, b->v[from].pid);
}

static void print_bar(FILE *out, const struct bar_ranges *b)
{
	const struct pci_device *d = b->function;
	unsigned int users = 0;
	char size[32];

	if (d)
		text_say(out, "", 0, "%s %s [%04x:%04x] BAR %u, %s%s (driver %s)", d->bdf, d->device_name, d->vendor,
			 d->device, b->bar->index, text_size(size, sizeof(size), b->bar->size_bytes),
			 b->bar->prefetchable ? " prefetchable" : "", d->driver[0] ? d->driver : "none");
	else
		text_say(out, "", 0, "asked for by guest address");
	for (size_t from = 0, to; from < b->n; from = to) {
		to = user_end(b, from);
		if (users++ < USERS_MOST)
			print_user(out, b, from, to);
	}
	if (users > USERS_MOST)
		text_say(out, "", INDENT, "and %u more: --json", users - USERS_MOST);
	fputc('\n', out);
}

static void print_bars(FILE *out, const struct witness *w)
{
	for (size_t from = 0, to; from < w->n_ranges; from = to) {
		const struct witness_range *r = &w->ranges[from];
		const struct pci_device *d = r->function < 0 ? NULL : &w->functions[r->function];
		struct bar_ranges b = { w, d, d ? &d->bars[r->bar] : NULL, r, 0 };

		for (to = from; to < w->n_ranges && w->ranges[to].function == r->function &&
				w->ranges[to].bar == r->bar; to++)
			b.n++;
		print_bar(out, &b);
	}
}

static bool has_range(const struct witness *w, size_t function)
{
	for (size_t i = 0; i < w->n_ranges; i++)
		if (w->ranges[i].function == (int)function)
			return true;
	return false;
}

static bool vm_has_range(const struct witness *w, const struct witness_vm *vm)
{
	for (size_t i = 0; i < w->n_ranges; i++)
		if (w->ranges[i].who == WITNESS_VM && w->ranges[i].pid == vm->pid)
			return true;
	return false;
}

/* What has nothing: a line with a count. */
static void print_nothing(FILE *out, const struct witness *w)
{
	size_t functions = 0, vms = 0;
	const char *bdf = "", *comm = "";

	for (size_t i = 0; w->functions && i < w->n_functions; i++)
		if (!has_range(w, i))
			bdf = functions++ ? "" : w->functions[i].bdf;
	for (size_t i = 0; i < w->n_vms; i++)
		if (!w->vms[i].nested && !vm_has_range(w, &w->vms[i]))
			comm = vms++ ? "" : w->vms[i].comm;
	if (functions)
		text_line(out, "nothing", "nobody has a BAR mapped of %zu function%s%s%s", functions,
			  functions > 1 ? "s" : "", *bdf ? ": " : "", bdf);
	if (vms)
		text_line(out, "VMs", "%zu %s none of this%s%s", vms, vms > 1 ? "have" : "has", *comm ? ": " : "",
			  comm);
	else if (!w->n_vms)
		text_line(out, "VMs", "no VM runs here");
}

static void print_lacks(FILE *out, const struct witness *w)
{
	static const char *const kinds[WITNESS_WHOS] = { "VMs", "processes", "drivers" };
	static const char *const tables[] = {
		[WITNESS_TABLES_READ] = NULL,
		[WITNESS_TABLES_PROTECTED] = "its tables are the hypervisor's own (protected KVM), and cannot be read",
		[WITNESS_TABLES_SHADOW] = "it has no second stage: this CPU or KVM uses neither EPT nor NPT",
		[WITNESS_TABLES_EMPTY] = "it has no tables yet, or no longer",
		[WITNESS_TABLES_BROKEN] = "what should be its tables is none: this kernel is built otherwise",
	};

	for (size_t i = 0; i < w->n_vms; i++)
		if (tables[w->vms[i].tables])
			text_styled(out, TEXT_UNSURE, "NOT SEEN", "%s[%u]%s: %s", w->vms[i].comm, w->vms[i].pid,
				    w->vms[i].nested ? ", a VM in it" : "", tables[w->vms[i].tables]);
	for (unsigned int i = 0; i < w->n_lacks; i++)
		text_styled(out, TEXT_UNSURE, "NOT SEEN", "%s: %s", kinds[w->lacks[i].what], w->lacks[i].why);
	if (w->left_out)
		text_styled(out, TEXT_UNSURE, "LEFT OUT", "%" PRIu64 " more mappings: there were too many",
			    w->left_out);
}

static bool is_kernel_before(const struct witness *w, unsigned int major, unsigned int minor)
{
	const char *release = fact_get(&w->env.facts, "kernel_release");
	unsigned int its_major, its_minor;

	return release && sscanf(release, "%4u.%4u", &its_major, &its_minor) == 2 &&
	       (its_major < major || (its_major == major && its_minor < minor));
}

/*
 * Protected KVM maps a VM's pages by a hypercall that takes memory alone, no device's: seen on 7.3.4, by the
 * sources since 6.14. 6.12 maps them itself, as in the other modes.
 */
static bool refuses_devices(const struct witness *w)
{
	const char *cmdline = fact_get(&w->env.facts, "cmdline");

	return cmdline && strstr(cmdline, "kvm-arm.mode=protected") && fact_get(&w->env.facts, "kernel_release") &&
	       !is_kernel_before(w, 6, 14);
}

/* For a VM that runs, or one that is over: in this mode it has died of the device. */
static bool has_passed_through(const struct witness *w)
{
	for (size_t i = 0; w->functions && i < w->n_functions; i++)
		if (strstr(w->functions[i].driver, "vfio"))
			return true;
	return w->n_vms;
}

/* SAYS() bits of all VMs' ranges of functions. */
static unsigned int vms_say(const struct witness *w)
{
	unsigned int says = 0;

	for (size_t i = 0; i < w->n_ranges; i++)
		if (w->ranges[i].who == WITNESS_VM && w->ranges[i].state == WITNESS_MAPPED &&
		    w->ranges[i].function >= 0)
			says |= stage2_says(w, &w->ranges[i]);
	return says;
}

static void print_advice(FILE *out, const struct witness *w)
{
	unsigned int says = vms_say(w);
	const char *advice = NULL;

	if (!is_arm(w) && says & SAYS(EFFECTIVE_NORMAL_NC))
		advice = "What the guest makes of it: mmiowitness --json in the guest, then mmiocompare "
			 "HOST-WITNESS.json GUEST-WITNESS.json; or mmiobench on the BAR there. Its drivers must not "
			 "rely on UC's order: WC stores need SFENCE before a doorbell.";
	else if (!is_arm(w))
		advice = NULL;
	else if (says & SAYS(EFFECTIVE_DEVICE) && is_kernel_before(w, 6, 9))
		advice = "KVM of this kernel maps every device page Device. Bring the host to Linux 6.9 or newer, and "
			 "let the VMM map the BAR through vfio-pci (QEMU -device vfio-pci, libvirt hostdev). Until "
			 "then use no memcpy, memset, unaligned or DC ZVA accesses on write-combining mappings in "
			 "the guest: they stop the VM.";
	else if (says & SAYS(EFFECTIVE_DEVICE))
		advice = "KVM of this kernel can map devices Normal-NC, but only where the VMM maps the BAR through "
			 "vfio-pci (QEMU -device vfio-pci, libvirt hostdev). A VMM that maps it through sysfs or "
			 "/dev/mem keeps Device.";
	else if (says & SAYS(EFFECTIVE_NORMAL_NC))
		advice = "What the guest makes of it: mmiowitness --json in the guest, then mmiocompare "
			 "HOST-WITNESS.json GUEST-WITNESS.json; or mmiobench on the BAR there. Its drivers must not "
			 "rely on Device ordering: NC stores need dmb oshst (or dsb st) before a doorbell.";
	else if (has_passed_through(w) && refuses_devices(w))
		advice = "This host runs KVM in protected mode (kvm-arm.mode=protected), in which this kernel shares "
			 "only memory with a VM and refuses device pages (-EINVAL): QEMU stops the VM at the first "
			 "access to the BAR with \"error: kvm run failed Invalid argument\". Boot the host without "
			 "that option: a BAR cannot be passed through in this mode.";
	if (advice)
		text_line(out, "what to do", "%s", advice);
}

void witness_text(FILE *out, const struct witness *w, const char *saved)
{
	print_head(out, w);
	print_bars(out, w);
	print_nothing(out, w);
	print_lacks(out, w);
	print_advice(out, w);
	text_line(out, "look", "at %s, in %.2f s%s", w->started, w->duration_s,
		  w->pid ? ", of one process (--pid)" : "");
	if (saved)
		text_line(out, "saved", "%s", saved);
}
