// SPDX-License-Identifier: GPL-2.0-or-later
// covers: witness/smaps.c
/* A VMM's smaps, line by line. */
#include "config.h"
#include <ctype.h>
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

static bool is_inside(const struct bar *bar, const char *field)
{
	uint64_t offset = strtoull(field, NULL, 16), region = (uint64_t)bar->index << 40;

	return offset - region < bar->size_bytes || offset - bar->phys_bytes < bar->size_bytes;
}

/*
 * Only mappings of vfio are a device's, and only those that begin in the BAR are that BAR's. Where
 * the offset stands is not held too strictly: at a blank, or behind four letters of permissions.
 */
static bool is_mapped(const struct bar *bar, const char *text)
{
	for (const char *line = text; line; line = strchr(line, '\n'), line += line ? 1 : 0) {
		size_t n = strcspn(line, "\n");

		if (!memmem(line, n, "vfio", 4))
			continue;
		for (size_t i = 1; i < n; i++)
			if (isspace((unsigned char)line[i - 1]) &&
			    (is_inside(bar, line + i) || (i + 4 < n && is_inside(bar, line + i + 4))))
				return true;
	}
	return false;
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
	for (int i = 0; i < PCI_BARS; i++)
		fuzz_require(s.flags[i] == WITNESS_FLAG_NO_MAPPING || is_mapped(&bars[i], text),
			     "BAR %d in '%s'", i, text);
	check_file(text, s.flags);
	free(copy);
	free(text);
	return 0;
}
