// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "record/unmeasured.h"
#include "compare/compare_wording.h"
#include "record/figure.h"
#include "report/escape.h"
#include "report/format/format.h"

/*
 * GitHub's Markdown. Text of others must stay text: a character reference is never markup
 * (CommonMark 0.30, 6.2), so what may be markup is written as one. What GitHub looks for in the
 * text afterwards (people, issues, mathematics, addresses) is alone in an element, where it finds
 * nothing. No text of others begins a line.
 */
static bool is_link_part(const char *text, const char *s)
{
	if (*s == ':')
		return s[1] == '/' || isalpha((unsigned char)s[1]);
	if (*s == '.')
		return s - text >= 3 && !strncasecmp(s - 3, "www", 3);
	return *s == '@' || *s == '#' || *s == '$';
}

static void md_text(FILE *out, const char *text)
{
	for (const char *s = text; *s; s++) {
		if (*s < ' ' || *s > '~')
			fputc('?', out);
		else if (is_link_part(text, s))
			fprintf(out, "<span>&#%d;</span>", *s);
		else if (strchr("&<>\\`*_[]{}|~^", *s))
			fprintf(out, "&#%d;", *s);
		else
			fputc(*s, out);
	}
}

static void md_put(FILE *out, const char *markup, ...) __attribute__((format(printf, 2, 3)));

static void md_put(FILE *out, const char *markup, ...)
{
	va_list ap;

	va_start(ap, markup);
	escape_print(out, md_text, markup, ap);
	va_end(ap);
}

/* An id: to be read in the source as well, where nothing in it can end the span. */
static void md_code(FILE *out, const char *s)
{
	static const char *const safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					"0123456789/+@~.:_-";

	if (*s && !s[strspn(s, safe)]) {
		fprintf(out, "`%s`", s);
		return;
	}
	md_put(out, "<code>%s</code>", s);
}

static const char *icon(enum check_outcome outcome)
{
	return outcome == CHECK_PASS ? "&#x2705;" : outcome == CHECK_FAIL ? "&#x274C;" : "&#x2754;";
}

static void md_reasons(FILE *out, const struct verdict *v)
{
	const struct evidence *lines[EVIDENCE_MAX];

	verdict_strongest_first(v, lines);
	for (unsigned int i = 0; i < v->n_evidence && lines[i]->strength; i++)
		md_put(out, "- %s (%s): %s. %s\n", lines[i]->line, strength_name(lines[i]->strength),
		       lines[i]->observed, lines[i]->why);
	for (unsigned int i = 0; i < v->n_advice; i++)
		md_put(out, "- what to do: %s\n", v->advice[i]);
	fputc('\n', out);
}

static void md_verdict(FILE *out, const struct checks *checks, const struct verdict *v)
{
	const struct check *c = &checks->v[0];

	fprintf(out, "**%s ", icon(c->outcome));
	md_put(out, "%s**\n\n", c->why);
	if (v->judged && v->effective == EFFECTIVE_UNKNOWN)
		md_put(out, "%s\n\n", v->reason);
	if (verdict_doubt(v))
		md_put(out, "Likely, not proved: %s.\n\n", verdict_doubt(v));
	md_reasons(out, v);
}

static void md_run(FILE *out, const char *label, const struct result *r)
{
	char device[16];

	md_text(out, label);
	if (r->is_ram)
		fputs("ordinary memory, no BAR", out);
	else
		md_put(out, "%s &#91;%s&#93; %s %s BAR %u", r->device.bdf,
		       format_device(device, sizeof(device), r), r->device.vendor_name,
		       r->device.device_name, r->bar.index);
	md_put(out, "; %s, Linux %s, %s; run at %s by mmiobench %s\n\n",
	       env_guest_name(r->env.virt.guest), fact_or(&r->env.facts, "kernel_release", ""),
	       r->arch, r->started, r->version);
}

