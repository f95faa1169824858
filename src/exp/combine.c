// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdio.h>
#include <string.h>
#include "exp/exp.h"

/*
 * Write combining. Each store kernel that fills 64-byte lines, with nothing or a barrier after each
 * line: the barrier ends what may be gathered, so a sequence that combines moves a line per TLP.
 * Then lines that are stored only in part, lines that are open at the same time, sequences that
 * begin inside a line, and one word over and over, which merges before it leaves.
 */

#define LINE_BYTES   64u
#define REGION_BYTES 4096u

/* Barriers that may stand after a line, by either architecture's names. */
static const struct {
	const char *name;
	enum exp_profile from;
} barriers[] = {
	{ "none", EXP_QUICK },	    { "dgh", EXP_DEFAULT },   { "dmb-oshst", EXP_DEFAULT },
	{ "dsb-st", EXP_DEFAULT }, { "sfence", EXP_DEFAULT }, { "mfence", EXP_FULL },
};

#define N_OF(a) (sizeof(a) / sizeof((a)[0]))

static int expand_sequences(const struct experiment *e, const struct exp_limits *l,
			    struct cell_list *out, struct cell_want want)
{
	int ret = 0;

	for (const struct kernel *k = arch_kernels; k->name && !ret; k++) {
		if (k->direction != KERNEL_STORE || k->width_bytes > LINE_BYTES)
			continue;
		/* narrow ones are rare in drivers */
		if (l->profile != EXP_FULL && k->width_bytes < 8)
			continue;
		for (size_t i = 0; i < N_OF(barriers) && !ret; i++) {
			if (barriers[i].from > l->profile)
				continue;
			want.kernel = k->name;
			want.barrier = barriers[i].name;
			want.interval_bytes = i ? LINE_BYTES : 0;
			ret = cell_add(out, e, l, &want);
		}
	}
	return ret;
}

/* 8-byte stores by patterns "lines1" .. "lines32" and "words1" .. "words8". */
static int expand_patterns(const struct experiment *e, const struct exp_limits *l,
			   struct cell_list *out, struct cell_want want)
{
	char name[16];
	int ret = 0;

	want.kernel = "store8";
	want.barrier = "none";
	want.pattern = name;
	for (unsigned int lines = 1; lines <= 32 && !ret; lines *= 2) {
		snprintf(name, sizeof(name), "lines%u", lines);
		ret = cell_add(out, e, l, &want);
	}
	for (unsigned int words = 1; words <= 8 && !ret; words++) {
		snprintf(name, sizeof(name), "words%u", words);
		want.interval_bytes = 0;
		want.barrier = "none";
		ret = cell_add(out, e, l, &want);
		want.interval_bytes = 8 * words;
		/* the row that this architecture has; the other adds nothing */
		for (size_t i = 0; i < 2 && !ret; i++) {
			want.barrier = i ? "sfence" : "dmb-oshst";
			ret = cell_add(out, e, l, &want);
		}
	}
	return ret;
}

/* The 64 bytes of a sequence begin inside a line. */
static int expand_shifts(const struct experiment *e, const struct exp_limits *l,
			 struct cell_list *out, struct cell_want want)
{
	static const unsigned int shifts[] = { 8, 16, 32 };
	int ret = 0;

	for (size_t i = 0; i < N_OF(shifts) && !ret; i++) {
		want.kernel = "store8";
		want.shift_bytes = shifts[i];
		for (size_t b = 1; b < N_OF(barriers) && !ret; b++) {
			if (barriers[b].from > l->profile)
				continue;
			want.barrier = barriers[b].name;
			want.interval_bytes = LINE_BYTES;
			ret = cell_add(out, e, l, &want);
		}
	}
	return ret;
}

int exp_combine_expand(const struct experiment *e, const struct exp_limits *l,
		       struct cell_list *out)
{
	int ret = 0;

	for (size_t i = 0; i < l->n_types && !ret; i++) {
		struct cell_want want = { .type = l->types[i],
					  .region_bytes = REGION_BYTES,
					  .unit = "B/s" };

		ret = expand_sequences(e, l, out, want);
		if (ret || l->profile == EXP_QUICK)
			continue;
		ret = expand_patterns(e, l, out, want);
		if (!ret)
			ret = expand_shifts(e, l, out, want);
		want.kernel = "store8";
		want.barrier = "none";
		want.pattern = "one";
		if (!ret)
			ret = cell_add(out, e, l, &want);
	}
	return ret;
}
