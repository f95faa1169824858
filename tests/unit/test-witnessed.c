// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "report/report.h"
#include "fixture.h"

#define HOST_AT  0x9000000000ull
#define GUEST_AT 0x8000000000ull
#define M        (1024 * 1024ull)

/* One BAR 2 of 16 MiB, in a host's record and in its guest's. */
struct pair {
	struct witness host, guest;
	struct pci_device host_function, guest_function;
	struct witness_vm vms[2];
	struct witness_range host_ranges[4], guest_ranges[4];
};

static void make_side(struct witness *w, struct pci_device *f, struct witness_range *ranges, uint64_t at)
{
	*w = (struct witness){ .arch = "aarch64", .started = "2026-01-02T03:04:05Z", .functions = f,
			       .n_functions = 1, .ranges = ranges };
	*f = (struct pci_device){ .bdf = "0000:00:02.0", .vendor = 0x1af4, .device = 0x1110, .driver = "nvme" };
	f->bars[2] = (struct bar){ .index = 2, .kind = BAR_MEMORY, .phys_bytes = at, .size_bytes = 16 * M,
				   .prefetchable = true };
}

static void make(struct pair *p)
{
	memset(p, 0, sizeof(*p));
	make_side(&p->host, &p->host_function, p->host_ranges, HOST_AT);
	strcpy(p->host_function.driver, "vfio-pci");
	make_side(&p->guest, &p->guest_function, p->guest_ranges, GUEST_AT);
	p->host.env.virt.guest = ENV_BARE_METAL;
	p->guest.env.virt.guest = ENV_GUEST;
	p->vms[0] = (struct witness_vm){ .pid = 187, .comm = "qemu", .fwb = WITNESS_FWB_YES };
	p->vms[1] = (struct witness_vm){ .pid = 188, .comm = "qemu", .fwb = WITNESS_FWB_YES };
	p->host.vms = p->vms;
	p->host.n_vms = 1;
}

static struct witness_range *add_stage2(struct pair *p, uint64_t offset, uint64_t size, enum memory_type type)
{
	struct witness_range *r = &p->host_ranges[p->host.n_ranges++];

	*r = (struct witness_range){ .who = WITNESS_VM, .pid = 187, .comm = "qemu", .bar = 2, .offset_bytes = offset,
				     .size_bytes = size, .address = GUEST_AT + offset, .type = type };
	return r;
}

static struct witness_range *add_stage1(struct pair *p, uint64_t offset, uint64_t size, enum memory_type type)
{
	struct witness_range *r = &p->guest_ranges[p->guest.n_ranges++];

	*r = (struct witness_range){ .who = WITNESS_DRIVER, .bar = 2, .offset_bytes = offset, .size_bytes = size,
				     .address = 0xffff800000000000, .type = type, .path = "pci_iomap" };
	return r;
}

/* The one BAR's words. */
static struct witnessed_bar judge(struct pair *p, struct witnessed *w)
{
	char why[320];

	if (witnessed_check(&p->host, &p->guest, why, sizeof(why)))
		fail_msg("%s", why);
	assert_int_equal(0, witnessed_make(w, &p->host, &p->guest, false));
	assert_int_equal(1, w->n_bars);
	assert_ptr_equal(w->worst, w->bars);
	assert_string_equal("0000:00:02.0", w->bars[0].guest->bdf);
	return w->bars[0];
}

static void expect(struct pair *p, enum verdict_outcome outcome, enum confidence confidence, const char *why)
{
	struct witnessed w;
	struct witnessed_bar b = judge(p, &w);

	if (b.outcome != outcome || b.confidence != confidence || !strstr(b.why, why))
		fail_msg("%s (%s): %s", verdict_outcome_name(b.outcome), confidence_name(b.confidence), b.why);
	assert_int_equal(outcome == VERDICT_PRESERVED ? 0 : outcome == VERDICT_INCONCLUSIVE ? 3 : 1,
			 witnessed_status(&w));
	witnessed_free(&w);
}

