// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "record/unmeasured.h"
#include "report/report.h"
#include "report/text/page.h"
#include "verdict/link_limit.h"
#include "verdict/wording.h"
#include "fixture.h"

/* A cell by its id, with what the id does not tell the fixture. */
struct extra {
	const char *pattern;
	uint32_t interval_bytes, doorbell_bytes;
	unsigned int threads;
	const char *place, *shape, *barrier2;
};

static struct cell_record *cell(struct result *r, const char *id, double value, struct extra x)
{
	struct cell_record *c = fixture_cell(r, id, value);

	snprintf(c->spec.access_pattern, sizeof(c->spec.access_pattern), "%s", x.pattern ? x.pattern : "seq");
	c->spec.interval_bytes = x.interval_bytes;
	c->spec.doorbell_bytes = x.doorbell_bytes;
	c->spec.threads = x.threads ? x.threads : 1;
	snprintf(c->spec.place, sizeof(c->spec.place), "%s", x.place ? x.place : "");
	return c;
}

/* An NC guest with a x16 link at 16 GT/s whose wc gathers. */
static void make_gathering(struct result *r)
{
	static const double lines[] = { 9.9e9, 9.8e9, 9.7e9, 8.5e9, 3e9, 1e9 };

	fixture_result(r);
	cell(r, "bw/plain/store8/4K/posted", 1.3e9, (struct extra){ 0 });
	cell(r, "bw/plain/store8/4K/flushed", 1.2e9, (struct extra){ 0 });
	cell(r, "bw/wc/store8/4K/posted", 12e9, (struct extra){ 0 });
	cell(r, "bw/wc/store8/4K/flushed", 11.5e9, (struct extra){ 0 });
	cell(r, "bw/wc/load8/4K", 8e6, (struct extra){ 0 });
	cell(r, "combine/plain/store8/4K/posted", 1.3e9, (struct extra){ 0 });
	cell(r, "combine/wc/store8/4K/posted", 12e9, (struct extra){ 0 });
	cell(r, "combine/wc/store8+dmb-oshst@64/4K/posted", 6e9,
	     (struct extra){ .interval_bytes = 64 });
	for (unsigned int i = 0, n = 1; n <= 32; i++, n *= 2) {
		char id[64], pattern[16];

		snprintf(pattern, sizeof(pattern), "lines%u", n);
		snprintf(id, sizeof(id), "combine/wc/store8~%s/4K/posted", pattern);
		cell(r, id, lines[i], (struct extra){ .pattern = pattern });
	}
	cell(r, "lat/plain/load8+dep@each/64", 900, (struct extra){ .interval_bytes = 8 });
	cell(r, "lat/wc/load8+dep@each/64", 880, (struct extra){ .interval_bytes = 8 });
	cell(r, "lat/wc/store8+dmb-oshst@each/64/posted", 55, (struct extra){ .interval_bytes = 8 });
	for (int i = 0; i < 2; i++) {
		unsigned int bytes = i ? 256 : 16;
		char id[80];

		for (int m = 0; m < 2; m++) {
			struct cell_record *c;

			snprintf(id, sizeof(id), "doorbell/%s/store8+dmb-oshst+bell4@%u/4K/posted",
				 m ? "wc" : "plain", bytes);
			c = cell(r, id, 1, (struct extra){ .interval_bytes = bytes,
							   .doorbell_bytes = 4 });
			snprintf(c->spec.barrier, sizeof(c->spec.barrier), "dmb-oshst");
			c->spec.unit = UNIT_NS;
			/* 16 bytes: wc is slower; 256: much faster */
			c->summary.median = m ? (i ? 60 : 50) : (i ? 300 : 40);
		}
	}
}

static char *page_of(const struct result *r, const char *experiment)
{
	struct verdict v;
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	assert_non_null(f);
	judge_run(&v, r, NULL);
	if (!strcmp(experiment, "whole"))
		result_text(f, r, &v, NULL);
	for (const struct page_section *s = page_sections; s->question; s++)
		if (!strcmp(words_experiment.name((int)s->experiment), experiment))
			page_print(f, s, r, &v);
	assert_int_equal(0, fclose(f));
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
		assert_true(strcspn(line, "\n") <= TEXT_COLUMNS);
	return text;
}

