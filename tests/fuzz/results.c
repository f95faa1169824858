// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "plot/data.h"
#include "plot/script.h"
#include "record/result_file.h"
#include "report/format/format.h"
#include "record/json_file.h"
#include "results.h"

size_t results_from_json(struct result *r, size_t most, const json_t *root)
{
	size_t n = 0;

	if (json_is_object(root))
		n += !result_from_json(r, root, "input");
	for (size_t i = 0; i < json_array_size(root) && n < most; i++)
		n += !result_from_json(&r[n], json_array_get(root, i), "input");
	return n;
}

size_t results_read(struct result *r, size_t most, const uint8_t *data, size_t size)
{
	json_t *root = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
	size_t n = results_from_json(r, most, root);

	json_decref(root);
	return n;
}

void results_free(struct result *r, size_t n)
{
	while (n)
		result_free(&r[--n]);
}

static void check_clean(const char *what)
{
	size_t n;
	const char *text = fuzz_out_close(&n);

	fuzz_require(fuzz_is_clean(text, n) && !memchr(text, 0, n), "%s: %s", what, text);
}

static void check_evidence(const struct verdict *v, const struct evidence *e)
{
	/* what these saw is numbers */
	static const char *const counted[] = { "isolated store", "dependent load", "link ceiling",
					       "store merging", "store then load", "load merging",
					       "load parallelism", "host reference" };

	fuzz_require(!(e->says & ~SAYS_ANYTHING) && e->strength < STRENGTHS &&
		     (!e->discounted || !e->says), "%s says %x", e->line, e->says);
	fuzz_require(fuzz_is_ascii(e->observed) && fuzz_is_ascii(e->why), "%s", e->line);
	for (size_t i = 0; i < sizeof(counted) / sizeof(*counted); i++)
		fuzz_require(strcmp(e->line, counted[i]) ||
			     (!strstr(e->observed, "nan") && !strstr(e->observed, "inf")), "%s: %s",
			     e->line, e->observed);
	/* no line that counts speaks against what was concluded */
	fuzz_require(v->effective == EFFECTIVE_UNKNOWN || !e->says || e->strength < STRENGTH_STRONG ||
		     e->says & SAYS(v->effective), "%s: %s", e->line, e->observed);
}

void results_check_verdict(const struct verdict *v)
{
	bool proof = false;

	fuzz_require(v->n_evidence <= EVIDENCE_MAX && v->n_advice <= ADVICE_MAX, "%u", v->n_evidence);
	for (unsigned int i = 0; i < v->n_evidence; i++) {
		check_evidence(v, &v->evidence[i]);
		proof |= v->evidence[i].says && v->evidence[i].strength == STRENGTH_PROOF;
	}
	fuzz_require(v->confidence != CONFIDENCE_PROVED || proof, "proved by nothing: %s", v->reason);
	fuzz_require(v->outcome == VERDICT_INCONCLUSIVE || (v->judged && !v->contradiction),
		     "%s: %s", verdict_outcome_name(v->outcome), v->reason);
	fuzz_require((v->outcome == VERDICT_PRESERVED) == (v->effective == EFFECTIVE_NORMAL_NC), "%s: %s",
		     verdict_outcome_name(v->outcome), v->reason);
	fuzz_require(fuzz_is_ascii(v->reason) && v->reason[0], "'%s'", v->reason);
}

void results_check_pages(const struct result *r)
{
	struct verdict v;

	judge_run(&v, r, NULL);
	results_check_verdict(&v);
	result_text(fuzz_out(), r, &v, NULL);
	check_clean("page");
	explain_text(fuzz_out(), &v, r);
	check_clean("explanation");
}

static void check_format(const struct format *f)
{
	size_t n;
	const char *text = fuzz_out_close(&n);

	fuzz_require(fuzz_is_clean(text, n) && !memchr(text, 0, n), "%s: %s", f->name, text);
	fuzz_require(results_format_holds(f->name, text), "%s: %s", f->name, text);
}

static void check_formats(const struct told *t)
{
	for (const struct format *f = formats; f->name; f++) {
		fuzz_require(!format_write(fuzz_out(), f, t), "%s", f->name);
		check_format(f);
	}
}

void results_check_formats(const struct result *r)
{
	struct verdict v;
	struct told t;

	judge_run(&v, r, NULL);
	t = told_run(r, &v);
	check_formats(&t);
}

void results_check_formats_compared(const struct comparison *c)
{
	const struct told t = told_comparison(c);

	check_formats(&t);
}

/* Of a tag's start: what may load or run something is ours alone, and known. */
static bool is_allowed(const char *tag)
{
	static const char *const ours[] = {
		"<script>", "<script type=\"application/json\"", "<meta charset", "<meta name",
		"<meta http-equiv=\"Content-Security-Policy\"", "<style>",
	};
	static const char *const strange[] = {
		"<script", "<meta", "<style", "<iframe", "<img", "<object", "<embed", "<link",
		"<base", "<form", "<video", "<audio", "<math", "<template", "<plaintext",
	};

	for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++)
		if (!strncmp(tag, ours[i], strlen(ours[i])))
			return true;
	for (size_t i = 0; i < sizeof(strange) / sizeof(*strange); i++)
		if (!strncasecmp(tag, strange[i], strlen(strange[i])))
			return false;
	return isalpha((unsigned char)tag[1]) || tag[1] == '/' || tag[1] == '!';
}