#define PROVED CONFIDENCE_PROVED
#define LIKELY CONFIDENCE_LIKELY
#define NOTHING VERDICT_INCONCLUSIVE, CONFIDENCE_UNKNOWN

static void test_verdicts(void **state)
{
	struct pair p;
	struct witness_range *r;

	(void)state;
	make(&p);
	add_stage2(&p, 0, 16 * M, MEMORY_NORMAL_NC);
	expect(&p, VERDICT_PRESERVED, PROVED, "Normal-NC at stage 2 for qemu[187]");
	p.host_ranges[0].type = MEMORY_DEVICE_NGNRE;
	expect(&p, VERDICT_DEMOTED, PROVED, "Device-nGnRE");
	p.host_ranges[0].type = MEMORY_NORMAL_WB;
	expect(&p, VERDICT_PRESERVED, PROVED, "Normal-WB");
	p.host_ranges[0].forced = true;
	expect(&p, VERDICT_WRITE_BACK, PROVED, "Normal-WB (forced)");
	p.host_ranges[0] = *add_stage2(&p, 0, 16 * M, MEMORY_NORMAL_NC);
	p.host.n_ranges = 1;
	p.host_ranges[0].state = WITNESS_UNTOUCHED;
	expect(&p, VERDICT_PRESERVED, LIKELY, "not touched yet, then Normal-NC");
	p.host_ranges[0].type = MEMORY_UNKNOWN;
	expect(&p, NOTHING, "not touched yet");
	p.host_ranges[0].state = WITNESS_UNREADABLE;
	expect(&p, NOTHING, "could not be read");
	/* an address that was asked for */
	p.host_ranges[0].state = WITNESS_TRAPPED;
	p.host_ranges[0].function = -1;
	p.host_ranges[0].bar = 0;
	expect(&p, VERDICT_TRAPPED, LIKELY, "no memory slot");

	/* the table decides, the worst part of it; what is not touched joins in where its type is known */
	make(&p);
	add_stage2(&p, 0, 2 * M, MEMORY_NORMAL_NC);
	r = add_stage2(&p, 2 * M, 14 * M, MEMORY_UNKNOWN);
	r->state = WITNESS_UNTOUCHED;
	expect(&p, VERDICT_PRESERVED, PROVED, "Normal-NC");
	r->type = MEMORY_NORMAL_NC;
	expect(&p, VERDICT_PRESERVED, PROVED, "Normal-NC at");
	r->state = WITNESS_MAPPED;
	r->type = MEMORY_DEVICE_NGNRE;
	expect(&p, VERDICT_DEMOTED, PROVED, "Device-nGnRE");
}

static void test_places(void **state)
{
	struct pair p;
	struct witness_range *r;

	(void)state;
	/* two VMs with such a device at that address: they must agree, and what is elsewhere is another's */
	make(&p);
	add_stage2(&p, 0, 16 * M, MEMORY_NORMAL_NC);
	r = add_stage2(&p, 0, 16 * M, MEMORY_DEVICE_NGNRE);
	r->pid = 188;
	p.host.n_vms = 2;
	expect(&p, NOTHING, "several tables");
	r->address += 16 * M;
	expect(&p, VERDICT_PRESERVED, PROVED, "qemu[187]");
	r->address -= 16 * M;
	r->type = MEMORY_NORMAL_NC;
	expect(&p, VERDICT_PRESERVED, PROVED, "");
	/* none at that address */
	p.host_ranges[0].address++;
	r->address++;
	expect(&p, NOTHING, "no VM has it");
	/* the only VM has none, and the guest has it in use at that time */
	p.host.n_ranges = 0;
	p.host.n_vms = 1;
	expect(&p, NOTHING, "no VM has it");
	add_stage1(&p, 0, 4096, MEMORY_DEVICE_NGNRE);
	expect(&p, VERDICT_TRAPPED, LIKELY, "the only VM's tables");
	strcpy(p.guest.started, "2026-01-02T04:04:05Z");
	expect(&p, NOTHING, "no VM has it");
	strcpy(p.guest.started, p.host.started);
	p.vms[0].tables = WITNESS_TABLES_PROTECTED;
	expect(&p, NOTHING, "no VM has it");
	p.vms[0].tables = WITNESS_TABLES_READ;
	p.vms[1] = (struct witness_vm){ .pid = 187, .comm = "qemu", .nested = 1, .tables = WITNESS_TABLES_EMPTY };
	p.host.n_vms = 2;
	expect(&p, VERDICT_TRAPPED, LIKELY, "the only VM's tables");
	p.vms[1].tables = WITNESS_TABLES_READ;
	expect(&p, NOTHING, "no VM has it");
	p.host.n_vms = 1;
	witness_lack(&p.host, WITNESS_VM, "memory slots are of another kind");
	expect(&p, NOTHING, "no VM has it");
}