static void md_marks(FILE *out, const struct marks *m, enum mark_kind first, enum mark_kind last)
{
	for (size_t i = 0; i < m->n; i++) {
		const char *text = m->v[i].text;

		if (m->v[i].kind < first || m->v[i].kind > last)
			continue;
		fprintf(out, "**%s**: ", mark_word(m->v[i].kind));
		md_put(out, *text && text[strlen(text) - 1] == '.' ? "%s\n\n" : "%s.\n\n", text);
	}
}

static void md_fold(FILE *out, const char *what, size_t n)
{
	fprintf(out, "<details><summary>%s: %zu</summary>\n\n", what, n);
}

static void md_unfold(FILE *out)
{
	fputs("\n</details>\n\n", out);
}

/* Gating cells and what failed stand open, the rest is folded away. */
static bool is_open(const struct check *c)
{
	return c->has_value || c->outcome == CHECK_FAIL;
}

/* The first one is the verdict, which is told in words. */
static void md_table(FILE *out, const struct checks *checks, bool open)
{
	fputs("| | check | seen |\n|---|---|---|\n", out);
	for (size_t i = 1; i < checks->n; i++) {
		const struct check *c = &checks->v[i];

		if (is_open(c) != open)
			continue;
		fprintf(out, "| %s | ", icon(c->outcome));
		md_code(out, c->name);
		md_put(out, " | %s |\n", c->why);
	}
	fputc('\n', out);
}

static void md_checks(FILE *out, const struct checks *checks)
{
	size_t n_open = 0, n = checks->n - 1;

	for (size_t i = 1; i < checks->n; i++)
		n_open += is_open(&checks->v[i]);
	if (n_open)
		md_table(out, checks, true);
	if (n == n_open)
		return;
	md_fold(out, "other checks", n - n_open);
	md_table(out, checks, false);
	md_unfold(out);
}

/* Each reason once; false: out of memory. */
static bool md_unmeasured(FILE *out, const struct result *r)
{
	struct unmeasured *v;
	size_t n;

	if (unmeasured_list(&v, &n, r))
		return false;
	for (size_t i = 0; i < n; i++) {
		md_put(out, "- %s: %zu of %zu cells, for example ", cell_status_name(v[i].status), v[i].n,
		       r->n_cells);
		md_code(out, v[i].first->id);
		md_put(out, ": %s\n", v[i].first->why);
	}
	if (n)
		fputc('\n', out);
	free(v);
	return true;
}

static void md_cells(FILE *out, const struct result *r)
{
	char buf[32];

	md_fold(out, "all cells", r->n_cells);
	fputs("| cell | median | 95 % interval | why |\n|---|--:|---|---|\n", out);
	for_each_cell(c, r) {
		char interval[64] = "";

		fputs("| ", out);
		md_code(out, c->id);
		if (cell_has_interval(c))
			snprintf(interval, sizeof(interval), "%.4g to %.4g %s", c->summary.ci_low,
				 c->summary.ci_high, unit_name(c->spec.unit));
		md_put(out, " | %s | %s | %s |\n", figure_cell(buf, sizeof(buf), c), interval, c->why);
	}
	md_unfold(out);
}

static int md_result(FILE *out, const struct told *t)
{
	const struct result *r = t->run;
	struct marks marks;

	fputs("### mmiobench\n\n", out);
	md_verdict(out, t->checks, t->verdict);
	marks_of_run(&marks, r, t->verdict);
	md_marks(out, &marks, MARK_EMULATED, MARK_REPLAYED);
	md_marks(out, &marks, MARK_NOTE, MARK_NOTE);
	marks_free(&marks);
	md_run(out, "", r);
	md_checks(out, t->checks);
	if (!md_unmeasured(out, r))
		return -ENOMEM;
	md_cells(out, r);
	return 0;
}

