/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EXP_SPEC_H
#define EXP_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/words.h"
#include "map/map.h"

/* In the order of the plan: a row makes an enum exp_id, its word, and its place in experiments. */
#define EXPERIMENTS(row) \
	row(PROBE, "probe", exp_probe) \
	row(BW, "bw", exp_bw) \
	row(COMBINE, "combine", exp_combine) \
	row(LAT, "lat", exp_lat) \
	row(DOORBELL, "doorbell", exp_doorbell) \
	row(EARLY_ACK, "early-ack", exp_early_ack) \
	row(ORDER, "order", exp_order) \
	row(INTEGRITY, "integrity", exp_integrity) \
	row(SCALE, "scale", exp_scale) \
	row(EXCLUSIVE, "exclusive", exp_exclusive)

#define EXP_ID(id, ...) EXP_##id,
enum exp_id { EXPERIMENTS(EXP_ID) EXPERIMENT_IDS };

extern const struct words words_experiment;

/* Of a figure: bytes per second, ns per unit_bytes, events in tries; a ratio of two figures is no cell's. */
enum unit { UNIT_RATE, UNIT_NS, UNIT_EVENTS, CELL_UNITS, UNIT_RATIO = CELL_UNITS };

const char *unit_name(enum unit unit); /* "B/s" */

/*
 * What one measured point is: the same on every machine of an architecture. Plain data, part of
 * what is planned (struct cell) and of what is recorded (struct cell_record). Pure.
 */
struct cell_spec {
	struct word experiment;  /* enum exp_id; a reader of results need not know it */
	enum map_type mapping;
	char kernel[24], barrier[24];
	char barrier2[24];       /* litmus: the second thread's; else "" */
	char shape[16];          /* litmus: "SB"; integrity: "gaps"; else "" */
	char place[16];          /* where several threads run and store: "near-own"; else "" */
	char access_pattern[16]; /* where accesses go: "seq", "span64", "lines4", ...; "" */
	unsigned int threads;    /* that access at once; >= 1 */
	bool is_load;
	unsigned int width_bytes;
	uint32_t interval_bytes; /* of the barrier; 0: at the end of a pass, or none */
	unsigned int doorbell_bytes; /* stored after each barrier; 0: none */
	uint32_t shift_bytes;    /* the region begins so far into a 64-byte line; < 64 */
	uint64_t region_bytes;   /* of all threads; patterns that stay: what they touch */
	uint64_t lap_bytes;      /* that one lap of all threads moves; no loop: the region */
	uint32_t unit_bytes;     /* moved per unit of "ns": an access, a descriptor */
	bool flushed;            /* a read from the device closes each interval */
	char flush_through[16];  /* mapping that is read; "" when not flushed */
	enum unit unit;
};

#define SPEC_ID_BYTES 96

/*
 * "bw/wc/store8+dsb-st@64/4K/posted". Nobody takes it apart: what it says is in the spec.
 * with_pattern: the pattern is told; the usual one is not, but where cells differ in it.
 */
void spec_id(char id[SPEC_ID_BYTES], const struct cell_spec *s, bool with_pattern);

/* How such an id begins, "bw/wc/", and the length of that. */
size_t spec_id_start(char start[SPEC_ID_BYTES], const struct cell_spec *s);

/* It counts events, and times nothing. */
bool spec_counts(const struct cell_spec *s);

/* The two differ in nothing that makes a cell, but perhaps in their mapping. */
bool spec_is_like(const struct cell_spec *a, const struct cell_spec *b);

/* The pattern of a loop that walks a region upwards. */
void spec_usual_pattern(char *buf, size_t n, uint64_t region_bytes);

#endif
