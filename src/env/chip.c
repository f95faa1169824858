// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/path.h"
#include "base/text.h"
#include "env/collect.h"

#define SMBIOS_PROCESSOR "/sys/firmware/dmi/entries/4-0/raw"
#define PCI_DEVICES      "/sys/bus/pci/devices"

/* DMTF DSP0134 7.5: offset of the string's number in a processor's structure */
#define SMBIOS_VERSION 0x10

/* The string of that number behind the structure, or NULL; b[n] is 0. */
static const char *smbios_string(const unsigned char *b, size_t n, unsigned int number)
{
	const char *s = (const char *)b + b[1], *end = (const char *)b + n;

	for (; number > 1 && s < end; number--)
		s += strlen(s) + 1;
	return number && s < end && *s ? s : NULL;
}

static int collect_processor(struct env *env)
{
	unsigned char b[1024] = { 0 };
	const char *found = NULL;
	ssize_t n = path_read_bytes(b, sizeof(b) - 1, SMBIOS_PROCESSOR);

	if (n > SMBIOS_VERSION && b[1] > SMBIOS_VERSION && b[1] < n)
		found = smbios_string(b, (size_t)n, b[SMBIOS_VERSION]);
	return found ? env_add(env, "dmi_processor", SMBIOS_PROCESSOR, found) : 0;
}

static int is_root(const struct dirent *d)
{
	const char *bus = strchr(d->d_name, ':');

	return bus && !strcmp(bus, ":00:00.0");
}

/* "0x14e4" and "0x2711" as "14e4:2711"; false: not known. */
static bool read_ids(char *ids, size_t n, const char *bdf)
{
	char vendor[16], device[16];

	if (path_read(vendor, sizeof(vendor), PCI_DEVICES "/%s/vendor", bdf) <= 2 ||
	    path_read(device, sizeof(device), PCI_DEVICES "/%s/device", bdf) <= 2)
		return false;
	snprintf(ids, n, "%.4s:%.4s", vendor + 2, device + 2);
	return true;
}

/* Each id once, as many as fit. */
static int collect_root(struct env *env)
{
	char path[PATH_MAX], ids[16], all[128] = "";
	struct dirent **v = NULL;
	int n = path_make(path, sizeof(path), PCI_DEVICES) ? 0 : scandir(path, &v, is_root, alphasort);

	for (int i = 0; i < n; i++) {
		if (read_ids(ids, sizeof(ids), v[i]->d_name) && !strstr(all, ids) &&
		    strlen(all) + strlen(ids) + 2 < sizeof(all))
			text_append(all, sizeof(all), "%s%s", *all ? " " : "", ids);
		free(v[i]);
	}
	free(v);
	return env_add(env, "pci_root", PCI_DEVICES, all);
}

int chip_collect(struct env *env)
{
	int ret = collect_processor(env);

	return ret ? ret : collect_root(env);
}
