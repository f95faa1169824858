// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdio.h>
#include "arch/arch.h"
#include "report/text/list.h"
#include "report/text/text.h"

/* A page that is too narrow for all columns has the last two on a line of their own. */
static void print_kernel(FILE *out, const struct kernel *k, bool wide)
{
	const char *does = k->direction == KERNEL_STORE ? "store" : "load";
	const char *here = arch_kernel_runs(k) ? "" : "; not here";
	char line[160];

	fprintf(out, "  %-14s %-5s %5u  %-9s ", k->name, does, k->width_bytes, k->feature ? k->feature : "");
	if (wide) {
		fprintf(out, "%-9s %-18s %s%s\n", k->trap_safe ? "yes" : "no", k->instruction, k->tlps, here);
		return;
	}
	fprintf(out, "%s\n", k->trap_safe ? "yes" : "no");
	snprintf(line, sizeof(line), "%s: %s%s", k->instruction, k->tlps, here);
	text_wrapped(out, "", 6, line);
}

void list_text_kernels(FILE *out)
{
	bool wide = text_columns(out) == TEXT_COLUMNS;
	char label[32];

	fprintf(out, "Access kernels of %s\n", arch_name);
	fprintf(out, "  %-14s %-5s %5s  %-9s ", "name", "does", "bytes", "needs");
	if (wide)
		fprintf(out, "%-9s %-18s %s\n", "trap-safe", "instruction", "on Device or UC");
	else
		fprintf(out, "%s\n      instruction: on Device or UC\n", "trap-safe");
	for (const struct kernel *k = arch_kernels; k->name; k++)
		print_kernel(out, k, wide);
	fprintf(out, "\nBarriers; * measured by default, the others with --full\n");
	for (const struct barrier *b = arch_here()->barriers; b->name; b++) {
		snprintf(label, sizeof(label), "%s %-11s ", b->common ? "*" : " ", b->name);
		text_wrapped(out, label, 14, b->what);
	}
	fprintf(out, "\nPatterns\n");
	for (const struct pattern *p = arch_patterns; p->name; p++) {
		snprintf(label, sizeof(label), "  %-11s ", p->name);
		text_wrapped(out, label, 14, p->what);
	}
}
