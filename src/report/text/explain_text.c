// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <string.h>
#include "report/report.h"
#include "report/text/text.h"

#define INDENT 15

/* "Device, Normal-NC" in buf; "nothing". */
static const char *types_text(char *buf, size_t n, unsigned int types, const char *arch)
{
	size_t used = 0;

	snprintf(buf, n, "nothing");
	for (int e = EFFECTIVE_UNKNOWN + 1; e < EFFECTIVES; e++)
		if (types & SAYS(e) && used < n)
			used += (size_t)snprintf(buf + used, n - used, "%s%s", used ? ", " : "",
						 effective_name((enum effective)e, arch));
	return buf;
}

static void print_line(FILE *out, unsigned int number, const struct evidence *e)
{
	const char *const parts[][2] = { { "    observed   ", e->observed },
					 { "    rule       ", e->threshold },
					 { "    that is    ", e->why },
					 { "    source     ", e->source } };

	text_head(out, "%2u. %s", number, e->line);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		text_wrapped(out, parts[i][0], INDENT, parts[i][1]);
}

/* What it leaves of the types that were left before. */
static unsigned int print_step(FILE *out, const struct evidence *e, unsigned int left,
			       const char *arch)
{
	unsigned int now = left & e->says;
	char said[96], gone[96], still[96];

	if (!e->says || e->strength < STRENGTH_STRONG) {
		text_wrapped(out, "    =>", INDENT, "counts for nothing");
		return left;
	}
	types_text(said, sizeof(said), e->says, arch);
	types_text(gone, sizeof(gone), left & ~e->says, arch);
	types_text(still, sizeof(still), now, arch);
	text_say(out, "    =>", INDENT, "%s: it can only be %s; rules out %s. Left: %s",
		 e->strength == STRENGTH_PROOF ? "a proof" : "strong", said, gone, still);
	return now;
}

static void print_end(FILE *out, const struct verdict *v, unsigned int left, unsigned int proved,
		      const char *arch)
{
	char all[96], by_proof[96];

	types_text(all, sizeof(all), left, arch);
	types_text(by_proof, sizeof(by_proof), proved, arch);
	text_say(out, "", 0, "All lines together leave: %s. The proofs alone: %s.", all,
		 proved == SAYS_ANYTHING ? "everything, there is none" : by_proof);
	if (v->effective != EFFECTIVE_UNKNOWN && left != SAYS(v->effective))
		text_wrapped(out, "", 0, "Normal-NC and Write-Back behave alike but for the cache, "
			     "and nothing points at a cache: a device's BAR is what it was mapped as. "
			     "That is likely, not proved.");
	text_say(out, "", 0, "Effective type: %s, confidence: %s. Proved: " JUDGE_PROVED ". All else is "
		 "\"likely\".", effective_name(v->effective, arch), confidence_name(v->confidence));
}

void explain_text(FILE *out, const struct verdict *v, const struct result *r)
{
	unsigned int left = SAYS_ANYTHING;

	text_head(out, "\nHow the verdict about wc was reached");
	if (!v->judged) {
		text_wrapped(out, "", 0, v->reason);
		return;
	}
	if (v->emulated)
		text_wrapped(out, "", 0, "The CPU is an emulator's: no line that rests on times counts, "
			     "but for the isolated store, as a VM exit is slower by far.");
	for (unsigned int i = 0; i < v->n_evidence; i++) {
		const struct evidence *e = &v->evidence[i];

		print_line(out, i + 1, e);
		left = print_step(out, e, left, r->arch);
	}
	print_end(out, v, left, verdict_types(v, STRENGTH_PROOF), r->arch);
}
