// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include "report/checks.h"
#include "report/compare_cells.h"
#include "report/format.h"
#include "report/text.h"

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

static void md_printf(FILE *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void md_printf(FILE *out, const char *fmt, ...)
{
	char line[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	md_text(out, line);
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
	fputs("<code>", out);
	md_text(out, s);
	fputs("</code>", out);
}

static const char *icon(enum check_outcome outcome)
{
	return outcome == CHECK_PASS ? "&#x2705;" : outcome == CHECK_FAIL ? "&#x274C;" : "&#x2754;";
}

static void md_reasons(FILE *out, const struct verdict *v)
{
	for (int s = STRENGTH_PROOF; s > STRENGTH_NONE; s--)
		for (unsigned int i = 0; i < v->n_evidence; i++) {
			const struct evidence *e = &v->evidence[i];

			if (e->strength != (enum strength)s)
				continue;
			fputs("- ", out);
			md_printf(out, "%s (%s): %s. %s", e->line, strength_name(e->strength),
				  e->observed, e->why);
			fputc('\n', out);
		}
	for (unsigned int i = 0; i < v->n_advice; i++) {
		fputs("- what to do: ", out);
		md_text(out, v->advice[i]);
		fputc('\n', out);
	}
	fputc('\n', out);
}

static void md_verdict(FILE *out, const struct checks *checks, const struct verdict *v)
{
	const struct check *c = &checks->v[0];

	fprintf(out, "**%s ", icon(c->outcome));
	md_text(out, c->why);
	fputs("**\n\n", out);
	if (v->judged && v->effective == EFFECTIVE_UNKNOWN) {
		md_text(out, v->reason);
		fputs("\n\n", out);
	}
	if (verdict_doubt(v)) {
		fputs("Likely, not proved: ", out);
		md_text(out, verdict_doubt(v));
		fputs(".\n\n", out);
	}
	md_reasons(out, v);
}

static void md_run(FILE *out, const char *label, const struct result *r)
{
	char device[16];

	md_text(out, label);
	if (r->is_ram)
		md_printf(out, "ordinary memory, no BAR");
	else
		md_printf(out, "%s [%s] %s %s BAR %u", r->device.bdf,
			  format_device(device, sizeof(device), r), r->device.vendor_name,
			  r->device.device_name, r->bar.index);
	md_printf(out, "; %s, Linux %s, %s; run at %s by mmiobench %s",
		  env_guest_name(r->env.virt.guest), format_fact(r, "kernel_release"), r->arch,
		  r->started, r->version);
	fputs("\n\n", out);
}

static void md_marks(FILE *out, bool emulated, bool replayed)
{
	if (emulated)
		fputs("**EMULATED**: times of an emulated CPU say nothing about hardware.\n\n", out);
	if (replayed)
		fputs("**REPLAYED**: from a recorded tree, no real device.\n\n", out);
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
		fputs(" | ", out);
		md_text(out, c->why);
		fputs(" |\n", out);
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

static void md_cells(FILE *out, const struct result *r)
{
	char buf[32];

	md_fold(out, "all cells", r->n_cells);
	fputs("| cell | median | 95 % interval | why |\n|---|--:|---|---|\n", out);
	for (size_t i = 0; i < r->n_cells; i++) {
		const struct cell_record *c = &r->cells[i];

		fputs("| ", out);
		md_code(out, c->id);
		fputs(" | ", out);
		md_text(out, text_cell(buf, sizeof(buf), c));
		fputs(" | ", out);
		if (format_has_interval(c))
			md_printf(out, "%.4g to %.4g %s", c->summary.ci_low, c->summary.ci_high,
				  c->unit);
		fputs(" | ", out);
		md_text(out, c->why);
		fputs(" |\n", out);
	}
	md_unfold(out);
}

int markdown_result(FILE *out, const struct result *r, const struct verdict *v)
{
	struct checks checks;
	int ret = checks_of_result(&checks, r, v);

	if (ret)
		return ret;
	fputs("### mmiobench\n\n", out);
	md_verdict(out, &checks, v);
	md_marks(out, r->env.emulated, r->replayed);
	md_run(out, "", r);
	md_checks(out, &checks);
	md_cells(out, r);
	checks_free(&checks);
	return 0;
}

static void md_row(FILE *out, const struct compare_row *row, bool judged)
{
	char value[32];
	bool rate = !strcmp(row->unit, "B/s");

	fputs("| ", out);
	md_code(out, row->id);
	fputs(" | ", out);
	md_text(out, rate ? text_rate(value, sizeof(value), row->host_median) :
			    text_ns(value, sizeof(value), row->host_median));
	fputs(" | ", out);
	md_text(out, rate ? text_rate(value, sizeof(value), row->guest_median) :
			    text_ns(value, sizeof(value), row->guest_median));
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
	char ratio[96];

	md_fold(out, "cells that were timed on both sides", t->n_states[COMPARE_MEASURED]);
	fprintf(out, "| cell | %s | %s | ", compare_label(c, 0), compare_label(c, 1));
	md_text(out, compare_ratio_name(ratio, sizeof(ratio), c));
	fprintf(out, " | 95 %% interval | p | %s is |\n|---|--:|--:|--:|---|--:|---|\n",
		c->ask.baseline ? "it" : "guest");
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
			n[COMPARE_SLOWER], c->ask.baseline ? "" : " in the guest",
			n[COMPARE_FASTER], n[COMPARE_SAME], 100 * c->ask.min_effect,
			n[COMPARE_OPEN]);
	else
		fprintf(out, "%zu cells, no figure is judged; ", c->cells.n_rows);
	fprintf(out, "%zu failed, %zu are absent on one side, %zu measured on one only. Exit "
		"status %d", s[COMPARE_FAILED], s[COMPARE_ABSENT], s[COMPARE_ONE_SIDED], status);
	fputs(why[0] ? ": " : "", out);
	md_text(out, why);
	fputs(".\n\n", out);
}

static void md_baseline(FILE *out, const struct comparison *c)
{
	char line[700];

	if (!*compare_baseline_text(line, sizeof(line), c))
		return;
	fputs("Held against the baseline ", out);
	md_text(out, line);
	fputs(".\n\n", out);
	for (size_t i = 0; *compare_difference_text(line, sizeof(line), c, i); i++) {
		fputs("- ", out);
		md_text(out, line);
		fputc('\n', out);
	}
	fputc('\n', out);
}

static void md_notes(FILE *out, const struct comparison *c)
{
	struct compare_notes notes;

	compare_notes_make(&notes, c);
	for (size_t i = 0; i < notes.n; i++) {
		fputs("**NOTE**: ", out);
		md_text(out, notes.lines[i]);
		fputs(".\n\n", out);
	}
}

int markdown_comparison(FILE *out, const struct comparison *c)
{
	struct checks checks;
	char label[48];
	int ret = checks_of_comparison(&checks, c);

	if (ret)
		return ret;
	fprintf(out, "### mmiocompare: %s\n\n", compare_title(c));
	md_verdict(out, &checks, &c->verdict);
	md_baseline(out, c);
	md_notes(out, c);
	md_marks(out, format_emulated(c), format_replayed(c));
	md_counts(out, c);
	md_checks(out, &checks);
	md_rows(out, c);
	snprintf(label, sizeof(label), "%s%s: ", compare_label(c, 0),
		 c->ask.baseline ? ", first run" : "");
	md_run(out, label, c->host);
	snprintf(label, sizeof(label), "%s: ", compare_label(c, 1));
	md_run(out, label, c->guest);
	checks_free(&checks);
	return 0;
}
