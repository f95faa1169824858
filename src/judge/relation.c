// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <string.h>
#include "judge/relation.h"

/* A host may be a VM itself, as in a lab or a cloud. */
static bool runs_vms(const struct result *r)
{
	const char *kvm = fact_get(&r->env.facts, "kvm_device");

	return r->env.virt.guest == ENV_BARE_METAL || (kvm && !strcmp(kvm, "yes"));
}

static bool is_only_guest(const struct result *r)
{
	return r->env.virt.guest == ENV_GUEST && !runs_vms(r);
}

enum relation relation_of(const struct result *first, const struct result *second)
{
	bool second_hosts = runs_vms(second) && second->env.virt.guest != ENV_GUEST_UNKNOWN;

	if (is_only_guest(first) && is_only_guest(second))
		return RELATION_GUESTS;
	if (!runs_vms(first) || first->env.virt.guest == ENV_GUEST_UNKNOWN)
		return RELATION_UNKNOWN;
	/* on bare metal a VM may itself have /dev/kvm */
	if (second_hosts && first->env.virt.guest == second->env.virt.guest)
		return RELATION_HOSTS;
	return second->env.virt.guest == ENV_GUEST ? RELATION_HOST_GUEST : RELATION_UNKNOWN;
}

bool relation_is_reference(const struct result *first, const struct result *second)
{
	enum relation relation = relation_of(first, second);

	return first->env.virt.guest == ENV_BARE_METAL || relation == RELATION_HOST_GUEST ||
	       (relation == RELATION_UNKNOWN && !is_only_guest(first));
}

bool relation_same_profile(const struct result *first, const struct result *second)
{
	return !strcmp(first->profile, second->profile);
}
