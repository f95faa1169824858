// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <stdlib.h>
#include <string.h>
#include "verdict/link_limit.h"

/* PCIe base spec 4.2: 8b/10b, 128b/130b, then FLITs of 256 bytes with 242 of TLPs and DLLPs. */
static const struct {
	const char *speed; /* as sysfs says it, in GT/s */
	double transfers_per_s, code;
} speeds[] = {
	{ "2.5", 2.5e9, 8.0 / 10 },    { "5.0", 5e9, 8.0 / 10 },
	{ "8.0", 8e9, 128.0 / 130 },   { "16.0", 16e9, 128.0 / 130 },
	{ "32.0", 32e9, 128.0 / 130 }, { "64.0", 64e9, 242.0 / 256 },
};

/* "16.0 GT/s PCIe", older kernels "8 GT/s": the number, and what follows it. */
static bool speed_is(const char *text, const char *speed)
{
	char *end;
	double v = strtod(text, &end);

	return end != text && v == strtod(speed, NULL) &&
	       !strncmp(end, " GT/s", strlen(" GT/s"));
}

static double raw_of(const char *speed, unsigned int width)
{
	for (size_t i = 0; i < sizeof(speeds) / sizeof(speeds[0]); i++)
		if (speed_is(speed, speeds[i].speed))
			return speeds[i].transfers_per_s * speeds[i].code / 8 * width;
	return 0;
}

double link_limit_raw(const struct pci_link *link)
{
	return raw_of(link->speed, link->width);
}

double link_limit_most(const struct pci_link *link)
{
	return raw_of(link->max_speed, link->max_width);
}

bool link_limit_may_flit(const struct pci_link *link)
{
	return speed_is(link->max_speed, "64.0");
}

double link_limit_share(unsigned int payload_bytes)
{
	return payload_bytes / (double)(payload_bytes + CEILING_TLP_BYTES);
}