/* Behind a script or style, whose content is no markup. */
static const char *skip_raw(const char *p)
{
	const char *end = !strncmp(p, "<script", 7) ? "</script>" :
			  !strncmp(p, "<style", 6)  ? "</style>" : NULL;

	return end ? strstr(p, end) : p + 1;
}

void results_check_page(const char *html)
{
	unsigned int scripts = 0;

	for (const char *p = html; (p = strchr(p, '<')); p = skip_raw(p)) {
		bool ours = !strncmp(p, "<style>", 7) || !strncmp(p, "<script>", 8);

		fuzz_require(ours || fuzz_is_clean(p, strcspn(p + 1, "<") + 1), "%s", p);
		fuzz_require(is_allowed(p), "%s", p);
		scripts += !strncmp(p, "<script>", 8);
		fuzz_require(skip_raw(p), "no end: %s", p);
	}
	fuzz_require(scripts == 1, "%u scripts", scripts);
}

void results_check_html(const struct result *r)
{
	const struct html_pictures none = { .why_none = "there is no gnuplot" };
	struct verdict v;
	struct told t;

	judge_run(&v, r, NULL);
	t = told_run(r, &v);
	fuzz_require(!html_report(fuzz_out(), &t, &none), "out of memory");
	results_check_page(fuzz_out_close(NULL));
}

/* Behind a string in double quotes; NULL: gnuplot might take something in it for more. */
static const char *skip_string(const char *p)
{
	for (p++; *p != '"';) {
		if (*p == '\\' && p[1] >= '0' && p[1] <= '3' && p[2] >= '0' && p[2] <= '7' &&
		    p[3] >= '0' && p[3] <= '7')
			p += 4;
		else if (*p == '\\' && p[1] == 'n')
			p += 2;
		else if (isalnum((unsigned char)*p) || (*p && strchr(" .,:/_+-%", *p)))
			p++;
		else
			return NULL;
	}
	return p + 1;
}

/* NAME, NAME[2], or "array NAME[2]", and perhaps a value behind "=": numbers and strings. */
static bool is_assignment(const char *p)
{
	p += strncmp(p, "array ", 6) ? 0 : 6;
	p += strspn(p, "abcdefghijklmnopqrstuvwxyz_");
	while (*p && *p != '\n') {
		if (*p == '"')
			p = skip_string(p);
		else if (isalnum((unsigned char)*p) || strchr(" =[],.+-", *p))
			p++;
		else
			return false;
		if (!p)
			return false;
	}
	return true;
}

/* Only data for gnuplot: values of variables, and blocks of rows that end where they seem to. */
static void check_script(const char *script)
{
	bool block = false;

	for (const char *p = script; *p; p += strcspn(p, "\n"), p += *p == '\n') {
		size_t n = strcspn(p, "\n");

		if (!block) {
			block = *p == '$';
			fuzz_require(block ? n > 15 && !strncmp(p + n - 15, " << END_OF_DATA", 15) :
					     is_assignment(p), "%.200s in %s", p, script);
			continue;
		}
		block = n != 11 || strncmp(p, "END_OF_DATA", 11);
		for (size_t i = 0; i < n; i++)
			fuzz_require(p[i] == '\t' || (p[i] >= ' ' && p[i] <= '~' && p[i] != '"'),
				     "%.200s in %s", p, script);
	}
	fuzz_require(!block, "a block does not end: %s", script);
}

static void check_values(const struct picture *p)
{
	FILE *out = fuzz_out();
	const char *text;
	size_t n;

	data_csv_head(out);
	data_csv(out, p);
	text = fuzz_out_close(&n);
	fuzz_require(fuzz_is_clean(text, n) && results_format_holds("csv", text), "%s", text);
}

void results_draw(const struct picture_input *in)
{
	static const struct script_canvas canvases[] = {
		{ .target = SCRIPT_SVG, .width = SCRIPT_WIDTH },
		{ .target = SCRIPT_TERMINAL, .width = 80, .height = 24, .colour = true },
	};
	struct pictures all = { 0 };

	pictures_make(&all, in, NULL);
	for (size_t i = 0; i < all.n; i++) {
		for (size_t k = 0; k < sizeof(canvases) / sizeof(*canvases); k++) {
			script_data(fuzz_out(), &all.v[i], &canvases[k]);
			check_script(fuzz_out_close(NULL));
		}
		check_values(&all.v[i]);
	}
	pictures_free(&all);
}

void results_check_pictures(const struct compare_side *sides, size_t n)
{
	static const struct compare_ask ask = { .min_effect = COMPARE_MIN_EFFECT };
	struct picture_judged j;

	picture_judge(&j, sides, n, &ask);
	results_draw(&j.in);
	picture_judged_free(&j);
}
