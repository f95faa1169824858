// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdio.h>
#include "arch/arch.h"

/*
 * What the tables claim of each loop and pair, for the disassembly test; and of every architecture
 * that there is, which this is not built for either, the barriers.
 */
int main(void)
{
	printf("arch %s\n", arch_name);
	for (int i = 0; i < ARCH_INFOS; i++) {
		printf("known %s\n", arch_infos[i]->name);
		for (const struct barrier *b = arch_infos[i]->barriers; b->name; b++)
			printf("barrier %s %s %s\n", arch_infos[i]->name, b->name, b->instructions);
	}
	for (const struct loop *l = arch_loops; l->fn; l++)
		printf("%s %s %s %u %s %u %s %u %u %u %s\n", l->symbol, l->kernel->name,
		       l->kernel->direction == KERNEL_STORE ? "store" : "load",
		       l->kernel->width_bytes, l->barrier->name, l->interval_bytes,
		       l->pattern->name, l->doorbell_bytes, l->block_bytes, l->block_accesses,
		       l->kernel->instruction);
	for (const struct pair *p = arch_pairs; p->fn; p++)
		printf("pair %s %s %s\n", p->symbol, p->kind, p->barrier->name);
	return 0;
}
