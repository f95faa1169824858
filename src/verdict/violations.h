/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERDICT_VIOLATIONS_H
#define VERDICT_VIOLATIONS_H

#include "verdict/judge.h"

/*
 * Cells that count events: is what they saw allowed? Pure. Only what the architecture forbids, for
 * the type that the mapping really has, is a failure; what is allowed and was not seen is none.
 */

/*
 * True when the architecture forbids the weak outcome of a cell of "order". A mapping whose type is
 * not proved is taken for the weakest one that it may be, and so is an emulated machine's: an
 * emulator keeps no device's order.
 */
bool litmus_forbidden(const struct result *run, const struct verdict *v,
		      const struct cell_record *c);

/*
 * True when a cell of "integrity" saw what its kernel's stores do through plain, too, in the same set
 * or one at a time: the device does not take such stores (byte enables ignored, 64 bits at once), and
 * nothing is known of the mapping.
 */
bool integrity_is_device(const struct result *run, const struct cell_record *c);

/* True when a counting cell saw what must not be; why says what and how often. */
bool cell_failed(const struct result *run, const struct verdict *v, const struct cell_record *c,
		 char *why, size_t n);

size_t count_failed(const struct result *run, const struct verdict *v);

/*
 * What stands between data and flag, on the writer's side: the cell of message passing whose
 * barrier suffices by the architecture, let nothing through here, and costs least (by "lat"; on an
 * emulated CPU, or without figures, the weakest). NULL: there is no such cell. *cost_ns: a store
 * and the barrier; 0: not known.
 */
const struct cell_record *litmus_cheapest(const struct result *run, const struct verdict *v,
					  enum map_type mapping, double *cost_ns);

#endif
