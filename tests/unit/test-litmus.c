// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "arch/info.h"
#include "exp/litmus.h"
#include "verdict/violations.h"
#include "fixture.h"

/*
 * The oracle: all ways in which two threads' accesses may interleave on one memory, each thread's
 * two in order or not. A shape's outcome is weak when no run in order gives it, and each of its
 * outcomes must come from some run out of order.
 */
static uint32_t memory[2];

static void step(const struct litmus_thread *t, int access, uint32_t *loaded)
{
	if (t->kind[access] == 'W')
		memory[t->at[access]] = t->value[access];
	else
		loaded[access] = memory[t->at[access]];
}

/* schedule: 4 bits, whose turn it is; swap: bit of each thread that goes backwards */
static bool run(const struct litmus_shape *s, unsigned int schedule, unsigned int swap,
		struct litmus_seen *seen)
{
	unsigned int done[2] = { 0 }, n[2];

	*seen = (struct litmus_seen){ 0 };
	memory[0] = memory[1] = 0;
	for (int t = 0; t < 2; t++)
		n[t] = (unsigned int)strlen(s->thread[t].kind);
	for (unsigned int i = 0; i < n[0] + n[1]; i++) {
		unsigned int t = schedule >> i & 1;

		if (done[t] == n[t])
			return false;
		step(&s->thread[t], n[t] == 2 && swap >> t & 1 ? 1 - (int)done[t] : (int)done[t],
		     seen->loaded[t]);
		done[t]++;
	}
	memcpy(seen->final, memory, sizeof(memory));
	return true;
}

static unsigned int count_weak(const struct litmus_shape *s, unsigned int swap)
{
	struct litmus_seen seen;
	unsigned int weak = 0;

	for (unsigned int schedule = 0; schedule < 16; schedule++)
		weak += run(s, schedule, swap, &seen) && litmus_is_weak(s, &seen);
	return weak;
}

static void test_shapes(void **state)
{
	size_t n = 0;

	(void)state;
	for (const struct litmus_shape *s = litmus_shapes; s->name; s++, n++) {
		unsigned int weak = 0;

		assert_int_equal(0, count_weak(s, 0));
		for (unsigned int swap = 1; swap < 4; swap++)
			weak += count_weak(s, swap);
		if (!weak)
			fail_msg("%s: nothing makes its weak outcome", s->name);
		assert_ptr_equal(s, litmus_find(s->name));
	}
	assert_true(n >= 10);
	assert_null(litmus_find("IRIW"));
}

static struct cell_record *litmus_cell(struct result *r, enum map_type mapping, const char *shape,
				       const char *first, const char *second, uint64_t events)
{
	char id[96];
	struct cell_record *c;

	snprintf(id, sizeof(id), "order/%s/%s:%s:%s/4K", map_name(mapping), shape, first, second);
	c = fixture_counts(r, id, 1000, events, "seen");
	snprintf(c->spec.shape, sizeof(c->spec.shape), "%s", shape);
	snprintf(c->spec.barrier, sizeof(c->spec.barrier), "%s", first);
	snprintf(c->spec.barrier2, sizeof(c->spec.barrier2), "%s", second);
	c->spec.threads = 2;
	return c;
}

struct allowed_case {
	const char *arch, *mapping, *shape, *first, *second;
	enum { ON_GUEST, ON_RAM, ON_EMULATED, ON_PROVED_DEVICE, ON_LIKELY_DEVICE, ON_TRAPPED,
	       ON_CACHED, ON_REPLAYED, ON_LISTED } on;
	bool forbidden;
};

#define A "aarch64"
#define X "x86_64"

