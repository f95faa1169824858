// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "judge/ceiling.h"
#include "report/page.h"
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

	snprintf(c->access_pattern, sizeof(c->access_pattern), "%s", x.pattern ? x.pattern : "seq");
	c->interval_bytes = x.interval_bytes;
	c->doorbell_bytes = x.doorbell_bytes;
	c->threads = x.threads ? x.threads : 1;
	snprintf(c->place, sizeof(c->place), "%s", x.place ? x.place : "");
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
			snprintf(c->barrier, sizeof(c->barrier), "dmb-oshst");
			snprintf(c->unit, sizeof(c->unit), "ns");
			/* 16 bytes: wc is slower; 256: much faster */
			c->summary.median = m ? (i ? 60 : 50) : (i ? 300 : 40);
		}
	}
}

static char *page_of(const struct result *r, void (*page)(FILE *out, const struct result *r))
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	assert_non_null(f);
	page(f, r);
	assert_int_equal(0, fclose(f));
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
		assert_true(strcspn(line, "\n") <= TEXT_COLUMNS);
	return text;
}

static void expect(const struct result *r, void (*page)(FILE *out, const struct result *r),
		   const char *words, bool there)
{
	char *text = page_of(r, page), *flat = strdup(text), *to = flat;

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
	expect(&r, page_bw, "12.0 GB/s 11.5 GB/s 8.00 MB/s 9.23", true);
	expect(&r, page_bw, "31.5 GB/s raw", true);
	expect(&r, page_bw, "wc reached 50 % of the 64 B ceiling, plain 15 % of the 8 B ceiling", true);
	expect(&r, page_bw, "may be virtual", true);
	expect(&r, page_combine, "store8 11 %/100 % 100 %/100 % 50 %/100 %", true);
	expect(&r, page_combine, "best on wc: store8, barrier none: 12.0 GB/s, in 100 % of batches; "
	       "up to 8 lines can be open", true);
	expect(&r, page_lat, "load, dependent 900 ns 880 ns", true);
	expect(&r, page_lat, "store + dmb-oshst - 55.0 ns", false); /* plain has no such cell */
	expect(&r, page_doorbell, "60.0 ns, 16.7 M/s", true);
	expect(&r, page_doorbell, "with dmb-oshst wc pays from descriptors of 256 on", true);
	/* an emulated CPU's times answer nothing */
	r.env.emulated = true;
	expect(&r, page_bw, "reached", false);
	expect(&r, page_bw, "EMULATED", true);
	expect(&r, page_combine, "best on wc", false);
	expect(&r, page_doorbell, "pays", false);
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
	expect(&r, page_bw, "4K - - 8.00 MB/s - - 9.00 MB/s 1.13", true);
	expect(&r, page_bw, "16_np - - 7.00 MB/s", true);
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
			snprintf(c->barrier, sizeof(c->barrier), "dmb-oshst");
			snprintf(c->unit, sizeof(c->unit), "ns");
			c->summary.median = 123.4;
		}
	expect(&r, page_doorbell, "dmb-oshst wc 123 ns 123 ns", true);
	expect(&r, page_doorbell, "M/s", false);
	result_free(&r);
}

/* Nothing measured: no section, no crash. */
static void test_empty(void **state)
{
	void (*const pages[])(FILE *out, const struct result *r) = {
		page_bw, page_combine, page_lat, page_doorbell, page_early_ack, page_integrity,
		page_scale,
	};
	struct result r;

	(void)state;
	fixture_result(&r);
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		char *text = page_of(&r, pages[i]);

		assert_string_equal("", text);
		free(text);
	}
	result_free(&r);
	make_gathering(&r);
	for (size_t i = 0; i < r.n_cells; i++) {
		r.cells[i].status = CELL_FAULTED;
		r.cells[i].has_summary = false;
	}
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		free(page_of(&r, pages[i]));
	expect(&r, page_bw, "faulted", true);
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
	expect(&r, page_bw, "\033", false);
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
		snprintf(c->shape, sizeof(c->shape), "SB");
		snprintf(c->barrier, sizeof(c->barrier), "%s", cells[i].barrier);
		snprintf(c->barrier2, sizeof(c->barrier2), "%s", cells[i].barrier2);
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
	snprintf(c->shape, sizeof(c->shape), "gaps");
	expect(&r, page_integrity, "gaps - WRONG, 3 of 1024 words wrong", true);
	expect(&r, page_integrity, "as plain", false);
	/* plain does the same: WRONG of it alone */
	c = fixture_counts(&r, "integrity/plain/store8:gaps/4K", 1024, 2, "store8 at 0x48");
	snprintf(c->shape, sizeof(c->shape), "gaps");
	expect(&r, page_integrity, "gaps WRONG, 2 of 1024 words wrong as plain, 3 of 1024 words wrong",
	       true);
	expect(&r, page_integrity, "as plain: the same stores go wrong through plain", true);
	result_free(&r);
}

