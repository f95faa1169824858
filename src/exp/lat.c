// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <string.h>
#include "exp/exp.h"

/*
 * Cost of one access. The round trip: each load's address depends on the value of the one before.
 * A store's issue cost, alone and with each barrier after every store, within one 64-byte line.
 */
#define LINE_BYTES 64

int exp_lat_expand(const struct experiment *e, const struct exp_limits *l, struct cell_list *out)
{
	int ret = 0;

	for (size_t i = 0; i < l->n_types && !ret; i++) {
		struct cell_want want = { l->types[i], "load8", "dep", 8, LINE_BYTES, false, "ns" };

		ret = cell_add(out, e, l, &want);
		want.kernel = "store8";
		for (const struct barrier *b = arch_barriers; b->name && !ret; b++) {
			if (!b->common && l->profile != EXP_FULL)
				continue;
			want.barrier = b->name;
			want.interval_bytes = strcmp(b->name, "none") ? 8 : 0;
			ret = cell_add(out, e, l, &want);
		}
	}
	return ret;
}
