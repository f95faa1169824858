// SPDX-License-Identifier: GPL-2.0-or-later
// covers: witness/smaps.c
/* A VMM's smaps, line by line. */
#include "config.h"
#include <errno.h>
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

/* Of a process's file the same. */
static void check_file(const char *text, const enum witness_flag *want)
{
	static bool made;
	enum witness_flag flags[PCI_BARS];

	if (!made)
		fuzz_tree(NULL, 0);
	made = true;
	fuzz_require(fuzz_tree_put("proc/77/smaps", text, strlen(text)), "no file");
	fuzz_require(!smaps_read(flags, bars, 77), "it cannot be read");
	for (int i = 0; i < PCI_BARS; i++)
		fuzz_require(flags[i] == want[i], "BAR %d: %s, not %s", i,
			     witness_flag_name(flags[i]), witness_flag_name(want[i]));
	fuzz_require(smaps_read(flags, bars, 78) == -ENOENT &&
		     flags[0] == WITNESS_FLAG_NOT_KNOWN, "no file: %s", witness_flag_name(flags[0]));
}

/* Only mappings of vfio are a device's. */
static void check_nothing(const struct smaps_scan *s, const char *text)
{
	bool none = true;

	for (int i = 0; i < PCI_BARS; i++)
		none &= s->flags[i] == WITNESS_FLAG_NO_MAPPING;
	fuzz_require(none || strstr(text, "vfio"), "a mapping in '%s'", text);
}

FUZZ_TARGET(smaps)
{
	char *copy = fuzz_text(data, size), *text = fuzz_text(data, size), *rest = copy, *line;
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
	check_nothing(&s, text);
	check_file(text, s.flags);
	free(copy);
	free(text);
	return 0;
}
