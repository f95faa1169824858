// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "report/report.h"
#include "fixture.h"

#define OTHER_BOOT "aca2f632-b8d1-45aa-9b58-d9d27c027229"

/* A side of a pair of three cells; the guest is half as fast and takes twice as long. */
static void make_side(struct result *r, bool guest)
{
	fixture_result(r);
	if (!guest) {
		r->env.virt.guest = ENV_BARE_METAL;
		strcpy(r->device.bdf, "0000:41:00.0");
		r->clock_hz = 2 * FIXTURE_HZ; /* another clock, other ticks for the same time */
	}
	fixture_cell(r, "bw/plain/store8/4K/posted", 1e9);
	fixture_cell(r, "bw/wc/store8/4K/posted", guest ? 2e9 : 4e9);
	fixture_cell(r, "probe/wc/load8+dep@each/64", guest ? 1800 : 900);
}

static void make_pair(struct result *host, struct result *guest)
{
	make_side(host, false);
	make_side(guest, true);
}

static void free_pair(struct result *host, struct result *guest)
{
	result_free(host);
	result_free(guest);
}

/* One run a side, asked for nothing. */
static int make_comparison(struct comparison *c, const struct result *host, const struct result *guest)
{
	const struct compare_side h = { host, 1 }, g = { guest, 1 };
	const struct compare_ask ask = { .min_effect = COMPARE_MIN_EFFECT };

	return compare_make(c, &h, &g, &ask);
}

static void change_arch(struct result *r)
{
	strcpy(r->arch, "x86_64");
}

static void change_ram(struct result *r)
{
	r->is_ram = true;
}

static void change_vendor(struct result *r)
{
	r->device.vendor = 0x10de;
}

static void change_device(struct result *r)
{
	r->device.device = 0x1111;
}

static void change_index(struct result *r)
{
	r->bar.index = 4;
}

static void change_size(struct result *r)
{
	r->bar.size_bytes *= 2;
}

static void change_offset(struct result *r)
{
	r->offset_bytes = 4096;
}

static void change_length(struct result *r)
{
	r->length_bytes = 4096;
}

static void change_profile(struct result *r)
{
	strcpy(r->profile, "full");
}

static void change_cells(struct result *r)
{
	strcpy(r->cells[0].id, "bw/plain/store8/8K/posted");
	strcpy(r->cells[1].id, "bw/wc/store8/8K/posted");
	strcpy(r->cells[2].id, "probe/wc/load8+dep@each/128");
}

static void change_twice(struct result *r)
{
	strcpy(r->cells[1].id, r->cells[0].id);
}

static void change_unit(struct result *r)
{
	r->cells[1].spec.unit = UNIT_NS;
}

static void change_unit_bytes(struct result *r)
{
	r->cells[2].spec.unit_bytes = 64;
}

/* Nothing through wc, as where there is no resourceN_wc. */
static void drop_wc(struct result *r)
{
	size_t kept = 0;

	for (size_t i = 0; i < r->n_cells; i++) {
		struct cell_record *c = &r->cells[i];

		if (c->spec.mapping != MAP_WC) {
			r->cells[kept++] = *c;
			continue;
		}
		for (unsigned int k = 0; k < c->n_rounds; k++)
			free(c->rounds[k].ticks);
		free(c->rounds);
	}
	r->n_cells = kept;
	kept = 0;
	for (size_t i = 0; i < r->n_probes; i++)
		if (r->probes[i].mapping != MAP_WC)
			r->probes[kept++] = r->probes[i];
	r->n_probes = kept;
}

static size_t count_words(const char *page, const char *words)
{
	size_t n = 0;

	for (const char *at = page; (at = strstr(at, words)); at++)
		n++;
	return n;
}