/* As of results: what runs in a VM proves nothing, and a clock must tell. */
static void test_doubts(void **state)
{
	struct pair p;

	(void)state;
	make(&p);
	add_stage2(&p, 0, 16 * M, MEMORY_NORMAL_NC);
	p.host.env.virt.guest = ENV_GUEST;
	expect(&p, NOTHING, "the host is a VM itself");
	p.host.env.virt.guest = ENV_GUEST_UNKNOWN;
	expect(&p, VERDICT_PRESERVED, LIKELY, "Normal-NC");
	p.host_ranges[0].type = MEMORY_DEVICE_NGNRE;
	expect(&p, NOTHING, "may be a VM itself");
	p.host.env.virt.guest = ENV_BARE_METAL;
	strcpy(p.guest.started, "1970-01-01T00:00:11Z");
	expect(&p, VERDICT_DEMOTED, LIKELY, "Device");
}

static void test_mappings(void **state)
{
	struct pair p;
	struct witnessed w;
	struct witnessed_bar b;
	struct witness_range *r;

	(void)state;
	make(&p);
	add_stage2(&p, 0, 2 * M, MEMORY_NORMAL_NC);
	add_stage2(&p, 4 * M, 2 * M, MEMORY_DEVICE_NGNRE);
	r = add_stage2(&p, 6 * M, 2 * M, MEMORY_NORMAL_NC);
	r->state = WITNESS_UNTOUCHED;
	add_stage1(&p, 0, 4096, MEMORY_DEVICE_NGNRE);
	add_stage1(&p, 2 * M - 4096, 4096, MEMORY_NORMAL_NC);
	add_stage1(&p, 2 * M, 4096, MEMORY_NORMAL_NC);
	add_stage1(&p, 0, 8 * M, MEMORY_NORMAL_NC);
	b = judge(&p, &w);
	assert_int_equal(VERDICT_DEMOTED, b.outcome);
	assert_int_equal(4, b.n_mappings);
	assert_int_equal(MEMORY_DEVICE_NGNRE, b.mappings[0].gets);
	assert_int_equal(MEMORY_NORMAL_NC, b.mappings[1].gets);
	assert_false(b.mappings[1].trapped || b.mappings[1].several || b.mappings[1].untouched);
	assert_true(b.mappings[2].trapped && !b.mappings[2].several);
	assert_true(b.mappings[3].several && !b.mappings[3].trapped && b.mappings[3].untouched);
	assert_int_equal(MEMORY_UNKNOWN, b.mappings[3].gets);
	witnessed_free(&w);
	p.guest_ranges[0].offset_bytes = 6 * M;
	b = judge(&p, &w);
	assert_true(b.mappings[0].untouched && b.mappings[0].gets == MEMORY_DEVICE_NGNRE);
	witnessed_free(&w);
}

