/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERDICT_WORDING_H
#define VERDICT_WORDING_H

#include "verdict/judge.h"

/* A verdict in words: each meaning is worded here, once, for every output and for the documents. */

/* What it means for whoever uses the machine; NULL: no hypervisor is judged. */
const char *verdict_means(const struct verdict *v, const struct result *r);

/* The answer to "was it preserved?" for somebody who knows none of the words: "No: demoted". */
const char *verdict_headline(const struct verdict *v);

/* Whether it is what a guest should have. */
enum verdict_tone { TONE_GOOD, TONE_BAD, TONE_UNSURE };
enum verdict_tone outcome_tone(enum verdict_outcome o);

/* What a confidence means: "what was seen can happen with no other memory type". */
const char *confidence_means(enum confidence c);

/* The word and how sure it is: "demoted (confidence: proved)"; on bare metal the type's. */
void verdict_short(char *buf, size_t n, const struct result *r, const struct verdict *v);

/* What is claimed: "this VM asked for Normal-NC and got it". */
void verdict_claim(char *buf, size_t n, const struct result *r, const struct verdict *v);

/* Both in one sentence; the word alone is in the JSON. */
void verdict_sentence(char *buf, size_t n, const struct result *r, const struct verdict *v);

/* Why a verdict from an emulated CPU may be proved although its times mean nothing. */
extern const char verdict_emulated_rests[];

#endif
