// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <string.h>
#include "compare/compare_wording.h"
#include "report/html/html_page.h"
#include "report/html/html_write.h"
#include "record/result_file.h"
#include "witness/witness_file.h"
#include "report/text/text.h"
#include "verdict/wording.h"

/* The report from its beginning to its end: the verdict, and the sections that the contents name. */

static void begin(FILE *out, const struct told *t)
{
	const struct comparison *c = t->comparison;
	char bar[64] = "memory", sides[64] = "", title[160];

	if (!t->run->is_ram)
		snprintf(bar, sizeof(bar), "%s BAR %u", t->run->device.bdf, t->run->bar.index);
	if (c)
		snprintf(sides, sizeof(sides), ", %s and %s", compare_label(c, 1), compare_label(c, 0));
	snprintf(title, sizeof(title), "%s: %s%s - mmiobench", t->verdict->about_guest ?
		 verdict_outcome_name(t->verdict->outcome) : "no verdict", bar, sides);
	html_begin(out, title);
}

static const char *tone_of(const struct verdict *v)
{
	static const char *const tones[] = { [TONE_GOOD] = "good", [TONE_BAD] = "bad",
					     [TONE_UNSURE] = "unsure" };

	return v->about_guest ? tones[outcome_tone(v->outcome)] : "none";
}

/* Was it preserved, for somebody who knows none of the words. */
static void put_answer(FILE *out, const struct told *t)
{
	const struct verdict *v = t->verdict;
	const char *means = verdict_means(v, t->run);
	char claim[512];

	html_put(out, "<header>\n<p class=\"title\">mmiobench: %s</p>\n<div id=\"verdict\" class=\"verdict %s\">\n"
		 "<p class=\"question\">Did the hypervisor preserve write combining?</p>\n"
		 "<h1>%s", t->comparison ? compare_title(t->comparison) : "one run", tone_of(v),
		 verdict_headline(v));
	if (v->confidence != CONFIDENCE_UNKNOWN)
		html_put(out, " <span class=\"sure\">%s</span>", confidence_name(v->confidence));
	if (t->comparison)
		compare_claim(claim, sizeof(claim), t->comparison);
	else
		verdict_claim(claim, sizeof(claim), t->run, v);
	html_put(out, "</h1>\n<p class=\"sentence\">%s</p>\n", claim);
	if (means)
		html_put(out, "<p class=\"plain-words\">%s</p>\n", means);
}

static void put_reasons(FILE *out, const struct told *t)
{
	const struct verdict *v = t->verdict;

	if (v->judged)
		html_put(out, "<dt>How sure</dt><dd><strong>%s</strong>: %s</dd>\n",
			 confidence_name(v->confidence), confidence_means(v->confidence));
	if (v->judged && t->comparison)
		html_put(out, "<dt>Asked, got</dt><dd>asked for <strong>%s</strong>, got "
			 "<strong>%s</strong></dd>\n", t->run->asks[1],
			 effective_name(v->effective, t->run->arch));
	if (v->judged && *v->reason)
		html_line(out, "Why", v->reason);
	if (v->n_advice)
		fputs("<dt>What to do</dt><dd><ol>", out);
	for (unsigned int i = 0; i < v->n_advice; i++)
		html_put(out, "<li>%s</li>", v->advice[i]);
	if (v->n_advice)
		fputs("</ol></dd>\n", out);
}

static void put_compared(FILE *out, const struct comparison *c)
{
	char line[512], why[160];
	int status = compare_status_why(c, why, sizeof(why));

	if (*compare_runs_text(line, sizeof(line), c))
		html_line(out, "Verdicts", line);
	if (*compare_witness_text(line, sizeof(line), c))
		html_line(out, "Witness", line);
	snprintf(line, sizeof(line), "mmiocompare exits with %d%s%s", status, why[0] ? ": " : "", why);
	html_line(out, "For scripts", line);
}

/* What was measured, where. */
static void put_subject(FILE *out, const char *label, const struct result *r)
{
	const struct pci_device *d = &r->device;
	char what[400] = "Ordinary memory, no BAR";

	if (!r->is_ram)
		snprintf(what, sizeof(what), "%s %s [%04x:%04x] at %s, BAR %u", d->vendor_name,
			 d->device_name, d->vendor, d->device, d->bdf, r->bar.index);
	html_put(out, "%s%s; %s, Linux %s, %s; run at %s", label, what, text_role(r),
		 fact_or(&r->env.facts, "kernel_release", ""), r->arch, r->started);
}

