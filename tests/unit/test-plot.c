// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "plot/data.h"
#include "plot/script.h"
#include "fixture.h"

static const struct compare_ask no_ask = { .min_effect = COMPARE_MIN_EFFECT };

/* Pictures of up to two results, each a side. */
static void make(struct pictures *p, struct picture_judged *j, struct result *a, struct result *b,
		 const char *list)
{
	const struct compare_side sides[2] = { { a, 1 }, { b, b ? 1 : 0 } };

	*p = (struct pictures){ 0 };
	picture_judge(j, sides, b ? 2 : 1, &no_ask);
	pictures_make(p, &j->in, list);
}

static void drop(struct pictures *p, struct picture_judged *j)
{
	pictures_free(p);
	picture_judged_free(j);
}

static size_t number_of(const struct picture *p, const char *name)
{
	for (size_t i = 0; i < p->n_series; i++)
		if (!strcmp(p->series[i].name, name))
			return i;
	fail_msg("no series %s", name);
	return 0;
}

static const struct picture_points *points_of(const struct picture *p, size_t panel, const char *name)
{
	return &p->panels[panel].series[number_of(p, name)];
}

/* Sizes are sorted, ways of measuring parted, what was not measured a gap. */
static void test_bw(void **state)
{
	struct result r;
	struct pictures p;
	struct picture_judged j;
	const struct picture_points *s;
	struct cell_record *c;

	(void)state;
	fixture_result(&r);
	fixture_cell(&r, "bw/wc/store8/64K/posted", 9e9);
	fixture_cell(&r, "bw/wc/store8/64/posted", 8e9);
	fixture_cell(&r, "bw/wc/store8/64/flushed", 7e9);
	fixture_cell(&r, "bw/wc/load8/64", 5e6);
	c = fixture_cell(&r, "bw/wc/store8/4K/posted", 1e9);
	c->status = CELL_TIMEOUT;
	/* no curve, but a bar */
	fixture_cell(&r, "bw/wc/store4/4K/flushed", 2e9);
	/* no axis has a place for it */
	fixture_cell(&r, "bw/wc/store8/128/posted", 4e9)->spec.region_bytes = 0;
	/* with a barrier: another question */
	fixture_cell(&r, "bw/wc/store8+dsb-st@64/16K/posted", 3e9);
	make(&p, &j, &r, NULL, NULL);
	assert_int_equal(2, p.n);
	assert_string_equal("bw", p.v[0].kind->name);
	assert_int_equal(3, p.v[0].n_panels);
	assert_int_equal(1, p.v[0].n_series);
	s = points_of(&p.v[0], 0, "wc");
	assert_int_equal(3, s->n);
	assert_true(s->v[0].x == 64 && s->v[1].x == 4096 && s->v[2].x == 65536);
	assert_true(s->v[1].absent && !strcmp(s->v[1].why, "timeout"));
	assert_float_equal(8e9, s->v[0].y, 8e7);
	assert_true(s->v[0].low < s->v[0].y && s->v[0].high > s->v[0].y);
	assert_string_equal("the interval is the range of 3", s->v[0].why);
	assert_float_equal(7e9, points_of(&p.v[0], 1, "wc")->v[0].y, 7e7);
	assert_float_equal(5e6, points_of(&p.v[0], 2, "wc")->v[0].y, 5e4);
	/* only what has arrived is held against the link; a guest's may be made up */
	assert_int_equal(0, p.v[0].panels[0].n_limits);
	assert_int_equal(3, p.v[0].panels[1].n_limits);
	assert_string_equal("8 B TLPs (virtual?)", p.v[0].panels[1].limits[2].name);
	assert_float_equal(31.5077e9 / 4, p.v[0].panels[1].limits[2].y, 1e6);
	assert_string_equal("widths", p.v[1].kind->name);
	assert_string_equal("store4", p.v[1].panels[0].rows.v[0]);
	drop(&p, &j);
	result_free(&r);
}

