/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* FNV-1a, 64 bits: detects torn and mixed-up records, not forged ones. Start with HASH_START. */
#define HASH_START 0xcbf29ce484222325ull

uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t n);
uint64_t hash_string(uint64_t hash, const char *s);

/* splitmix64's finalizer: a bijection, so distinct inputs give distinct patterns. */
uint64_t hash_mix(uint64_t x);

#endif
