// SPDX-License-Identifier: GPL-2.0-or-later
// input: JSON
// covers: judge/compare.c judge/compare_cells.c judge/spread.c judge/held.c stat/ratio.c stat/rank.c stat/multiple.c report/compare_text.c report/compare_json.c report/compare_cells_text.c report/compare_cells_json.c report/html_compare.c judge/survey.c report/survey_text.c
/* Results in a list: the first held against the others, and a survey of all. */
#include "config.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "report/survey.h"
#include "results.h"

#define MOST 6

static const struct compare_ask ask = { .min_effect = COMPARE_MIN_EFFECT };

static void check_comparison(const struct comparison *c)
{
	const char *page, *path = fuzz_tree_path("comparison.json");
	const struct html_pictures none = { .why_none = "there is no gnuplot" };
	char why[256];
	size_t n;

	compare_text(fuzz_out(), c);
	page = fuzz_out_close(&n);
	fuzz_require(fuzz_is_clean(page, n), "%s", page);
	fuzz_require(!compare_write(c, path), "%s", fuzz_error());
	fuzz_require(!html_comparison(fuzz_out(), c, &none), "out of memory");
	results_check_page(fuzz_out_close(NULL));
	results_check_formats_compared(c);
	compare_status_why(c, why, sizeof(why));
	fuzz_require(fuzz_is_clean(why, strlen(why)), "%s", why);
}

static void compare(const struct compare_side *sides)
{
	struct comparison c = { 0 };
	char why[256] = "";
	size_t bad = 0;

	if (compare_check_side(&sides[0], &bad, why, sizeof(why)) ||
	    compare_check_side(&sides[1], &bad, why, sizeof(why)) ||
	    compare_check(sides[0].runs, sides[1].runs, why, sizeof(why))) {
		fuzz_require(why[0] && bad < MOST, "refused without a word");
		return;
	}
	fuzz_require(!compare_make_sides(&c, &sides[0], &sides[1], &ask), "out of memory");
	check_comparison(&c);
	results_check_pictures(sides, 2);
	compare_free(&c);
}

static void survey(const struct result *r, size_t n)
{
	static struct survey_record records[MOST];
	char *names[MOST] = { "a", "b", "c", "d", "e", "f" };
	struct survey_files files = { .paths = names, .n = n, .records = records };
	const struct picture_input in = { .records = records, .n_records = n };
	struct survey s;
	const char *page;
	size_t length;

	memset(records, 0, sizeof(records));
	for (size_t i = 0; i < n; i++) {
		survey_record_set(&records[i], &r[i]);
		records[i].state = SURVEY_RESULT;
	}
	fuzz_require(!survey_mark_copies(records, n), "out of memory");
	fuzz_require(!survey_make(&s, records, n, COMPARE_MIN_EFFECT), "out of memory");
	survey_text(fuzz_out(), &s, &files, &ask);
	page = fuzz_out_close(&length);
	fuzz_require(fuzz_is_clean(page, length), "%s", page);
	fuzz_require(!survey_write(&s, &files, &ask, fuzz_tree_path("survey.json")), "%s", fuzz_error());
	results_draw(&in);
	survey_free(&s);
}

FUZZ_TARGET(compare)
{
	struct result r[MOST];
	size_t n;

	fuzz_begin();
	fuzz_tree(NULL, 0);
	n = results_read(r, MOST, data, size);
	if (n > 1) {
		const struct compare_side sides[2] = { { r, 1 }, { r + 1, n - 1 } };

		compare(sides);
	}
	if (n)
		survey(r, n);
	while (n)
		result_free(&r[--n]);
	return 0;
}