/* Nothing was asked for there, but the host's witness tells what a driver would get. */
static void test_hidden_witness(void **state)
{
	struct result host, guest;
	struct witness_range range = { .bar = 2, .type = MEMORY_NORMAL_NC, .pid = 8, .comm = "qemu" };
	struct pci_device function;
	struct witness w = { .arch = "aarch64", .functions = &function, .n_functions = 1, .ranges = &range,
			     .n_ranges = 1, .started = "2026-01-02T03:00:00Z", .duration_s = 60 };
	const struct compare_ask ask = { .min_effect = COMPARE_MIN_EFFECT, .witness = &w };
	const struct compare_side h = { &host, 1 }, g = { &guest, 1 };
	struct comparison c;
	char *page;

	(void)state;
	make_pair(&host, &guest);
	drop_wc(&guest);
	host.bar.prefetchable = true;
	guest.bar.prefetchable = false;
	function = host.device;
	function.bars[2] = host.bar;
	range.size_bytes = guest.bar.size_bytes;
	range.address = guest.bar.phys_bytes;
	assert_int_equal(0, compare_make(&c, &h, &g, &ask));
	assert_int_equal(1, compare_status(&c));
	page = fixture_page(&c);
	assert_non_null(strstr(page, "the witness saw stage 2 Normal-NC"));
	free(page);
	compare_free(&c);
	free_pair(&host, &guest);
}

/* A VMM that does not show a BAR as prefetchable: no resourceN_wc, and nobody can ask for WC. */
static void test_hidden(void **state)
{
	static const struct {
		bool host_prefetchable, guest_prefetchable, bare;
		int status;
		const char *reason, *advice;
	} rows[] = {
		{ true, false, false, 1, "the VMM hides that", "PR 4454" },
		{ false, false, false, 1, "not prefetchable", NULL },
		{ true, true, false, 1, "this kernel makes", NULL },
		{ true, false, true, 1, "not prefetchable", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct result host, guest;
		struct comparison c;
		char why[256], *page;

		make_pair(&host, &guest);
		drop_wc(&guest);
		host.bar.prefetchable = rows[i].host_prefetchable;
		guest.bar.prefetchable = rows[i].guest_prefetchable;
		if (rows[i].bare)
			guest.env.virt.guest = ENV_BARE_METAL;
		assert_int_equal(0, compare_check(&host, &guest, why, sizeof(why)));
		assert_int_equal(0, make_comparison(&c, &host, &guest));
		assert_true(!c.verdict.judged && c.verdict.outcome == VERDICT_INCONCLUSIVE);
		assert_int_equal(!rows[i].advice, !c.verdict.hidden);
		assert_int_equal(rows[i].status, compare_status_why(&c, why, sizeof(why)));
		assert_int_equal(!rows[i].advice, !!strstr(why, "absent"));
		if (!strstr(c.verdict.reason, rows[i].reason))
			fail_msg("row %zu: %s", i, c.verdict.reason);
		assert_int_equal(!rows[i].advice, !c.verdict.n_advice);
		page = fixture_page(&c);
		assert_int_equal(!rows[i].advice, !strstr(page, "PR 4454"));
		assert_int_equal(1, count_words(page, "\nABSENT "));
		assert_non_null(strstr(page, " cells, "));
		free(page);
		compare_free(&c);
		free_pair(&host, &guest);
	}
}

static const struct {
	void (*change)(struct result *guest);
	const char *words[3]; /* the field, the host's value, the guest's */
} refusals[] = {
	{ change_arch, { "architecture", "aarch64", "x86_64" } },
	{ change_ram, { "what was measured", "a BAR", "ram" } },
	{ change_vendor, { "device", "1af4:1110", "10de:1110" } },
	{ change_device, { "device", "1af4:1110", "1af4:1111" } },
	{ change_index, { "BAR's index", "2", "4" } },
	{ change_size, { "BAR's size", "16777216", "33554432" } },
	{ change_offset, { "offset", "0", "4096" } },
	{ change_length, { "length", "1048576", "4096" } },
	{ change_cells, { "plan", "no cell is in both", "probe/wc/load8+dep@each/" } },
	{ change_unit, { "bw/wc/store8/4K/posted", "B/s", "ns" } },
	{ change_unit_bytes, { "probe/wc/load8+dep@each/64", "ns per 8 bytes", "ns per 64 bytes" } },
	{ change_twice, { "two cells", "bw/plain/store8/4K/posted", "2026-01-02" } },
};

static void test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		struct result host, guest;
		char why[256] = "";

		make_pair(&host, &guest);
		assert_int_equal(0, compare_check(&host, &guest, why, sizeof(why)));
		assert_string_equal("", why);
		refusals[i].change(&guest);
		assert_true(compare_check(&host, &guest, why, sizeof(why)) < 0);
		for (int k = 0; k < 3; k++)
			if (!strstr(why, refusals[i].words[k]))
				fail_msg("\"%s\" does not say %s", why, refusals[i].words[k]);
		free_pair(&host, &guest);
	}
}

