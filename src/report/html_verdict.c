// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <string.h>
#include "judge/correct.h"
#include "report/format.h"
#include "report/html_page.h"
#include "report/html_write.h"
#include "report/report.h"
#include "report/text.h"

/* Was it preserved, for somebody who knows none of the words; the sentence below has them. */
static const struct answer {
	const char *yes, *tone, *means;
} answers[VERDICTS] = {
	[VERDICT_PRESERVED] = { "Yes: preserved", "good",
				"The guest gets what it asked for: write combining works in this VM." },
	[VERDICT_DEMOTED] = { "No: demoted", "bad",
			      "The guest asked for write combining and silently got the memory type "
			      "of device registers: slow, strictly ordered, and an unaligned access "
			      "may stop the whole VM." },
	[VERDICT_TRAPPED] = { "No: trapped", "bad",
			      "Each access leaves the VM and is emulated by the hypervisor: about a "
			      "thousand times slower than a store that reaches the device." },
	[VERDICT_WRITE_BACK] = { "No: write-back", "unsure",
				 "What the guest sees as a device's memory is ordinary memory of the "
				 "hypervisor, cached: no figure here is about a device." },
	[VERDICT_INCONCLUSIVE] = { "Not known: inconclusive", "unsure",
				   "Nothing that was seen tells write combining from the slower "
				   "memory type of device registers. It may work, or not." },
};

/* No hypervisor stands between: the effective type is the answer. */
static const struct answer bare_metal = { "No hypervisor: bare metal", "none",
	"This is the machine itself and no VM, as far as can be told: a reference to hold a guest "
	"against." };
static const struct answer not_judged = { "No verdict", "none",
	"Nothing was mapped write-combining: there is nothing to judge." };

static const struct answer *answer_of(const struct verdict *v)
{
	if (!v->judged)
		return &not_judged;
	return v->about_guest ? &answers[v->word] : &bare_metal;
}

static const char *sure_words(enum confidence c)
{
	static const char *const words[] = {
		[CONFIDENCE_UNKNOWN] = "what was seen does not decide it",
		[CONFIDENCE_LIKELY] = ("what was seen points there and nothing speaks against it, but "
				       "another type is not ruled out"),
		[CONFIDENCE_PROVED] = "what was seen can happen with no other memory type",
	};

	return words[c];
}

void html_verdict(FILE *out, const struct html_answer *a)
{
	const struct verdict *v = a->verdict;
	const struct answer *answer = answer_of(v);

	html_put(out, "<header>\n<p class=\"title\">%s</p>\n<div id=\"verdict\" class=\"verdict %s\">\n"
		 "<p class=\"question\">Did the hypervisor preserve write combining?</p>\n"
		 "<h1>%s", a->title, answer->tone, answer->yes);
	if (v->confidence != CONFIDENCE_UNKNOWN)
		html_put(out, " <span class=\"sure\">%s</span>", confidence_name(v->confidence));
	html_put(out, "</h1>\n<p class=\"sentence\">%s</p>\n<p class=\"plain-words\">%s</p>\n<dl>\n",
		 text_claim(a->sentence), answer->means);
	if (v->judged)
		html_put(out, "<dt>How sure</dt><dd><strong>%s</strong>: %s</dd>\n",
			 confidence_name(v->confidence), sure_words(v->confidence));
	if (v->judged && a->asked)
		html_put(out, "<dt>Asked, got</dt><dd>asked for <strong>%s</strong>, got "
			 "<strong>%s</strong></dd>\n", a->asked, a->got);
	if (v->judged && *v->reason)
		html_line(out, "Why", v->reason);
	if (v->n_advice)
		fputs("<dt>What to do</dt><dd><ol>", out);
	for (unsigned int i = 0; i < v->n_advice; i++)
		html_put(out, "<li>%s</li>", v->advice[i]);
	if (v->n_advice)
		fputs("</ol></dd>\n", out);
}

/* Between the two may be more lines. */
void html_verdict_end(FILE *out, const struct html_answer *a)
{
	html_put(out, "</dl>\n</div>\n<p class=\"subject\">%s</p>\n", a->subject);
}

const char *html_subject(char *buf, size_t n, const struct result *r)
{
	const struct pci_device *d = &r->device;
	char what[256] = "Ordinary memory, no BAR";

	if (!r->is_ram)
		snprintf(what, sizeof(what), "%s %s [%04x:%04x] at %s, BAR %u", d->vendor_name,
			 d->device_name, d->vendor, d->device, d->bdf, r->bar.index);
	snprintf(buf, n, "%s; %s, Linux %s, %s; run at %s", what, text_role(r),
		 format_fact(r, "kernel_release"), r->arch, r->started);
	return buf;
}

void html_mark(FILE *out, const char *tone, const char *word, const char *words)
{
	html_put(out, "<p class=\"mark %s\"><strong>%s</strong> %s</p>\n", tone, word, words);
}

void html_wrong(FILE *out, const char *side, const struct result *r, const struct verdict *v)
{
	char why[256], words[400];

	for (size_t i = 0; i < r->n_cells; i++) {
		if (!cell_failed(r, v, &r->cells[i], why, sizeof(why)))
			continue;
		snprintf(words, sizeof(words), "%s%s: %s", side, r->cells[i].id, why);
		html_mark(out, "bad", "WRONG", words);
	}
}

