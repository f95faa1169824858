// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include "exp/exp.h"

/*
 * Device-nGnRE and Normal-NC let a point before the endpoint acknowledge a write; Device-nGnRnE does
 * not (Arm ARM B2.10, "Early Write Acknowledgement"). Some barriers wait for the acknowledgement, so a
 * store with one that costs as much through all three shows that the attribute is not used, or lost. An
 * architecture without such barriers has no such attribute, and no cells here. Ordinary memory has none
 * either.
 */

#define LINE_BYTES 64u

static void expand(const struct expansion *x)
{
	for (const struct barrier *b = arch_here()->barriers; b->name && x->mapping != MAP_RAM; b++)
		if (b->purposes & FOR_ACKNOWLEDGEMENT)
			cell_add(x, (struct cell_want){ .kernel = "store8",
							.barrier = b->name,
							.interval_bytes = 8,
							.region_bytes = LINE_BYTES,
							.unit = UNIT_NS });
}

const struct experiment exp_early_ack = {
	.id = EXP_EARLY_ACK,
	.question = "is the early write acknowledgement, lost or kept, visible?",
	.needs = "a BAR, consent to store, and a dsb, which x86 has none of",
	.from = EXP_DEFAULT,
	.optional_mappings = true,
	.expand = expand,
	.visit = exp_loop_visit,
};