static void expect(const struct result *r, const char *experiment, const char *words, bool there)
{
	char *text = page_of(r, experiment), *flat = strdup(text), *to = flat;

	/* as words, wherever lines were broken */
	for (const char *p = text; *p; p++)
		if (!strchr(" \n", *p) || (to > flat && to[-1] != ' '))
			*to++ = strchr(" \n", *p) ? ' ' : *p;
	*to = 0;
	if ((strstr(flat, words) != NULL) != there)
		fail_msg("%s \"%s\" in:\n%s", there ? "no" : "still", words, text);
	free(flat);
	free(text);
}

static void test_answers(void **state)
{
	struct result r;

	(void)state;
	make_gathering(&r);
	expect(&r, "bw", "12.0 GB/s 11.5 GB/s 8.00 MB/s 9.23", true);
	expect(&r, "bw", "31.5 GB/s raw", true);
	expect(&r, "bw", "wc reached 50 % of the 64 B ceiling, plain 15 % of the 8 B ceiling", true);
	expect(&r, "bw", "may be virtual", true);
	expect(&r, "combine", "store8 11 %/100 % 100 %/100 % 50 %/100 %", true);
	expect(&r, "combine", "best on wc: store8, barrier none: 12.0 GB/s, in 100 % of batches; "
	       "up to 8 lines can be open", true);
	expect(&r, "lat", "load, dependent 900 ns 880 ns", true);
	expect(&r, "lat", "store + dmb-oshst - 55.0 ns", false); /* plain has no such cell */
	expect(&r, "doorbell", "60.0 ns, 16.7 M/s", true);
	expect(&r, "doorbell", "with dmb-oshst wc pays from descriptors of 256 on", true);
	/* an emulated CPU's times answer nothing */
	r.env.emulated = true;
	expect(&r, "bw", "reached", false);
	expect(&r, "bw", "EMULATED", true);
	expect(&r, "combine", "best on wc", false);
	expect(&r, "doorbell", "pays", false);
	result_free(&r);
}

/* Only loads: --read-only, and the run on a BAR that nobody named. */
static void test_loads(void **state)
{
	struct result r;

	(void)state;
	fixture_result(&r);
	cell(&r, "bw/plain/load8/4K", 8e6, (struct extra){ 0 });
	cell(&r, "bw/wc/load8/4K", 9e6, (struct extra){ 0 });
	cell(&r, "bw/plain/load16_np/4K", 7e6, (struct extra){ 0 });
	expect(&r, "bw", "4K - - 8.00 MB/s - - 9.00 MB/s 1.13", true);
	expect(&r, "bw", "16_np - - 7.00 MB/s", true);
	result_free(&r);
}

/* --full: nine sizes of descriptors fit, without their rates. */
static void test_wide(void **state)
{
	struct result r;

	(void)state;
	fixture_result(&r);
	for (unsigned int bytes = 8; bytes <= 2048; bytes *= 2)
		for (int m = 0; m < 2; m++) {
			char id[80];
			struct cell_record *c;

			snprintf(id, sizeof(id), "doorbell/%s/store8+dmb-oshst+bell4@%u/4K/posted",
				 m ? "wc" : "plain", bytes);
			c = cell(&r, id, 1, (struct extra){ .interval_bytes = bytes,
							    .doorbell_bytes = 4 });
			snprintf(c->spec.barrier, sizeof(c->spec.barrier), "dmb-oshst");
			c->spec.unit = UNIT_NS;
			c->summary.median = 123.4;
		}
	expect(&r, "doorbell", "dmb-oshst wc 123 ns 123 ns", true);
	expect(&r, "doorbell", "M/s", false);
	result_free(&r);
}

/* --kernels store8_nt: one kernel over several regions; no two rows have one label. */
static void test_kernel_sizes(void **state)
{
	struct result r;

	(void)state;
	fixture_result(&r);
	cell(&r, "bw/plain/store8_nt/64/posted", 1e9, (struct extra){ .pattern = "span64" });
	cell(&r, "bw/plain/store8_nt/4K/posted", 2e9, (struct extra){ 0 });
	cell(&r, "bw/plain/store8_nt/64K/posted", 3e9, (struct extra){ 0 });
	expect(&r, "bw", "widths, over", true);
	expect(&r, "bw", "8_nt 64 1.00 GB/s", true);
	expect(&r, "bw", "8_nt 4K 2.00 GB/s", true);
	expect(&r, "bw", "8_nt 64K 3.00 GB/s", true);
	result_free(&r);
	/* of one region the title tells */
	fixture_result(&r);
	cell(&r, "bw/plain/store8_nt/4K/posted", 2e9, (struct extra){ 0 });
	cell(&r, "bw/plain/store16_nt/4K/posted", 3e9, (struct extra){ 0 });
	expect(&r, "bw", "4K, widths", true);
	expect(&r, "bw", "8_nt 2.00 GB/s", true);
	result_free(&r);
}

