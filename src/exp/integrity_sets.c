// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <string.h>
#include "base/array.h"
#include "base/hash.h"
#include "exp/integrity.h"

#define LINE_BYTES 64u

/* Every aligned place of a line in turn. */
static unsigned int make_aligned(unsigned int *offsets, unsigned int index, unsigned int width,
				 uint64_t *random)
{
	(void)random;
	offsets[0] = index * width % LINE_BYTES;
	return 1;
}

/* The units of a line that a mask has. */
static unsigned int units_of(unsigned int *offsets, uint64_t mask, unsigned int width)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < LINE_BYTES / width; i++)
		if (mask >> i & 1)
			offsets[n++] = i * width;
	return n;
}

/* A line's units from a to b */
static uint64_t run_mask(unsigned int a, unsigned int b)
{
	uint64_t mask = 0;

	for (unsigned int i = a; i < b; i++)
		mask |= 1ull << i;
	return mask;
}

/*
 * Byte masks with holes: Ampere Altra's erratum 82288 (PCIE_65) takes gathered ones to a wrong
 * address. Known bad kinds first: units {0,2}, {0,3}, the two ends; then any.
 */
static unsigned int make_gaps(unsigned int *offsets, unsigned int index, unsigned int width,
			      uint64_t *random)
{
	unsigned int units = LINE_BYTES / width;
	uint64_t all = run_mask(0, units), mask;
	const uint64_t known[] = { 0x5, 0x9, 1 | 1ull << (units - 1), 0xa, 0x5555555555555555 & all,
				   all & ~2ull };

	if (index < ARRAY_SIZE(known))
		return units_of(offsets, known[index] & all, width);
	do {
		*random = hash_mix(*random + 1);
		mask = *random & all;
		/* a hole: some unit is missing between the first and the last */
	} while (!mask || mask == run_mask((unsigned int)__builtin_ctzll(mask),
					   64 - (unsigned int)__builtin_clzll(mask)));
	return units_of(offsets, mask, width);
}

/* The control of gaps: as many units, without a hole. */
static unsigned int make_contiguous(unsigned int *offsets, unsigned int index, unsigned int width,
				    uint64_t *random)
{
	unsigned int units = LINE_BYTES / width, a, n;

	(void)index;
	*random = hash_mix(*random + 1);
	n = 1 + (unsigned int)(*random % units);
	a = (unsigned int)((*random >> 32) % (units - n + 1));
	return units_of(offsets, run_mask(a, a + n), width);
}

/* Every place that is not aligned: some reach into the next line. */
static unsigned int make_unaligned(unsigned int *offsets, unsigned int index, unsigned int width,
				   uint64_t *random)
{
	unsigned int at = 1 + index % (LINE_BYTES - 1);

	(void)random;
	if (at % width == 0)
		return 0;
	offsets[0] = at;
	return 1;
}

const struct integrity_set integrity_sets[] = {
	{ "aligned", "every aligned place of a line", false, make_aligned },
	{ "gaps", "parts of a line with holes between", false, make_gaps },
	{ "contiguous", "parts of a line without holes: the control", false, make_contiguous },
	{ "unaligned", "places that are not aligned, and across lines", true, make_unaligned },
	{ 0 },
};

const struct integrity_set *integrity_find(const char *name)
{
	for (const struct integrity_set *s = integrity_sets; s->name; s++)
		if (!strcmp(s->name, name))
			return s;
	return NULL;
}
