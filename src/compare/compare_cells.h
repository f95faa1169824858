/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef COMPARE_COMPARE_CELLS_H
#define COMPARE_COMPARE_CELLS_H

#include "record/result.h"
#include "stat/ratio.h"
#include "witness/witness.h"

/*
 * Cells of two sides, each of one run or several, compared with each other. Pure. The unit of
 * statistics is the noisiest level there is: a round's median with one run on each side, else a
 * run's median of its rounds'.
 */

#define COMPARE_RUNS_MAX 1000u

/* Runs of one kind, at least one: launches, or boots. Not owned. */
struct compare_side {
	const struct result *runs;
	size_t n_runs;
};

struct compare_ask {
	double min_effect;       /* smallest ratio that matters, less 1: 0.05; 0: any */
	bool fail_on_regression; /* a gating cell is slower, or any was measured on one side only */
	bool fail_on_inconclusive; /* or a gating cell cannot be told */
	bool require_preserved;  /* no verdict, or an inconclusive one, is a failure */
	const struct witness *witness; /* the host's page tables; NULL: none */
	uint64_t ignored;        /* ENVIRONMENT_FACT() of each --ignore: then both are of one machine */
};

/* What gates look at, by number below COMPARE_GATES. */
#define COMPARE_GATES 3
struct compare_gate {
	struct cell_spec spec;   /* but for the mapping */
	const char *what;
};

extern const struct compare_gate compare_gates[COMPARE_GATES];
int compare_gate_number(const struct cell_record *c); /* -1: none of them */

#define COMPARE_MIN_EFFECT 0.05
#define COMPARE_ALPHA      0.05 /* of Holm's procedure over all gating cells */
#define COMPARE_Q          0.05 /* of Benjamini and Hochberg's over the others */
#define COMPARE_ALPHA_SAME 0.05 /* of each of the two one-sided tests for "the same" */
#define COMPARE_SCATTERS   3    /* that a difference of one run a side must be beyond */

enum compare_state {
	COMPARE_MEASURED,   /* on both sides */
	COMPARE_COUNTED,    /* counts events on both sides: there is no ratio */
	COMPARE_NOT_RUN,    /* skipped on both sides */
	COMPARE_ONE_SIDED,  /* measured on one side, skipped on the other, or in some of its runs */
	COMPARE_ABSENT,     /* no cell of that id on one side: renamed, dropped, of another profile */
	COMPARE_FAILED,     /* faulted, killed, ... in any run, or not reached on one side only */
	COMPARE_STATES
};

enum compare_word {
	COMPARE_NO_WORD,    /* not measured on both sides; or times count for nothing */
	COMPARE_SLOWER,     /* the guest; beyond chance and beyond the smallest effect */
	COMPARE_FASTER,
	COMPARE_SAME,       /* shown to differ by less than the smallest effect */
	COMPARE_OPEN,       /* inconclusive */
	COMPARE_WORDS
};

/* What a side has of a cell; where it lacks the cell all is 0. */
struct compare_figure {
	const struct cell_record *cell; /* of its runs the first that failed, else that lacks it, else that measured it */
	size_t n;                /* units */
	double median;           /* of them; both where the row is timed */
};

struct compare_row {
	const char *id;
	enum unit unit;
	struct compare_figure sides[2]; /* host's and guest's */
	enum compare_state state;
	/*
	 * One-sided, and what lacks it was only too fast for its clock: that bounds the figure, and is
	 * no more than a difference of a cell that no gate looks at.
	 */
	bool coarse;
	const char *gate;        /* what a gating cell tells; NULL: it is no gating cell */
	bool is_timed;           /* measured, and no events: all below is set, where judged */
	struct ratio ratio;      /* guest by host; > 1 is faster for B/s, slower for ns */
	double p;                /* two-sided, Mann and Whitney */
	double p_adjusted;       /* Holm's for gating cells, else Benjamini and Hochberg's */
	double p_same;           /* of equivalence; 1 where no effect is too small */
	bool exact;              /* none of the p is an approximation */
	enum compare_word word;
	size_t further;          /* units more a side that would decide; 0: too many */
	bool scattered;          /* open because of the scatter: only several runs would decide */
	/* by the sides' self-checks, see compare/self_check.h; set by compare_make */
	double detectable;       /* smallest shift that such a comparison finds; 0: not known */
	bool below;              /* called slower or faster by less than that */
};

struct compare_cells {
	struct compare_row *rows; /* owned; in the host's order, then what only the guest has */
	size_t n_rows;
	bool by_run;             /* the unit is a run, not a round */
	/*
	 * How far the cells' ratios lie from their middle, in logs: what two launches may differ by.
	 * 0: not by one run a side, or too few cells.
	 */
	double scatter;
	bool emulated, replayed; /* any run of either side: times count for nothing */
	bool judged;             /* false: one of these, or: */
	bool other_profile;      /* the sides are of different profiles: other cells, other batches */
	size_t n_states[COMPARE_STATES];
	size_t n_words[COMPARE_WORDS];
	size_t n_below;          /* rows that are called different by less than is detectable */
	size_t n_coarse;         /* coarse rows that are not gating */
	/* of gating cells only */
	size_t n_gates, n_gate_states[COMPARE_STATES], n_gate_words[COMPARE_WORDS];
};

/* The runs must outlive it. 0, -ENOMEM. */
int compare_cells_make(struct compare_cells *c, const struct compare_side *host,
		       const struct compare_side *guest, const struct compare_ask *ask);
void compare_cells_free(struct compare_cells *c);

/* For qsort() of pointers to rows: what is slower first, of one word what is farthest off. */
int compare_worst_first(const void *a, const void *b);

/*
 * The numbers of a side that are compared: its rounds' medians, or its runs'. at: where the cell
 * may be found. The caller frees; NULL: out of memory.
 */
double *compare_side_units(const struct compare_side *side, const char *id, size_t at, bool by_run,
			   size_t *n);

/* What a cell tells that gates look at; NULL: it is none. */
const char *compare_gate(const struct cell_record *c);

const char *compare_state_name(enum compare_state s); /* "measured", "one-sided", ... */
const char *compare_word_name(enum compare_word w);   /* "slower", ..., "" */

#endif
