// SPDX-License-Identifier: GPL-2.0-or-later
// covers: witness/smaps.c
/* A VMM's smaps, line by line. */
#include "config.h"
#include <stdlib.h>
#include <string.h>
#include "witness/smaps.h"
#include "fuzz.h"

static const struct bar bars[PCI_BARS] = {
	{ .index = 0, .kind = BAR_MEMORY, .phys_bytes = 0x10000000, .size_bytes = 1 << 20 },
	{ .index = 1, .kind = BAR_IO, .phys_bytes = 0x1000, .size_bytes = 64 },
	{ .index = 2, .kind = BAR_MEMORY, .phys_bytes = 0x20000000000, .size_bytes = 16 << 20 },
	{ .index = 3 }, { .index = 4 }, { .index = 5 },
};

FUZZ_TARGET(smaps)
{
	char *text = fuzz_text(data, size), *rest = text, *line;
	struct smaps_scan s;

	fuzz_begin();
	smaps_begin(&s, bars);
	while ((line = strsep(&rest, "\n")))
		smaps_line(&s, line);
	smaps_end(&s);
	for (int i = 0; i < PCI_BARS; i++) {
		fuzz_require(s.flags[i] < WITNESS_FLAGS && !s.open[i], "BAR %d", i);
		fuzz_require(witness_watches(&bars[i]) || s.flags[i] == WITNESS_FLAG_NO_MAPPING,
			     "BAR %d is not there", i);
	}
	free(text);
	return 0;
}
