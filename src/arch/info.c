// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stddef.h>
#include <string.h>
#include "arch/info.h"

#define ARCH_ADDRESS(name, ...) &arch_##name,
const struct arch_info *const arch_infos[ARCH_INFOS] = { ARCHS(ARCH_ADDRESS) };

static const struct barrier no_barriers[] = { { 0 } };

/* The words are Arm's, which describe what others have, too; what is condemned must be known. */
static const struct arch_info unknown = {
	.name = "",
	.clock = "",
	.device = "Device",
	.normal_nc = "Normal-NC",
	.write_back = "Write-Back",
	.asks = { "", "", "", "" },
	.barriers = no_barriers,
	.ram_orders = ORDERS_NOTHING,
	.wc_loads_may_pass = true,
};

const struct arch_info *arch_info_of(const char *name)
{
	for (size_t i = 0; i < ARCH_INFOS; i++)
		if (!strcmp(arch_infos[i]->name, name))
			return arch_infos[i];
	return &unknown;
}

const struct barrier *arch_barrier_of(const struct arch_info *info, const char *name)
{
	for (const struct barrier *b = info->barriers; b->name; b++)
		if (!strcmp(b->name, name))
			return b;
	return NULL;
}

const struct barrier *arch_barrier_for(const struct arch_info *info, unsigned int purposes)
{
	for (const struct barrier *b = info->barriers; b->name; b++)
		if (b->purposes & purposes)
			return b;
	return NULL;
}

unsigned int arch_orders(const struct arch_info *info, const char *barrier)
{
	const struct barrier *b = arch_barrier_of(info, barrier);

	return b ? b->orders : ORDERS_NOTHING;
}

unsigned int orders_of_kind(const char *kind)
{
	static const struct {
		const char *kind;
		unsigned int bit;
	} bits[] = { { "WW", ORDERS_WW }, { "WR", ORDERS_WR }, { "RW", ORDERS_RW }, { "RR", ORDERS_RR } };

	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		if (!strcmp(bits[i].kind, kind))
			return bits[i].bit;
	return 0;
}
