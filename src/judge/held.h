/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef JUDGE_HELD_H
#define JUDGE_HELD_H

#include "judge/judge.h"

/*
 * A guest's own evidence held against what the host's witness saw. Pure. They disagree where no type
 * is left that both allow: then one of them is wrong, or they speak of different VMs or times. Silent:
 * one of them cannot tell.
 */
enum held { HELD_SILENT, HELD_AGREES, HELD_DISAGREES };

/* why says which of the two found what; in->witness may be NULL: silent. */
enum held judge_held(const struct judge_input *in, char *why, size_t n);

const char *held_name(enum held h); /* "silent", "agrees", "disagrees" */

#endif