/* Kernels over several sizes are curves of their own. */
static void test_families(void **state)
{
	struct result r;
	struct pictures p;
	struct picture_judged j;

	(void)state;
	fixture_result(&r);
	fixture_cell(&r, "bw/wc/store8/64/posted", 8e9);
	fixture_cell(&r, "bw/wc/store8/4K/posted", 8e9);
	fixture_cell(&r, "bw/wc/store16_q/64/posted", 9e9);
	fixture_cell(&r, "bw/wc/store16_q/4K/posted", 9e9);
	make(&p, &j, &r, NULL, "bw");
	assert_int_equal(1, p.n);
	assert_int_equal(0, p.v[0].series[number_of(&p.v[0], "wc, 8 B")].mark);
	assert_int_equal(1, p.v[0].series[number_of(&p.v[0], "wc, 16_q")].mark);
	drop(&p, &j);
	result_free(&r);
}

/* Times stand upside down, so that below 1 is always slower; the worst comes first. */
static void test_forest(void **state)
{
	struct result host, guest;
	struct pictures p;
	struct picture_judged j;
	const struct picture_panel *panel;

	(void)state;
	fixture_result(&host);
	fixture_result(&guest);
	fixture_cell(&host, "bw/wc/store8/4K/posted", 8e9);
	fixture_cell(&guest, "bw/wc/store8/4K/posted", 4e9);
	fixture_cell(&host, "lat/wc/load8+dep@each/64", 100);
	fixture_cell(&guest, "lat/wc/load8+dep@each/64", 1000);
	fixture_counts(&host, "order/wc/SB:none:none/4K", 1000, 0, "");
	fixture_counts(&guest, "order/wc/SB:none:none/4K", 1000, 0, "");
	make(&p, &j, &host, &guest, "forest");
	assert_int_equal(1, p.n);
	panel = &p.v[0].panels[0];
	assert_int_equal(2, panel->rows.n);
	assert_string_equal("lat/wc/load8+dep@each/64", panel->rows.v[0]);
	assert_string_equal("bw/wc/store8/4K/posted", panel->rows.v[1]);
	for (size_t s = 0; s < p.v[0].n_series; s++)
		for (size_t i = 0; i < panel->series[s].n; i++) {
			const struct picture_point *v = &panel->series[s].v[i];

			assert_float_equal(v->y == 0 ? 0.1 : 0.5, v->x, 0.02);
			assert_true(v->low <= v->x && v->x <= v->high);
		}
	assert_non_null(strstr(p.v[0].about[0], "2 of 2 cells"));
	drop(&p, &j);
	result_free(&host);
	result_free(&guest);
}

/* More than can be read is left out, and said. */
static void test_left_out(void **state)
{
	struct result host, guest;
	struct pictures p;
	struct picture_judged j;
	char id[64];

	(void)state;
	fixture_result(&host);
	fixture_result(&guest);
	for (unsigned int i = 0; i < 50; i++) {
		snprintf(id, sizeof(id), "bw/wc/store%u/4K/posted", i);
		fixture_cell(&host, id, 8e9);
		fixture_cell(&guest, id, 8e9 - 1e8 * i);
		snprintf(id, sizeof(id), "bw/wc/store%u/64/posted", i);
		fixture_cell(&host, id, 8e9);
		fixture_cell(&guest, id, 8e9);
	}
	make(&p, &j, &host, &guest, "bw,forest");
	assert_int_equal(2, p.n);
	assert_int_equal(PICTURE_SERIES, p.v[0].n_series);
	assert_true(p.v[0].left_out > 0);
	assert_non_null(strstr(p.v[0].about[1], "values more are left out"));
	assert_int_equal(40, p.v[1].panels[0].rows.n);
	assert_int_equal(60, p.v[1].left_out);
	assert_string_equal("bw/wc/store49/4K/posted", p.v[1].panels[0].rows.v[0]);
	assert_non_null(strstr(p.v[1].about[0], "60 more cells"));
	drop(&p, &j);
	result_free(&host);
	result_free(&guest);
}

