/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef JUDGE_RELATION_H
#define JUDGE_RELATION_H

#include "run/result.h"

/*
 * What two results can be to each other, by what each says of its own machine. Pure. That the guest
 * ran on that very host no result tells.
 */
enum relation {
	RELATION_UNKNOWN,        /* of one of them it is not known whether it is a VM */
	RELATION_HOST_GUEST,     /* a machine that may run VMs, then a VM */
	RELATION_GUESTS,         /* two VMs that run none: the first is no host */
	RELATION_HOSTS,          /* both run VMs, or are none: neither is the other's guest */
};

enum relation relation_of(const struct result *first, const struct result *second);

/* Whether what the first shows may stand for what the second's device does without a hypervisor. */
bool relation_is_reference(const struct result *first, const struct result *second);

/* Other profiles measure other cells, in other batches: figures are no pair, what was found is. */
bool relation_same_profile(const struct result *first, const struct result *second);

#endif