static const struct allowed_case allowed[] = {
	/* facts: the table of section 8 in doc/method.md */
	{ A, "wc", "MP", "none", "none", ON_GUEST, false },
	{ A, "wc", "MP", "dmb-oshst", "none", ON_GUEST, false },
	{ A, "wc", "MP", "dmb-oshst", "dmb-oshld", ON_GUEST, true },
	{ A, "wc", "MP", "dmb-oshld", "dmb-oshst", ON_GUEST, false },
	{ A, "wc", "MP", "dgh", "dmb-oshld", ON_GUEST, false },
	{ A, "wc", "MP", "dsb-st", "dmb-oshld", ON_GUEST, true },
	{ A, "wc", "S", "dmb-st", "dmb-oshld", ON_GUEST, true },
	{ A, "wc", "LB", "dmb-oshld", "dmb-oshld", ON_GUEST, true },
	{ A, "wc", "LB", "dmb-oshst", "dmb-oshst", ON_GUEST, false },
	{ A, "wc", "2+2W", "dmb-oshst", "dmb-oshst", ON_GUEST, true },
	{ A, "wc", "R", "dmb-oshst", "dmb-oshst", ON_GUEST, false },
	{ A, "wc", "R", "dmb-oshst", "dmb-osh", ON_GUEST, true },
	{ A, "wc", "SB", "dmb-oshst", "dmb-oshst", ON_GUEST, false },
	{ A, "wc", "SB", "dmb-sy", "dmb-sy", ON_GUEST, true },
	{ A, "wc", "CoRR", "none", "none", ON_GUEST, true },
	{ A, "plain", "CoRW", "none", "none", ON_EMULATED, true },
	{ A, "plain", "MP", "none", "none", ON_GUEST, true },
	{ A, "plain", "SB", "none", "none", ON_GUEST, true },
	/* an emulator keeps no device's order */
	{ A, "plain", "SB", "none", "none", ON_EMULATED, false },
	{ A, "plain", "SB", "dmb-sy", "dmb-sy", ON_EMULATED, true },
	{ A, "plain", "SB", "none", "none", ON_TRAPPED, false },
	{ A, "plain", "SB", "none", "none", ON_CACHED, false },
	{ A, "plain", "SB", "none", "none", ON_REPLAYED, false },
	/* only what is proved to be Device must behave so */
	{ A, "wc", "MP", "none", "none", ON_PROVED_DEVICE, true },
	{ A, "wc", "MP", "none", "none", ON_LIKELY_DEVICE, false },
	{ A, "ram", "MP", "none", "none", ON_RAM, false },
	{ A, "ram", "SB", "dmb-sy", "dmb-sy", ON_RAM, true },
	{ X, "ram", "MP", "none", "none", ON_RAM, true },
	{ X, "ram", "SB", "none", "none", ON_RAM, false },
	{ X, "ram", "R", "sfence", "sfence", ON_RAM, false },
	{ X, "ram", "R", "none", "mfence", ON_RAM, true },
	{ X, "wc", "MP", "none", "none", ON_GUEST, false },
	{ X, "wc", "MP", "sfence", "lfence", ON_GUEST, true },
	{ X, "wc", "SB", "lock-or", "mfence", ON_GUEST, true },
	{ X, "plain", "SB", "none", "none", ON_GUEST, true },
	/* two loads of one WC word may be in flight together */
	{ X, "wc", "CoRR", "none", "none", ON_GUEST, false },
	{ X, "wc", "CoRR", "none", "none", ON_LIKELY_DEVICE, false },
	{ X, "wc", "CoRR", "none", "none", ON_PROVED_DEVICE, true },
	{ X, "wc", "CoRR", "none", "lfence", ON_GUEST, true },
	{ X, "wc", "CoRR", "lfence", "none", ON_GUEST, false },
	{ X, "wc", "CoRR", "mfence", "mfence", ON_GUEST, true },
	{ X, "wc", "CoWW", "none", "none", ON_GUEST, true },
	{ X, "wc", "CoWR", "none", "none", ON_GUEST, true },
	{ X, "wc", "CoRW", "none", "none", ON_GUEST, true },
	{ X, "plain", "CoRR", "none", "none", ON_GUEST, true },
	{ X, "plain", "CoRR", "none", "none", ON_TRAPPED, true },
	/* where plain's pages are somebody's WC it is WC */
	{ X, "plain", "CoRR", "none", "none", ON_LISTED, false },
	{ X, "plain", "CoRW", "none", "none", ON_LISTED, true },
	{ X, "plain", "MP", "none", "none", ON_LISTED, false },
	{ X, "plain", "MP", "sfence", "lfence", ON_LISTED, true },
	{ X, "ram", "CoRR", "none", "none", ON_RAM, true },
	{ A, "wc", "CoRR", "none", "none", ON_LIKELY_DEVICE, true },
	/* a shape that nobody knows is not judged */
	{ A, "wc", "ISA2", "dmb-sy", "dmb-sy", ON_GUEST, false },
};

/* Each architecture's own orders are judged: of each kind of memory what it allows, and what it forbids. */
static void test_allowed_of_each(void **state)
{
	static const char *const mappings[] = { "wc", "plain", "ram" };

	(void)state;
	for (int a = 0; a < ARCH_INFOS; a++)
		for (size_t m = 0; m < sizeof(mappings) / sizeof(mappings[0]); m++) {
			unsigned int n[2] = { 0 };

			for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
				if (!strcmp(allowed[i].arch, arch_infos[a]->name) &&
				    !strcmp(allowed[i].mapping, mappings[m]))
					n[allowed[i].forbidden]++;
			for (int k = 0; k < 2; k++)
				if (!n[k])
					fail_msg("%s: no row of this test's list \"allowed\" is %s through %s",
						 arch_infos[a]->name, k ? "forbidden" : "allowed", mappings[m]);
		}
}