/* Registers do not decide, unless there is nothing else. */
static void test_counts(void **state)
{
	struct pair p;
	struct witnessed w;
	struct witness_range *r;

	(void)state;
	make(&p);
	p.host_function.bars[0] = p.guest_function.bars[0] =
		(struct bar){ .kind = BAR_MEMORY, .phys_bytes = GUEST_AT - M, .size_bytes = 4096 };
	r = add_stage2(&p, 0, 4096, MEMORY_DEVICE_NGNRE);
	r->bar = 0;
	r->address = GUEST_AT - M;
	add_stage2(&p, 0, 16 * M, MEMORY_NORMAL_NC);
	assert_int_equal(0, witnessed_make(&w, &p.host, &p.guest, false));
	assert_int_equal(2, w.n_bars);
	assert_int_equal(VERDICT_DEMOTED, w.bars[0].outcome);
	assert_int_equal(0, witnessed_status(&w));
	witnessed_free(&w);
	p.host_function.bars[2].prefetchable = p.guest_function.bars[2].prefetchable = false;
	assert_int_equal(0, witnessed_make(&w, &p.host, &p.guest, false));
	assert_int_equal(1, witnessed_status(&w));
	witnessed_free(&w);
	/* a VMM that hides the bit */
	p.host_function.bars[2].prefetchable = true;
	p.host.n_ranges = 1;
	assert_int_equal(0, witnessed_make(&w, &p.host, &p.guest, true));
	assert_int_equal(VERDICT_INCONCLUSIVE, w.worst->outcome);
	assert_int_equal(1, witnessed_status(&w));
	w.require_preserved = false;
	assert_int_equal(3, witnessed_status(&w));
	witnessed_free(&w);
}

static void test_refused(void **state)
{
	static const char *const whys[] = {
		"both are of one machine", "the architecture differs", "name the host's first", "bare metal",
		"no VM was running", "it was asked not to", "before this guest was booted", "no BAR in common",
		"no BAR in common",
	};

	(void)state;
	for (int i = 0; i < (int)(sizeof(whys) / sizeof(whys[0])); i++) {
		struct pair p;
		char why[320] = "";

		make(&p);
		add_stage2(&p, 0, 16 * M, MEMORY_NORMAL_NC);
		if (!i) {
			assert_int_equal(0, fact_add(&p.host.env.facts, "boot_id", "/proc", FIXTURE_BOOT));
			assert_int_equal(0, fact_add(&p.guest.env.facts, "boot_id", "/proc", FIXTURE_BOOT));
		}
		if (i == 1)
			strcpy(p.guest.arch, "x86_64");
		if (i == 2) {
			p.guest.vms = p.vms;
			p.guest.n_vms = 1;
		}
		if (i == 3)
			p.guest.env.virt.guest = ENV_BARE_METAL;
		if (i == 2 || i == 4 || i == 5)
			p.host.n_vms = 0;
		if (i == 5)
			witness_lack(&p.host, WITNESS_VM, "it was asked not to");
		if (i == 6)
			assert_int_equal(0, fact_add(&p.guest.env.facts, "booted", "/proc", "2026-01-02T04:04:05Z"));
		if (i == 7)
			p.guest_function.device++;
		/* a twin of the guest's that the host keeps for itself */
		if (i == 8) {
			p.host.n_ranges = 0;
			strcpy(p.host_function.driver, "nvme");
		}
		assert_int_equal(-22, witnessed_check(&p.host, &p.guest, why, sizeof(why)));
		if (!strstr(why, whys[i]))
			fail_msg("%d: %s", i, why);
		facts_free(&p.host.env.facts);
		facts_free(&p.guest.env.facts);
	}
}