/* Marks and reasons of what is not as it seems. */
static void test_marks(void **state)
{
	struct result r;
	struct pictures p;
	struct picture_judged j;

	(void)state;
	fixture_result(&r);
	fixture_cell(&r, "bw/wc/store8/4K/posted", 8e9);
	fixture_cell(&r, "bw/plain/store8/4K/posted", 7e9);
	fixture_probe(&r, "alignment", MAP_PLAIN, "SIGBUS/BUS_ADRALN", 0, 0);
	fixture_probe(&r, "alignment", MAP_WC, "works", 0, 0);
	r.env.emulated = true;
	make(&p, &j, &r, NULL, NULL);
	assert_true(p.v[0].emulated);
	assert_non_null(strstr(p.v[0].small[0], "EMULATED, Linux 6.1.0-50-arm64"));
	assert_non_null(strstr(p.v[0].small[1], "mmiobench --bar 2"));
	assert_non_null(strstr(p.v[0].about[0], "got it"));
	assert_non_null(strstr(p.v[0].about[1], "Under QEMU's emulation stage 2 alone"));
	drop(&p, &j);
	/* a host of the lab: nothing to explain */
	fixture_cell(&r, "bw/plain/store8/64K/posted", 1e9);
	fixture_cell(&r, "bw/wc/store8/64K/posted", 9e9);
	make(&p, &j, &r, NULL, NULL);
	assert_string_equal("", p.v[0].about[1]);
	drop(&p, &j);
	r.env.emulated = false;
	make(&p, &j, &r, NULL, NULL);
	assert_false(p.v[0].emulated);
	assert_string_equal("", p.v[0].about[1]);
	drop(&p, &j);
	result_free(&r);
}

/* Forbidden and seen, allowed and seen; never tried is no 0. */
static void test_order(void **state)
{
	struct result r;
	struct pictures p;
	struct picture_judged j;
	const struct picture_points *s;

	(void)state;
	fixture_result(&r);
	snprintf(fixture_counts(&r, "order/plain/SB:none:none/4K", 1000000, 12, "x")->spec.shape,
		 16, "SB");
	snprintf(fixture_counts(&r, "order/wc/SB:none:none/4K", 1000000, 0, "")->spec.shape, 16,
		 "SB");
	for (size_t i = 0; i < r.n_cells; i++) {
		snprintf(r.cells[i].spec.barrier, sizeof(r.cells[i].spec.barrier), "none");
		snprintf(r.cells[i].spec.barrier2, sizeof(r.cells[i].spec.barrier2), "none");
	}
	r.cells[1].tries = 0;
	r.cells[1].status = CELL_SKIPPED;
	snprintf(r.cells[1].why, sizeof(r.cells[1].why), "one CPU");
	make(&p, &j, &r, NULL, NULL);
	assert_int_equal(1, p.n);
	s = &p.v[0].panels[0].series[0];
	assert_int_equal(2, s->n);
	assert_true(s->v[0].alarm && !s->v[0].absent);
	assert_string_equal("12 !", s->v[0].text);
	assert_true(s->v[1].absent);
	assert_string_equal("skipped: one CPU", s->v[1].why);
	drop(&p, &j);
	result_free(&r);
}

static void quote(char *out, size_t n, const char *text)
{
	FILE *f = fmemopen(out, n, "w");

	assert_non_null(f);
	script_quote(f, text);
	fclose(f);
}

/* Nothing that gnuplot knows a meaning of, and no digit that it would take for part of a code. */
static void test_quote(void **state)
{
	char out[400];

	(void)state;
	quote(out, sizeof(out), "store8+dmb-st@64/16K");
	assert_string_equal("\"store8+dmb-st\\100\\066\\064/16K\"", out);
	quote(out, sizeof(out), "`x`$(y)'\"\\\n\x1b{%");
	assert_null(strpbrk(out + 1, "`$()'{%\n\x1b"));
	assert_ptr_equal(strrchr(out, '"'), out + strlen(out) - 1);
	assert_ptr_equal(strchr(out + 1, '"'), out + strlen(out) - 1);
}

/* What gnuplot is given. The caller frees. */
static char *script_of(const struct picture *p, bool brief)
{
	const struct script_canvas canvas = { .target = SCRIPT_PNG, .width = 960, .brief = brief };
	char *text;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	assert_non_null(f);
	script_data(f, p, &canvas);
	assert_int_equal(0, fclose(f));
	return text;
}

static void assert_in(const char *text, const char *want)
{
	if (!strstr(text, want))
		fail_msg("no \"%s\" in %s", want, text);
}

