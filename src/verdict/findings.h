/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VERDICT_FINDINGS_H
#define VERDICT_FINDINGS_H

#include "verdict/judge.h"

/*
 * What the figures of a run show, experiment by experiment, derived here once: pages, reports and
 * pictures print it. Pure.
 */

/* Mappings that a run is about: plain and wc, or ram. Ends with MAP_TYPES. */
const enum map_type *run_mappings(const struct result *r);
/* NOLINTBEGIN(bugprone-macro-parentheses): m is declared */
#define for_each_mapping(m, r)                                                                     \
	for (const enum map_type *m = run_mappings(r); *m < MAP_TYPES; m++)
/* NOLINTEND(bugprone-macro-parentheses) */

/* True when the experiment has a cell that was not skipped, on any mapping. */
bool run_has(const struct result *r, enum exp_id experiment);

/*
 * bw: the best rate of stores that have arrived, in 4 KiB and more; kernel NULL: of any. Posted ones
 * may exceed the link. 0: not measured.
 */
double bw_best_flushed(const struct result *r, enum map_type mapping, const char *kernel);

/* The cell goes over its region from the beginning to the end: "seq", "span64". */
bool bw_walks_up(const struct cell_record *c);

/* An emulated machine on which plain is as fast as wc: QEMU leaves out what costs the time (arm64). */
bool bw_plain_is_fast(const struct result *r);

/* combine */
struct combine_findings {
	enum map_type mapping;          /* where combining is looked for: "wc" or "ram" */
	const struct cell_record *best; /* the fastest sequence of whole lines; NULL: none was measured */
	unsigned int lines_open;        /* the most that were open and still combined; 0: not measured */
	double one_word;                /* what lines stored in one word carry, by the best; 0: the same */
};

struct combine_findings combine_find(const struct result *r);

/* A cell that stores whole lines, from their beginning. */
bool combine_is_whole_line(const struct cell_record *c);

/* The cell of a pattern ("lines4") and barrier; NULL: none. */
const struct cell_record *combine_pattern(const struct result *r, enum map_type mapping,
					  const char *pattern, const char *barrier);

/* Share of all batches that were as fast as the cell's best (its 95th percentile), nearly. */
double combine_reliability(const struct cell_record *c);

/* lat: percentiles of accesses that were timed one by one, over all rounds. False: there are none. */
bool lat_percentiles(double *ns, const double *at, size_t n, const struct result *r,
		     const struct cell_record *c);

/* doorbell */
#define DOORBELL_SIZES 16
struct doorbell_findings {
	uint32_t sizes[DOORBELL_SIZES];    /* of the descriptors, ascending as the plan has them */
	size_t n_sizes;
	const struct cell_record *barrier; /* the first row that has a barrier; NULL: none */
	bool told;                         /* with it all sizes were measured through both mappings */
	uint32_t pays_from;                /* the size from which on wc is cheaper; 0: it never is */
};

struct doorbell_findings doorbell_find(const struct result *r);

/* The cells that a row is made of: all sizes and mappings that are done alike. */
bool doorbell_has(const struct result *r, const struct cell_record *c);
const struct cell_record *doorbell_cell(const struct result *r, const struct cell_record *row,
					enum map_type mapping, uint32_t descriptor_bytes);

/* order: how often a weak outcome was seen, and whether it may be. */
enum weak_kind { WEAK_ALLOWED, WEAK_FORBIDDEN, WEAK_WRONG /* forbidden, yet seen */ };
struct weak {
	enum weak_kind kind;
	double per_million;
};

/* Of a cell that made tries. */
struct weak order_weak(const struct result *r, const struct verdict *v, const struct cell_record *c);

/* Each shape has three sets of barriers, in the plan's order; NULL: it has no such cell. */
enum order_set { ORDER_NONE, ORDER_WEAKEST /* that suffice */, ORDER_FULL, ORDER_SETS };
const struct cell_record *order_cell(const struct result *r, enum map_type mapping, const char *shape,
				     enum order_set set);

/* The tries that each cell made, or more. */
uint64_t order_tries(const struct result *r);

/* integrity: all cells of a set of stores ("gaps"). */
struct integrity_sum {
	unsigned int cells, skipped;
	uint64_t words, wrong;
	uint64_t device; /* words that are wrong through plain, too: see integrity_is_device */
};

struct integrity_sum integrity_sum(const struct result *r, enum map_type mapping, const char *set);

/* scale: so many CPUs that store or load at a place ("near-own"); NULL: no such cell, or it was skipped. */
const struct cell_record *scale_cell(const struct result *r, enum map_type mapping, unsigned int threads,
				     const char *place, bool load, bool flushed);

#endif
