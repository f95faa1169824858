// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include "env/env.h"

static const char *const confidence_names[] = {
	[CONFIDENCE_UNKNOWN] = "unknown",
	[CONFIDENCE_LIKELY] = "likely",
	[CONFIDENCE_PROVED] = "proved",
};

static const char *const guest_names[] = {
	[ENV_GUEST_UNKNOWN] = "unknown",
	[ENV_BARE_METAL] = "bare metal",
	[ENV_GUEST] = "guest",
};

const char *confidence_name(enum confidence c)
{
	return (unsigned int)c <= CONFIDENCE_PROVED ? confidence_names[c] : "unknown";
}

const char *env_guest_name(enum env_guest g)
{
	return (unsigned int)g <= ENV_GUEST ? guest_names[g] : "unknown";
}
