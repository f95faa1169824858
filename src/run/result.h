/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUN_RESULT_H
#define RUN_RESULT_H

#include <stdbool.h>
#include <stdint.h>
#include "base/fault.h"
#include "env/env.h"
#include "pci/device.h"
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
	char id[96];             /* "bw/wc/store8+dsb-st@64/4K/posted" */
	char experiment[16], mapping[16];
	char kernel[24], barrier[24];
	char barrier2[24];       /* litmus: the second thread's; else "" */
	char access_pattern[16]; /* where accesses go: "seq", "span64", "lines4", ...; "" */
	char shape[16];          /* litmus: "SB"; integrity: "gaps"; else "" */
	char place[16];          /* where several threads run and store: "near-own"; else "" */
	unsigned int threads;    /* that access at once; >= 1 */
	bool is_load;
	unsigned int width_bytes;
	unsigned int doorbell_bytes; /* stored after each barrier; 0: none */
	uint32_t unit_bytes;     /* moved per unit of "ns": an access, a descriptor */
	uint32_t shift_bytes;    /* the region begins so far into a 64-byte line */
	uint32_t interval_bytes; /* of the barrier; 0: at the end of a pass, or none */
	uint64_t region_bytes;
	uint64_t lap_bytes;      /* moved by one lap of the loop */
	bool flushed;            /* a read from the device closes each interval */
	char flush_through[16];  /* mapping that is read; "" when not flushed */
	char unit[8];            /* "B/s", "ns" (per unit_bytes), "events" (in tries) */
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
	char name[24];           /* "access", "memtype", "alignment" */
	char mapping[16];
	char outcome[32];        /* see results/README.md */
	char detail[160];
	double load_ns;          /* median of single loads, 0: not measured */
	double store_ns;         /* median issue cost of single stores, 0: not measured */
};

/* A line of the crash journal that is about this BAR. */
struct journal_record {
	char time[32];           /* ISO 8601, UTC */
	char boot_id[40];
	char kernel[72];         /* release */
	char probe[24];
	char mapping[16];
	char outcome[32];        /* "": nothing was written after the attempt */
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
 * What launches of one machine held against each other show: how often mmiocompare would cry wolf
 * here, and what it would find. launches 0: there was none. See judge/self_check.h.
 */
#define SELF_CHECK_SIZES 2 /* one run a side, and half of the launches */
#define SELF_CHECK_CELLS 3 /* the gating ones */

struct self_check_rate {
	unsigned int runs;       /* a side */
	unsigned int comparisons;
	unsigned int independent; /* that share no launch */
	struct rate gating;      /* comparisons in which at least one gating cell "differs" */
	struct rate others;      /* other cells that "differ" */
};

struct self_check_cell {
	char id[96];
	double shifts[SELF_CHECK_SIZES]; /* by sizes' runs a side; 0: none is found */
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
	char asks[4][24];        /* memory type asked for by plain, wc, ram, devmem */

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
const struct probe_record *result_find_probe(const struct result *r, const char *name,
					     const char *mapping);

/*
 * How single accesses reached the device: "direct", "trapped" (each left the VM; see
 * exp/probe.h), or "unknown" where no store was timed.
 */
const char *probe_route(const struct probe_record *p);

/* The kernel's own list has plain's pages as write-combining: then plain is no control of wc. */
bool result_plain_is_wc(const struct result *r);

/* A copy of p at the end of the list. 0 or -ENOMEM. */
int result_add_probe(struct result *r, const struct probe_record *p);
int result_add_journal(struct result *r, const struct journal_record *j);

/* One batch's ticks in the cell's unit. */
double cell_value(const struct cell_record *c, uint64_t laps, double ticks, double clock_hz);

/* True for cells that count events instead of timing batches. */
bool cell_counts(const struct cell_record *c);

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
