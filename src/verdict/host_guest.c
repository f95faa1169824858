// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <string.h>
#include "env/env.h"
#include "verdict/host_guest.h"

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

static bool is_outermost(const struct result *r)
{
	return virt_below(&r->env) == VIRT_BELOW_NOBODY;
}

enum host_guest host_guest_of(const struct result *first, const struct result *second)
{
	bool second_hosts = runs_vms(second) && second->env.virt.guest != ENV_GUEST_UNKNOWN;

	if (is_only_guest(first) && is_only_guest(second))
		return HOST_GUEST_BOTH_GUESTS;
	if (!runs_vms(first) || first->env.virt.guest == ENV_GUEST_UNKNOWN)
		return HOST_GUEST_UNKNOWN;
	/* on bare metal a VM may itself have /dev/kvm */
	if (second_hosts && is_outermost(first) && is_outermost(second))
		return HOST_GUEST_BOTH_HOSTS;
	if (second_hosts && !is_outermost(first))
		return second->env.virt.guest == ENV_GUEST ? HOST_GUEST_NESTED : HOST_GUEST_UNKNOWN;
	return second->env.virt.guest == ENV_GUEST ? HOST_GUEST_PAIR : HOST_GUEST_UNKNOWN;
}

bool host_guest_is_reference(const struct result *first, const struct result *second)
{
	enum host_guest host_guest = host_guest_of(first, second);

	return first->env.virt.guest == ENV_BARE_METAL || host_guest == HOST_GUEST_PAIR ||
	       (host_guest == HOST_GUEST_UNKNOWN && !is_only_guest(first));
}

bool host_guest_same_profile(const struct result *first, const struct result *second)
{
	return !strcmp(first->profile, second->profile);
}