/* What may differ between a host and its guest. */
static void test_accepted(void **state)
{
	struct result host, guest;
	struct cell_record first;
	char why[256];

	(void)state;
	make_pair(&host, &guest);
	strcpy(guest.device.bdf, "0001:02:03.4");
	guest.device.has_serial = false;
	guest.bar.phys_bytes = 0x1000;
	guest.seed = 1;
	guest.cpu = 7;
	/* in another order */
	first = guest.cells[0];
	guest.cells[0] = guest.cells[2];
	guest.cells[2] = first;
	assert_int_equal(0, compare_check(&host, &guest, why, sizeof(why)));
	free_pair(&host, &guest);
}

/* Another profile: the type is judged, nothing that was timed. */
static void test_profiles(void **state)
{
	struct result host, guest;
	struct comparison c;
	char why[256], *text;

	(void)state;
	make_pair(&host, &guest);
	fixture_probe(&guest, "alignment", MAP_PLAIN, "SIGBUS/BUS_ADRALN", 0, 0);
	fixture_probe(&guest, "alignment", MAP_WC, "works", 0, 0);
	fixture_cell(&host, "bw/wc/store8/64K/posted", 4e9); /* that only its profile has */
	change_profile(&guest);
	assert_int_equal(0, compare_check(&host, &guest, why, sizeof(why)));
	assert_int_equal(0, make_comparison(&c, &host, &guest));
	assert_int_equal(VERDICT_PRESERVED, c.verdict.outcome);
	assert_int_equal(0, compare_status(&c));
	assert_false(c.cells.judged);
	assert_int_equal(c.cells.n_rows, c.cells.n_words[COMPARE_NO_WORD]);
	assert_int_equal(1, c.cells.n_states[COMPARE_ABSENT]);
	text = fixture_page(&c);
	assert_non_null(strstr(text, "the profile differs, quick in the first, full in the"));
	free(text);
	compare_free(&c);
	/* but a cell that failed stays one */
	guest.cells[0].status = CELL_TIMEOUT;
	assert_int_equal(0, make_comparison(&c, &host, &guest));
	assert_int_equal(1, compare_status(&c));
	compare_free(&c);
	free_pair(&host, &guest);
}

/* Of a host and its guest, too: another version may measure a cell in another way. */
static void test_versions(void **state)
{
	struct result host, guest;
	struct comparison c;
	char *text;

	(void)state;
	make_pair(&host, &guest);
	for (int other = 0; other < 2; other++) {
		strcpy(host.version, "0.1.0");
		strcpy(guest.version, other ? "0.2.0" : "0.1.0");
		assert_int_equal(0, make_comparison(&c, &host, &guest));
		text = fixture_page(&c);
		assert_int_equal(other, !!strstr(text, "mmiobench differs, 0.1.0 in the first, 0.2.0 in the"));
		free(text);
		compare_free(&c);
	}
	free_pair(&host, &guest);
}

