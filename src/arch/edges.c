// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stddef.h>
#include <string.h>
#include "arch/edges.h"

#define WW EDGE_BIT(EDGE_WW)
#define RW EDGE_BIT(EDGE_RW)
#define RR EDGE_BIT(EDGE_RR)

const char *const edge_names[EDGES] = { "WW", "WR", "RW", "RR" };

/* Arm ARM B2.3.9 (DMB, DSB), C6.2.81 (DGH: a hint); Intel SDM 3A 9.2.5 */
static const struct {
	const char *arch, *barrier;
	unsigned int edges;
} rows[] = {
	{ "aarch64", "dmb-oshst", WW },
	{ "aarch64", "dmb-st", WW },
	{ "aarch64", "dsb-oshst", WW },
	{ "aarch64", "dsb-st", WW },
	{ "aarch64", "dmb-oshld", RW | RR },
	{ "aarch64", "dmb-osh", EDGES_ALL },
	{ "aarch64", "dmb-sy", EDGES_ALL },
	{ "aarch64", "dsb-sy", EDGES_ALL },
	{ "aarch64", "read-flush", EDGES_ALL },
	{ "x86_64", "sfence", WW },
	{ "x86_64", "lfence", RW | RR },
	{ "x86_64", "mfence", EDGES_ALL },
	{ "x86_64", "lock-or", EDGES_ALL },
	{ "x86_64", "read-flush", EDGES_ALL },
};

unsigned int barrier_edges(const char *arch, const char *barrier)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!strcmp(rows[i].arch, arch) && !strcmp(rows[i].barrier, barrier))
			return rows[i].edges;
	return 0;
}

const char *barrier_full(const char *arch)
{
	return strcmp(arch, "x86_64") ? "dmb-sy" : "mfence";
}
