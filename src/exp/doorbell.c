// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
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

#define N_OF(a) (sizeof(a) / sizeof((a)[0]))

static int expand_kernel(const struct experiment *e, const struct exp_limits *l,
			 struct cell_list *out, struct cell_want want)
{
	int ret = 0;

	for (const struct barrier *b = arch_barriers; b->name && !ret; b++) {
		want.barrier = b->name;
		for (size_t i = 0; i < N_OF(descriptors) && !ret; i++) {
			if (descriptors[i].from > l->profile)
				continue;
			want.interval_bytes = want.unit_bytes = descriptors[i].bytes;
			want.doorbell_bytes = 4;
			ret = cell_add(out, e, l, &want);
			want.doorbell_bytes = 8;
			if (!ret)
				ret = cell_add(out, e, l, &want);
		}
	}
	return ret;
}

int exp_doorbell_expand(const struct experiment *e, const struct exp_limits *l,
			struct cell_list *out)
{
	int ret = 0;

	for (size_t i = 0; i < l->n_types && !ret; i++)
		for (const struct kernel *k = arch_kernels; k->name && !ret; k++)
			ret = expand_kernel(e, l, out,
					    (struct cell_want){ .type = l->types[i],
								.kernel = k->name,
								.region_bytes = RING_BYTES,
								.unit = "ns" });
	return ret;
}
