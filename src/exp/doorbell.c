// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include "base/array.h"
#include "exp/exp.h"

/*
 * A driver's submission: a descriptor stored through the mapping under test, a barrier, a doorbell
 * stored through the plain mapping of another page. Descriptors go round a ring of 4 KiB. The unit
 * is one descriptor with its doorbell; the last of a batch may still be on its way.
 */

#define RING_BYTES 4096u

static const struct {
	unsigned int bytes;
	enum exp_profile from;
} descriptors[] = {
	{ 8, EXP_FULL },     { 16, EXP_DEFAULT }, { 32, EXP_FULL },  { 64, EXP_QUICK },
	{ 128, EXP_FULL },   { 256, EXP_DEFAULT }, { 512, EXP_FULL }, { 1024, EXP_FULL },
	{ 4096, EXP_DEFAULT },
};

static void expand_kernel(const struct expansion *x, struct cell_want want)
{
	for (const struct barrier *b = arch_here()->barriers; b->name; b++) {
		want.barrier = b->name;
		for (size_t i = 0; i < ARRAY_SIZE(descriptors); i++) {
			if (descriptors[i].from > x->request->profile)
				continue;
			want.interval_bytes = want.unit_bytes = descriptors[i].bytes;
			for (want.doorbell_bytes = 4; want.doorbell_bytes <= 8; want.doorbell_bytes *= 2)
				cell_add(x, want);
		}
	}
}

static void expand(const struct expansion *x)
{
	for (const struct kernel *k = arch_kernels; k->name; k++)
		expand_kernel(x, (struct cell_want){ .kernel = k->name,
						     .region_bytes = RING_BYTES,
						     .unit = UNIT_NS });
}

const struct experiment exp_doorbell = {
	.id = EXP_DOORBELL,
	.question = "what does it cost to write a descriptor and ring the doorbell?",
	.needs = "consent to store, and a window of 128 KiB",
	.from = EXP_DEFAULT,
	.expand = expand,
	.visit = exp_loop_visit,
};
