// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include "exp/exp.h"

/*
 * Device-nGnRE and Normal-NC let a point before the endpoint acknowledge a write; Device-nGnRnE does
 * not (Arm ARM B2.10, "Early Write Acknowledgement"). A DSB waits for the acknowledgement, so a
 * store + DSB that costs as much through all three shows that the attribute is not used, or lost.
 * x86 has no such attribute.
 */

#define LINE_BYTES 64u

int exp_early_ack_expand(const struct experiment *e, const struct exp_limits *l,
			 struct cell_list *out)
{
	static const char *const barriers[] = { "dsb-st", "dsb-sy" };
	int ret = 0;

	for (size_t i = 0; i <= l->n_types && !ret; i++) {
		/* after the mappings that are measured anyway; ram has no other */
		enum map_type type = i < l->n_types ? l->types[i] : MAP_DEVMEM;

		if (l->types[0] == MAP_RAM)
			return 0;
		for (size_t b = 0; b < 2 && !ret; b++)
			ret = cell_add(out, e, l,
				       &(struct cell_want){ .type = type,
							    .kernel = "store8",
							    .barrier = barriers[b],
							    .interval_bytes = 8,
							    .region_bytes = LINE_BYTES,
							    .unit = "ns" });
	}
	return ret;
}