static void skip_cell(struct result *r, const char *id, enum cell_status status, const char *why)
{
	struct cell_record *c = fixture_cell(r, id, 1);

	c->status = status;
	c->has_summary = false;
	snprintf(c->why, sizeof(c->why), "%s", why);
}

/* Each reason once, with how many cells have it; figures make no reason of their own. */
static void test_unmeasured(void **state)
{
	struct unmeasured *v;
	struct result r;
	size_t n;

	(void)state;
	fixture_result(&r);
	assert_int_equal(0, unmeasured_list(&v, &n, &r));
	assert_int_equal(0, n);
	free(v);
	skip_cell(&r, "bw/wc/store64/4K/posted", CELL_SKIPPED, "this CPU has no FEAT_LS64");
	skip_cell(&r, "bw/wc/store8/64/posted", CELL_SKIPPED, "at least 12 ms a round, at 5000 ns a store");
	skip_cell(&r, "lat/wc/load8+dep@each/64", CELL_FAULTED, "SIGBUS/BUS_ADRERR at offset 0x1f8: gone");
	skip_cell(&r, "bw/wc/store8/256/posted", CELL_SKIPPED, "at least 3 ms a round, at 170000 ns a store");
	skip_cell(&r, "lat/wc/load4+dep@each/64", CELL_FAULTED, "SIGBUS/BUS_ADRERR at offset 0x40: gone");
	fixture_cell(&r, "bw/wc/store8/4K/posted", 1);
	assert_int_equal(0, unmeasured_list(&v, &n, &r));
	assert_int_equal(3, n);
	assert_int_equal(2, v[0].n);
	assert_string_equal("bw/wc/store8/64/posted", v[0].first->id);
	assert_int_equal(1, v[1].n);
	assert_int_equal(CELL_SKIPPED, v[1].status);
	assert_int_equal(2, v[2].n);
	assert_int_equal(CELL_FAULTED, v[2].status);
	free(v);
	expect(&r, "whole", "skipped 2 of 6 cells, for example bw/wc/store8/64/posted: at least 12 ms", true);
	expect(&r, "whole", "1 of 6 cells, for example bw/wc/store64/4K/posted: this CPU has no", true);
	expect(&r, "whole", "faulted 2 of 6 cells", true);
	result_free(&r);
}

/* Whoever reads the page learns what stores of this machine may do. */
static void test_erratum(void **state)
{
	struct result r;

	(void)state;
	fixture_result(&r);
	expect(&r, "whole", "NOTE", false);
	assert_int_equal(0, fact_add(&r.env.facts, "cpu_implementer", "x", "0x41"));
	assert_int_equal(0, fact_add(&r.env.facts, "cpu_part", "x", "0xd0c"));
	expect(&r, "whole", "NOTE on this CPU, an Ampere Altra or its like (Neoverse N1, erratum 82288), "
	       "stores with holes in a line may go astray through Normal-NC", true);
	r.is_ram = true; /* ordinary memory */
	expect(&r, "whole", "NOTE", false);
	r.is_ram = false;
	/* its kernel maps WC as Device for that reason */
	assert_int_equal(0, fact_add(&r.env.facts, "wc_erratum", "x", "Write combining PCI maps disabled"));
	expect(&r, "whole", "NOTE", false);
	result_free(&r);
}

/* Nothing measured: no section, no crash. */
static void test_empty(void **state)
{
	struct result r;

	(void)state;
	fixture_result(&r);
	for (const struct page_section *s = page_sections; s->question; s++) {
		char *text = page_of(&r, words_experiment.name((int)s->experiment));

		assert_string_equal("", text);
		free(text);
	}
	result_free(&r);
	make_gathering(&r);
	for (size_t i = 0; i < r.n_cells; i++) {
		r.cells[i].status = CELL_FAULTED;
		r.cells[i].has_summary = false;
	}
	for (const struct page_section *s = page_sections; s->question; s++)
		free(page_of(&r, words_experiment.name((int)s->experiment)));
	expect(&r, "bw", "faulted", true);
	result_free(&r);
}

