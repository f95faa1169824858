/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RECORD_RESULT_H
#define RECORD_RESULT_H

#include <stdbool.h>
#include <stdint.h>
#include "base/fault.h"
#include "env/env.h"
#include "exp/spec.h"
#include "stat/rate.h"
#include "stat/summary.h"

/*
 * The record of one run: plain data, filled by a run or read back from its JSON, and all that
 * judging, comparing and reporting need. Strings in fixed arrays are bounded; owned pointers are
 * freed by result_free.
 */

#define RESULT_SCHEMA      "mmiobench-result/1"
#define RESULT_JOURNAL_MAX 1000

enum cell_status {
	CELL_NOT_RUN,   /* not reached */
	CELL_MEASURED,
	CELL_SKIPPED,   /* refused beforehand, or by its first visit: why says it */
	CELL_COARSE,    /* too short for this machine's clock */
	CELL_FAULTED,   /* SIGBUS, SIGSEGV or SIGILL in an access to the mapping */
	CELL_KILLED,    /* the child was killed by a signal of somebody else's */
	CELL_TIMEOUT,
	CELL_FAILED,    /* could not be mapped, pinned, ... */
	CELL_STATUSES
};

/*
 * What came of a probe, with its word in results and in the journal, where NONE is an attempt behind which
 * nothing was written. Other faults, and types as the kernel lists them, are other words.
 */
#define PROBE_OUTCOMES(row)                                                                        \
	row(NONE, "") row(READS_BACK, "reads-back")                                                \
	row(DOES_NOT_READ_BACK, "does-not-read-back") row(ALL_ONES, "all-ones")                    \
	row(LOADS_ONLY, "loads-only") row(WORKS, "works") row(PROHIBITED, "prohibited")            \
	row(NEVER_SUCCEEDS, "never-succeeds") row(ALIGNMENT_FAULT, "SIGBUS/BUS_ADRALN")            \
	row(NOT_RUN, "not-run") row(KILLED, "killed") row(OUT_OF_MEMORY, "out-of-memory")          \
	row(TIMEOUT, "timeout") row(FAILED, "failed") row(INTERRUPTED, "interrupted")              \
	row(SURVIVED, "survived") row(NOT_MADE, "not-made") row(TORN, "torn")

#define OUTCOME_ID(id, name) OUTCOME_##id,
enum probe_outcome { PROBE_OUTCOMES(OUTCOME_ID) };

/* "SIGBUS/BUS_ADRALN" */
const char *fault_name(char *buf, size_t n, const struct fault *fault);

/* What such a fault means on a BAR, in a few words; "" where nothing is known. */
const char *fault_meaning(const struct fault *fault);

/* One visit of one cell, in its own process. Raw ticks are never changed. */
struct round {
	enum cell_status status;
	struct fault fault;
	char why[128];           /* "" when measured */
	uint64_t laps;           /* of the loop, per batch */
	unsigned int cpu;
	bool migrated;           /* began and ended on different CPUs */
	unsigned int preempted;  /* involuntary context switches */
	unsigned int n;          /* batches */
	uint64_t *ticks;         /* owned */
	uint64_t tries, events;  /* of cells that count */
	char note[160];          /* what the first event was; "" */
};

/* One measured point; the same id means the same thing on every machine of an architecture. */
struct cell_record {
	struct cell_spec spec;
	char id[SPEC_ID_BYTES];  /* by spec_id */
	uint64_t pattern;        /* stored in every word of the region; 0 for loads */
	enum cell_status status; /* measured when every round is */
	char why[128];
	struct round *rounds;    /* owned */
	unsigned int n_rounds;
	bool has_summary;
	struct summary summary;  /* over the rounds' medians, in unit; not of "events" */
	uint64_t tries, events;  /* sums over the rounds */
};

/* What a mapping does, found with single accesses before anything is measured, or last. */
struct probe_record {
	enum probe probe;
	enum map_type mapping;
	struct word outcome;     /* enum probe_outcome */
	char detail[160];
	double load_ns;          /* median of single loads, 0: not measured */
	double store_ns;         /* median issue cost of single stores, 0: not measured */
};

/* A line of the crash journal that is about this BAR. */
struct journal_record {
	char time[32];           /* ISO 8601, UTC */
	char boot_id[40];
	char kernel[72];         /* release */
	struct word probe, mapping, outcome; /* enum probe, map_type, probe_outcome */
	char attempt[64];        /* its id in the journal; not in results */
	bool this_boot;
	bool beside;             /* read from a file beside the run, which did not see it itself */
};

enum window_state {
	WINDOW_UNTOUCHED,
	WINDOW_RESTORED,
	WINDOW_LEFT,     /* --leave-window */
	WINDOW_DIFFERS,  /* put back, but it reads otherwise: no plain memory */
	WINDOW_LOST,     /* could not be put back */
	WINDOW_STATES
};

/* What happened to the device during the run that was not ours. */
struct disturbance {
	char why[128];           /* the first; "": nothing did */
	bool power_lost;         /* COMMAND, power state or runtime PM are not as found */
};

/* Of several launches with one command, one after the other. */
struct launch_record {
	unsigned int index;      /* from 1; 0: it was started by itself */
	unsigned int of;
	uint64_t seed;           /* that the launches' seeds come from */
};

/*
 * What launches of one machine compared with each other show: how often mmiocompare raises a false alarm
 * here, and what it would find. launches 0: there was none. See compare/self_check.h.
 */
#define SELF_CHECK_SIZES 2 /* one run a side, and half of the launches */
#define SELF_CHECK_CELLS 3 /* the gating ones */
#define SELF_CHECK_LEAST       4  /* launches: two comparisons that share none */
#define SELF_CHECK_COMPARISONS 60 /* of each kind at most: each takes a moment */
#define SELF_CHECK_SHIFT_MOST  9  /* tenfold; what needs more is not found */

