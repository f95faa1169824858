// SPDX-License-Identifier: GPL-2.0-or-later
// input: JSON
// covers: compare/compare.c compare/compare_check.c compare/compare_cells.c compare/spread.c verdict/witness_agreement.c verdict/witness_evidence.c verdict/timing_evidence.c stat/ratio.c stat/rank.c report/format/format.c compare/checks.c report/text/compare_text.c compare/compare_fields.c report/text/compare_cells_text.c report/html/html_compare.c
/*
 * A list: results, the first ones held against the others; perhaps a witness of the host, and a
 * number, whose bits are what is asked for.
 */
#include "config.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "compare/checks.h"
#include "record/json_file.h"
#include "results.h"

#define MOST 6

enum { ASK_REGRESSION = 1, ASK_INCONCLUSIVE = 2, ASK_PRESERVED = 4, ASK_ANY_EFFECT = 8,
       ASK_IGNORE = 16, ASK_SEVERAL_FIRST = 32 };

struct input {
	struct result r[MOST];
	size_t n;
	struct witness witness;
	bool has_witness;
	unsigned int asked;
};

static void take_witness(struct input *in, const json_t *value)
{
	const char *schema = json_string_value(json_object_get(value, "schema"));
	char *text;

	if (in->has_witness || !schema || strncmp(schema, "mmiobench-witness/", 18))
		return;
	text = json_dumps(value, JSON_REAL_PRECISION(17));
	in->has_witness = text && !witness_read(&in->witness, fuzz_file(text, strlen(text)));
	free(text);
}

static void input_read(struct input *in, const uint8_t *data, size_t size)
{
	json_t *root = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);

	*in = (struct input){ .n = 0 };
	in->n = results_from_json(in->r, MOST, root);
	for (size_t i = 0; i < json_array_size(root) && in->n > 1; i++) {
		const json_t *value = json_array_get(root, i);

		take_witness(in, value);
		in->asked |= (unsigned int)json_integer_value(value);
	}
	json_decref(root);
}

/* Quantiles of equal values differ by what rounding does. */
static bool in_order(double low, double high)
{
	return low <= high * (1 + 1e-12);
}

/* Numbers that are what their names say, and words that they bear out. */
static void check_row(const struct comparison *c, const struct compare_row *row)
{
	bool is_rate = row->unit == UNIT_RATE, more = row->ratio.low > 1;
	double most = 1 + c->ask.min_effect + 1e-9;

	if (!c->cells.judged || !row->is_timed) {
		fuzz_require(row->word == COMPARE_NO_WORD, "%s", row->id);
		return;
	}
	fuzz_require(row->ratio.low > 0 && in_order(row->ratio.low, row->ratio.low90) &&
		     in_order(row->ratio.low90, row->ratio.high90) &&
		     in_order(row->ratio.high90, row->ratio.high) && isfinite(row->ratio.high) &&
		     row->ratio.value > 0, "%s: %g, %g to %g", row->id, row->ratio.value,
		     row->ratio.low, row->ratio.high);
	fuzz_require(row->p > 0 && row->p <= row->p_adjusted && row->p_adjusted <= 1 &&
		     row->p_same > 0 && row->p_same <= 1, "%s: p %g, %g, %g", row->id, row->p,
		     row->p_adjusted, row->p_same);
	if (row->word == COMPARE_SLOWER || row->word == COMPARE_FASTER)
		fuzz_require(row->p_adjusted <= 0.05 && (more || row->ratio.high < 1) &&
			     more == ((row->word == COMPARE_FASTER) == is_rate), "%s: %s, p %g, %g to %g",
			     row->id, compare_word_name(row->word), row->p_adjusted, row->ratio.low,
			     row->ratio.high);
	if (row->word == COMPARE_SAME)
		fuzz_require(row->p_same <= 0.05 && row->ratio.high90 <= most &&
			     row->ratio.low90 >= 1 / most, "%s: %g to %g", row->id, row->ratio.low90,
			     row->ratio.high90);
}

static void check_cells(const struct comparison *c)
{
	size_t states = 0, words = 0;

	for (size_t i = 0; i < c->cells.n_rows; i++)
		check_row(c, &c->cells.rows[i]);
	for (int i = 0; i < COMPARE_STATES; i++)
		states += c->cells.n_states[i];
	for (int i = 0; i < COMPARE_WORDS; i++)
		words += c->cells.n_words[i];
	fuzz_require(states == c->cells.n_rows && words == states, "%zu rows, %zu states, %zu words",
		     c->cells.n_rows, states, words);
}

/* Another profile has other cells. */
static bool has_absent(const struct compare_cells *t)
{
	return t->n_states[COMPARE_ABSENT] && !t->other_profile;
}

/* All that is no success, by doc/man/mmiocompare's exit status. */
static bool must_fail(const struct comparison *c)
{
	const struct compare_cells *t = &c->cells;
	bool lacks = t->judged && (t->n_gate_states[COMPARE_ONE_SIDED] ||
				   (c->ask.fail_on_regression &&
				    t->n_states[COMPARE_ONE_SIDED] > t->n_coarse));

	return c->agreement == AGREEMENT_DISAGREES || c->n_left || c->n_wrong || lacks ||
	       t->n_states[COMPARE_FAILED] || has_absent(t) ||
	       (c->verdict.outcome != VERDICT_PRESERVED &&
		(c->verdict.outcome != VERDICT_INCONCLUSIVE || c->ask.require_preserved)) ||
	       (c->ask.fail_on_regression && t->n_gate_words[COMPARE_SLOWER]);
}