static void test_disturbed(void **state)
{
	char buf[320];
	struct result r;

	(void)state;
	fixture_result(&r);
	assert_false(page_disturbance(buf, sizeof(buf), &r));
	result_disturbed(&r, "the device was removed");
	assert_true(page_disturbance(buf, sizeof(buf), &r));
	assert_non_null(strstr(buf, "removed: cells"));
	assert_null(strstr(buf, "NOT"));
	r.disturbance.power_lost = true;
	assert_true(page_disturbance(buf, sizeof(buf), &r));
	assert_non_null(strstr(buf, "removed: cells"));
	assert_non_null(strstr(buf, "NOT be put back"));
	r.disturbance.why[0] = 0;
	assert_true(page_disturbance(buf, sizeof(buf), &r));
	assert_int_equal(strncmp(buf, "COMMAND", 7), 0);
	result_free(&r);
}

static void test_ceiling(void **state)
{
	struct pci_link link = { "16.0 GT/s PCIe", "", 16, 16 };

	(void)state;
	assert_true(ceiling_raw(&link) > 31.4e9 && ceiling_raw(&link) < 31.6e9);
	snprintf(link.speed, sizeof(link.speed), "8 GT/s"); /* older kernels */
	assert_true(ceiling_raw(&link) > 15.7e9 && ceiling_raw(&link) < 15.8e9);
	snprintf(link.speed, sizeof(link.speed), "2.5 GT/s PCIe");
	link.width = 1;
	assert_true(ceiling_raw(&link) > 249e6 && ceiling_raw(&link) < 251e6);
	snprintf(link.speed, sizeof(link.speed), "Unknown");
	assert_true(!(ceiling_raw(&link) > 0));
	link.speed[0] = 0;
	assert_true(!(ceiling_raw(&link) > 0));
	assert_true(ceiling_share(8) == 0.25);
	assert_true(ceiling_share(64) > 0.72 && ceiling_share(64) < 0.73);
}

/* Plain words for each verdict about a guest, and none where no hypervisor is judged. */
static void test_means(void **state)
{
	(void)state;
	for (int w = 0; w < VERDICTS; w++)
		for (int arm = 0; arm < 2; arm++) {
			struct verdict v = { .word = (enum verdict_word)w, .judged = true,
					     .about_guest = true };
			struct result r = { .env.virt.guest = ENV_GUEST };
			const char *means;

			snprintf(r.arch, sizeof(r.arch), arm ? "aarch64" : "x86_64");
			means = text_means(&v, &r);
			assert_non_null(means);
			/* an unaligned access stops no x86 VM */
			assert_int_equal(arm && w == VERDICT_DEMOTED, strstr(means, "stops the VM") != NULL);
			/* who knows no hypervisor speaks of no VM; to trap a BAR takes one */
			r.env.virt.guest = ENV_GUEST_UNKNOWN;
			if (w == VERDICT_INCONCLUSIVE || w == VERDICT_PRESERVED || w == VERDICT_DEMOTED)
				assert_null(strstr(text_means(&v, &r), "this VM"));
			v.about_guest = false;
			assert_null(text_means(&v, &r));
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers), cmocka_unit_test(test_means), cmocka_unit_test(test_empty), cmocka_unit_test(test_loads),
		cmocka_unit_test(test_wide),
		cmocka_unit_test(test_hostile), cmocka_unit_test(test_order),
		cmocka_unit_test(test_wrong),	cmocka_unit_test(test_disturbed),
		cmocka_unit_test(test_ceiling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
