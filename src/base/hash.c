// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"
#include <string.h>
#include "base/hash.h"

uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t n)
{
	const unsigned char *p = bytes;

	while (n--)
		hash = (hash ^ *p++) * 0x100000001b3ull;
	return hash;
}

uint64_t hash_string(uint64_t hash, const char *s)
{
	return hash_bytes(hash, s, strlen(s) + 1);
}

uint64_t hash_mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15ull;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
	return x ^ (x >> 31);
}
