// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include "arch/info.h"
#include "report/report.h"
#include "report/text/text.h"

/* The page of a guest's page tables with its host's. */

#define INDENT 2
#define MAPPINGS_MOST 24 /* of one BAR */

static void outcome_words(char *buf, size_t n, const struct witnessed_bar *b)
{
	if (b->outcome == VERDICT_INCONCLUSIVE)
		snprintf(buf, n, "inconclusive");
	else
		snprintf(buf, n, "%s (confidence: %s)", verdict_outcome_name(b->outcome),
			 confidence_name(b->confidence));
}

static void print_side(FILE *out, const char *label, const struct witness *w)
{
	text_line(out, label, "Linux %s, looked at %s", fact_or(&w->env.facts, "kernel_release", "?"), w->started);
	if (w->env.emulated)
		text_styled(out, TEXT_UNSURE, "EMULATED", "its CPU is emulated (%s): its page tables are real all "
			    "the same", w->env.emulated_why);
}

static void print_mapping(FILE *out, const struct witnessed_bar *b, const struct witnessed_mapping *m)
{
	const struct witness_range *r = m->range;
	const char *gets = m->trapped ? "is trapped" : m->several ? "gets several types" : !m->gets ?
			   "gets what is not known" : "gets ";
	char who[80], through[160], size[32];

	if (r->who == WITNESS_DRIVER)
		snprintf(who, sizeof(who), "%s[driver]", b->guest->driver[0] ? b->guest->driver : "no");
	else
		snprintf(who, sizeof(who), "%.15s[%u]", r->comm, r->pid);
	text_say(out, "", INDENT, "%s %s: asks %s, %s%s (%s%s)", who, witness_through_text(through, sizeof(through), r),
		 memory_type_name(r->type), gets, m->gets ? memory_type_name(m->gets) : "",
		 text_size(size, sizeof(size), r->size_bytes), m->untouched ? ", not all of it touched yet" : "");
}

static void print_bar(FILE *out, const struct witnessed_bar *b)
{
	char outcome[64], size[32];

	outcome_words(outcome, sizeof(outcome), b);
	text_say(out, "", 0, "%s %s [%04x:%04x] BAR %u, %s%s%s%s%s", b->guest->bdf, b->guest->device_name,
		 b->guest->vendor, b->guest->device, b->bar->index,
		 text_size(size, sizeof(size), b->bar->size_bytes), b->bar->prefetchable ? " prefetchable" : "",
		 b->guest->driver[0] ? ", driver " : "", b->guest->driver, b->host ? "" : " (made by the VMM)");
	text_style_begin(out, text_outcome_style(b->outcome));
	text_say(out, "", INDENT, "%s: %s", outcome, b->why);
	text_style_end(out);
	for (size_t i = 0; i < b->n_mappings && i < MAPPINGS_MOST; i++)
		print_mapping(out, b, &b->mappings[i]);
	if (b->n_mappings > MAPPINGS_MOST)
		text_say(out, "", INDENT, "and %zu more: --json", b->n_mappings - MAPPINGS_MOST);
	else if (!b->n_mappings)
		text_say(out, "", INDENT, "nobody in the guest has it mapped");
	fputc('\n', out);
}

static void print_verdict(FILE *out, const struct witnessed *w)
{
	const struct witnessed_bar *b = w->worst;
	const char *got = b->outcome == VERDICT_PRESERVED ? "gets it" : b->outcome == VERDICT_INCONCLUSIVE ?
			  "may get it or not: nothing shows it" : "does NOT get it: it is ";
	char outcome[64];

	outcome_words(outcome, sizeof(outcome), b);
	text_styled(out, text_outcome_style(b->outcome), "VERDICT", "%s: a request for %s of %s BAR %u %s%s", outcome,
		    arch_info_of(w->guest->arch)->normal_nc, b->guest->bdf, b->bar->index, got,
		    verdict_goodness(b->outcome) ? "" : effective_name(b->effective, w->guest->arch));
}

void witnessed_text(FILE *out, const struct witnessed *w)
{
	text_head(out, "mmiocompare: a guest's page tables with its host's");
	print_verdict(out, w);
	print_side(out, "host", w->host);
	print_side(out, "guest", w->guest);
	fputc('\n', out);
	for (size_t i = 0; i < w->n_bars; i++)
		print_bar(out, &w->bars[i]);
	text_line(out, "status", "%d", witnessed_status(w));
}
