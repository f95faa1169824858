// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include "map/map.h"

#define NAME(type, name, ...) name,

const char *map_name(enum map_type type)
{
	static const char *const names[MAP_TYPES] = { MAP_WAYS(NAME) };

	return names[type];
}
