/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUN_PLAN_H
#define RUN_PLAN_H

#include "exp/exp.h"
#include "record/result.h"

#define PLAN_START_S      0.002 /* one visit's process, for the estimate */
#define PLAN_LEAST_ROUNDS 3 /* an interval needs them; a slow BAR gets no more */

/* How much is measured: one row for each of --quick, the default and --full. */
struct plan_profile {
	const char *name;
	unsigned int rounds;
	unsigned int batches;    /* timed intervals per round of a cell */
	unsigned int batch_us;   /* least length of one */
	double budget_s;         /* for the whole run */
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

/* What is measured, as it was found. */
struct target {
	const struct pci_device *dev; /* NULL: --map ram */
	const struct bar *bar;
	uint64_t offset_bytes, length_bytes; /* the window; whole pages */
	bool may_store;
};

struct plan {
	const struct target *target;
	const struct plan_profile *profile;
	struct plan_layout layout;
	const struct request *request;
	const enum map_type *types; /* the mappings that are measured */
	size_t n_types;
	struct cell_list cells;
	/* found by the run, before plan_record */
	unsigned int n_near, n_far; /* CPUs for threads */
	double spent_s;          /* of the budget, so far */
	double start_s;          /* a visit's process, where accesses are slow; 0: they are not */
	/* by plan_record */
	double window_s;         /* to save what cells store to, and to put it back */
	double rounds_s;         /* of the budget, for the rounds */
	double share_s;          /* a visit may last so long, though it needs less */
};

/* Touches nothing; request and target are kept, not copied. 0, -ENOMEM. The caller frees. */
int plan_make(struct plan *plan, const struct request *request, const struct target *target);
void plan_free(struct plan *plan);

/*
 * Fills result->cells from the plan, one record each, in the plan's order; a cell that must not be
 * run here, or not in its time, by what the probes found, is marked skipped with the reason
 * (run/refusal.h). 0, -ENOMEM.
 */
int plan_record(struct plan *plan, struct result *result);

/*
 * Seconds to save so many bytes of the window, put them back and read them again, by the cost of single
 * accesses through the plain mapping; 0: not known.
 */
double plan_window_s(const struct result *result, uint64_t bytes);

/* Of the plan's: to put it back. */
double plan_restore_s(const struct plan *plan);

/*
 * True when there is no time for a cell's first visit. Where accesses are slow, visits may take several
 * times what single accesses promise: threads in lock-step, a machine that has other work. So the first
 * round has its share of rounds_s, and cells that it does not reach are left out.
 */
bool plan_is_late(const struct plan *plan, unsigned int rounds_done, double spent_s);

/* Bytes from the window's start that the cells that are run store to. */
uint64_t plan_touched_bytes(const struct result *result);

/* Seconds that the plan takes at most when each cell needs no more than its batches. */
double plan_estimate_s(const struct plan *plan);

/*
 * Seconds that are left, with spent_s spent on rounds_done rounds (1.5: the second one's first half): at the
 * pace so far, but no more than rounds_s allows, and to put the window back.
 */
double plan_left_s(const struct plan *plan, double spent_s, double rounds_done);

#endif