static void md_row(FILE *out, const struct compare_row *row, bool judged)
{
	char host[32], guest[32];

	fputs("| ", out);
	md_code(out, row->id);
	md_put(out, " | %s | %s", figure_value(host, sizeof(host), row->unit, row->sides[0].median),
	       figure_value(guest, sizeof(guest), row->unit, row->sides[1].median));
	fprintf(out, " | %.3g | %.3g to %.3g | ", row->ratio.value, row->ratio.low, row->ratio.high);
	if (judged)
		fprintf(out, "%.3g", row->p_adjusted);
	fprintf(out, " | %s |\n", judged ? compare_word_name(row->word) : "not judged");
}

/* What differs first, then the rest; each word's cells in the host's order. */
static void md_rows(FILE *out, const struct comparison *c)
{
	static const enum compare_word order[] = { COMPARE_SLOWER, COMPARE_FASTER, COMPARE_OPEN,
						   COMPARE_SAME, COMPARE_NO_WORD };
	const struct compare_cells *t = &c->cells;

	md_fold(out, "cells that were timed on both sides", t->n_states[COMPARE_MEASURED]);
	md_put(out, "| cell | %s | %s | %s | 95 %% interval | p | %s is |\n|---|--:|--:|--:|---|--:|---|\n",
	       compare_label(c, 0), compare_label(c, 1), compare_ratio_name(c),
	       c->before_after ? "it" : "guest");
	for (size_t k = 0; k < sizeof(order) / sizeof(order[0]); k++)
		for (size_t i = 0; i < t->n_rows; i++)
			if (t->rows[i].is_timed && t->rows[i].word == order[k])
				md_row(out, &t->rows[i], t->judged);
	md_unfold(out);
}

static void md_counts(FILE *out, const struct comparison *c)
{
	const size_t *n = c->cells.n_words, *s = c->cells.n_states;
	char why[160] = "";
	int status = compare_status_why(c, why, sizeof(why));

	if (c->cells.judged)
		fprintf(out, "Of %zu cells %zu are slower%s, %zu faster, %zu the same "
			"within %g %%, %zu inconclusive; ", c->cells.n_rows,
			n[COMPARE_SLOWER], c->before_after ? "" : " in the guest",
			n[COMPARE_FASTER], n[COMPARE_SAME], 100 * c->ask.min_effect,
			n[COMPARE_OPEN]);
	else
		fprintf(out, "%zu cells, no figure is judged; ", c->cells.n_rows);
	fprintf(out, "%zu failed, %zu are absent on one side, %zu measured on one only. Exit "
		"status %d", s[COMPARE_FAILED], s[COMPARE_ABSENT], s[COMPARE_ONE_SIDED], status);
	md_put(out, why[0] ? ": %s.\n\n" : "%s.\n\n", why);
}

static void md_changes(FILE *out, const struct comparison *c)
{
	char line[700];

	for (size_t i = 0; *compare_change_text(line, sizeof(line), c, i); i++)
		md_put(out, "- %s\n", line);
	if (c->changes.n)
		fputc('\n', out);
}

static void md_comparison(FILE *out, const struct told *t)
{
	const struct comparison *c = t->comparison;
	struct marks marks;
	char label[48];

	fprintf(out, "### mmiocompare: %s\n\n", compare_title(c));
	md_verdict(out, t->checks, &c->verdict);
	md_changes(out, c);
	compare_marks(&marks, c);
	md_marks(out, &marks, MARK_NOTE, MARK_NOTE);
	md_marks(out, &marks, MARK_EMULATED, MARK_REPLAYED);
	marks_free(&marks);
	md_counts(out, c);
	md_checks(out, t->checks);
	md_rows(out, c);
	snprintf(label, sizeof(label), "%s%s: ", compare_label(c, 0),
		 c->before_after ? ", first run" : "");
	md_run(out, label, c->host);
	snprintf(label, sizeof(label), "%s: ", compare_label(c, 1));
	md_run(out, label, c->guest);
}

int markdown_write(FILE *out, const struct told *t)
{
	if (!t->comparison)
		return md_result(out, t);
	md_comparison(out, t);
	return 0;
}
