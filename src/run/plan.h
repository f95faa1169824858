/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUN_PLAN_H
#define RUN_PLAN_H

#include "exp/exp.h"
#include "run/result.h"

#define PLAN_LEAST_ROUNDS 3 /* an interval needs them; a slow BAR gets no more */

/* How much is measured: one row for each of --quick, the default and --full. */
struct plan_profile {
	const char *name;
	unsigned int rounds;
	unsigned int batches;    /* timed intervals per round of a cell */
	unsigned int batch_us;   /* least length of one */
	double budget_s;         /* for all rounds together */
};

const struct plan_profile *plan_profile(enum exp_profile p);

/*
 * The window in two: data, which cells store to and load from, and a control page at its end that
 * is only read, through the plain mapping, to flush. A small window has no control page, then
 * flushing reads the data through its own mapping. Depends on the window's length alone, so that
 * host and guest agree.
 */
struct plan_layout {
	uint64_t data_bytes;
	uint64_t control_bytes;  /* 0: none */
};

/*
 * Doorbells ring in the control page so far behind the word that flushes read: on another page,
 * for any page size that a control page has whole pages of; with 64 KiB pages the same one.
 */
#define PLAN_DOORBELL_OFFSET 32768u
#define PLAN_DOORBELL_BYTES  8u

void plan_layout(struct plan_layout *layout, uint64_t window_bytes);

struct plan {
	const struct plan_profile *profile;
	struct plan_layout layout;
	struct cell_list cells;
	double share_s;          /* a visit may last so long, though it needs less; by plan_record */
};

struct plan_ask {
	enum exp_profile profile;
	const char *tests;       /* comma-separated experiments; NULL: all */
	const enum map_type *types;
	size_t n_types;
	bool may_store;
	bool devmem;             /* /dev/mem may be mapped */
	unsigned int n_near, n_far; /* CPUs for threads; known when cells are recorded */
	uint64_t window_bytes;
	const char *kernels, *barriers; /* comma-separated; NULL: as the experiments choose */
	const uint64_t *sizes;
	size_t n_sizes;
};

/* 0, -ENOMEM. The caller frees. */
int plan_make(struct plan *plan, const struct plan_ask *ask);
void plan_free(struct plan *plan);

/*
 * Fills result->cells from the plan, one record each, in the plan's order; a cell that must not be
 * run here, or not in its time, by what the probes found, is marked skipped with the reason
 * (run/refusal.h). 0, -ENOMEM.
 */
int plan_record(struct plan *plan, const struct plan_ask *ask, struct result *result);

/* Seconds that the plan takes at most when each cell needs no more than its batches. */
double plan_estimate_s(const struct plan *plan);

/*
 * Seconds that are left after so many seconds for so many rounds (1.5: a half of the second): at the pace so
 * far, and no longer than the budget, which ends a run after the least rounds.
 */
double plan_left_s(const struct plan_profile *p, double spent_s, double rounds_done);

#endif
