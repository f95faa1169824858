// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdio.h>
#include <string.h>
#include "judge/held.h"
#include "judge/rules.h"

const char *held_name(enum held h)
{
	static const char *const names[] = { "silent", "agrees", "disagrees" };

	return names[h];
}

enum held judge_held(const struct judge_input *in, char *why, size_t n)
{
	struct judge_input alone = { .run = in->run, .host = in->host };
	struct evidence seen = { .line = "host witness" };
	struct verdict v;

	if (!observe_witness(&seen, in, NULL)) {
		snprintf(why, n, "%s", in->witness ? "the witness watched another device" :
						     "there was no witness");
		return HELD_SILENT;
	}
	if (!seen.says) {
		snprintf(why, n, "the witness saw %s: %s", seen.observed, seen.why);
		return HELD_SILENT;
	}
	judge_input(&v, &alone);
	if (!v.judged) {
		snprintf(why, n, "the witness saw %s; the guest judged nothing", seen.observed);
		return HELD_SILENT;
	}
	snprintf(why, n, "the witness saw %s; by itself the guest finds %s (%s)", seen.observed,
		 verdict_word_name(v.word), confidence_name(v.confidence));
	if (!v.contradiction && !(verdict_types(&v, STRENGTH_STRONG) & seen.says))
		return HELD_DISAGREES;
	if (v.effective != EFFECTIVE_UNKNOWN)
		return HELD_AGREES;
	snprintf(why, n, "the guest by itself cannot tell; the witness saw %s", seen.observed);
	return HELD_SILENT;
}
