// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdio.h>
#include <string.h>
#include "base/array.h"
#include "exp/exp.h"

/*
 * Write combining. Each store kernel that fills 64-byte lines, with nothing or a barrier after each
 * line: the barrier ends what may be gathered, so a sequence that combines moves a line per TLP.
 * Then lines that are stored only in part, lines that are open at the same time, sequences that
 * begin inside a line, and one word over and over, which merges before it leaves.
 */

#define LINE_BYTES   64u
#define REGION_BYTES 4096u

/* One that orders more than gathering needs is of interest for completeness only. */
static bool may_end_line(const struct barrier *b, enum exp_profile profile)
{
	return (b->purposes & FOR_ENDING_GATHERING) &&
	       profile >= (b->orders == ORDERS_ALL ? EXP_FULL : EXP_DEFAULT);
}

/* The cell with each barrier after a line. */
static void expand_line_ends(const struct expansion *x, struct cell_want want)
{
	want.interval_bytes = LINE_BYTES;
	for (const struct barrier *b = arch_here()->barriers; b->name; b++) {
		want.barrier = b->name;
		if (may_end_line(b, x->request->profile))
			cell_add(x, want);
	}
}

static void expand_sequences(const struct expansion *x, struct cell_want want)
{
	for (const struct kernel *k = arch_kernels; k->name; k++) {
		if (k->direction != KERNEL_STORE || k->width_bytes > LINE_BYTES)
			continue;
		/* narrow ones are rare in drivers */
		if (x->request->profile != EXP_FULL && k->width_bytes < 8)
			continue;
		want.kernel = k->name;
		cell_add(x, want);
		expand_line_ends(x, want);
	}
}

/* Patterns "lines1" .. "lines32" and "words1" .. "words8". */
static void expand_patterns(const struct expansion *x, const struct cell_want want)
{
	struct cell_want lines = want, words = want, ended = want;
	char name[16];

	lines.pattern = words.pattern = ended.pattern = name;
	ended.barrier = exp_barrier(FOR_STORES_BEFORE_DOORBELL);
	for (unsigned int n = 1; n <= 32; n *= 2) {
		snprintf(name, sizeof(name), "lines%u", n);
		cell_add(x, lines);
	}
	for (unsigned int n = 1; n <= 8; n++) {
		snprintf(name, sizeof(name), "words%u", n);
		cell_add(x, words);
		ended.interval_bytes = 8 * n;
		cell_add(x, ended);
	}
}

/* The 64 bytes of a sequence begin inside a line. */
static void expand_shifts(const struct expansion *x, struct cell_want want)
{
	static const unsigned int shifts[] = { 8, 16, 32 };

	for (size_t i = 0; i < ARRAY_SIZE(shifts); i++) {
		want.shift_bytes = shifts[i];
		expand_line_ends(x, want);
	}
}

static void expand(const struct expansion *x)
{
	struct cell_want want = { .kernel = "store8",
				  .barrier = "none",
				  .region_bytes = REGION_BYTES,
				  .unit = UNIT_RATE };

	expand_sequences(x, want);
	if (x->request->profile == EXP_QUICK)
		return;
	expand_patterns(x, want);
	expand_shifts(x, want);
	want.pattern = "one";
	cell_add(x, want);
}

const struct experiment exp_combine = {
	.id = EXP_COMBINE,
	.question = "which store sequence combines, how reliably, and how many lines can be open?",
	.from = EXP_QUICK,
	.expand = expand,
	.visit = exp_loop_visit,
};
