/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_PARSE_H
#define BASE_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Strings to numbers and back. All return 0, or -EINVAL (not a number of that form) or -ERANGE,
 * and set *out only on success. They log nothing: the caller knows which option it was.
 */

/* Decimal, or hexadecimal after 0x; nothing before or after. */
int parse_u64(const char *s, uint64_t *out);

/* As parse_u64, then optionally K, M, G or T, with or without iB: powers of 1024. */
int parse_size(const char *s, uint64_t *out);

/* As parse_u64, at most max. */
int parse_uint(const char *s, unsigned int max, unsigned int *out);

/* 0 or 1: 0, no, off, false or 1, yes, on, true. -EINVAL: neither. */
int parse_switch(const char *s);

/* "5%", "0.5%": to 0.05, 0.005. The sign must be there; at most three digits before, six behind. */
int parse_percent(const char *s, double *out);

/* "64", "4K", "16M": the largest binary unit that divides bytes. buf: at least 24 bytes. */
const char *format_size(char *buf, size_t n, uint64_t bytes);

#endif