/* The page names what it was given, and claims no relation that nothing shows. */
static void test_relations(void **state)
{
	static const struct {
		enum env_guest machines[2];
		const char *kvm[2]; /* NULL: not known */
		const char *smccc[2]; /* of an emulated machine; NULL: it is none */
		const char *title, *note; /* NULL: no such note */
		bool is_reference;
	} rows[] = {
		{ { ENV_BARE_METAL, ENV_GUEST }, { "yes", "no" }, { NULL }, "a guest compared with a host", NULL, true },
		{ { ENV_BARE_METAL, ENV_GUEST }, { NULL, NULL }, { NULL }, "a guest compared with a host", NULL, true },
		{ { ENV_GUEST, ENV_GUEST }, { "yes", "no" }, { NULL }, "a guest compared with a host", NULL, true },
		{ { ENV_GUEST, ENV_GUEST }, { "no", "no" }, { NULL }, "a guest compared with a guest",
		  "first is a guest as well", false },
		{ { ENV_GUEST, ENV_GUEST }, { NULL, NULL }, { NULL }, "a guest compared with a guest",
		  "first is a guest as well", false },
		/* two clouds' VMs, or nested ones */
		{ { ENV_GUEST, ENV_GUEST }, { "yes", "yes" }, { NULL }, "a VM that runs VMs compared with another",
		  "nothing tells whether the second", false },
		/* an emulator's machine, and another; and a VM that it nests; and its VM */
		{ { ENV_GUEST, ENV_GUEST }, { "yes", "yes" }, { "1.0", "1.0" }, "a host compared with a host",
		  "neither result is of a guest", false },
		{ { ENV_GUEST, ENV_GUEST }, { "yes", "yes" }, { "1.0", "1.1" }, "a guest compared with a host",
		  NULL, true },
		{ { ENV_GUEST, ENV_GUEST }, { "yes", "yes" }, { "1.1", "1.1" },
		  "a VM that runs VMs compared with another", "nothing tells whether the second", false },
		{ { ENV_BARE_METAL, ENV_GUEST }, { "yes", "yes" }, { NULL }, "a guest compared with a host", NULL, true },
		{ { ENV_GUEST, ENV_BARE_METAL }, { "yes", "yes" }, { NULL }, "a run compared with another",
		  "nothing tells", true },
		{ { ENV_BARE_METAL, ENV_BARE_METAL }, { "yes", "no" }, { NULL }, "a host compared with a host",
		  "neither result is of a guest", true },
		{ { ENV_GUEST_UNKNOWN, ENV_GUEST }, { NULL, NULL }, { NULL }, "a run compared with another",
		  "nothing tells", true },
		{ { ENV_GUEST, ENV_GUEST_UNKNOWN }, { NULL, NULL }, { NULL }, "a run compared with another",
		  "nothing tells", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct result r[2];
		struct comparison c;
		bool heard = false;
		char *text;

		make_pair(&r[0], &r[1]);
		for (int s = 0; s < 2; s++) {
			r[s].env.virt.guest = rows[i].machines[s];
			r[s].env.emulated = rows[i].smccc[s];
			if (rows[i].smccc[s])
				assert_int_equal(0, fact_add(&r[s].env.facts, "smccc_version", "/dev/kmsg", "%s",
							     rows[i].smccc[s]));
			if (rows[i].kvm[s])
				assert_int_equal(0, fact_add(&r[s].env.facts, "kvm_device", "/dev/kvm", "%s",
							     rows[i].kvm[s]));
		}
		assert_int_equal(0, make_comparison(&c, &r[0], &r[1]));
		text = fixture_page(&c);
		if (!strstr(text, rows[i].title) || !strstr(text, "NOTE") != !rows[i].note ||
		    (rows[i].note && !strstr(text, rows[i].note)))
			fail_msg("row %zu: %s", i, text);
		for (unsigned int k = 0; k < c.verdict.n_evidence; k++)
			heard |= !strcmp(c.verdict.evidence[k].line, "host reference");
		assert_int_equal(rows[i].is_reference, heard);
		free(text);
		compare_free(&c);
		free_pair(&r[0], &r[1]);
	}
}

/* A guest that shows another core than the host's ran elsewhere. */
static void test_cores(void **state)
{
	static const char *const parts[] = { "0xd4f", "0xd0c" };
	struct result r[2];
	struct comparison c;
	char *text;

	(void)state;
	make_pair(&r[0], &r[1]);
	r[0].env.virt.guest = ENV_BARE_METAL;
	for (int s = 0; s < 2; s++) {
		assert_int_equal(0, fact_add(&r[s].env.facts, "cpu_implementer", "x", "0x41"));
		assert_int_equal(0, fact_add(&r[s].env.facts, "cpu_part", "x", "%s", parts[s]));
	}
	assert_int_equal(0, make_comparison(&c, &r[0], &r[1]));
	text = fixture_page(&c);
	assert_non_null(strstr(text, "the cores differ, implementer 0x41 part 0xd4f in the first, implementer"));
	free(text);
	compare_free(&c);
	free_pair(&r[0], &r[1]);
}

/* What is held against must itself be sound, and of that device. */
static void test_notes(void **state)
{
	struct result first, second;
	struct comparison c;
	char *text;

	(void)state;
	make_side(&first, true);
	make_side(&second, true);
	first.env.emulated = true; /* or its times speak against it */
	fixture_journal(&first, OTHER_BOOT, "");
	strcpy(first.started, "2026-01-02T03:00:05Z");
	second.device.serial++;
	facts_free(&second.env.facts);
	assert_int_equal(0, fact_add(&second.env.facts, "kernel_release", "uname(2)", "6.12"));
	assert_int_equal(0, make_comparison(&c, &first, &second));
	text = fixture_page(&c);
	assert_non_null(strstr(text, "the first is itself demoted"));
	assert_non_null(strstr(text, "these are two devices"));
	assert_non_null(strstr(text, "6.1.0-50-arm64 in the first, 6.12"));
	free(text);
	compare_free(&c);
	free_pair(&first, &second);
}

/* Swapped files would let a demoted guest pass with the host's evidence. */
static void test_swapped(void **state)
{
	struct result host, guest;
	char why[256];

	(void)state;
	make_pair(&host, &guest);
	assert_true(compare_check(&guest, &host, why, sizeof(why)) < 0);
	assert_non_null(strstr(why, "host's result first"));
	/* a host that is a guest itself, as in a nested lab, cannot be told */
	host.env.virt.guest = ENV_GUEST;
	assert_int_equal(0, compare_check(&guest, &host, why, sizeof(why)));
	free_pair(&host, &guest);
}

/* A device's ids are not looked at where there is no device. */
static void test_ram(void **state)
{
	struct result host, guest;
	struct comparison c;
	char why[256];

	(void)state;
	make_pair(&host, &guest);
	host.is_ram = guest.is_ram = true;
	guest.device.vendor = 1;
	assert_int_equal(0, compare_check(&host, &guest, why, sizeof(why)));
	assert_int_equal(0, make_comparison(&c, &host, &guest));
	assert_int_equal(3, compare_status(&c));
	compare_free(&c);
	free_pair(&host, &guest);
}

static void test_ratio(void **state)
{
	struct result host, guest;
	struct comparison c;

	(void)state;
	fixture_rounds = 3;
	make_pair(&host, &guest);
	fixture_rounds = 7;
	assert_int_equal(0, make_comparison(&c, &host, &guest));
	assert_int_equal(3, c.cells.n_rows);
	assert_int_equal(3, c.cells.n_states[COMPARE_MEASURED]);
	assert_ptr_equal(&host.cells[1], c.cells.rows[1].sides[0].cell);
	assert_string_equal(c.cells.rows[1].sides[0].cell->id, c.cells.rows[1].sides[1].cell->id);
	for (int i = 0; i < 3; i++) {
		double expected = (const double[]){ 1, 0.5, 2 }[i];
		const struct compare_row *row = &c.cells.rows[i];

		assert_int_equal(COMPARE_MEASURED, row->state);
		assert_true(row->ratio.value > expected * 0.999 &&
			    row->ratio.value < expected * 1.001);
		assert_true(row->ratio.low <= row->ratio.value &&
			    row->ratio.value <= row->ratio.high);
		assert_true(row->ratio.low > expected * 0.9 && row->ratio.high < expected * 1.1);
		/*
		 * three rounds a side show no difference: 2 of 20 orders are as extreme; that there
		 * is none they can: 1 of 20 is, each way
		 */
		assert_true(row->p > 0.0999 && row->p_adjusted >= row->p);
		assert_int_equal(i ? COMPARE_OPEN : COMPARE_SAME, row->word);
		assert_int_equal(i != 0, row->further > 0);
	}
	compare_free(&c);
	free_pair(&host, &guest);
}

static void set_status(struct cell_record *c, enum cell_status status, double hz)
{
	if (status <= CELL_SKIPPED) {
		for (unsigned int i = 0; i < c->n_rounds; i++)
			free(c->rounds[i].ticks);
		c->n_rounds = 0;
		c->has_summary = false;
		c->status = status;
	} else {
		c->rounds[1].status = status;
		assert_int_equal(0, cell_summarize(c, hz));
	}
}

static const struct {
	enum cell_status host, guest;
	enum compare_state state;
	int status, gate_status; /* when the cell is a gating one */
} states[] = {
	{ CELL_MEASURED, CELL_SKIPPED, COMPARE_ONE_SIDED, 0, 1 },
	{ CELL_SKIPPED, CELL_MEASURED, COMPARE_ONE_SIDED, 0, 1 },
	{ CELL_COARSE, CELL_MEASURED, COMPARE_ONE_SIDED, 0, 1 },
	{ CELL_MEASURED, CELL_COARSE, COMPARE_ONE_SIDED, 0, 1 },
	{ CELL_SKIPPED, CELL_SKIPPED, COMPARE_NOT_RUN, 0, 0 },
	{ CELL_SKIPPED, CELL_COARSE, COMPARE_NOT_RUN, 0, 0 },
	{ CELL_NOT_RUN, CELL_NOT_RUN, COMPARE_NOT_RUN, 0, 0 },
	{ CELL_NOT_RUN, CELL_MEASURED, COMPARE_FAILED, 1, 1 },
	{ CELL_MEASURED, CELL_NOT_RUN, COMPARE_FAILED, 1, 1 },
	{ CELL_MEASURED, CELL_FAULTED, COMPARE_FAILED, 1, 1 },
	{ CELL_FAULTED, CELL_MEASURED, COMPARE_FAILED, 1, 1 },
	{ CELL_SKIPPED, CELL_FAULTED, COMPARE_FAILED, 1, 1 },
	{ CELL_MEASURED, CELL_KILLED, COMPARE_FAILED, 1, 1 },
	{ CELL_MEASURED, CELL_TIMEOUT, COMPARE_FAILED, 1, 1 },
	{ CELL_MEASURED, CELL_FAILED, COMPARE_FAILED, 1, 1 },
};

static void run_state(size_t i, bool gate)
{
	struct compare_ask ask = { .min_effect = 0.05, .fail_on_regression = true };
	int want = gate ? states[i].gate_status : states[i].status;
	struct result host, guest;
	struct comparison c;
	bool coarse;

	make_pair(&host, &guest);
	if (gate) {
		fixture_rename(&host.cells[2], "bw/wc/load8/4K");
		fixture_rename(&guest.cells[2], "bw/wc/load8/4K");
	}
	if (states[i].host != CELL_MEASURED)
		set_status(&host.cells[2], states[i].host, host.clock_hz);
	if (states[i].guest != CELL_MEASURED)
		set_status(&guest.cells[2], states[i].guest, guest.clock_hz);
	assert_int_equal(0, make_comparison(&c, &host, &guest));
	assert_int_equal(states[i].state, c.cells.rows[2].state);
	assert_int_equal(1, c.cells.n_states[states[i].state]);
	assert_int_equal(gate, c.cells.n_gate_states[states[i].state]);
	/* wc gathers: preserved, and 0 unless something failed */
	assert_int_equal(want, compare_status(&c));
	compare_free(&c);
	/* a gate takes nothing that only one side has */
	assert_int_equal(0, compare_make(&c, &(struct compare_side){ &host, 1 },
					       &(struct compare_side){ &guest, 1 }, &ask));
	coarse = states[i].host == CELL_COARSE || states[i].guest == CELL_COARSE;
	assert_int_equal(states[i].state == COMPARE_ONE_SIDED && (gate || !coarse) ? 1 : want,
			 compare_status(&c));
	compare_free(&c);
	free_pair(&host, &guest);
}

static void test_states(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		run_state(i, false);
		run_state(i, true);
	}
}

