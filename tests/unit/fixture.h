/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_UNIT_FIXTURE_H
#define TESTS_UNIT_FIXTURE_H

#include "compare/compare.h"
#include "record/result.h"

/* Results without hardware, files in a directory of their own, and what goes to stderr. */

#define FIXTURE_HZ   1e9
#define FIXTURE_BOOT "d3385771-a61b-4db8-b53f-62b463d59a92"

/* A guest on aarch64 with a direct BAR that reads back: no cells, no journal. */
void fixture_result(struct result *r);

extern unsigned int fixture_rounds; /* odd; 3, unless a test wants an interval of 95 % */

/*
 * Adds a cell of that id ("bw/wc/store8/4K/posted"), with fixture_rounds whose median is the value:
 * bytes per second, or ns where the experiment is lat, and for most of probe.
 */
struct cell_record *fixture_cell(struct result *r, const char *id, double value);

/* What is measured is another cell, all else stays. */
void fixture_rename(struct cell_record *c, const char *id);

/* The same for a cell that counts: events, with what the first was, in so many tries. */
struct cell_record *fixture_counts(struct result *r, const char *id, uint64_t tries,
				   uint64_t events, const char *note);

enum map_type fixture_mapping(const char *name);

void fixture_probe(struct result *r, const char *name, enum map_type mapping, const char *outcome,
		   double load_ns, double store_ns);

/* The time a single access through wc took; the probes are already there. */
void fixture_store_ns(struct result *r, double ns);

/* outcome "": nothing was written after the attempt. */
void fixture_journal(struct result *r, const char *boot_id, const char *outcome);

/* mmiocompare's page; the caller frees. */
char *fixture_page(const struct comparison *c);

/* A fresh directory for this process, removed by fixture_cleanup; cmocka group fixtures. */
int fixture_setup(void **state);
int fixture_cleanup(void **state);
const char *fixture_path(char *buf, size_t n, const char *name);
void fixture_write(const char *path, const void *bytes, size_t n);
char *fixture_read(const char *path, size_t *n); /* the caller frees */

/* Between the two, stderr goes to a file; end gives what was written and how many lines. */
void fixture_stderr_begin(void);
unsigned int fixture_stderr_end(char *buf, size_t n);

#endif