/* A result file may say anything. */
static void test_hostile(void **state)
{
	struct result r;

	(void)state;
	make_gathering(&r);
	snprintf(r.device.link.speed, sizeof(r.device.link.speed), "16.0 GT/s \033[31m");
	for (size_t i = 0; i < r.n_cells; i++)
		snprintf(r.cells[i].why, sizeof(r.cells[i].why), "\033[31m");
	expect(&r, "bw", "\033", false);
	result_free(&r);
}

static void test_order(void **state)
{
	struct verdict v = { .effective = EFFECTIVE_NORMAL_NC };
	struct result r;
	char *text = NULL;
	size_t n = 0;
	FILE *f;
	static const struct {
		const char *barrier, *barrier2;
		uint64_t events;
	} cells[] = { { "none", "none", 20 }, { "dmb-osh", "dmb-osh", 0 }, { "dmb-sy", "dmb-sy", 1 } };

	(void)state;
	fixture_result(&r);
	for (size_t i = 0; i < 3; i++) {
		char id[96];
		struct cell_record *c;

		snprintf(id, sizeof(id), "order/wc/SB:%s:%s/4K", cells[i].barrier, cells[i].barrier2);
		c = fixture_counts(&r, id, 100000, cells[i].events, "seen");
		snprintf(c->spec.shape, sizeof(c->spec.shape), "SB");
		snprintf(c->spec.barrier, sizeof(c->spec.barrier), "%s", cells[i].barrier);
		snprintf(c->spec.barrier2, sizeof(c->spec.barrier2), "%s", cells[i].barrier2);
	}
	f = open_memstream(&text, &n);
	assert_non_null(f);
	page_order(f, &r, &v);
	assert_int_equal(0, fclose(f));
	/* allowed without a barrier, forbidden with the full one */
	assert_non_null(strstr(text, "200~"));
	assert_non_null(strstr(text, "10!"));
	free(text);
	result_free(&r);
}

static void test_wrong(void **state)
{
	struct result r;
	struct cell_record *c;

	(void)state;
	fixture_result(&r);
	c = fixture_counts(&r, "integrity/wc/store8:gaps/4K", 1024, 3, "store8 at 0x48");
	snprintf(c->spec.shape, sizeof(c->spec.shape), "gaps");
	expect(&r, "integrity", "gaps - WRONG, 3 of 1024 words wrong", true);
	expect(&r, "integrity", "as plain", false);
	/* plain does the same: WRONG of it alone */
	c = fixture_counts(&r, "integrity/plain/store8:gaps/4K", 1024, 2, "store8 at 0x48");
	snprintf(c->spec.shape, sizeof(c->spec.shape), "gaps");
	expect(&r, "integrity", "gaps WRONG, 2 of 1024 words wrong as plain, 3 of 1024 words wrong",
	       true);
	expect(&r, "integrity", "as plain: the same stores go wrong through plain", true);
	result_free(&r);
}

/* The mark that a run was disturbed; false: it was not. */
static bool disturbance(char *buf, size_t n, const struct result *r)
{
	const struct verdict v = { .judged = false };
	struct marks marks;
	bool found = false;

	marks_of_run(&marks, r, &v);
	for (size_t i = 0; i < marks.n; i++)
		if (marks.v[i].kind == MARK_DISTURBED) {
			snprintf(buf, n, "%s", marks.v[i].text);
			found = true;
		}
	marks_free(&marks);
	return found;
}