static void put_subjects(FILE *out, const struct told *t)
{
	const struct comparison *c = t->comparison;
	char label[32];

	fputs("</dl>\n</div>\n<p class=\"subject\">", out);
	if (!c)
		put_subject(out, "", t->run);
	for (int side = 0; side < 2 && c; side++) {
		snprintf(label, sizeof(label), "%s%s: ", side ? "\n" : "", compare_label(c, side));
		put_subject(out, label, side ? c->guest : c->host);
	}
	fputs("</p>\n", out);
}

static void put_marks(FILE *out, const struct told *t)
{
	struct marks marks;
	char line[700];

	for (size_t i = 0; t->comparison && *compare_change_text(line, sizeof(line), t->comparison, i); i++)
		html_mark(out, false, "CHANGED", line);
	if (t->comparison)
		compare_marks(&marks, t->comparison);
	else
		marks_of_run(&marks, t->run, t->verdict);
	for (size_t i = 0; i < marks.n; i++)
		html_mark(out, mark_is_bad(marks.v[i].kind), mark_word(marks.v[i].kind), marks.v[i].text);
	marks_free(&marks);
}

static void put_contents(FILE *out, const struct verdict *v)
{
	static const char *const sections[][2] = {
		{ "evidence", "Evidence" },	  { "pictures", "Pictures" }, { "figures", "Figures" },
		{ "checks", "Checks" },		  { "environment", "Environment" },
		{ "raw", "Raw data" },		  { "words", "Words" },
	};

	fputs("<nav aria-label=\"Contents\">", out);
	for (size_t i = v->n_evidence ? 0 : 1; i < sizeof(sections) / sizeof(sections[0]); i++)
		html_put(out, "<a href=\"#%s\">%s</a>", sections[i][0], sections[i][1]);
	fputs("</nav>\n</header>\n", out);
}

static int put_run(FILE *out, const struct comparison *c, int side, size_t i)
{
	const struct result *r = &c->sides[side].runs[i];
	const char *word = compare_label(c, side);
	char number[24] = "", id[48], file[48], what[96];
	struct verdict v;

	if (c->sides[side].n_runs > 1)
		snprintf(number, sizeof(number), "-%zu", i + 1);
	snprintf(id, sizeof(id), "raw-%s%s", word, number);
	snprintf(file, sizeof(file), "%s%s.json", word, number);
	snprintf(what, sizeof(what), "the %s, run at %s", word, r->started);
	judge_run(&v, r, NULL); /* by itself, as its own program wrote it */
	return html_raw(out, id, file, what, result_json(r, &v));
}

static int put_raw(FILE *out, const struct told *t)
{
	const struct comparison *c = t->comparison;
	int ret = 0;

	html_section(out, "raw", "Raw data");
	html_put(out, "<p>Every tick that was counted, in the form of mmiobench --json; mmiocompare and mmioplot "
		 "read it. It names %s: look before you pass it on.</p>\n<noscript><p>Without JavaScript: "
		 "<code>sed -n '/^&lt;script.*raw-%s/{n;p}' report.html</code>",
		 c ? "the machines, their kernels and the device" : "the machine, its kernel and the device",
		 c ? compare_label(c, 1) : "result");
	if (c)
		html_put(out, ", or raw-%s", compare_label(c, 0));
	fputs("</p></noscript>\n", out);
	if (!c)
		ret = html_raw(out, "raw-result", "result.json", "the result", result_json(t->run, t->verdict));
	for (int s = 0; s < 2 && c; s++)
		for (size_t i = 0; i < c->sides[s].n_runs && !ret; i++)
			ret = put_run(out, c, s, i);
	if (!ret && c && c->ask.witness)
		ret = html_raw(out, "raw-witness", "witness.json", "what mmiowitness saw on the host",
			       witness_json(c->ask.witness));
	html_section_end(out);
	return ret;
}

int html_report(FILE *out, const struct told *t, const struct html_pictures *pictures)
{
	const struct comparison *c = t->comparison;
	const char *const names[] = { c ? compare_label(c, 0) : NULL, c ? compare_label(c, 1) : NULL };
	struct checks checks;
	int ret = told_checks(&checks, t);

	if (ret)
		return ret;
	begin(out, t);
	put_answer(out, t);
	fputs("<dl>\n", out);
	put_reasons(out, t);
	if (c)
		put_compared(out, c);
	put_subjects(out, t);
	put_marks(out, t);
	put_contents(out, t->verdict);
	html_evidence(out, t->verdict, t->run);
	html_pictures(out, pictures);
	if (c)
		html_figures_compared(out, c);
	else
		html_figures(out, t->run, t->verdict);
	html_checks(out, &checks);
	html_machines(out, c ? c->host : t->run, c ? c->guest : NULL, c ? names : NULL);
	ret = put_raw(out, t);
	html_words(out);
	html_end(out);
	checks_free(&checks);
	return ret;
}
