/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_WITNESS_RECORDING_H
#define TESTS_WITNESS_RECORDING_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "witness/kernel.h"
#include "witness/memory_map.h"

/*
 * What one run of mmiowitness read of a kernel, as text (README.md): answers, and memory. record.c makes it,
 * recorded.c stands for the kernel with it.
 */

/* Where mmiowitness has its own page, when it records and when it is replayed: free in each program. */
#define RECORDING_OWN_PAGE 0x70000000u

struct recording_memory {
	uint64_t phys;
	size_t n;
	uint64_t *words;
};

struct recording {
	char arch[16];
	uint64_t page_bytes;
	uint64_t number;         /* what stood in the page of its own */
	struct memory_map map;
	char lacks[KERNEL_PARTS][160];
	void *answers[KERNEL_PARTS];
	size_t n[KERNEL_PARTS];
	struct recording_symbol {
		char name[64];
		uint64_t phys;   /* 0: there is none */
	} symbols[8];
	size_t n_symbols;
	struct recording_memory *memory; /* pages or parts of such, by address */
	size_t n_memory;
};

/* 0; -EINVAL: it is no recording, and line says where; -ENOMEM. r is to be freed whatever it returns. */
int recording_read(struct recording *r, FILE *f, unsigned int *line);
void recording_write(const struct recording *r, FILE *f);
void recording_free(struct recording *r);

size_t recording_answer_bytes(enum kernel_part part);

/* Bytes at an address; NULL: they were not read, or not all. */
const uint64_t *recording_find(const struct recording *r, uint64_t phys, size_t bytes);

/* Adds or replaces. 0 or -ENOMEM. */
int recording_add_memory(struct recording *r, uint64_t phys, const void *bytes, size_t n);

/* How many words from i on grow by *step: 1, or more than 2. */
size_t recording_run(const struct recording_memory *m, size_t i, uint64_t *step);

#endif
