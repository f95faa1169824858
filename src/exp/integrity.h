/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EXP_INTEGRITY_H
#define EXP_INTEGRITY_H

#include "exp/exp.h"

/*
 * Does what was stored arrive, where it was stored, and only there? A region is filled with tags
 * that say their address, stores are made to every other line, and all of it is read again: what
 * went astray shows in the lines between, if nowhere else. Every byte of a tag
 * is below 0x80, every byte that a store stores above, so that none is mistaken for the other.
 */

/* What a region is reached through; a test puts one in between that errs. */
struct integrity_port {
	void *arg;
	uint64_t offset_bytes; /* of the region in the BAR, as messages tell it */
	/* Shows the region through the mapping under test, or the one that is trusted. 0, -errno. */
	int (*show)(void *arg, bool under_test);
	void (*put)(void *arg, uint64_t offset, uint32_t word);
	uint32_t (*get)(void *arg, uint64_t offset);
	/* One execution of the kernel; offset may be any that the kernel allows. */
	void (*store)(void *arg, uint64_t offset, uint64_t value);
	void (*flush)(void *arg); /* what was stored has arrived */
};

struct integrity_set {
	const char *name;
	const char *what;
	bool unaligned;
	/*
	 * The stores of a line, the index-th of those that are stored to: offsets in it, ascending,
	 * at most INTEGRITY_STORES. Returns how many.
	 */
	unsigned int (*make)(unsigned int *offsets, unsigned int index, unsigned int width,
			     uint64_t *random);
};

#define INTEGRITY_STORES 64u

/* Ends with a row without name. */
extern const struct integrity_set integrity_sets[];

const struct integrity_set *integrity_find(const char *name);

/*
 * Makes all of a set's stores with the kernel. out->tries: words looked at; out->events: those that
 * are not what they should be; out->note names the first by offset, bytes and kernel. 0; -ENXIO with
 * out->why and no events where the trusted mapping does not read back what it stored, either; -errno.
 */
int integrity_run(const struct integrity_port *port, const struct integrity_set *set,
		  const struct kernel *kernel, uint64_t region_bytes, uint64_t seed,
		  struct outcome *out);

#endif
