// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdio.h>
#include <string.h>
#include "base/log.h"
#include "cli/program.h"
#include "map/map.h"
#include "run/journal.h"

/*
 * mmio-parts journal FILE | devmem: what no run of the programs comes to on a machine of files: an attempt
 * that the crash journal guards (on x86 none is made), and /dev/mem (--sysroot has none).
 */

static int journal(const char *path)
{
	struct result r = {
		.device = { .bdf = "0000:00:03.0", .vendor = 0x1af4, .device = 0x1110 },
		.bar = { .index = 2, .size_bytes = 16 << 20 },
	};
	struct journal_attempt attempt;
	size_t ignored = 0;
	int status = 1;

	if (fact_add(&r.env.facts, "boot_id", "/proc", "11111111-2222-3333-4444-555555555555"))
		log_error("out of memory");
	else if (!journal_read(&r, path, &ignored) &&
		 !journal_before(&attempt, path, &r, PROBE_ALIGNMENT, MAP_WC)) {
		puts("attempted");
		status = journal_after(&attempt, &(struct word){ .is = OUTCOME_WORKS }) ? 1 : 0;
	}
	result_free(&r);
	return status;
}

static int devmem(void)
{
	const struct pci_device dev = { .bdf = "0000:00:03.0" };
	const struct bar bar = { .index = 2, .kind = BAR_MEMORY, .phys_bytes = 1 << 20,
				 .size_bytes = 1 << 20, .prefetchable = true };
	const struct map_range range = { &dev, &bar, 0, bar.size_bytes, true };
	struct mapping m;

	if (map_open(&m, MAP_DEVMEM, &range))
		return 1;
	printf("mapped: %02x\n", m.addr[0]);
	map_close(&m);
	return 0;
}

int main(int argc, char **argv)
{
	begin_program("mmio-parts", 99);
	if (argc == 3 && !strcmp(argv[1], "journal"))
		return journal(argv[2]);
	return argc == 2 && !strcmp(argv[1], "devmem") ? devmem() : 2;
}