static void rename_one(struct result *r)
{
	strcpy(r->cells[1].id, "bw/wc/store8/8K/posted");
}

static void drop_last(struct result *r)
{
	struct cell_record *c = &r->cells[--r->n_cells];

	for (unsigned int i = 0; i < c->n_rounds; i++)
		free(c->rounds[i].ticks);
	free(c->rounds);
}

static void add_one(struct result *r)
{
	fixture_cell(r, "bw/wc/load8/64", 1e6);
}

/* A cell that was renamed, dropped or added is named, whichever side has it, and is no success. */
static void test_absent(void **state)
{
	static const struct {
		void (*change)(struct result *r);
		size_t n;
		const char *ids[2];
	} v[] = {
		{ rename_one, 2, { "bw/wc/store8/8K/posted", "bw/wc/store8/4K/posted" } },
		{ drop_last, 1, { "probe/wc/load8+dep@each/64", "probe/wc/load8+dep@each/64" } },
		{ add_one, 1, { "bw/wc/load8/64", "bw/wc/load8/64" } },
	};

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(v) / sizeof(v[0]); i++) {
		struct result host, guest;
		struct comparison c;
		char why[256], *page;

		make_pair(&host, &guest);
		v[i / 2].change(i % 2 ? &host : &guest);
		assert_int_equal(0, compare_check(&host, &guest, why, sizeof(why)));
		assert_int_equal(0, make_comparison(&c, &host, &guest));
		assert_int_equal(v[i / 2].n, c.cells.n_states[COMPARE_ABSENT]);
		assert_int_equal(1, compare_status(&c));
		page = fixture_page(&c);
		for (int k = 0; k < 2; k++)
			assert_non_null(strstr(page, v[i / 2].ids[k]));
		assert_non_null(strstr(page, "no such cell"));
		free(page);
		compare_free(&c);
		free_pair(&host, &guest);
	}
}

