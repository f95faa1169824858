/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef COMPARE_WITNESSED_H
#define COMPARE_WITNESSED_H

#include "verdict/judge.h"

/*
 * A guest's page tables with its host's: what each mapping of the guest really is, and what a request for
 * write combining gets, though nobody makes one. Pure. Borrows both witnesses.
 */

#define WITNESSED_SCHEMA "mmiobench-witnessed/1"

/* What one process or driver of the guest has. */
struct witnessed_mapping {
	const struct witness_range *range; /* of the guest */
	enum memory_type gets;   /* UNKNOWN: it is not known, trapped, or several */
	bool trapped, several;
	bool untouched;          /* so it will be, once it is touched */
};

struct witnessed_bar {
	const struct pci_device *guest, *host; /* host NULL: asked for by the guest's address */
	const struct bar *bar;   /* of the guest */
	const struct witness_range *range; /* of the host, that decides; NULL: none does */
	enum effective effective; /* of what asks for write combining */
	enum verdict_outcome outcome;
	enum confidence confidence;
	bool counts;             /* for the whole: prefetchable, unless none is */
	char why[320];
	struct witnessed_mapping *mappings; /* owned */
	size_t n_mappings;
};

struct witnessed {
	const struct witness *host, *guest;
	bool require_preserved;  /* an inconclusive one is a failure */
	struct witnessed_bar *bars; /* owned; of the guest's BARs those that the host looked for */
	size_t n_bars;
	const struct witnessed_bar *worst; /* of those that count */
};

/*
 * 0 when the two can be a host's and its guest's, and have a BAR in common; else -EINVAL, and why says what
 * to do.
 */
int witnessed_check(const struct witness *host, const struct witness *guest, char *why, size_t n);

/* Of two that were checked. 0, -ENOMEM. */
int witnessed_make(struct witnessed *w, const struct witness *host, const struct witness *guest,
		   bool require_preserved);
void witnessed_free(struct witnessed *w);

/* mmiocompare's: 0 preserved, 1 not, 3 inconclusive. */
int witnessed_status(const struct witnessed *w);

int witnessed_write(const struct witnessed *w, const char *path);

#endif
