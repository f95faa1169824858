/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EXP_LITMUS_H
#define EXP_LITMUS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Litmus tests of two threads and two words, x and y, that are 0 at first (names and outcomes as
 * in "A Tutorial Introduction to the ARM and POWER Relaxed Memory Models", Maranget, Sarkar,
 * Sewell). Pure.
 */

enum litmus_word { LITMUS_X, LITMUS_Y };

struct litmus_thread {
	const char *kind;       /* "WW", "WR", "RW", "RR"; "W": one store */
	enum litmus_word at[2];
	uint32_t value[2];      /* of stores */
};

/* What was seen: values loaded, by thread and access; what x and y are in the end. */
struct litmus_seen {
	uint32_t loaded[2][2];
	uint32_t final[2];
};

enum litmus_what { LITMUS_NOTHING, LITMUS_LOADED, LITMUS_FINAL };

struct litmus_condition {
	enum litmus_what what;
	unsigned int thread, access; /* LOADED: whose; FINAL: access is the word */
	uint32_t is;
};

struct litmus_shape {
	const char *name;
	const char *outcome;    /* the weak one, in words */
	bool coherence;         /* one word only: forbidden on every type, but see verdict/violations.c */
	struct litmus_thread thread[2];
	/* weak: both conditions of either row */
	struct litmus_condition weak[2][2];
};

/* Ends with a row without name. */
extern const struct litmus_shape litmus_shapes[];

const struct litmus_shape *litmus_find(const char *name);

bool litmus_is_weak(const struct litmus_shape *shape, const struct litmus_seen *seen);

#endif