static const struct {
	const char *boot, *outcome; /* the guest's journal */
	double store_ns, load_ns, wc; /* of the guest */
	bool failed;
	enum verdict_outcome word;
	int status;
} statuses[] = {
	{ NULL, NULL, 5, 900, 4e9, false, VERDICT_PRESERVED, 0 },
	{ NULL, NULL, 5, 900, 4e9, true, VERDICT_PRESERVED, 1 },
	/* a host that gathers and a guest that does not: it may be the boot */
	{ NULL, NULL, 5, 900, 1e9, false, VERDICT_INCONCLUSIVE, 3 },
	{ NULL, NULL, 4000, 900, 1e9, false, VERDICT_TRAPPED, 1 },
	{ NULL, NULL, 5, 3, 4e9, false, VERDICT_WRITE_BACK, 1 },
	{ NULL, NULL, 5, 900, 1.3e9, false, VERDICT_INCONCLUSIVE, 3 },
	{ NULL, NULL, 5, 900, 1.3e9, true, VERDICT_INCONCLUSIVE, 1 },
	{ OTHER_BOOT, "", 5, 900, 1.3e9, false, VERDICT_DEMOTED, 1 },
	{ OTHER_BOOT, "", 5, 900, 4e9, false, VERDICT_INCONCLUSIVE, 3 },
};