struct self_check_rate {
	unsigned int runs;       /* a side */
	unsigned int comparisons;
	unsigned int independent; /* that share no launch */
	struct rate gating;      /* comparisons in which at least one gating cell "differs" */
	struct rate others;      /* other cells that "differ" */
};

struct self_check_cell {
	char id[SPEC_ID_BYTES];
	struct self_check_shift {
		unsigned int runs; /* a side */
		double shift;      /* 0: none is found */
	} shifts[SELF_CHECK_SIZES];
	unsigned int n_shifts;   /* as many as sizes */
};

struct self_check {
	unsigned int launches;
	double min_effect;       /* of the rates; the shifts are for none */
	bool judged;             /* false: emulated or replayed, nothing below is set */
	struct self_check_rate sizes[SELF_CHECK_SIZES];
	unsigned int n_sizes;
	/* the first half against the second: what drifted meanwhile */
	unsigned int drift_gating, drift_others, drift_cells;
	struct self_check_cell cells[SELF_CHECK_CELLS];
	unsigned int n_cells;
};

struct result {
	/* the run */
	char version[32];        /* of mmiobench */
	char arch[16];
	char *command;           /* owned */
	char started[32];        /* ISO 8601, UTC */
	double duration_s;
	bool replayed;           /* --sysroot: no real hardware */
	struct env env;

	/* what was measured */
	bool is_ram;             /* --map ram: no device, no BAR */
	struct pci_device device;
	struct bar bar;
	uint64_t offset_bytes, length_bytes; /* the window, in the BAR */
	bool may_store;
	enum window_state window;
	struct disturbance disturbance;

	/* how */
	char profile[16];
	uint64_t seed;
	struct launch_record launch;
	unsigned int rounds_planned, rounds_done, batches;
	unsigned int cpu;
	char cpu_why[96];
	char clock_name[24];
	double clock_hz;
	uint64_t clock_resolution_ticks, clock_overhead_ticks;
	char asks[MAP_TYPES][24]; /* memory type that each mapping asked for; "": not known then */

	/* what came out; owned */
	struct cell_record *cells;
	size_t n_cells;
	struct probe_record *probes;
	size_t n_probes;
	struct journal_record *journal;
	size_t n_journal;
	struct self_check self_check;
};

void result_free(struct result *r);

/* Notes what happened to the device; the first stays. */
void result_disturbed(struct result *r, const char *why);

/* The device is not as it was found: the window does not hold what it held, or its power state. */
bool result_is_left(const struct result *r);

const char *cell_status_name(enum cell_status s);    /* "measured", ... */
const char *window_state_name(enum window_state s);  /* "restored", ... */

const struct cell_record *result_find_cell(const struct result *r, const char *id);

/* The cell of that specification through a mapping; NULL: there is none. */
const struct cell_record *result_find_spec(const struct result *r, const struct cell_spec *spec,
					   enum map_type mapping);
const struct probe_record *result_find_probe(const struct result *r, enum probe probe,
					     enum map_type mapping);

/* The cell that does the same through another mapping. */
const struct cell_record *result_find_beside(const struct result *r, const struct cell_record *c,
					     enum map_type mapping);

extern const struct words words_mapping, words_probe, words_probe_outcome, words_route; /* result_fields.c */
const char *probe_outcome_text(const struct word *outcome);

/* How single accesses reached the device. Trapped: each left the VM; unknown: no store was timed. */
enum route { ROUTE_DIRECT, ROUTE_TRAPPED, ROUTE_UNKNOWN };
enum route probe_route(const struct probe_record *p);

/* The kernel's own list has plain's pages as write-combining: then plain is no control of wc. */
bool result_plain_is_wc(const struct result *r);

/* A copy of p at the end of the list. 0 or -ENOMEM. */
int result_add_probe(struct result *r, const struct probe_record *p);
int result_add_journal(struct result *r, const struct journal_record *j);

/* One batch's ticks in the cell's unit. */
double cell_value(const struct cell_record *c, uint64_t laps, double ticks, double clock_hz);

/* True for cells that count events instead of timing batches. */
bool cell_counts(const struct cell_record *c);

/* "16_sse" of "store16_sse" and "load16_sse": a kernel and the one of the other direction. */
const char *cell_kernel_stem(const struct cell_record *c);

/* True when it has a figure: not when it faulted in a round. c may be NULL. */
bool cell_is_measured(const struct cell_record *c);

/* True when it has a median, and when the interval of that is one of 95 %; events have none. */
bool cell_has_median(const struct cell_record *c);
bool cell_has_interval(const struct cell_record *c);

/* Whether it is of that experiment; and through that mapping. */
bool cell_is(const struct cell_record *c, enum exp_id experiment);
bool cell_is_on(const struct cell_record *c, enum exp_id experiment, enum map_type mapping);

/* A loop over a result's cells, in the plan's order. NOLINTBEGIN(bugprone-macro-parentheses): c is declared */
#define for_each_cell(c, r)                                                                        \
	for (const struct cell_record *c = (r)->cells;                                             \
	     (size_t)(c - (r)->cells) < (r)->n_cells; c++)
/* NOLINTEND(bugprone-macro-parentheses) */

/* What the first event was, of any round; "". */
const char *cell_note(const struct cell_record *c);

/*
 * Sets the cell's status and sums from its rounds, and its summary from the rounds' medians. 0,
 * -ENOMEM.
 */
int cell_summarize(struct cell_record *c, double clock_hz);

/* The rounds' medians in the cell's unit; out has room for n_rounds. Returns how many. */
size_t cell_medians(const struct cell_record *c, double clock_hz, double *out);

#endif