static void test_forbidden(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++) {
		const struct allowed_case *k = &allowed[i];
		struct verdict v = { .effective = EFFECTIVE_NORMAL_NC };
		struct result r;
		char why[256];

		fixture_result(&r);
		snprintf(r.arch, sizeof(r.arch), "%s", k->arch);
		r.is_ram = k->on == ON_RAM;
		r.replayed = k->on == ON_REPLAYED;
		r.env.emulated = k->on == ON_EMULATED;
		for (size_t p = 0; p < r.n_probes && k->on == ON_TRAPPED; p++)
			r.probes[p].store_ns = 5000;
		if (k->on == ON_PROVED_DEVICE || k->on == ON_LIKELY_DEVICE)
			v.effective = EFFECTIVE_DEVICE;
		if (k->on == ON_LISTED)
			fixture_probe(&r, "memtype", MAP_PLAIN, "write-combining", 0, 0);
		if (k->on == ON_CACHED)
			v.effective = EFFECTIVE_WRITE_BACK;
		v.confidence = k->on == ON_PROVED_DEVICE ? CONFIDENCE_PROVED : CONFIDENCE_LIKELY;
		litmus_cell(&r, fixture_mapping(k->mapping), k->shape, k->first, k->second, 3);
		if (litmus_forbidden(&r, &v, &r.cells[0]) != k->forbidden)
			fail_msg("%s %s %s:%s:%s: %s", k->arch, k->mapping, k->shape, k->first,
				 k->second, k->forbidden ? "is forbidden" : "is allowed");
		assert_int_equal(k->forbidden, cell_failed(&r, &v, &r.cells[0], why, sizeof(why)));
		assert_int_equal(k->forbidden, count_failed(&r, &v));
		r.cells[0].events = 0;
		assert_int_equal(0, count_failed(&r, &v));
		result_free(&r);
	}
}

static void test_integrity(void **state)
{
	struct verdict v = { 0 };
	struct result r;
	char why[256];

	(void)state;
	fixture_result(&r);
	fixture_counts(&r, "integrity/wc/store8:gaps/4K", 64, 1, "store8 at 0x48: lost");
	assert_true(cell_failed(&r, &v, &r.cells[0], why, sizeof(why)));
	assert_non_null(strstr(why, "store8 at 0x48: lost"));
	result_free(&r);
}

