// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <string.h>
#include "report/html/html_page.h"
#include "report/html/html_write.h"
#include "report/report.h"
#include "verdict/wording.h"

void html_mark(FILE *out, bool bad, const char *word, const char *words)
{
	html_put(out, "<p class=\"mark %s\"><strong>%s</strong> %s</p>\n", bad ? "bad" : "unsure", word,
		 words);
}

static void put_evidence(FILE *out, const struct evidence *e)
{
	html_put(out, "<article class=\"card\"><span class=\"strength\">%s</span><h3>%s</h3>\n",
		 e->strength ? strength_name(e->strength) : "counts for nothing", e->line);
	html_put(out, "<p>%s <span class=\"soft\">(rule: %s)</span></p><p>%s</p>"
		 "<p class=\"soft small\">Rule from: %s</p></article>\n", e->observed, e->threshold,
		 e->why, e->source);
}

struct explained {
	const struct verdict *v;
	const struct result *r;
};

static void print_explanation(FILE *out, const void *what)
{
	const struct explained *t = what;

	explain_text(out, t->v, t->r);
}

void html_evidence(FILE *out, const struct verdict *v, const struct result *r)
{
	const struct evidence *lines[EVIDENCE_MAX];
	struct explained told = { v, r };
	unsigned int i = 0;

	if (!v->n_evidence)
		return;
	html_section(out, "evidence", "Evidence");
	fputs("<p class=\"soft\">About the mapping that asked for write combining (wc). The strongest "
	      "first.</p>\n<div class=\"cards\">\n", out);
	verdict_strongest_first(v, lines);
	for (; i < v->n_evidence && lines[i]->strength; i++)
		put_evidence(out, lines[i]);
	fputs("</div>\n", out);
	if (i < v->n_evidence) {
		html_fold(out, false, "Looked at, but counts for nothing here", v->n_evidence - i);
		fputs("<div class=\"cards\">\n", out);
		for (; i < v->n_evidence; i++)
			put_evidence(out, lines[i]);
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
