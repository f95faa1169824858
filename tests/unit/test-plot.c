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
#include "plot/axis.h"
#include "plot/draw.h"
#include "plot/layout.h"
#include "plot/range.h"
#include "fixture.h"

static const struct compare_ask no_ask = { .min_effect = COMPARE_MIN_EFFECT };

/* Pictures of up to two results, each a side. */
static void make(struct pictures *p, struct picture_judged *j, struct result *a, struct result *b,
		 const char *list)
{
	const struct compare_side sides[2] = { { a, 1 }, { b, b ? 1 : 0 } };

	*p = (struct pictures){ 0 };
	assert_int_equal(0, picture_judge(j, sides, b ? 2 : 1, &no_ask));
	assert_int_equal(0, pictures_make(p, &j->in, list));
}

static void drop(struct pictures *p, struct picture_judged *j)
{
	pictures_free(p);
	picture_judged_free(j);
}

static const struct picture_series *series_of(const struct picture_panel *panel, const char *name)
{
	for (size_t i = 0; i < panel->n_series; i++)
		if (!strcmp(panel->series[i].name, name))
			return &panel->series[i];
	fail_msg("no series %s", name);
	return NULL;
}

/* Sizes are sorted, ways of measuring parted, what was not measured a gap. */
static void test_bw(void **state)
{
	struct result r;
	struct pictures p;
	struct picture_judged j;
	const struct picture_series *s;
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
	fixture_cell(&r, "bw/wc/store8/128/posted", 4e9)->region_bytes = 0;
	/* with a barrier: another question */
	fixture_cell(&r, "bw/wc/store8+dsb-st@64/16K/posted", 3e9);
	make(&p, &j, &r, NULL, NULL);
	assert_int_equal(2, p.n);
	assert_string_equal("bw", p.v[0].kind->name);
	assert_int_equal(3, p.v[0].n_panels);
	assert_int_equal(1, p.v[0].panels[0].n_series);
	s = series_of(&p.v[0].panels[0], "wc");
	assert_int_equal(3, s->n);
	assert_true(s->v[0].x == 64 && s->v[1].x == 4096 && s->v[2].x == 65536);
	assert_true(s->v[1].absent && !strcmp(s->v[1].why, "timeout"));
	assert_float_equal(8e9, s->v[0].y, 8e7);
	assert_true(s->v[0].low < s->v[0].y && s->v[0].high > s->v[0].y);
	assert_string_equal("the interval is the range of 3", s->v[0].why);
	assert_float_equal(7e9, series_of(&p.v[0].panels[1], "wc")->v[0].y, 7e7);
	assert_float_equal(5e6, series_of(&p.v[0].panels[2], "wc")->v[0].y, 5e4);
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
	assert_int_equal(0, series_of(&p.v[0].panels[0], "wc, 8 B")->mark);
	assert_int_equal(1, series_of(&p.v[0].panels[0], "wc, 16_q")->mark);
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
	for (size_t s = 0; s < panel->n_series; s++)
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
	assert_int_equal(PICTURE_SERIES, p.v[0].panels[0].n_series);
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
	fixture_probe(&r, "alignment", "plain", "SIGBUS/BUS_ADRALN", 0, 0);
	fixture_probe(&r, "alignment", "wc", "works", 0, 0);
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
	const struct picture_series *s;

	(void)state;
	fixture_result(&r);
	snprintf(fixture_counts(&r, "order/plain/SB:none:none/4K", 1000000, 12, "x")->shape, 16,
		 "SB");
	snprintf(fixture_counts(&r, "order/wc/SB:none:none/4K", 1000000, 0, "")->shape, 16, "SB");
	for (size_t i = 0; i < r.n_cells; i++) {
		snprintf(r.cells[i].barrier, sizeof(r.cells[i].barrier), "none");
		snprintf(r.cells[i].barrier2, sizeof(r.cells[i].barrier2), "none");
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

static void quote(char *out, size_t n, const char *text, bool tick)
{
	FILE *f = fmemopen(out, n, "w");

	assert_non_null(f);
	if (tick)
		script_quote_tick(f, text, 100);
	else
		script_quote(f, text, 100);
	fclose(f);
}

/* Nothing that gnuplot knows a meaning of, and no digit that it would take for part of a code. */
static void test_quote(void **state)
{
	char out[400];

	(void)state;
	quote(out, sizeof(out), "store8+dmb-st@64/16K", false);
	assert_string_equal("\"store8+dmb-st\\100\\066\\064/16K\"", out);
	quote(out, sizeof(out), "`x`$(y)'\"\\\n\x1b{%", false);
	assert_null(strpbrk(out + 1, "`$()'{%\n\x1b"));
	assert_ptr_equal(strrchr(out, '"'), out + strlen(out) - 1);
	assert_ptr_equal(strchr(out + 1, '"'), out + strlen(out) - 1);
	quote(out, sizeof(out), "5%", true);
	assert_string_equal("\"5\\045\\045\"", out);
}

static void clean(const char *svg, const char *want)
{
	static const struct picture_kind kind = { .name = "bw", .question = "a < b?" };
	const struct picture p = { .kind = &kind, .title = "T & t" };
	char *out = NULL, message[400];

	fixture_stderr_begin();
	assert_int_equal(want ? 0 : -EINVAL, svg_clean(svg, &p, &out));
	assert_int_equal(want ? 0 : 1, fixture_stderr_end(message, sizeof(message)));
	if (want && !strstr(out, want))
		fail_msg("%s has no %s", out, want);
	if (want)
		free(out);
}

static void test_svg(void **state)
{
	(void)state;
	clean("<?xml?><svg a=\"1\"></svg>", "<svg a=\"1\" role=\"img\">\n<title>T &amp; t</title>\n"
					    "<desc>a &lt; b?</desc>\n</svg>");
	clean("<svg><title>x</title><g id='a'><use xlink:href='#a'/></g></svg>",
	      "<g id='bw-a'><use xlink:href='#bw-a'/></g>");
	clean("<svg><rect fill='url(#a)'/></svg>", "fill='url(#bw-a)'");
	clean("<svg><text font-family=\"x:Bold\">]]></text></svg>",
	      "font-family=\"x\" font-weight=\"bold\">]]&gt;<");
	clean("<svg><script/></svg>", NULL);
	clean("<svg><g onload='x'/></svg>", NULL);
	clean("<svg><use href='http://x#a'/></svg>", NULL);
	clean("<svg><rect fill='url(http://x)'/></svg>", NULL);
	clean("<svg><rect style='fill: url(x)'/></svg>", NULL);
	clean("<svg><g></svg>", NULL);
	clean("<svg", NULL);
	clean("", NULL);
}

/* Ticks lie within the axis, in order, and are as many as there is room for. */
static void test_axis(void **state)
{
	static const double ranges[][2] = { { 1, 1 },	       { 64, 1 << 20 }, { 0.3, 0.35 },
					    { 1e-300, 1e299 }, { 900, 1100 },	{ 1e9, 1e11 } };

	(void)state;
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		for (int unit = PICTURE_BYTES; unit <= PICTURE_COUNT; unit++)
			for (int log = 0; log < 2; log++) {
				const struct picture_axis axis = { .unit = (enum picture_unit)unit,
								   .log = log };
				struct axis_ticks t;

				axis_make(&t, &axis, ranges[i][0], ranges[i][1], 8);
				assert_true(t.low < t.high && t.n <= AXIS_TICKS);
				/* sizes have the names of those that were measured */
				assert_true(t.n >= 2 || (log && unit == PICTURE_BYTES) ||
					    (log && unit == PICTURE_COUNT));
				for (size_t k = 0; k < t.n; k++) {
					assert_true(t.at[k] >= t.low && t.at[k] <= t.high * 1.01);
					assert_true(!k || t.at[k] > t.at[k - 1]);
				}
				/* a size that was measured has a name */
				if (axis.unit == PICTURE_BYTES && log && ranges[i][0] == 64)
					assert_true(t.n && t.at[0] == 64);
			}
}

/* However little room there is and little they differ, a scale can be read. */
static void test_axis_two(void **state)
{
	const struct picture_axis axis = { .unit = PICTURE_RATE, .log = true };
	struct axis_ticks t;

	(void)state;
	for (double low = 1e6; low < 1e7; low *= 1.01)
		for (double ratio = 1; ratio < 1e4; ratio *= 1.3)
			for (size_t most = 1; most < 10; most++) {
				axis_make(&t, &axis, low, low * ratio, most);
				assert_in_range(t.n, 2, most < 5 ? 5 : most);
				for (size_t k = 1; k < t.n && most > 4; k++)
					assert_true(log(t.at[k] / t.at[k - 1]) >
						    0.7 * log(t.high / t.low) / (double)most);
			}
}

/* From a moment to centuries: two to six names, each another, that do not touch. */
static void test_axis_time(void **state)
{
	static const double starts[] = { 1, 951782399, 1767326045, 1798761599, 250000000000 };
	struct axis_ticks t;

	(void)state;
	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		for (double span = 0; span < 3e9; span = 1.07 * span + 1)
			for (double columns = 30; columns < 200; columns += 17) {
				double high = starts[i] + span, each;

				axis_make_time(&t, starts[i], high, columns);
				assert_true(t.low < starts[i] && t.high > high);
				assert_in_range(t.n, 2, 7);
				each = columns / (t.high - t.low);
				for (size_t k = 0; k < t.n; k++) {
					assert_true(t.at[k] >= t.low && t.at[k] <= t.high);
					assert_true(!k || (t.at[k] - t.at[k - 1]) * each >
								  (double)strlen(t.name[k]));
					assert_true(!k || strcmp(t.name[k], t.name[k - 1]));
				}
			}
}

static void assert_time(const char *want, double low, double high)
{
	struct axis_ticks t;
	char names[400] = "";

	axis_make_time(&t, low, high, 33);
	for (size_t i = 0; i < t.n; i++)
		snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s | ", t.name[i]);
	snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s", t.label);
	assert_string_equal(want, names);
}

/* What a clock and a calendar have there; what the names leave out is told once. */
static void test_axis_time_names(void **state)
{
	const double at = 1767326045, day = 86400; /* 2026-01-02T03:54:05Z */

	(void)state;
	assert_time("03:54 | 03:55 | 2026-01-02, UTC", at, at);
	assert_time("03:54:10 | 03:54:20 | 2026-01-02, UTC", at, at + 20);
	assert_time("04:00 | 04:15 | 04:30 | 04:45 | 2026-01-02, UTC", at, at + 3000);
	assert_time("12:00 | Jan 3 | 2026-01-02 to 2026-01-03, UTC", at, at + day);
	assert_time("Jan 3 | Jan 4 | 2026-01-02 to 2026-01-04, UTC", at, at + 2 * day);
	assert_time("Jan 3 | Jan 7 | Jan 11 | 2026-01-02 to 2026-01-12, UTC", at, at + 10 * day);
	assert_time("2026-01 | 2026-03 | 2026-01-02 to 2026-04-12, UTC", at, at + 100 * day);
	assert_time("2027 | 2030 | 2033 | 2036 | 2026-01-02 to 2036-01-03, UTC", at, at + 3653 * day);
}

/* Loads have the stores' axis, unless it would be much longer than theirs. */
static void test_range(void **state)
{
	static const double loads[] = { 0.8e9, 10e6 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct range x, stores, of_loads;
		struct picture_judged j;
		struct pictures p;
		struct result r;

		fixture_result(&r);
		r.is_ram = true; /* no link */
		fixture_cell(&r, "bw/wc/store8/64/posted", 20e9);
		fixture_cell(&r, "bw/wc/store8/4K/posted", 1e9);
		fixture_cell(&r, "bw/wc/load8/64", 18e9 * loads[i] / loads[0]);
		fixture_cell(&r, "bw/wc/load8/4K", loads[i]);
		make(&p, &j, &r, NULL, "bw");
		range_find(&p.v[0], &p.v[0].panels[0], &x, &stores);
		range_find(&p.v[0], &p.v[0].panels[1], &x, &of_loads);
		if (!i)
			assert_memory_equal(&stores, &of_loads, sizeof(stores));
		else
			assert_true(stores.low > 0.9e9 && of_loads.high < 1e9);
		drop(&p, &j);
		result_free(&r);
	}
}

static void assert_inside(const struct layout *l, const struct layout_legend *legend)
{
	struct layout_box box, before = { 0 };

	for (size_t i = 0; i < legend->n && layout_has_legend(l->p->kind->form); i++) {
		char name[256];

		layout_entry_name(name, sizeof(name), legend->v[i].series);
		assert_true(legend->v[i].x + l->char_w * (double)strlen(name) <= l->canvas.width);
		assert_true(l->legend + legend->v[i].y < l->body);
	}
	for (size_t i = 0; i < l->p->n_panels; i++) {
		box = layout_panel(l, i);
		assert_true(box.left >= 0 && box.right <= l->canvas.width &&
			    box.bottom - box.top >= (l->text ? 5 : 60));
		assert_true(box.top >= l->body - 1e-6 && box.bottom <= l->foot + 1e-6);
		assert_true(!i || box.left >= before.right - 1e-6 ||
			    box.top >= before.bottom - 1e-6);
		before = box;
	}
}

/* Legends and panels cover neither each other nor what is around them, at any size. */
static void test_layout(void **state)
{
	static const struct script_canvas canvases[] = {
		{ .target = SCRIPT_SVG, .width = 960 },
		{ .target = SCRIPT_PNG, .width = 320, .height = 240 },
		{ .target = SCRIPT_TERMINAL, .width = 80 },
		{ .target = SCRIPT_TERMINAL, .width = 120, .brief = true },
	};
	struct result host, guest;
	struct pictures p;
	struct picture_judged j;
	struct layout_legend legend;
	struct layout l;

	(void)state;
	fixture_result(&host);
	fixture_result(&guest);
	for (unsigned int i = 0; i < 2; i++) {
		struct result *r = i ? &guest : &host;

		fixture_cell(r, "bw/plain/store8/4K/posted", 1e9);
		fixture_cell(r, "bw/wc/store8/4K/posted", 8e9);
		fixture_cell(r, "bw/wc/store8/4K/flushed", 8e9);
		fixture_cell(r, "bw/wc/load8/4K", 8e6);
		fixture_cell(r, "bw/wc/store16_q/4K/flushed", 9e9);
		fixture_cell(r, "lat/wc/store8+dsb-st@each/64/posted", 9);
		fixture_cell(r, "lat/wc/load8+dep@each/64", 900);
		fixture_cell(r, "combine/wc/store8/4K/posted", 9e9);
	}
	make(&p, &j, &host, &guest, NULL);
	assert_int_equal(6, p.n);
	for (size_t i = 0; i < p.n; i++)
		for (size_t k = 0; k < sizeof(canvases) / sizeof(canvases[0]); k++) {
			layout_make(&l, &legend, &p.v[i], &canvases[k]);
			assert_inside(&l, &legend);
		}
	drop(&p, &j);
	result_free(&host);
	result_free(&guest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bw),     cmocka_unit_test(test_families),
		cmocka_unit_test(test_forest), cmocka_unit_test(test_left_out),
		cmocka_unit_test(test_marks),  cmocka_unit_test(test_order),
		cmocka_unit_test(test_quote),  cmocka_unit_test(test_svg),
		cmocka_unit_test(test_axis),   cmocka_unit_test(test_axis_two),
		cmocka_unit_test(test_axis_time), cmocka_unit_test(test_axis_time_names),
		cmocka_unit_test(test_range),  cmocka_unit_test(test_layout),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_cleanup);
}
