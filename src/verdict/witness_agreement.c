// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdio.h>
#include <string.h>
#include "verdict/evidence.h"
#include "verdict/witness_agreement.h"

const char *witness_agreement_name(enum agreement h)
{
	static const char *const names[] = { "silent", "agrees", "disagrees" };

	return names[h];
}

enum agreement judge_witness_agreement(const struct judge_input *in, char *why, size_t n)
{
	struct judge_input alone = { .run = in->run, .host = in->host, .only_now = true };
	struct evidence seen = { 0 };
	struct verdict v;

	if (!observe_witness(&seen, in, NULL)) {
		snprintf(why, n, "%s", in->witness ? "the witness looked at another device" :
						     "there was no witness");
		return AGREEMENT_SILENT;
	}
	if (!seen.says) {
		snprintf(why, n, "the witness saw %s: %s", seen.observed, seen.why);
		return AGREEMENT_SILENT;
	}
	judge_input(&v, &alone);
	if (!v.judged) {
		snprintf(why, n, "the witness saw %s; the guest judged nothing", seen.observed);
		return AGREEMENT_SILENT;
	}
	snprintf(why, n, "the witness saw %s; by itself the guest finds %s (%s)", seen.observed,
		 verdict_outcome_name(v.outcome), confidence_name(v.confidence));
	if (!v.contradiction && !(verdict_types(&v, STRENGTH_STRONG) & seen.says))
		return AGREEMENT_DISAGREES;
	if (v.effective != EFFECTIVE_UNKNOWN)
		return AGREEMENT_AGREES;
	snprintf(why, n, "what the guest found now cannot tell; the witness saw %s", seen.observed);
	return AGREEMENT_SILENT;
}
