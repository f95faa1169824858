/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EXP_EXP_H
#define EXP_EXP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "arch/arch.h"
#include "base/fault.h"
#include "map/map.h"

/*
 * Experiments: one table, one file each. An experiment answers one question and expands into
 * cells, the measured points. A cell says exactly what is done; the runner does it.
 */

enum exp_profile { EXP_QUICK, EXP_DEFAULT, EXP_FULL, EXP_PROFILES };

/* What cells may use, and what the user wants of them. */
struct exp_limits {
	enum exp_profile profile;
	const enum map_type *types; /* mappings to measure */
	size_t n_types;
	bool may_store;
	bool has_doorbell;          /* there is a page for doorbells */
	uint64_t region_bytes;      /* most that one cell may cover; >= 4096 */
	const char *kernels;        /* comma-separated names; NULL: as the experiment chooses */
	const char *barriers;       /* the same */
	const uint64_t *sizes;      /* regions of bw; NULL: as it chooses */
	size_t n_sizes;
};

struct cell {
	const struct experiment *experiment;
	enum map_type type;
	const struct kernel *kernel; /* of its accesses */
	const struct loop *loop;    /* what is timed, or makes the stores that are checked; or NULL */
	const char *shape;          /* of a litmus test; a set of stores; "" */
	const char *place;          /* where several threads run and store; "" */
	const struct barrier *barrier, *barrier2; /* barrier2: a second thread's, or NULL */
	unsigned int threads;
	uint64_t region_bytes;      /* of all threads; patterns that stay: what they touch */
	uint64_t lap_bytes;         /* that one lap of all threads moves; no loop: the region */
	uint32_t shift_bytes;       /* accesses begin so far into a 64-byte line; < 64 */
	bool stores;
	bool flushed;               /* a read from the device closes each timed interval */
	const char *unit;           /* "B/s", "ns" per unit_bytes, or "events" */
	uint32_t unit_bytes;
	unsigned int lasts;         /* so many times the profile's batches; 0: once */
	uint64_t least_loads, least_stores; /* of the shortest visit: its time is known beforehand */
	char id[96];
};

struct cell_list {
	struct cell *v;
	size_t n;
};

/* Mapped and pinned: what a visit of a cell in its own process works with; the runner makes it. */
struct stage {
	const struct cell *cell;
	struct mapping data;        /* of the region (at least a page), of the cell's type */
	struct map_range range;     /* that data shows */
	const volatile void *flush; /* aligned word to read-flush, not in the region if that can be */
	volatile void *doorbell;    /* 8 aligned bytes on a page of their own; NULL: none */
	const unsigned int *cpus;   /* of cell->threads threads; this one runs on the first */
	const struct arch_clock *clock;
	uint64_t value;             /* that stores store, the same in each round */
	uint64_t seed;              /* another one in each round */
	uint64_t laps;              /* to begin with */
	uint64_t batch_ticks;       /* least length of a batch */
	uint64_t cap_ticks;         /* the visit's end: batches may be fewer then */
	unsigned int batches;
};

#define EXP_LEAST_BATCHES 3 /* and two before, that find how many laps they need */

/* What came of it; in memory shared with the parent, zeroed. */
#define OUTCOME_TICKS_MAX 256
struct outcome {
	uint64_t laps;              /* per batch */
	unsigned int n;             /* batches made */
	struct fault fault;         /* of another thread, with -EFAULT */
	uint64_t tries, events;     /* of cells that count */
	bool spoke;                 /* the word to flush by was not all ones; set by the runner */
	char note[160];             /* what the first event was */
	char why[128];              /* why the visit failed */
	uint64_t ticks[OUTCOME_TICKS_MAX];
};

struct experiment {
	const char *name;
	const char *question;
	const char *needs;  /* without which there is nothing of it; NULL: only what was chosen */
	bool needs_store;  /* part of its cells store; without consent those are left out */
	enum exp_profile from; /* the least profile that runs it unasked; --tests runs it in any;
				  EXP_PROFILES: never unasked */
	/* Appends cells. 0, -ENOMEM. */
	int (*expand)(const struct experiment *e, const struct exp_limits *limits,
		      struct cell_list *out);
	/*
	 * Makes one visit of a cell; called in the cell's process, guarded. 0; -errno with out->why
	 * set; -ENXIO where this BAR turns out not to be one that can be asked that. NULL: it has
	 * no cells, and is a probe of the architecture's by the same name.
	 */
	int (*visit)(struct stage *stage, struct outcome *out);
};

/* Ends with a row without name. */
extern const struct experiment experiments[];

const struct experiment *experiment_find(const char *name);

/* "probe, bw, lat", in buf. */
const char *experiment_names(char *buf, size_t n);

/*
 * Appends the cell for a loop of the architecture's table, and makes its id. A loop that does not
 * exist, a region that does not fit the limits, a store without consent, a kernel or barrier that
 * the user did not ask for add nothing: 0. -ENOMEM.
 */
struct cell_want {
	enum map_type type;
	const char *kernel, *barrier;
	const char *pattern;    /* NULL: "seq", or "spanN" for regions below 1024 */
	uint32_t interval_bytes;
	uint32_t doorbell_bytes;
	uint64_t region_bytes;
	uint32_t shift_bytes;
	bool flushed;
	const char *place;      /* NULL: one thread */
	unsigned int threads;
	const char *unit;
	uint32_t unit_bytes;    /* 0: the access's width */
};

int cell_add(struct cell_list *out, const struct experiment *e, const struct exp_limits *limits,
	     const struct cell_want *want);

/* Appends a cell that times no loop, as it is but for its id: "SB:none:none". 0, -ENOMEM. */
int cell_add_counted(struct cell_list *out, const struct cell *cell, const char *access);

void cell_list_free(struct cell_list *list);

/* True when the user's lists, if any, have the name. */
bool limits_want_kernel(const struct exp_limits *limits, const char *name);
bool limits_want_barrier(const struct exp_limits *limits, const char *name);

/* The barrier that waits for loads, by either architecture's name. */
extern const char *const exp_load_barriers[2];

/* The visit of experiments whose cells are timed loops. */
int exp_loop_visit(struct stage *stage, struct outcome *out);

/* -ERANGE, with why, when most of the batches were too short for the clock to tell; else 0. */
int exp_check_coarse(const struct stage *stage, struct outcome *out);

/* The rows' functions, one file each. */
#define EXP_EXPAND(name)                                                                           \
	int exp_##name##_expand(const struct experiment *e, const struct exp_limits *l,            \
				struct cell_list *out)
EXP_EXPAND(probe);
EXP_EXPAND(exclusive);
EXP_EXPAND(bw);
EXP_EXPAND(combine);
EXP_EXPAND(lat);
EXP_EXPAND(doorbell);
EXP_EXPAND(early_ack);
EXP_EXPAND(order);
EXP_EXPAND(integrity);
EXP_EXPAND(scale);

int exp_order_visit(struct stage *stage, struct outcome *out);
int exp_integrity_visit(struct stage *stage, struct outcome *out);
int exp_scale_visit(struct stage *stage, struct outcome *out);

#endif
