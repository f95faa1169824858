/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef COMPARE_SURVEY_H
#define COMPARE_SURVEY_H

#include "compare/compare_cells.h"
#include "verdict/judge.h"

/*
 * Very many results, of a fleet or of years, grouped by their kind. Pure. What is kept of a
 * result has a fixed size, so that a directory of them needs little memory.
 */

enum survey_state {
	SURVEY_UNREAD,
	SURVEY_READING,          /* by a process; it died of it, where the state stays */
	SURVEY_RESULT,
	SURVEY_OTHER,            /* no result of mmiobench: a comparison, a witness, another's */
	SURVEY_BROKEN,           /* why says it */
	SURVEY_CLOSED,           /* a directory that cannot be looked into: why says it */
	SURVEY_COPY,             /* of a run that another file has */
	SURVEY_STATES
};

/*
 * What makes results be of one kind: they should say the same. Text, "" where nothing is known. Guests
 * and hosts are of different kinds, and so are kernels.
 */
enum survey_key {
	SURVEY_MACHINE,          /* "QEMU QEMU Virtual Machine", by DMI or device tree */
	SURVEY_CPU,              /* model; on arm64 "implementer 0x41 part 0xd0c" */
	SURVEY_ARCH,             /* "aarch64" */
	SURVEY_WHERE,            /* "guest of kvm", "bare metal" */
	SURVEY_KERNEL,           /* release */
	SURVEY_DEVICE,           /* "1af4:1110 BAR 2 of 16M"; "ordinary memory" */
	SURVEY_KEYS
};

#define SURVEY_NO_VERDICT VERDICTS /* there is no hypervisor to judge */

struct survey_record {
	const char *path;        /* of the file or directory; not owned */
	const char *file;        /* its name below the directory that is surveyed */
	enum survey_state state;
	int reader;              /* process that reads it */
	char why[224];           /* it could not be read */
	uint64_t run;            /* of a result: what files of one run have in common */
	size_t copy_of;          /* of a copy: the record that counts */
	char started[32];        /* ISO 8601, UTC */
	char keys[SURVEY_KEYS][96];
	bool timed;              /* its times are a machine's: neither emulated nor replayed */
	unsigned int verdict;    /* enum verdict_outcome, or SURVEY_NO_VERDICT */
	enum confidence confidence;
	size_t n_wrong;          /* cells that saw what must not be */
	double figures[COMPARE_GATES]; /* medians of what gates look at; 0: not measured */
};

/* What rec says of a result: all from run on but copy_of. */
void survey_record_set(struct survey_record *rec, const struct result *result);

/*
 * A run counts once, in however many files it is: of results with one boot, start, seed and the same
 * raw ticks the first stays, the others become copies.
 */
void survey_mark_copies(struct survey_record *records, size_t n);

/* One figure of a cluster; all behind n is 0 where fewer than SURVEY_LEAST results have it. */
struct survey_figure {
	const struct compare_gate *gate; /* what it is of */
	size_t n;                /* results that have it */
	double median, low, high; /* low, high: 5th and 95th percentile */
	size_t n_slower, n_faster; /* far from the median: see SURVEY_SIGMAS */
	double slower, faster;   /* the medians of those */
};

/* Results of one kind with one verdict. */
struct survey_cluster {
	const struct survey_record **results; /* n of them; in survey.order */
	const struct survey_record *sample; /* the first: all have its keys and its verdict */
	size_t n;
	size_t kind, n_kind;     /* number of its kind, and how many results that has */
	size_t n_proved;
	size_t n_wrong;          /* results with cells that saw what must not be */
	bool odd;                /* few of its kind have this verdict */
	struct survey_figure figures[COMPARE_GATES];
};

/* A result whose figure is far from its cluster's. */
struct survey_odd {
	const struct survey_record *record;
	const struct compare_gate *gate;
	bool slower;
	double value, typical;
};

/* A file that is listed by its name. */
struct survey_note {
	const char *file;
	const char *text;        /* of a copy: the file that counts; unreadable: why */
	size_t n_wrong;          /* cells that saw what must not be */
};

#define SURVEY_LEAST  8   /* results of a kind that can tell what is odd among them */
#define SURVEY_SIGMAS 5.0 /* of a normal distribution, by the median absolute deviation of logs */
#define SURVEY_FEW    0.1 /* a share of a kind that is odd */

struct survey {
	const struct survey_record *records; /* not owned */
	size_t n_records;
	size_t n_files;          /* records that are no directory */
	size_t n_states[SURVEY_STATES];
	/* of those that are results; by verdict */
	size_t n_verdicts[VERDICTS + 1], n_proved[VERDICTS + 1];
	size_t n_untimed;
	const char *oldest, *newest; /* NULL: of no result is it known */
	const struct survey_record **order; /* owned: results by kind and verdict */
	struct survey_cluster *clusters; /* owned; those not preserved first, then the largest */
	size_t n_clusters, n_kinds;
	struct survey_odd *odds; /* owned; farthest first */
	size_t n_odds, n_odds_slower;
	/* owned; in the records' order: results that saw what must not be, and what is not counted */
	struct survey_note *wrong, *copies, *unreadable;
	size_t n_wrong, n_copies, n_unreadable;
};

/* min_effect: as of struct compare_ask; less is never odd. The records must outlive it. */
void survey_make(struct survey *s, const struct survey_record *records, size_t n, double min_effect);
void survey_free(struct survey *s);

/* "preserved", ..., "none" of SURVEY_NO_VERDICT. */
const char *survey_verdict_name(unsigned int verdict);

/*
 * Exit status of mmiocompare: 0 every guest is preserved, 1 one is not, a file or directory could not
 * be read, a correctness test failed, or with fail_on_regression one is slower than its kind; 3 some are
 * inconclusive (1 with require_preserved), or there is nothing to judge and none was asked for.
 */
int survey_status(const struct survey *s, const struct compare_ask *ask, char *why, size_t n);

#endif
