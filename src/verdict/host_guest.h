/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERDICT_HOST_GUEST_H
#define VERDICT_HOST_GUEST_H

#include "record/result.h"

/*
 * What two results can be to each other, by what each says of its own machine. Pure. That the guest
 * ran on that very host no result tells.
 */
enum host_guest {
	HOST_GUEST_UNKNOWN,        /* of one of them it is not known whether it is a VM */
	HOST_GUEST_PAIR,     /* a machine that may run VMs, then a VM */
	HOST_GUEST_BOTH_GUESTS,         /* two VMs that run none: the first is no host */
	HOST_GUEST_BOTH_HOSTS,          /* both run VMs, and are none */
	HOST_GUEST_NESTED,        /* two VMs that run VMs: the second may be the first's, nested, or not */
};

enum host_guest host_guest_of(const struct result *first, const struct result *second);

/* Whether what the first shows may stand for what the second's device does without a hypervisor. */
bool host_guest_is_reference(const struct result *first, const struct result *second);

/* Other profiles measure other cells, in other batches: figures are no pair, what was found is. */
bool host_guest_same_profile(const struct result *first, const struct result *second);

#endif