void html_contents(FILE *out, const struct verdict *v)
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

static void put_evidence(FILE *out, const struct evidence *e)
{
	html_put(out, "<article class=\"card\"><span class=\"strength\">%s</span><h3>%s</h3>\n",
		 e->strength ? strength_name(e->strength) : "counts for nothing", e->line);
	html_put(out, "<p>%s <span class=\"soft\">(rule: %s)</span></p><p>%s</p>"
		 "<p class=\"soft small\">Rule from: %s</p></article>\n", e->observed, e->threshold,
		 e->why, e->source);
}

static void put_strength(FILE *out, const struct verdict *v, enum strength strength)
{
	for (unsigned int i = 0; i < v->n_evidence; i++)
		if (v->evidence[i].strength == strength)
			put_evidence(out, &v->evidence[i]);
}

struct told {
	const struct verdict *v;
	const struct result *r;
};

static void print_explanation(FILE *out, const void *what)
{
	const struct told *t = what;

	explain_text(out, t->v, t->r);
}

static size_t count_strength(const struct verdict *v, enum strength strength)
{
	size_t n = 0;

	for (unsigned int i = 0; i < v->n_evidence; i++)
		n += v->evidence[i].strength == strength;
	return n;
}

void html_evidence(FILE *out, const struct verdict *v, const struct result *r)
{
	struct told told = { v, r };
	size_t nothing = count_strength(v, STRENGTH_NONE);

	if (!v->n_evidence)
		return;
	html_section(out, "evidence", "Evidence");
	fputs("<p class=\"soft\">About the mapping that asked for write combining (wc). The strongest "
	      "first.</p>\n<div class=\"cards\">\n", out);
	for (int s = STRENGTH_PROOF; s > STRENGTH_NONE; s--)
		put_strength(out, v, (enum strength)s);
	fputs("</div>\n", out);
	if (nothing) {
		html_fold(out, false, "Looked at, but counts for nothing here", nothing);
		fputs("<div class=\"cards\">\n", out);
		put_strength(out, v, STRENGTH_NONE);
		fputs("</div>\n", out);
		html_fold_end(out);
	}
	html_lines(out, print_explanation, &told);
	html_section_end(out);
}

void html_checks(FILE *out, const struct checks *checks)
{
	static const struct html_column columns[] = { { "outcome", false }, { "check", false },
						      { "seen", false }, { NULL, false } };
	static const char *const words[][2] = { [CHECK_PASS] = { "good", "pass" },
						[CHECK_FAIL] = { "bad", "FAIL" },
						[CHECK_SKIP] = { "none", "skipped" } };
	size_t failed = checks_count(checks, CHECK_FAIL);

	html_section(out, "checks", "Checks");
	html_put(out, "<p class=\"soft\">What continuous integration is told (--format ktap and others): %zu passed, %zu failed, %zu "
		 "skipped.</p>\n", checks_count(checks, CHECK_PASS), failed,
		 checks_count(checks, CHECK_SKIP));
	html_fold(out, false, "All checks", checks->n);
	html_table(out, "", columns);
	for (int k = 0; k < 3; k++) {
		static const enum check_outcome order[] = { CHECK_FAIL, CHECK_PASS, CHECK_SKIP };

		for (size_t i = 0; i < checks->n; i++) {
			const struct check *c = &checks->v[i];

			if (c->outcome == order[k])
				html_put(out, "<tr><td class=\"word %s\">%s</td><td class=\"id\">%s</td>"
					 "<td class=\"long\">%s</td></tr>\n", words[c->outcome][0],
					 words[c->outcome][1], c->name, c->why);
		}
	}
	html_table_end(out);
	html_fold_end(out);
	html_section_end(out);
}

void html_words(FILE *out)
{
	static const char *const words[][2] = {
		{ "BAR", "a window of a PCI device into the machine's address space: the device's memory "
			 "or its registers" },
		{ "write combining, Normal-NC, WC", "the memory type with which a CPU may join small "
			 "stores into larger ones, and do them out of order: fast, and what drivers of "
			 "GPUs, network cards and NVMe memory ask for" },
		{ "Device, UC", "the memory type of registers: every store goes alone and in order; "
			 "unaligned accesses fail" },
		{ "stage 2", "the hypervisor's own page tables. On arm64 the stricter of the guest's type "
			 "and the hypervisor's wins, and nothing in the guest shows it" },
		{ "plain, wc", "the same BAR through the kernel's files resourceN (asks for Device) and "
			 "resourceN_wc (asks for write combining)" },
		{ "posted, flushed", "posted figures end when the last store has left the CPU: a cost, "
			 "not an arrival. Flushed ones end when a read behind the stores has come back" },
		{ "emulated", "the CPU was a program's: memory types and faults are real, times are "
			 "not" },
		{ "not measured", "is said with the reason, and is never 0" },
	};

	html_section(out, "words", "Words");
	fputs("<dl>\n", out);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		html_line(out, words[i][0], words[i][1]);
	fputs("</dl>\n", out);
	html_section_end(out);
}