/* Nothing that was found or asked for may be hidden by success; and engines hear the same. */
static void check_status(const struct comparison *c)
{
	const struct compare_cells *t = &c->cells;
	struct checks checks;
	char why[256] = "";
	int status = compare_status_why(c, why, sizeof(why));

	fuzz_require(fuzz_is_ascii(why) && (!status || why[0]), "%d: '%s'", status, why);
	fuzz_require(!checks_of_comparison(&checks, c), "out of memory");
	for (size_t i = 0; i < checks.n; i++)
		fuzz_require(fuzz_is_ascii(checks.v[i].name) && fuzz_is_ascii(checks.v[i].why), "%s",
			     checks.v[i].name);
	fuzz_require((status == 1) == must_fail(c), "%d: %s", status, why);
	fuzz_require(status == 1 || (status == 3 && c->ask.fail_on_inconclusive) ||
		     !checks_count(&checks, CHECK_FAIL), "%d", status);
	fuzz_require(status != 1 || checks_count(&checks, CHECK_FAIL), "no check fails: %s", why);
	checks_free(&checks);
	if (status)
		return;
	fuzz_require(c->agreement != AGREEMENT_DISAGREES && !c->n_left && !c->n_wrong &&
		     !t->n_states[COMPARE_FAILED] && !has_absent(t), "success");
	fuzz_require(c->verdict.outcome == VERDICT_PRESERVED ||
		     (!c->verdict.about_guest && c->ask.fail_on_regression &&
		      !c->ask.require_preserved), "success of %s", verdict_outcome_name(c->verdict.outcome));
	fuzz_require(!c->ask.fail_on_regression || !t->n_gate_words[COMPARE_SLOWER], "slower");
	fuzz_require(!c->ask.fail_on_inconclusive || !t->n_gate_words[COMPARE_OPEN], "open");
}

static void check_comparison(const struct comparison *c)
{
	const char *page, *path = fuzz_tree_path("comparison.json");
	const struct told told = told_comparison(c);
	const struct html_pictures none = { .why_none = "there is no gnuplot" };
	size_t n;

	fuzz_require(c->agreement == AGREEMENT_SILENT || c->ask.witness, "%s", witness_agreement_name(c->agreement));
	fuzz_require(c->agreement != AGREEMENT_AGREES || !c->verdict.contradiction, "%s", c->agreement_why);
	fuzz_require(fuzz_is_ascii(c->agreement_why) && c->agreement_why[0], "'%s'", c->agreement_why);
	results_check_verdict(&c->verdict);
	compare_text(fuzz_out(), c);
	page = fuzz_out_close(&n);
	fuzz_require(fuzz_is_clean(page, n), "%s", page);
	fuzz_require(!compare_write(c, path), "%s", fuzz_error());
	fuzz_require(!html_report(fuzz_out(), &told, &none), "out of memory");
	results_check_page(fuzz_out_close(NULL));
	results_check_formats_compared(c);
	check_cells(c);
	check_status(c);
}

static void compare(const struct input *in, const struct compare_side *sides)
{
	struct compare_ask ask = {
		.min_effect = in->asked & ASK_ANY_EFFECT ? 0 : COMPARE_MIN_EFFECT,
		.fail_on_regression = in->asked & ASK_REGRESSION,
		.fail_on_inconclusive = in->asked & ASK_INCONCLUSIVE,
		.require_preserved = in->asked & ASK_PRESERVED,
		.ignored = in->asked & ASK_IGNORE ? ~UINT64_C(0) : 0,
		.witness = in->has_witness ? &in->witness : NULL,
	};
	struct comparison c = { 0 };
	char why[256] = "";
	size_t bad = 0, h, g;

	if (compare_check_side(&sides[0], &bad, why, sizeof(why)) ||
	    compare_check_side(&sides[1], &bad, why, sizeof(why)) ||
	    compare_check(sides[0].runs, sides[1].runs, why, sizeof(why))) {
		fuzz_require(why[0] && bad < MOST, "refused without a word");
		return;
	}
	fuzz_require(!compare_check_distinct(&sides[0], &sides[1], &h, &g, why, sizeof(why)) || why[0],
		     "refused without a word");
	fuzz_require(!compare_make(&c, &sides[0], &sides[1], &ask), "out of memory");
	check_comparison(&c);
	results_check_pictures(sides, 2);
	compare_free(&c);
}

FUZZ_TARGET(compare)
{
	static struct input in;
	size_t first;

	fuzz_begin();
	fuzz_tree(NULL, 0);
	input_read(&in, data, size);
	first = in.asked & ASK_SEVERAL_FIRST ? in.n / 2 : 1;
	if (in.n > 1) {
		const struct compare_side sides[2] = { { in.r, first }, { in.r + first, in.n - first } };

		compare(&in, sides);
	}
	results_free(in.r, in.n);
	witness_free(&in.witness);
	return 0;
}
