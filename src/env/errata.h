/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ENV_ERRATA_H
#define ENV_ERRATA_H

#include <stdbool.h>
#include "base/fact.h"

enum erratum_chip { ERRATUM_ALTRA, ERRATUM_BCM2711 };

/* A chip on which stores through a write-combining mapping do harm. */
struct erratum {
	enum erratum_chip chip;
	bool any_store;       /* any such store does; else those that leave holes in a line */
	const char *refusal;  /* why they are left out */
	const char *note;     /* what users of the machine must know */
};

/*
 * The machine's erratum, by any fact that names the chip; NULL: none is known. A VMM chooses the facts that a
 * VM sees, even the CPU's identity, so in a VM the chip may stay unknown.
 */
const struct erratum *erratum_find(const struct facts *facts);

/* What a page says of it; NULL: nothing, also where the kernel works around it by mapping WC as Device. */
const char *erratum_note(const struct facts *facts);

#endif
