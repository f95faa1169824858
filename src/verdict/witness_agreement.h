/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERDICT_WITNESS_AGREEMENT_H
#define VERDICT_WITNESS_AGREEMENT_H

#include "verdict/judge.h"

/*
 * A guest's own evidence compared with what the host's witness saw. Pure. They disagree where no type
 * is left that both allow: then one of them is wrong, or they speak of different VMs or times. Silent:
 * one of them cannot tell.
 */
enum agreement { AGREEMENT_SILENT, AGREEMENT_AGREES, AGREEMENT_DISAGREES };

/* why says which of the two found what; in->witness may be NULL: silent. */
enum agreement judge_witness_agreement(const struct judge_input *in, char *why, size_t n);

const char *witness_agreement_name(enum agreement h); /* "silent", "agrees", "disagrees" */

#endif