/* x86: a BAR, and a BAR of the VMM's on RAM that was asked for by its address. */
static void test_x86(void **state)
{
	static const struct {
		const char *vendor;
		struct memory_attr stage2; /* of KVM's EPT and NPT */
		enum verdict_outcome outcome;
		enum memory_type wc, uc_minus;
	} cases[] = {
		{ "AuthenticAMD", { MEMORY_BY_GUEST, false }, VERDICT_PRESERVED, MEMORY_WC, MEMORY_UC },
		{ "HygonGenuine", { MEMORY_BY_GUEST, false }, VERDICT_PRESERVED, MEMORY_WC, MEMORY_UC },
		{ "GenuineIntel", { MEMORY_UC, false }, VERDICT_PRESERVED, MEMORY_WC, MEMORY_UC },
		{ "GenuineIntel", { MEMORY_BY_GUEST, false }, VERDICT_PRESERVED, MEMORY_WC, MEMORY_UC },
		{ "GenuineIntel", { MEMORY_WB, true }, VERDICT_WRITE_BACK, MEMORY_WB, MEMORY_WB },
		{ "GenuineIntel", { MEMORY_UC, true }, VERDICT_DEMOTED, MEMORY_UC, MEMORY_UC },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (int asked = 0; asked < 2; asked++) {
			struct pair p;
			struct witnessed w;
			struct witnessed_bar b;
			struct witness_range *r;

			make(&p);
			strcpy(p.host.arch, "x86_64");
			strcpy(p.guest.arch, "x86_64");
			assert_int_equal(0, fact_add(&p.host.env.facts, "cpu_vendor", "/proc/cpuinfo", "%s",
						     cases[i].vendor));
			r = add_stage2(&p, 0, 16 * M, cases[i].stage2.type);
			r->forced = cases[i].stage2.forced;
			if (asked) {
				r->function = -1;
				r->bar = 0;
			}
			add_stage1(&p, 0, 4096, MEMORY_WC);
			add_stage1(&p, 4096, 4096, MEMORY_UC_MINUS);
			b = judge(&p, &w);
			assert_int_equal(cases[i].outcome, b.outcome);
			assert_int_equal(PROVED, b.confidence);
			assert_int_equal(cases[i].wc, b.mappings[0].gets);
			assert_int_equal(cases[i].uc_minus, b.mappings[1].gets);
			witnessed_free(&w);
			facts_free(&p.host.env.facts);
		}
}

static void test_page(void **state)
{
	static const char *const lines[] = {
		("VERDICT demoted (confidence: proved): a request for Normal-NC of 0000:00:02.0 BAR 2 does NOT get it: "
		 "it is Device"),
		"nvme[driver] pci_iomap: asks Device-nGnRE, gets Device-nGnRE (4 KiB)",
		"app[90] resource2_wc: asks Normal-NC, gets several types (16 MiB)",
		"app[90] resource2_wc: asks Normal-NC, is trapped (4 KiB)", "EMULATED its CPU is emulated (said so)",
		"status 1",
	};
	char *page, *flat;
	size_t n;
	struct pair p;
	struct witnessed w;
	struct witness_range *r;
	FILE *f = open_memstream(&page, &n);

	(void)state;
	make(&p);
	p.guest.env.emulated = true;
	strcpy(p.guest.env.emulated_why, "said so");
	add_stage2(&p, 0, 2 * M, MEMORY_NORMAL_NC);
	add_stage2(&p, 4 * M, 2 * M, MEMORY_DEVICE_NGNRE);
	add_stage1(&p, 0, 4096, MEMORY_DEVICE_NGNRE);
	for (int i = 0; i < 2; i++) {
		r = add_stage1(&p, i ? 2 * M : 0, i ? 4096 : 16 * M, MEMORY_NORMAL_NC);
		r->who = WITNESS_PROCESS;
		r->pid = 90;
		strcpy(r->comm, "app");
		r->through = WITNESS_THROUGH_RESOURCE_WC;
	}
	judge(&p, &w);
	assert_non_null(f);
	witnessed_text(f, &w);
	assert_int_equal(0, fclose(f));
	flat = page;
	for (char *c = page; *c; c++)
		if ((*c != ' ' && *c != '\n') || (flat > page && flat[-1] != ' '))
			*flat++ = *c == '\n' ? ' ' : *c;
	*flat = 0;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (!strstr(page, lines[i]))
			fail_msg("no \"%s\" in %s", lines[i], page);
	free(page);
	witnessed_free(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdicts), cmocka_unit_test(test_places),	 cmocka_unit_test(test_doubts),
		cmocka_unit_test(test_mappings), cmocka_unit_test(test_counts),	 cmocka_unit_test(test_refused),
		cmocka_unit_test(test_x86),	 cmocka_unit_test(test_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
