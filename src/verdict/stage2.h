/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERDICT_STAGE2_H
#define VERDICT_STAGE2_H

#include "verdict/judge.h"

/* What the second stage that a host's witness read makes of a guest's mappings. Pure. */

/*
 * Whether r is a VM's range of this BAR of a guest: of a function with its ids and size, where the guest has
 * it; or asked for by an address that is the BAR's. Another VM may have a device of that kind there, too.
 */
bool stage2_is_of(const struct witness *w, const struct witness_range *r, const struct pci_device *guest,
		  const struct bar *bar);

/* Whether the record has such a device and BAR that a VM has or may have, or an address of the BAR was asked for. */
bool stage2_looked(const struct witness *w, const struct pci_device *guest, const struct bar *bar);

/* The type of an access through both stages. */
enum memory_type stage2_combine(const struct witness *w, const struct witness_range *r,
				enum memory_type stage1);

/* SAYS() of what a request for write combining gets; 0: it is not known. */
unsigned int stage2_says(const struct witness *w, const struct witness_range *r);

/* "Normal-NC", "Normal-WB (forced)", "left to the guest". buf: 32 bytes. */
const char *stage2_words(char *buf, size_t n, const struct witness_range *r);

/* "16384 KiB", "256 bytes". buf: 32 bytes. */
const char *stage2_bytes(char *buf, size_t n, const struct witness_range *r);

/* It is known where there is no memory slot; and of all slots of BARs which parts are not in the tables. */
bool stage2_knows_slots(const struct witness *w);
bool stage2_knows_holes(const struct witness *w);

/*
 * Why what is not in the tables is trapped; NULL: perhaps it was not in use, or is in another VM's. The only
 * VM's tables were read, all that they have is in the record, and a device in use has its memory slots.
 */
const char *stage2_absent(const struct witness *w);

/* Why the record is of no guest that was booted then; NULL: it may be. booted: a fact's, or NULL. */
const char *stage2_is_earlier(const struct witness *w, const char *booted);

#endif
