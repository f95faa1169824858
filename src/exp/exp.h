/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EXP_EXP_H
#define EXP_EXP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "arch/arch.h"
#include "map/map.h"

/*
 * Experiments: one table, one file each. An experiment answers one question and expands into
 * cells, the measured points. A cell says exactly what is done; the runner does it.
 */

enum exp_profile { EXP_QUICK, EXP_DEFAULT, EXP_FULL, EXP_PROFILES };

/* What cells may use. */
struct exp_limits {
	enum exp_profile profile;
	const enum map_type *types; /* mappings to measure */
	size_t n_types;
	bool may_store;
	uint64_t region_bytes;      /* most that one cell may cover; >= 4096 */
};

struct cell {
	const struct experiment *experiment;
	enum map_type type;
	const struct loop *loop;
	uint64_t region_bytes; /* span loops: their span */
	bool flushed;          /* a read from the device closes each timed interval */
	const char *unit;      /* "B/s", or "ns" per access */
	char id[96];
};

struct cell_list {
	struct cell *v;
	size_t n;
};

struct experiment {
	const char *name;
	const char *question;
	bool needs_store;  /* part of its cells store; without consent those are left out */
	/* Appends cells. 0, -ENOMEM. */
	int (*expand)(const struct experiment *e, const struct exp_limits *limits,
		      struct cell_list *out);
};

/* Ends with a row without name. */
extern const struct experiment experiments[];

const struct experiment *experiment_find(const char *name);

/* "probe, bw, lat", in buf. */
const char *experiment_names(char *buf, size_t n);

/*
 * Appends the cell for a loop of the architecture's table, and makes its id. A loop that does not
 * exist, or a region that does not fit the limits, adds nothing: 0. -ENOMEM.
 */
struct cell_want {
	enum map_type type;
	const char *kernel, *barrier;
	uint32_t interval_bytes;
	uint64_t region_bytes;  /* < 1024: a span loop of that many bytes */
	bool flushed;
	const char *unit;
};

int cell_add(struct cell_list *out, const struct experiment *e, const struct exp_limits *limits,
	     const struct cell_want *want);
void cell_list_free(struct cell_list *list);

/* The rows' functions. */
int exp_bw_expand(const struct experiment *e, const struct exp_limits *l, struct cell_list *out);
int exp_lat_expand(const struct experiment *e, const struct exp_limits *l, struct cell_list *out);
int exp_probe_expand(const struct experiment *e, const struct exp_limits *l, struct cell_list *out);

#endif
