// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "arch/edges.h"
#include "exp/litmus.h"
#include "judge/correct.h"
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
	assert_int_equal(10, n);
	assert_null(litmus_find("IRIW"));
}

static struct cell_record *litmus_cell(struct result *r, const char *mapping, const char *shape,
				       const char *first, const char *second, uint64_t events)
{
	char id[96];
	struct cell_record *c;

	snprintf(id, sizeof(id), "order/%s/%s:%s:%s/4K", mapping, shape, first, second);
	c = fixture_counts(r, id, 1000, events, "seen");
	snprintf(c->shape, sizeof(c->shape), "%s", shape);
	snprintf(c->barrier, sizeof(c->barrier), "%s", first);
	snprintf(c->barrier2, sizeof(c->barrier2), "%s", second);
	c->threads = 2;
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
			fixture_probe(&r, "memtype", "plain", "write-combining", 0, 0);
		if (k->on == ON_CACHED)
			v.effective = EFFECTIVE_WRITE_BACK;
		v.confidence = k->on == ON_PROVED_DEVICE ? CONFIDENCE_PROVED : CONFIDENCE_LIKELY;
		litmus_cell(&r, k->mapping, k->shape, k->first, k->second, 3);
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

			snprintf(c->kernel, sizeof(c->kernel), "%s", strstr(c->id, "store8") ? "store8" :
				 "store1");
			snprintf(c->shape, sizeof(c->shape), "%s", strchr(c->id, ':') + 1);
			c->shape[strcspn(c->shape, "/")] = 0;
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

static const char *cheapest(struct result *r, const struct verdict *v, const char *mapping)
{
	double cost;
	const struct cell_record *c = litmus_cheapest(r, v, mapping, &cost);

	return c ? c->barrier : "nothing";
}

static void test_cheapest(void **state)
{
	struct verdict v = { .effective = EFFECTIVE_NORMAL_NC, .confidence = CONFIDENCE_LIKELY };
	struct result r;

	(void)state;
	fixture_result(&r);
	assert_string_equal("nothing", cheapest(&r, &v, "wc"));
	litmus_cell(&r, "wc", "MP", "none", "dmb-oshld", 0);
	litmus_cell(&r, "plain", "MP", "none", "dmb-oshld", 0);
	litmus_cell(&r, "wc", "MP", "dmb-oshst", "dmb-oshld", 0);
	litmus_cell(&r, "wc", "MP", "dsb-st", "dmb-oshld", 0);
	/* that it was not seen without one does not make it right */
	assert_string_equal("dmb-oshst", cheapest(&r, &v, "wc"));
	assert_string_equal("none", cheapest(&r, &v, "plain"));
	/* measured: here the other one is cheaper */
	fixture_cell(&r, "lat/wc/store8+dmb-oshst@each/64/posted", 90);
	fixture_cell(&r, "lat/wc/store8+dsb-st@each/64/posted", 50);
	assert_string_equal("dsb-st", cheapest(&r, &v, "wc"));
	r.env.emulated = true;
	assert_string_equal("dmb-oshst", cheapest(&r, &v, "wc"));
	/* one that let a weak outcome through is not sold as sufficient */
	r.cells[2].events = 1;
	assert_string_equal("dsb-st", cheapest(&r, &v, "wc"));
	result_free(&r);
}

static void test_barriers(void **state)
{
	(void)state;
	assert_int_equal(EDGE_BIT(EDGE_WW), barrier_edges(A, "dmb-oshst"));
	assert_int_equal(EDGES_ALL, barrier_edges(X, "mfence"));
	assert_int_equal(0, barrier_edges(X, "dmb-sy"));
	assert_int_equal(0, barrier_edges(A, "none"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shapes),	  cmocka_unit_test(test_forbidden),
		cmocka_unit_test(test_integrity), cmocka_unit_test(test_integrity_device),
		cmocka_unit_test(test_cheapest),  cmocka_unit_test(test_barriers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