/* What goes wrong through plain, too, is no mapping's doing: told once, of plain. */
static void test_integrity_device(void **state)
{
	static const struct {
		const char *plain;   /* that is wrong */
		bool wc_failed;      /* store1's gaps through wc */
	} rows[] = {
		{ "integrity/plain/store1:gaps/4K", false },
		{ "integrity/plain/store1:aligned/4K", false }, /* not even one by one */
		{ "integrity/plain/store1:contiguous/4K", true },
		{ "integrity/plain/store8:gaps/4K", true },
		{ "order/plain/CoRR:none:none/4K", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct verdict v = { 0 };
		struct result r;
		char why[256];

		fixture_result(&r);
		fixture_counts(&r, rows[i].plain, 64, 2, "store1 at 0x1: lost");
		fixture_counts(&r, "integrity/wc/store1:gaps/4K", 64, 1, "store1 at 0x48: lost");
		for (size_t k = 0; k < r.n_cells; k++) {
			struct cell_record *c = &r.cells[k];

			snprintf(c->spec.kernel, sizeof(c->spec.kernel), "%s",
				 strstr(c->id, "store8") ? "store8" : "store1");
			snprintf(c->spec.shape, sizeof(c->spec.shape), "%s",
				 strchr(c->id, ':') + 1);
			c->spec.shape[strcspn(c->spec.shape, "/")] = 0;
		}
		if (cell_failed(&r, &v, &r.cells[1], why, sizeof(why)) != rows[i].wc_failed)
			fail_msg("%s", rows[i].plain);
		assert_int_equal(!rows[i].wc_failed, integrity_is_device(&r, &r.cells[1]));
		assert_false(integrity_is_device(&r, &r.cells[0]));
		if (strncmp(rows[i].plain, "integrity", 9) == 0) {
			assert_true(cell_failed(&r, &v, &r.cells[0], why, sizeof(why)));
			assert_non_null(strstr(why, "no mapping's doing"));
			assert_int_equal(1 + rows[i].wc_failed, count_failed(&r, &v));
		}
		/* what plain did right convicts wc */
		r.cells[0].events = 0;
		assert_true(cell_failed(&r, &v, &r.cells[1], why, sizeof(why)));
		result_free(&r);
	}
}

static const char *cheapest(struct result *r, const struct verdict *v, enum map_type mapping)
{
	double cost;
	const struct cell_record *c = litmus_cheapest(r, v, mapping, &cost);

	return c ? c->spec.barrier : "nothing";
}

static void test_cheapest(void **state)
{
	struct verdict v = { .effective = EFFECTIVE_NORMAL_NC, .confidence = CONFIDENCE_LIKELY };
	struct result r;

	(void)state;
	fixture_result(&r);
	assert_string_equal("nothing", cheapest(&r, &v, MAP_WC));
	litmus_cell(&r, MAP_WC, "MP", "none", "dmb-oshld", 0);
	litmus_cell(&r, MAP_PLAIN, "MP", "none", "dmb-oshld", 0);
	litmus_cell(&r, MAP_WC, "MP", "dmb-oshst", "dmb-oshld", 0);
	litmus_cell(&r, MAP_WC, "MP", "dsb-st", "dmb-oshld", 0);
	/* that it was not seen without one does not make it right */
	assert_string_equal("dmb-oshst", cheapest(&r, &v, MAP_WC));
	assert_string_equal("none", cheapest(&r, &v, MAP_PLAIN));
	/* measured: here the other one is cheaper */
	fixture_cell(&r, "lat/wc/store8+dmb-oshst@each/64/posted", 90);
	fixture_cell(&r, "lat/wc/store8+dsb-st@each/64/posted", 50);
	assert_string_equal("dsb-st", cheapest(&r, &v, MAP_WC));
	r.env.emulated = true;
	assert_string_equal("dmb-oshst", cheapest(&r, &v, MAP_WC));
	/* one that let a weak outcome through is not sold as sufficient */
	r.cells[2].events = 1;
	assert_string_equal("dsb-st", cheapest(&r, &v, MAP_WC));
	result_free(&r);
}

/*
 * What the manuals say, written down once more: Arm ARM B2.3.9 (DMB and DSB: LD orders loads before
 * everything after, ST stores before stores, neither letter all; DSB waits besides), B2.3.2 (an address
 * dependency orders a load before what uses its value, which these pairs are not), C6.2.81 (DGH is a
 * hint); Intel SDM 3A 9.2.5 (SFENCE: stores; LFENCE: loads before it, and nothing after it begins; MFENCE
 * and locked instructions: all). A flush is what its full barrier is.
 */
static const struct manual {
	const char *arch, *barrier, *orders;
} manual[] = {
	{ A, "none", "" },
	{ A, "dgh", "" },
	{ A, "dmb-oshst", "WW" },
	{ A, "dmb-st", "WW" },
	{ A, "dsb-oshst", "WW" },
	{ A, "dsb-st", "WW" },
	{ A, "dmb-oshld", "RW RR" },
	{ A, "dmb-osh", "WW WR RW RR" },
	{ A, "dmb-sy", "WW WR RW RR" },
	{ A, "dsb-sy", "WW WR RW RR" },
	{ A, "read-flush", "WW WR RW RR" },
	{ A, "load-back", "" },
	{ A, "dep", "" },
	{ X, "none", "" },
	{ X, "sfence", "WW" },
	{ X, "lfence", "RW RR" },
	{ X, "mfence", "WW WR RW RR" },
	{ X, "lock-or", "WW WR RW RR" },
	{ X, "read-flush", "WW WR RW RR" },
	{ X, "load-back", "" },
	{ X, "dep", "" },
};

static const struct manual *find_manual(const char *arch, const char *barrier)
{
	for (size_t i = 0; i < sizeof(manual) / sizeof(manual[0]); i++)
		if (!strcmp(manual[i].arch, arch) && !strcmp(manual[i].barrier, barrier))
			return &manual[i];
	return NULL;
}

/* Each barrier's edges are what the manual says, and each barrier is in the list. */
static void test_edges(void **state)
{
	static const char *const kinds[] = { "WW", "WR", "RW", "RR" };

	(void)state;
	for (int a = 0; a < ARCH_INFOS; a++) {
		const char *arch = arch_infos[a]->name;

		for (const struct barrier *b = arch_infos[a]->barriers; b->name; b++) {
			const struct manual *m = find_manual(arch, b->name);

			if (!m)
				fail_msg("%s %s: what it orders is not in this test's list \"manual\"", arch, b->name);
			for (size_t k = 0; k < 4; k++)
				if (!(b->orders & orders_of_kind(kinds[k])) != !strstr(m->orders, kinds[k]))
					fail_msg("%s %s: %s", arch, b->name, kinds[k]);
		}
	}
	for (size_t i = 0; i < sizeof(manual) / sizeof(manual[0]); i++)
		assert_non_null(arch_barrier_of(arch_info_of(manual[i].arch), manual[i].barrier));
	assert_int_equal(ORDERS_NOTHING, arch_orders(arch_info_of(X), "dmb-sy"));
	assert_int_equal(ORDERS_NOTHING, arch_orders(arch_info_of("riscv64"), "mfence"));
	assert_int_equal(0, orders_of_kind("W"));
}

/*
 * What experiments ask for, and what is measured by default, by the names that the recorded results have: they
 * decide what can be compared.
 */
#define COMMON 0 /* no purpose */
static const struct purpose_row {
	unsigned int purpose;
	const char *name, *arch;
	const char *barriers; /* all that are for it, in the order of tables */
} purposes[] = {
#define ROW(purpose) purpose, #purpose
	{ ROW(FOR_ENDING_GATHERING), A, "dgh dmb-oshst dsb-st " },
	{ ROW(FOR_STORES_BEFORE_DOORBELL), A, "dmb-oshst " },
	{ ROW(FOR_WAITING_FOR_LOADS), A, "dmb-oshld " },
	{ ROW(FOR_ACKNOWLEDGEMENT), A, "dsb-st dsb-sy " },
	{ ROW(FOR_FULL_ORDER), A, "dmb-sy " },
	{ ROW(FOR_ARRIVAL), A, "read-flush " },
	{ ROW(FOR_LOADING_BACK), A, "load-back " },
	{ ROW(FOR_DEPENDENCE), A, "dep " },
	{ ROW(FOR_DOORBELLS), A, "none dmb-oshst dsb-st dsb-sy " },
	{ ROW(COMMON), A, "none dmb-oshst dmb-osh dsb-st dsb-sy read-flush load-back dep " },
	{ ROW(FOR_ENDING_GATHERING), X, "sfence mfence " },
	{ ROW(FOR_STORES_BEFORE_DOORBELL), X, "sfence " },
	{ ROW(FOR_WAITING_FOR_LOADS), X, "lfence " },
	{ ROW(FOR_ACKNOWLEDGEMENT), X, "" },
	{ ROW(FOR_FULL_ORDER), X, "mfence " },
	{ ROW(FOR_ARRIVAL), X, "read-flush " },
	{ ROW(FOR_LOADING_BACK), X, "load-back " },
	{ ROW(FOR_DEPENDENCE), X, "dep " },
	{ ROW(FOR_DOORBELLS), X, "none sfence mfence " },
	{ ROW(COMMON), X, "none sfence mfence read-flush load-back dep " },
};

static void check_purpose(const struct arch_info *info, const struct purpose_row *row)
{
	char names[128] = "";

	for (const struct barrier *b = info->barriers; b->name; b++)
		if (row->purpose ? (b->purposes & row->purpose) != 0 : b->common)
			snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s ", b->name);
	if (strcmp(row->barriers, names))
		fail_msg("%s %s: found \"%s\", wanted \"%s\"", info->name, row->name, names, row->barriers);
}

static void test_purposes(void **state)
{
	unsigned int seen[ARCH_INFOS] = { 0 }, all = FOR_DOORBELLS | (FOR_DOORBELLS - 1), n[ARCH_INFOS] = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(purposes) / sizeof(purposes[0]); i++)
		for (int a = 0; a < ARCH_INFOS; a++)
			if (!strcmp(purposes[i].arch, arch_infos[a]->name)) {
				check_purpose(arch_infos[a], &purposes[i]);
				seen[a] |= purposes[i].purpose;
				n[a] += purposes[i].purpose == COMMON;
			}
	for (int a = 0; a < ARCH_INFOS; a++)
		if (seen[a] != all || !n[a])
			fail_msg("%s: purposes 0x%x%s are not in this test's list \"purposes\"", arch_infos[a]->name,
				 all & ~seen[a], n[a] ? "" : " and COMMON");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shapes),	  cmocka_unit_test(test_forbidden),
		cmocka_unit_test(test_allowed_of_each),
		cmocka_unit_test(test_integrity), cmocka_unit_test(test_integrity_device),
		cmocka_unit_test(test_cheapest),  cmocka_unit_test(test_edges),
		cmocka_unit_test(test_purposes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