static void test_disturbed(void **state)
{
	char buf[768];
	struct result r;

	(void)state;
	fixture_result(&r);
	assert_false(disturbance(buf, sizeof(buf), &r));
	result_disturbed(&r, "the device was removed");
	assert_true(disturbance(buf, sizeof(buf), &r));
	assert_non_null(strstr(buf, "removed: cells"));
	assert_null(strstr(buf, "NOT"));
	/* the window is as found: only another run is missing */
	assert_non_null(strstr(buf, "measure again"));
	assert_null(strstr(buf, "--recover"));
	r.window = WINDOW_LOST;
	assert_true(disturbance(buf, sizeof(buf), &r));
	assert_non_null(strstr(buf, "mmiobench --recover -s 0000:00:03.0, then measure again"));
	r.window = WINDOW_RESTORED;
	r.disturbance.power_lost = true;
	assert_true(disturbance(buf, sizeof(buf), &r));
	assert_non_null(strstr(buf, "removed: cells"));
	assert_non_null(strstr(buf, "NOT be put back"));
	r.disturbance.why[0] = 0;
	assert_true(disturbance(buf, sizeof(buf), &r));
	assert_int_equal(strncmp(buf, "COMMAND", 7), 0);
	assert_non_null(strstr(buf, "--recover"));
	/* the longest cause leaves room for what to do */
	memset(r.disturbance.why, 'x', sizeof(r.disturbance.why) - 1);
	assert_true(disturbance(buf, sizeof(buf), &r));
	assert_non_null(strstr(buf, "then measure again"));
	result_free(&r);
}

static void test_ceiling(void **state)
{
	struct pci_link link = { "16.0 GT/s PCIe", "", 16, 16 };

	(void)state;
	assert_true(link_limit_raw(&link) > 31.4e9 && link_limit_raw(&link) < 31.6e9);
	snprintf(link.speed, sizeof(link.speed), "8 GT/s"); /* older kernels */
	assert_true(link_limit_raw(&link) > 15.7e9 && link_limit_raw(&link) < 15.8e9);
	snprintf(link.speed, sizeof(link.speed), "2.5 GT/s PCIe");
	link.width = 1;
	assert_true(link_limit_raw(&link) > 249e6 && link_limit_raw(&link) < 251e6);
	snprintf(link.speed, sizeof(link.speed), "Unknown");
	assert_true(!(link_limit_raw(&link) > 0));
	link.speed[0] = 0;
	assert_true(!(link_limit_raw(&link) > 0));
	assert_true(link_limit_share(8) == 0.25);
	assert_true(link_limit_share(64) > 0.72 && link_limit_share(64) < 0.73);
}

/* Plain words for each verdict about a guest, and none where no hypervisor is judged. */
static void test_means(void **state)
{
	(void)state;
	for (int w = 0; w < VERDICTS; w++)
		for (int arm = 0; arm < 2; arm++) {
			struct verdict v = { .outcome = (enum verdict_outcome)w, .judged = true,
					     .about_guest = true, .hypervisor = HYPERVISOR_KVM };
			struct result r = { .env.virt.guest = ENV_GUEST };
			const char *means;

			snprintf(r.arch, sizeof(r.arch), arm ? "aarch64" : "x86_64");
			means = verdict_means(&v, &r);
			assert_non_null(means);
			/* an unaligned access stops no x86 VM */
			assert_int_equal(arm && w == VERDICT_DEMOTED, strstr(means, "stops the VM") != NULL);
			/* who knows no hypervisor speaks of no VM; to trap a BAR takes one */
			r.env.virt.guest = ENV_GUEST_UNKNOWN;
			if (w == VERDICT_INCONCLUSIVE || w == VERDICT_PRESERVED || w == VERDICT_DEMOTED)
				assert_null(strstr(verdict_means(&v, &r), "this VM"));
			v.about_guest = false;
			assert_null(verdict_means(&v, &r));
		}
}

/* An experiment that no page knows has a table all the same. */
static void test_other(void **state)
{
	struct result r;

	(void)state;
	fixture_result(&r);
	fixture_cell(&r, "novel/wc/store8/4K/posted", 4e9);
	expect(&r, "whole", "novel: its cells, medians and their intervals", true);
	expect(&r, "whole", "novel/wc/store8/4K/posted 4.00 GB/s", true);
	fixture_rename(&r.cells[0], "bw/wc/store8/4K/posted");
	expect(&r, "whole", "its cells", false);
	result_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers), cmocka_unit_test(test_means), cmocka_unit_test(test_empty), cmocka_unit_test(test_loads),
		cmocka_unit_test(test_wide),
		cmocka_unit_test(test_kernel_sizes), cmocka_unit_test(test_unmeasured),
		cmocka_unit_test(test_erratum),
		cmocka_unit_test(test_hostile), cmocka_unit_test(test_order),
		cmocka_unit_test(test_wrong),	cmocka_unit_test(test_disturbed),
		cmocka_unit_test(test_ceiling), cmocka_unit_test(test_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