/* The page says each verdict in a way that cannot be misread. */
static void assert_page(const struct comparison *c)
{
	char *text = fixture_page(c);

	assert_int_equal(c->verdict.outcome == VERDICT_PRESERVED,
			 strstr(text, "the hypervisor preserved Normal-NC") != NULL);
	assert_int_equal(c->verdict.outcome == VERDICT_INCONCLUSIVE,
			 strstr(text, "VERDICT    inconclusive") != NULL);
	if (c->verdict.outcome != VERDICT_PRESERVED && c->verdict.outcome != VERDICT_INCONCLUSIVE)
		assert_non_null(strstr(text, "did NOT preserve"));
	free(text);
}

static void test_statuses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		struct result host, guest;
		struct comparison c;

		make_side(&host, false);
		fixture_result(&guest);
		fixture_store_ns(&guest, statuses[i].store_ns);
		fixture_cell(&guest, "bw/plain/store8/4K/posted", 1e9);
		fixture_cell(&guest, "bw/wc/store8/4K/posted", statuses[i].wc);
		fixture_cell(&guest, "probe/wc/load8+dep@each/64", statuses[i].load_ns);
		if (statuses[i].boot)
			fixture_journal(&guest, statuses[i].boot, statuses[i].outcome);
		if (statuses[i].failed)
			set_status(&host.cells[0], CELL_TIMEOUT, host.clock_hz);
		assert_int_equal(0, make_comparison(&c, &host, &guest));
		assert_int_equal(statuses[i].word, c.verdict.outcome);
		assert_int_equal(statuses[i].status, compare_status(&c));
		assert_page(&c);
		compare_free(&c);
		free_pair(&host, &guest);
	}
}

/* No hypervisor is praised or blamed for what bare metal or ordinary memory did. */
static void test_no_hypervisor(void **state)
{
	struct result host, guest;
	struct comparison c;
	char *text;

	(void)state;
	for (int ram = 0; ram < 2; ram++) {
		make_pair(&host, &guest);
		guest.env.virt.guest = ENV_BARE_METAL;
		host.is_ram = guest.is_ram = ram;
		assert_int_equal(0, make_comparison(&c, &host, &guest));
		text = fixture_page(&c);
		assert_null(strstr(text, "the hypervisor"));
		assert_non_null(strstr(text, ram ? "ordinary memory" : "none: the second result is of bare"));
		free(text);
		compare_free(&c);
		free_pair(&host, &guest);
	}
}

