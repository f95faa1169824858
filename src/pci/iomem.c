// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/path.h"
#include "base/text.h"
#include "pci/fill.h"
#include "pci/list.h"

/* kernel/resource.c, r_show(): "start-end : name", a parent before its children; blanks count levels, to 5. */
struct entry {
	uint64_t start, end;
	const char *name;
};

static bool entry_parse(struct entry *e, char *line)
{
	int at = 0;

	line[strcspn(line, "\n")] = 0;
	if (sscanf(line, " %" SCNx64 "-%" SCNx64 " : %n", &e->start, &e->end, &at) != 2 || !at)
		return false;
	e->name = text_clean(line + at);
	return true;
}

static int by_bdf(const void *bdf, const void *device)
{
	return pci_bdf_compare(bdf, ((const struct pci_device *)device)->bdf);
}

static void claim(struct pci_device *d, const struct entry *e)
{
	for (unsigned int i = 0; i < PCI_BARS; i++) {
		struct bar *b = &d->bars[i];

		if (b->kind == BAR_MEMORY && !b->claimed[0] && e->start - b->phys_bytes < b->size_bytes)
			snprintf(b->claimed, sizeof(b->claimed), "%s", e->name);
	}
}

/* A function's memory within another's: a virtual function's, as a rule. */
#define NESTED 4

void iomem_claims(struct pci_device *v, size_t n)
{
	struct {
		struct pci_device *of;
		uint64_t start, end;
	} in[NESTED];
	struct pci_device *d;
	size_t depth = 0;
	bool any = false, shown = false;
	char line[256];
	struct entry e;
	FILE *f = path_fopen("/proc/iomem");

	while (f && fgets(line, sizeof(line), f)) {
		if (!entry_parse(&e, line))
			continue;
		any = true;
		shown |= e.end != 0;
		while (depth && (e.start < in[depth - 1].start || e.end > in[depth - 1].end))
			depth--;
		d = bsearch(e.name, v, n, sizeof(*v), by_bdf);
		if (d && depth < NESTED) {
			in[depth].of = d;
			in[depth].start = e.start;
			in[depth++].end = e.end;
		} else if (!d && depth && e.end) {
			claim(in[depth - 1].of, &e);
		}
	}
	if (f)
		fclose(f);
	for (size_t i = 0; any && !shown && i < n; i++)
		v[i].hidden = true;
}