/* Named data: rows with names above them, gaps with their reason, hostile text as text. */
static void test_script(void **state)
{
	struct result host, guest;
	struct pictures p;
	struct picture_judged j;
	struct cell_record *c;
	char *text;

	(void)state;
	fixture_result(&host);
	fixture_result(&guest);
	for (int i = 0; i < 2; i++) {
		struct result *r = i ? &guest : &host;

		fixture_cell(r, "bw/wc/store8/64/posted", 8e9);
		c = fixture_cell(r, "bw/plain/store8/64/posted", 4e9);
		if (!i)
			continue;
		c->status = CELL_SKIPPED;
		snprintf(c->why, sizeof(c->why), "\"`x`\"\tEND_OF_DATA\nEND_OF_DATA\n!x");
	}
	guest.replayed = true;
	make(&p, &j, &host, &guest, "bw");
	text = script_of(&p.v[0], false);
	assert_in(text, "format = \"png\"\nwidth = 960\nheight = 0\n");
	assert_in(text, "n_marks = 1\narray marks[1] = [\"REPLAYED from files: no figure is of a device\"]\n");
	assert_in(text, "n_small = 4\n");
	assert_in(text, "n_panels = 1\n");
	assert_in(text, "x_unit[1] = \"bytes\"\ny_unit[1] = \"rate\"\nx_low[1] = 64.0000000000\n");
	assert_in(text, "n_series = 4\narray series[4] = [\"host, wc\", \"host, plain\", \"guest, wc\", "
			"\"guest, plain \\050not measured: skipped: \\042\\140x\\140\\042\\077END_OF");
	assert_in(text, "ink[1] = \"wc\"\nkernel[1] = 0\nreference[1] = 1\n");
	assert_in(text, "ink[4] = \"plain\"\nkernel[4] = 0\nreference[4] = 0\n");
	assert_in(text, "$data << END_OF_DATA\npicture\tpanel\tseries\tmark\tx_name\tx\ty_name\ty\tlow\t");
	assert_in(text, "\tguest, plain\tpoint\t\t64\t\tNaN\tNaN\tNaN\tNaN\t\t0\t0\tskipped: '`x`'?END_OF_DATA?"
			"END_OF_DATA?!x\t0\n");
	assert_null(strstr(text, "\n!x"));
	free(text);
	text = script_of(&p.v[0], true);
	assert_in(text, "n_small = 0\n");
	free(text);
	drop(&p, &j);
	result_free(&host);
	result_free(&guest);
}

static double value_of(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	assert_non_null(at);
	return strtod(at + strlen(name), NULL);
}

/* Loads have the stores' axis, unless it would be much longer than theirs; a long interval is cut. */
static void test_range(void **state)
{
	static const double loads[] = { 0.8e9, 10e6 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct picture_judged j;
		struct pictures p;
		struct result r;
		char *text;

		fixture_result(&r);
		r.is_ram = true; /* no link */
		fixture_cell(&r, "bw/wc/store8/64/posted", 20e9)->summary.ci_high = 900e9;
		fixture_cell(&r, "bw/wc/store8/4K/posted", 1e9);
		fixture_cell(&r, "bw/wc/load8/64", 18e9 * loads[i] / loads[0]);
		fixture_cell(&r, "bw/wc/load8/4K", loads[i]);
		make(&p, &j, &r, NULL, "bw");
		text = script_of(&p.v[0], false);
		assert_float_equal(60e9, value_of(text, "\ny_high[1] = "), 1e9);
		if (!i) {
			assert_float_equal(0.79e9, value_of(text, "\ny_low[1] = "), 2e7);
			assert_float_equal(60e9, value_of(text, "\ny_high[2] = "), 1e9);
		} else {
			assert_float_equal(1e9, value_of(text, "\ny_low[1] = "), 2e7);
			assert_true(value_of(text, "\ny_high[2] = ") < 1e9);
		}
		free(text);
		drop(&p, &j);
		result_free(&r);
	}
}

/* Each picture has a script that is there. */
static void test_scripts(void **state)
{
	(void)state;
	assert_non_null(strstr(script_text("page.gp"), "set multiplot"));
	for (const struct picture_kind *k = picture_kinds; k->name; k++) {
		const struct script_file *f = script_files;

		while (f->name && strcmp(f->name, k->script))
			f++;
		assert_non_null(f->name);
		assert_non_null(strstr(f->text, "plot "));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bw),     cmocka_unit_test(test_families),
		cmocka_unit_test(test_forest), cmocka_unit_test(test_left_out),
		cmocka_unit_test(test_marks),  cmocka_unit_test(test_order),
		cmocka_unit_test(test_quote),  cmocka_unit_test(test_script),
		cmocka_unit_test(test_range),  cmocka_unit_test(test_scripts),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_cleanup);
}