static void test_json(void **state)
{
	struct result host, guest;
	struct comparison c;
	char path[512];
	json_t *root, *cells;

	(void)state;
	make_pair(&host, &guest);
	set_status(&guest.cells[2], CELL_FAULTED, guest.clock_hz);
	assert_int_equal(0, make_comparison(&c, &host, &guest));
	assert_int_equal(0, compare_write(&c, fixture_path(path, sizeof(path), "compare")));
	root = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(root);
	cells = json_object_get(root, "cells");
	assert_int_equal(3, json_array_size(cells));
	assert_string_equal("failed",
			    json_string_value(json_object_get(json_array_get(cells, 2), "state")));
	assert_null(json_object_get(json_array_get(cells, 2), "ratio"));
	assert_non_null(json_object_get(json_array_get(cells, 1), "ratio"));
	assert_int_equal(compare_status(&c),
			 json_integer_value(json_object_get(root, "exit_status")));
	assert_string_equal("preserved",
			    json_string_value(json_object_get(json_object_get(root, "verdict"),
							      "normal_nc")));
	json_decref(root);
	compare_free(&c);
	free_pair(&host, &guest);
}

static void test_no_cells(void **state)
{
	struct result host, guest;
	struct comparison c;
	char why[256];

	(void)state;
	fixture_result(&host);
	fixture_result(&guest);
	assert_int_equal(0, compare_check(&host, &guest, why, sizeof(why)));
	assert_int_equal(0, make_comparison(&c, &host, &guest));
	assert_int_equal(0, c.cells.n_rows);
	assert_int_equal(3, compare_status(&c));
	assert_page(&c);
	compare_free(&c);
	free_pair(&host, &guest);
}

static int check_launches(struct result *r, size_t n, size_t *bad)
{
	const struct compare_side side = { r, n };
	char why[256] = "";
	int ret = compare_check_launches(&side, bad, why, sizeof(why));

	assert_int_equal(!ret, !why[0]);
	return ret;
}

/* x-4.json of four launches beside three new ones, wherever it is named */
static void test_launches(void **state)
{
	struct result r[5] = { { .started = "a" } };
	size_t bad = 9;

	(void)state;
	for (unsigned int i = 0; i < 3; i++)
		r[i].launch = (struct launch_record){ i + 1, 3, 1 };
	r[3].launch = (struct launch_record){ 4, 4, 2 };
	assert_int_equal(check_launches(r, 3, &bad), 0);
	assert_int_equal(check_launches(r + 1, 2, &bad), 0); /* one left out is no mixture */
	assert_int_equal(check_launches(r, 4, &bad), -EINVAL);
	assert_int_equal(bad, 3);
	r[4] = r[0];
	r[0] = r[3];
	r[3] = r[4];
	assert_int_equal(check_launches(r, 4, &bad), -EINVAL);
	assert_int_equal(bad, 1);
	r[0].launch = (struct launch_record){ 0 }; /* a run by itself */
	assert_int_equal(check_launches(r, 4, &bad), 0);
	/* two starts, each of them whole */
	r[0].launch = (struct launch_record){ 1, 2, 2 };
	r[4].launch = (struct launch_record){ 2, 2, 2 };
	assert_int_equal(check_launches(r, 5, &bad), 0);
	r[4].launch.seed = 3;
	assert_int_equal(check_launches(r, 5, &bad), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_profiles), cmocka_unit_test(test_versions),
		cmocka_unit_test(test_cores),
		cmocka_unit_test(test_relations),
		cmocka_unit_test(test_notes),
		cmocka_unit_test(test_refused),	 cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_swapped),	 cmocka_unit_test(test_ram),
		cmocka_unit_test(test_ratio),	 cmocka_unit_test(test_states),
		cmocka_unit_test(test_statuses), cmocka_unit_test(test_no_hypervisor),
		cmocka_unit_test(test_json),	 cmocka_unit_test(test_no_cells),
		cmocka_unit_test(test_absent), cmocka_unit_test(test_hidden), cmocka_unit_test(test_hidden_witness),
		cmocka_unit_test(test_launches),
	};

	fixture_rounds = 7;
	return cmocka_run_group_tests(tests, fixture_setup, fixture_cleanup);
}
