/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EXP_EXP_H
#define EXP_EXP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "arch/arch.h"
#include "base/fault.h"
#include "exp/request.h"
#include "exp/spec.h"
#include "map/map.h"

/*
 * Experiments: one table, one file each. An experiment answers one question and expands into
 * cells, the measured points. A cell says exactly what is done; the runner does it.
 */

struct cell_list {
	struct cell *v;
	size_t n;
	bool out_of_memory;         /* a cell is missing */
};

/* What an experiment is asked for: its cells through one mapping. */
struct expansion {
	const struct experiment *experiment;
	const struct request *request;
	enum map_type mapping;
	bool may_store;
	bool has_doorbell;          /* there is a page for doorbells */
	uint64_t region_bytes;      /* most that one cell may cover; >= 4096 */
	struct cell_list *cells;    /* which it appends to */
};

struct cell {
	struct cell_spec spec;      /* with the names of what follows */
	const struct experiment *experiment;
	const struct kernel *kernel; /* of its accesses */
	const struct loop *loop;    /* what is timed, or makes the stores that are checked; or NULL */
	const struct barrier *barrier, *barrier2; /* barrier2: a second thread's, or NULL */
	unsigned int lasts;         /* so many times the profile's batches; 0: once */
	uint64_t least_loads, least_stores; /* of the shortest visit: its time is known beforehand */
	char id[SPEC_ID_BYTES];     /* by spec_id */
};

/* Mapped and pinned: what a visit of a cell in its own process works with; the runner makes it. */
struct stage {
	const struct cell *cell;
	struct mapping data;        /* of the region (at least a page), of the cell's type */
	struct map_range range;     /* that data shows */
	const volatile void *flush; /* aligned word to read-flush, not in the region if that can be */
	volatile void *doorbell;    /* 8 aligned bytes on a page of their own; NULL: none */
	const unsigned int *cpus;   /* of the cell's threads; this one runs on the first */
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
	bool answered;              /* the word to flush by was not all ones; set by the runner */
	char note[160];             /* what the first event was */
	char why[128];              /* why the visit failed */
	uint64_t ticks[OUTCOME_TICKS_MAX];
};

/*
 * One row a file (exp_NAME), listed in spec.h. A result has what its cells are, so pages, pictures and
 * comparisons show an experiment that they do not know.
 */
struct experiment {
	enum exp_id id;
	const char *question;
	const char *needs;  /* without which there is nothing of it; NULL: only what was chosen */
	enum exp_profile from; /* the least profile that runs it unasked; --tests runs it in any;
				  EXP_PROFILES: never unasked */
	bool optional_mappings; /* its cells are also planned through those that only --map adds */
	enum probe crash_probe; /* that is all there is of it; 0: it has cells */
	/* Appends the cells through one mapping; NULL: it has none. */
	void (*expand)(const struct expansion *x);
	/*
	 * Makes one visit of a cell; called in the cell's process, guarded. 0; -errno with out->why
	 * set; -ENXIO where this BAR turns out not to be one that can be asked that.
	 */
	int (*visit)(struct stage *stage, struct outcome *out);
};

/* By enum exp_id; ends with NULL. */
extern const struct experiment *const experiments[];

const struct experiment *experiment_find(const char *name);
const char *experiment_name(const struct experiment *e);

/* "probe, bw, lat", in buf. */
const char *experiment_names(char *buf, size_t n);

/* The request is for it, by name or by the profile. */
bool experiment_is_asked(const struct experiment *e, const struct request *request);

/*
 * Appends the cell for a loop of the architecture's table, and makes its id. A loop that does not
 * exist, a region that does not fit, a store without consent, a kernel or barrier that the user did
 * not ask for add nothing.
 */
struct cell_want {
	const char *kernel, *barrier;
	const char *pattern;    /* NULL: "seq", or "spanN" for regions below 1024 */
	uint32_t interval_bytes;
	uint32_t doorbell_bytes;
	uint64_t region_bytes;
	uint32_t shift_bytes;
	bool flushed;
	const char *place;      /* NULL: one thread */
	unsigned int threads;
	enum unit unit;
	uint32_t unit_bytes;    /* 0: the access's width */
};

void cell_add(const struct expansion *x, struct cell_want want);

/* Appends a cell that times no loop, of that shape, of which all but names and mapping is set. */
void cell_add_counted(const struct expansion *x, struct cell cell, const char *shape,
		      const char *place);

void cell_list_free(struct cell_list *list);

/* True when the user's lists, if any, have the name. */
bool exp_wants_kernel(const struct expansion *x, const char *name);
bool exp_wants_barrier(const struct expansion *x, const char *name);

/* The barrier of this architecture that is for that; "": it has none, and there are no such cells. */
const char *exp_barrier(unsigned int purpose);

/* The visit of experiments whose cells are timed loops. */
int exp_loop_visit(struct stage *stage, struct outcome *out);

/* -ERANGE, with why, when most of the batches were too short for the clock to tell; else 0. */
int exp_check_coarse(const struct stage *stage, struct outcome *out);

#endif
